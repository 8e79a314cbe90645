/** Time series: checks, gaps, and padding of several to one block. */
import { isBuiltin } from '../../common/builtin.ts';
import { number, oneOf, rangeError, show, typeError } from '../../common/errors.ts';
import type { Tensor } from '../../common/tensor.ts';

/** Returns the shape [time, features] of a series with finite values or, if `gaps`, NaN. */
export function checkSeries(
  where: string,
  series: Tensor,
  gaps = false,
  argument = 'series',
): [number, number] {
  const { data, shape } = series ?? {};
  if (!isBuiltin(data, 'Float32Array', 'Float64Array'))
    throw typeError(where, `${argument}.data`, `is ${show(data)}`, 'a Float32Array or Float64Array');
  if (!Array.isArray(shape))
    throw typeError(where, `${argument}.shape`, `is ${show(shape)}`, 'an array: [time, features]');
  const [time, features] = shape;
  const isSize = (size: unknown): size is number => Number.isInteger(size) && (size as number) > 0;
  if (shape.length !== 2 || !isSize(time) || !isSize(features) || time * features !== data.length)
    throw rangeError(
      where,
      argument,
      `has shape [${shape.join(', ')}] and ${data.length} values`,
      'shape [time, features]',
    );
  const wrong = data.findIndex((value) => !(Number.isFinite(value) || (gaps && Number.isNaN(value))));
  if (wrong !== -1)
    throw rangeError(
      where,
      `${argument}.data[${wrong}]`,
      `is ${data[wrong]}`,
      gaps ? 'finite numbers, or NaN for a gap' : 'finite numbers; see fillMissing',
    );
  return [time, features];
}

/**
 * Fills the gaps (NaN) of a series. (Functions that take a series refuse gaps.)
 *
 * - `'carry'`: the previous value in the same column; before the first value, 0, because later values are still unknown.
 * - `'mask'`: 0, with an additional column per column: 1 for a value, 0 for a gap.
 *
 * Scale first: scalers ignore gaps, and 0 is then the mean. Targets are filled too: with masks, let `splitSeries` cut the mask columns
 * beside the `targets` and pass them as the `weights` of a batch, so that no loss counts a gap.
 *
 * @param series - [time, features]
 * @returns [time, features], or, with masks, [time, 2 · features]
 * @throws TypeError or RangeError for an invalid series or an unknown policy.
 *
 * @example
 * ```ts
 * import { fillMissing } from 'recurrent-cells/text';
 * const series = { data: Float64Array.of(1, Number.NaN, 3), shape: [3, 1] };
 * [...fillMissing(series, 'carry').data]; // → [1, 1, 3]
 * [...fillMissing(series, 'mask').data]; // → [1, 1, 0, 0, 3, 1]
 * ```
 */
export function fillMissing(series: Tensor, policy: 'carry' | 'mask'): Tensor {
  const where = 'fillMissing';
  const [time, features] = checkSeries(where, series, true);
  const masked = oneOf(where, 'policy', policy, ['carry', 'mask']) === 'mask';
  const width = masked ? 2 * features : features;
  const data = isBuiltin(series.data, 'Float64Array')
    ? new Float64Array(time * width)
    : new Float32Array(time * width);
  for (let step = 0; step < time; step++) {
    for (let column = 0; column < features; column++) {
      const value = series.data[step * features + column]!;
      const known = !Number.isNaN(value);
      const at = step * width + column;
      if (known) data[at] = value;
      else if (!masked && step > 0) data[at] = data[at - width]!;
      if (masked) data[at + features] = known ? 1 : 0;
    }
  }
  return { data, shape: [time, width] };
}

/**
 * Pads series of different lengths at their ends to one block.
 *
 * @param series - [batch] each [time, features]
 * @param pad - the padding value (default 0)
 * @returns inputs [batch, time, features] and lengths [batch], as for `Sequence`
 * @throws TypeError or RangeError for invalid series or different widths.
 *
 * @example
 * ```ts
 * import { padSeries } from 'recurrent-cells/text';
 * const [a, b] = [Float32Array.of(1, 2, 3), Float32Array.of(4)];
 * const { inputs, lengths } = padSeries([{ data: a, shape: [3, 1] }, { data: b, shape: [1, 1] }]);
 * [...inputs.data]; // → [1, 2, 3, 4, 0, 0]
 * lengths; // → [3, 1]
 * ```
 */
export function padSeries(
  series: readonly Tensor[],
  pad = 0,
): { readonly inputs: Tensor; readonly lengths: number[] } {
  const where = 'padSeries';
  if (!Array.isArray(series)) throw typeError(where, 'series', `is ${show(series)}`, 'an array of series');
  if (series.length === 0) throw rangeError(where, 'series', 'is empty', 'at least one');
  number(where, 'pad', pad, 'a finite number', Number.isFinite);
  const shapes = Array.from(series, (each, i) => checkSeries(where, each, false, `series[${i}]`));
  const [, features] = shapes[0]!;
  const other = shapes.findIndex(([, width]) => width !== features);
  if (other !== -1)
    throw rangeError(
      where,
      `series[${other}]`,
      `has ${shapes[other]![1]} features`,
      `${features}, as the first`,
    );
  const time = shapes.reduce((most, [length]) => Math.max(most, length), 1);
  const size = series.length * time * features;
  const double = series.some(({ data }) => isBuiltin(data, 'Float64Array'));
  const data = (double ? new Float64Array(size) : new Float32Array(size)).fill(pad);
  for (const [row, each] of series.entries()) data.set(each.data, row * time * features);
  return {
    inputs: { data, shape: [series.length, time, features] },
    lengths: shapes.map(([length]) => length),
  };
}
