/**
 * Plots Zipf's law in log–log axes: the points, the fit, the cuts.
 *
 * The result is one SVG string without dependencies; colours follow the page's text colour, light or dark.
 */

import { numberWithin } from '../../common/errors.ts';
import { type Check, type Checks, checkOptions, later, text as string } from '../../common/options.ts';
import { axisName, round, svg, text } from '../../plot/svg.ts';
import { checkTable, type RankFrequency } from './rank-frequency.ts';
import { checkCut, type ZipfCut } from './zipf-cut.ts';
import { checkFit, type ZipfFit } from './zipf-fit.ts';

/** Options of {@link plotZipf}. */
export interface ZipfPlotOptions {
  readonly fit?: ZipfFit | undefined;
  readonly cut?: ZipfCut | undefined;
  /** The title above the axes (default: none). */
  readonly title?: string | undefined;
  /** In pixels (default 640 × 440). */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

const pixels: Check<number> = (where, argument, value) => numberWithin(where, argument, value, 200, 10000);

const checks: Checks<ZipfPlotOptions> = {
  fit: later,
  cut: later,
  title: string,
  width: pixels,
  height: pixels,
};

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  x(rank: number): number;
  y(count: number): number;
}

// More points per decade are indistinguishable at the usual sizes.
const POINTS_PER_DECADE = 60;
// The labels of the cuts begin below the label of the fit.
const LABEL_ROOM = 26;
// For a sans-serif font of 12 pixels, in which digits are wider than most letters.
const CHARACTER_WIDTH = 6.2;
const LABEL_GAP = 5;

/**
 * Draws a rank–frequency table.
 *
 * @throws TypeError if `table` is not a RankFrequency; RangeError for a width or height below 200.
 *
 * @example
 * ```ts
 * import { plotZipf, RankFrequency, TokenCounts } from 'recurrent-cells/text';
 * const svg = plotZipf(RankFrequency.of(TokenCounts.of([['a', 'b', 'a']])), { title: 'Two types' });
 * svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"'); // → true
 * ```
 */
export function plotZipf(table: RankFrequency, options: ZipfPlotOptions = {}): string {
  checkTable('plotZipf', table);
  const { fit, cut, title, width = 640, height = 440 } = checkOptions('plotZipf', options, checks);
  const decades = {
    x: Math.max(1, Math.ceil(Math.log10(table.types))),
    y: Math.max(1, Math.ceil(Math.log10(table.counts[0]!))),
  };
  const frame = frameOf(width, height, decades);
  if (fit !== undefined) checkFit('plotZipf', fit);
  if (cut !== undefined) checkCut('plotZipf', cut);
  const parts = [
    ...grid(frame, decades),
    ...(cut === undefined ? [] : cuts(frame, table, cut)),
    ...points(frame, table),
    ...(fit === undefined ? [] : line(frame, fit, table.counts[0]!)),
    text((frame.left + frame.right) / 2, height - 10, 'rank', 'middle'),
    axisName((frame.top + frame.bottom) / 2, 'count'),
    ...(title === undefined
      ? []
      : [text(width / 2, 22, title, 'middle', ' font-weight="bold" font-size="15"')]),
  ];
  return svg(width, height, title ?? 'Rank and frequency of words', parts);
}

function frameOf(width: number, height: number, decades: { x: number; y: number }): Frame {
  const [left, right, top, bottom] = [64, width - 36, 36, height - 48];
  return {
    left,
    right,
    top,
    bottom,
    x: (rank) => round(left + ((right - left) * Math.log10(rank)) / decades.x),
    y: (count) => round(bottom - ((bottom - top) * Math.log10(count)) / decades.y),
  };
}

function grid(frame: Frame, decades: { x: number; y: number }): string[] {
  const lines: string[] = [];
  const stroke = (path: string) => `<path d="${path}" stroke="currentColor" stroke-opacity="0.15"/>`;
  for (let power = 0; power <= decades.x; power++) {
    const x = frame.x(10 ** power);
    lines.push(
      stroke(`M${x} ${frame.top}V${frame.bottom}`),
      text(x, frame.bottom + 18, thousands(10 ** power), 'middle'),
    );
  }
  for (let power = 0; power <= decades.y; power++) {
    const y = frame.y(10 ** power);
    lines.push(
      stroke(`M${frame.left} ${y}H${frame.right}`),
      text(frame.left - 8, y + 4, thousands(10 ** power), 'end'),
    );
  }
  return lines;
}

/** Ranks at even logarithmic spacing, without repetition. */
function points(frame: Frame, table: RankFrequency): string[] {
  const ranks = new Set<number>();
  const steps = Math.ceil(Math.log10(table.types) * POINTS_PER_DECADE);
  for (let step = 0; step <= steps; step++)
    ranks.add(Math.min(table.types, Math.round(10 ** (step / POINTS_PER_DECADE))));
  const circles = Array.from(
    ranks,
    (rank) => `<circle cx="${frame.x(rank)}" cy="${frame.y(table.counts[rank - 1]!)}" r="2"/>`,
  );
  return [`<g fill="#1f77b4">${circles.join('')}</g>`];
}

function line(frame: Frame, fit: ZipfFit, highest: number): string[] {
  const at = (rank: number) => fit.scale * rank ** -fit.exponent;
  // Only over the fitted ranks, and within the frame.
  const inside = (rank: number) =>
    frame.y(Math.min(Math.max(at(rank), 1), 10 ** Math.ceil(Math.log10(highest))));
  const path = `M${frame.x(fit.from)} ${inside(fit.from)}L${frame.x(fit.to)} ${inside(fit.to)}`;
  const slope = `slope −${fit.exponent.toFixed(2)} ± ${fit.standardError.toPrecision(1)}, ranks ${thousands(fit.from)}–${thousands(fit.to)}`;
  return [
    `<path d="${path}" stroke="#d62728" stroke-width="2" fill="none"/>`,
    text(frame.right - 8, frame.top + 16, slope, 'end', ' fill="#d62728"'),
  ];
}

function cuts(frame: Frame, table: RankFrequency, cut: ZipfCut): string[] {
  const parts: string[] = [];
  // Each label is in the zone cut off, or beside it with an arrow if that is too narrow.
  const mark = (rank: number, caption: string, zone: 'left' | 'right', row: number) => {
    const x = frame.x(rank);
    const room = zone === 'left' ? x - frame.left : frame.right - x;
    const within = room > caption.length * CHARACTER_WIDTH + LABEL_GAP;
    const before = (zone === 'left') === within;
    const arrowed = within ? caption : zone === 'left' ? `← ${caption}` : `${caption} →`;
    parts.push(
      `<path d="M${x} ${frame.top + LABEL_ROOM}V${frame.bottom}" stroke="currentColor" stroke-dasharray="5 4"/>`,
      text(
        before ? x - LABEL_GAP : x + LABEL_GAP,
        frame.bottom - 8 - 16 * row,
        arrowed,
        before ? 'end' : 'start',
      ),
    );
  };
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  const { head, tail, coverage } = cut;
  if (head.length > 0)
    mark(cut.firstRank, `head: ${thousands(head.length)} types, ${share(coverage.head)}`, 'left', 1);
  if (cut.lastRank < table.types)
    mark(cut.lastRank, `tail: ${thousands(tail.length)} types, ${share(coverage.tail)}`, 'right', 0);
  return parts;
}

function thousands(value: number): string {
  return value.toLocaleString('en-US');
}
