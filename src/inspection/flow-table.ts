/** Gradient flow as text: a row per layer, followed by the rest of its state, its gates and weights. */
import type { LayerFlow } from './layer-flow.ts';

const BARS = '▁▂▃▄▅▆▇█';
const POINTS = 24;
// The scale spans at least this many decades, so that negligible variation looks flat.
const LEAST_DECADES = 3;

/** The table of {@link GradientFlow.toString}. */
export function flowTable(layers: readonly LayerFlow[]): string {
  const logs = layers.flatMap(({ states }) =>
    Object.values(states).flatMap(({ norms }) => norms.filter(isShown).map(Math.log10)),
  );
  const high = logs.reduce((most, log) => Math.max(most, log), Number.NEGATIVE_INFINITY);
  const low = logs.reduce((least, log) => Math.min(least, log), high - LEAST_DECADES);
  const head = ['layer', '‖∂L/∂h_t‖, t = 1 … T', 'first', 'last', 'ratio', 'verdict'];
  const numbers = ({ norms, ratio }: Pick<LayerFlow, 'norms' | 'ratio'>) => [
    sparkline(norms, low, high),
    ...[norms[0]!, norms.at(-1)!, ratio].map((value) => value.toExponential(1)),
  ];
  // One line for h, and one for each other part of the state.
  const groups = layers.map((layer) => [
    [`${layer.name} ${layer.cell}`, ...numbers(layer), layer.verdict],
    ...Object.entries(layer.states)
      .slice(1)
      .map(([state, flow]) => [`  ‖∂L/∂${state}_t‖`, ...numbers(flow), '']),
  ]);
  const widths = head.map((title, at) =>
    groups.flat().reduce((most, row) => Math.max(most, row[at]!.length), title.length),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd();
  return [
    line(head),
    ...layers.flatMap(({ saturated, spectralRadius }, at) => [
      ...groups[at]!.map(line),
      ...listed('saturated', saturated, (share) => `${(100 * share).toFixed(0)} %`),
      ...listed('spectral radius of W_hh', spectralRadius, (radius) => radius.toFixed(2)),
    ]),
  ].join('\n');
}

const isShown = (value: number) => value > 0 && value < Number.POSITIVE_INFINITY;

/** One bar per norm; a space where the gradient is zero. */
function sparkline(norms: readonly number[], low: number, high: number): string {
  const points = Math.min(POINTS, norms.length);
  return Array.from({ length: points }, (_, i) => {
    const value = norms[points === 1 ? 0 : Math.round((i * (norms.length - 1)) / (points - 1))]!;
    if (!isShown(value)) return value === 0 ? ' ' : '!';
    const height = (Math.log10(value) - low) / (high - low);
    return BARS[Math.min(BARS.length - 1, Math.floor(height * BARS.length))]!;
  }).join('');
}

function listed(
  title: string,
  values: { readonly [name: string]: number },
  write: (value: number) => string,
): string[] {
  const entries = Object.entries(values).map(([name, value]) => `${name} ${write(value)}`);
  return entries.length === 0 ? [] : [`  ${title}: ${entries.join(', ')}`];
}
