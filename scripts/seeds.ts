/** The result of an example over several seeds. */

/** The parts of a result that depend on the seed, or name it. */
interface Seeded {
  readonly seed?: number | undefined;
  readonly model: string;
  readonly rows: readonly { readonly values: readonly string[] }[];
  readonly seconds: number;
}

/** Combines the results of several seeds into one: the mean of each value and its standard deviation. */
export function overSeeds<Result extends Seeded>(results: readonly Result[]): Result {
  const first = results[0]!;
  return {
    ...first,
    seed: undefined,
    model: `${first.model}; mean and standard deviation over seeds 1 to ${results.length}`,
    rows: first.rows.map((row, at) => ({
      ...row,
      values: row.values.map((_, column) => spread(results.map(({ rows }) => rows[at]!.values[column]!))),
    })),
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** `['1.0 %', '3.0 %']` as `'2.0 ± 1.4 %'`; equal values, such as those of a baseline, unchanged. */
function spread(values: readonly string[]): string {
  if (values.every((value) => value === values[0])) return values[0]!;
  const [, , decimals = '', unit = ''] = /^(-?\d+(?:\.(\d+))?)(.*)$/.exec(values[0]!) ?? [];
  const numbers = values.map((value) => Number.parseFloat(value));
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const squares = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (numbers.length - 1));
  return `${mean.toFixed(decimals.length)} ± ${deviation.toFixed(decimals.length)}${unit}`;
}
