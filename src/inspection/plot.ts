/**
 * Line plots with a logarithmic axis, as one SVG string.
 *
 * Plots are readable in light and dark mode, standalone or within a page. The caller decides what the lines mean.
 */
import { numberWithin } from '../common/errors.ts';
import { type Check, type Checks, checkOptions } from '../common/options.ts';
import { axisName, round, svg, text } from '../plot/svg.ts';

/** The contents of a plot. */
export interface LogPlot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly Line[];
}

/** Values at x = 1, 2, 3, …; the line breaks where a value is not positive and finite. */
interface Line {
  readonly name: string;
  readonly values: readonly number[];
  /** Related series, drawn thinner. */
  readonly beside: readonly (readonly number[])[];
}

/** The size of the image. */
export interface PlotOptions {
  /** In pixels, at least 200: default 640. */
  readonly width?: number | undefined;
  /** In pixels, at least 200: default 400. */
  readonly height?: number | undefined;
}

const pixels: Check<number> = (where, argument, value) => numberWithin(where, argument, value, 200, 10000);

const checks: Checks<PlotOptions> = { width: pixels, height: pixels };

// Distinguishable on white and on black, and with the common colour vision deficiencies.
const COLOURS = ['#d55e00', '#0c86d0', '#009e73', '#c565a0', '#b08900', '#6f7bd9'];
const DASHES = ['', '7 4', '2 3'];
const MOST_TICKS = 8;
const LINE_HEIGHT = 18;

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The powers of ten at the lower and upper ends. */
  readonly powers: readonly [number, number];
  readonly steps: number;
  x(step: number): number;
  y(power: number): number;
}

/** @throws RangeError for a width or height below 200. */
export function logPlot(where: string, plot: LogPlot, options: PlotOptions = {}): string {
  const { width = 640, height = 400 } = checkOptions(where, options, checks);
  const { title, xLabel, yLabel, lines } = plot;
  const frame = frameOf(width, height, lines);
  const { left, right, top, bottom } = frame;
  return svg(width, height, title, [
    // For a standalone document only; within a page, the page's colour applies.
    '<style>svg:root{color:#222}@media(prefers-color-scheme:dark){svg:root{color:#ddd}}</style>',
    text((left + right) / 2, 20, title, 'middle', ' font-size="15" font-weight="bold"'),
    ...grid(frame),
    ...lines.flatMap(({ values, beside }, at) => [
      line(frame, values, strokeOf(at)),
      ...beside.map((others) => line(frame, others, strokeOf(at, 1))),
    ]),
    ...legend(frame, lines),
    text((left + right) / 2, bottom + 36, xLabel, 'middle'),
    axisName((top + bottom) / 2, yLabel),
  ]);
}

const isDrawn = (value: number) => value > 0 && value < Number.POSITIVE_INFINITY;

function frameOf(width: number, height: number, lines: LogPlot['lines']): Frame {
  const [left, right, top] = [64, width - 20, 36];
  const bottom = height - 56 - LINE_HEIGHT * lines.length;
  const drawn = lines.flatMap(({ values, beside }) =>
    [values, ...beside].flat().filter(isDrawn).map(Math.log10),
  );
  const logs = drawn.length > 0 ? drawn : [0];
  const low = Math.floor(logs.reduce((least, log) => Math.min(least, log)));
  const high = Math.max(low + 1, Math.ceil(logs.reduce((most, log) => Math.max(most, log))));
  const steps = lines.reduce((most, { values }) => Math.max(most, values.length), 1);
  return {
    left,
    right,
    top,
    bottom,
    powers: [low, high],
    steps,
    x: (step) => round(left + ((right - left) * (step - 1)) / Math.max(1, steps - 1)),
    y: (power) => round(bottom - ((bottom - top) * (power - low)) / (high - low)),
  };
}

function grid({ left, right, bottom, powers: [low, high], steps, x, y }: Frame): string[] {
  const every = Math.ceil((high - low) / MOST_TICKS);
  const rules: string[] = [];
  for (let power = low; power <= high; power += every)
    rules.push(
      `<path d="M${left} ${y(power)}H${right}" stroke="currentColor" stroke-opacity="0.15"/>`,
      `<text x="${left - 8}" y="${y(power) + 4}" text-anchor="end">10<tspan dy="-4" font-size="9">${String(power).replace('-', '−')}</tspan></text>`,
    );
  for (const step of stepTicks(steps)) rules.push(text(x(step), bottom + 18, String(step), 'middle'));
  return rules;
}

/** The first step, the last, and about three round numbers between. */
function stepTicks(steps: number): Set<number> {
  const power = 10 ** Math.floor(Math.log10(steps / 4));
  const far = (step: number) => Math.abs(Math.log((4 * step) / steps));
  const every = [1, 2, 5, 10]
    .map((digit) => Math.max(1, digit * power))
    .reduce((a, b) => (far(b) < far(a) ? b : a));
  const ticks = new Set([1]);
  for (let step = every; step < steps - every / 2; step += every) ticks.add(step);
  return ticks.add(steps);
}

function line({ x, y }: Frame, values: readonly number[], stroke: string): string {
  let path = '';
  let pen = 'M';
  values.forEach((value, t) => {
    if (isDrawn(value)) path += `${pen}${x(t + 1)} ${y(Math.log10(value))}`;
    pen = isDrawn(value) ? 'L' : 'M';
  });
  return `<path d="${path}" ${stroke}/>`;
}

function legend({ left, bottom }: Frame, lines: LogPlot['lines']): string[] {
  return lines.flatMap(({ name }, at) => {
    const y = bottom + 56 + LINE_HEIGHT * at;
    return [`<path d="M${left} ${y}H${left + 28}" ${strokeOf(at)}/>`, text(left + 36, y + 4, name)];
  });
}

/** A colour per line; after the last colour they repeat, dashed. */
function strokeOf(at: number, width = 2): string {
  const dash = DASHES[Math.floor(at / COLOURS.length) % DASHES.length]!;
  return `fill="none" stroke="${COLOURS[at % COLOURS.length]}" stroke-width="${width}" stroke-linejoin="round"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}`;
}
