/** The results as text: one table for each workload, with footnotes. */
import type { Ceilings } from './ceilings.ts';
import type { Comparison, Row } from './compare.ts';

/** A number with about three digits. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : value >= 1 ? 2 : 4);
}

/** Aligned columns: the first to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!);
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd()).join('\n');
}

const HEAD = ['system', 'median ms', 'min', 'max', 'GFLOP/s', 'ceiling', '÷ ours', 'peak MiB', 'agrees to'];

/** The table of one workload; `ceiling` is in GFLOP/s, and our rate is also shown as a share of it. */
export function table(
  { workload, reference, rows, cannot }: Comparison,
  ceiling: Ceilings['gflops'],
): string {
  const ours = rows.find(({ system }) => system === 'ours');
  const most = Math.max(...rows.map(({ rounds }) => rounds));
  const notes: string[] = [];
  const line = (row: Row): string[] => {
    if (row.note !== undefined) notes.push(`${row.system}: ${row.note}.`);
    if (row.rounds === 0)
      notes.push(`${row.system}: its first run, compilation included; too slow for more.`);
    else if (row.rounds < most) notes.push(`${row.system}: ${row.rounds} of ${most} rounds, being slow.`);
    return [
      row.system,
      digits(row.medianMs),
      digits(row.minMs),
      digits(row.maxMs),
      digits(row.gflops),
      row === ours && ceiling !== undefined ? `${Math.round((100 * row.gflops) / ceiling)} %` : '',
      ours === undefined ? '' : digits(row.medianMs / ours.medianMs),
      digits(row.peakRssMiB),
      row.system === reference ? 'reference' : (row.disagreement?.toExponential(0) ?? '–'),
    ];
  };
  const body = rows.map(line);
  for (const { system, reason } of cannot) notes.push(`${system} cannot: ${reason}.`);
  const text = [`${workload.name}  ${workload.title}`, aligned([HEAD, ...body])];
  return [...text, ...notes.map((note) => `  * ${note}`)].join('\n');
}
