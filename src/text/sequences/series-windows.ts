/**
 * Windows over a time series, and a split in time that never shows the future to training.
 *
 * Answers for which steps are inputs, which are targets, and which part each window belongs to.
 */

import { isBuiltin } from '../../common/builtin.ts';
import { rangeError, show, typeError } from '../../common/errors.ts';
import { type Checks, checkOptions, fraction, later, size } from '../../common/options.ts';
import type { Tensor } from '../../common/tensor.ts';

/** How much past predicts how much future, and how the series is split. */
export interface SeriesOptions {
  /** Steps of the past in each window. */
  readonly length: number;
  /** Steps of the future to predict (default 1), right after the window. */
  readonly horizon?: number | undefined;
  /** Steps from one window to the next (default 1). */
  readonly stride?: number | undefined;
  /** The columns to predict (default: all). */
  readonly targets?: readonly number[] | undefined;
  /** The share of the series, in time, that validation and test get, in this order, at its end (default 0 each). */
  readonly validation?: number | undefined;
  readonly test?: number | undefined;
  /**
   * `'apart'` (default): no step is in two parts, not even as input. `'past'`: inputs of a later part may reach back
   * into the earlier one, as they will in use; targets still are in one part alone.
   */
  readonly inputs?: 'apart' | 'past' | undefined;
}

const checks: Checks<SeriesOptions> = {
  length: { required: size },
  horizon: size,
  stride: size,
  targets: later,
  validation: fraction,
  test: fraction,
  inputs: ['apart', 'past'],
};

/** The windows of one part. */
export interface SeriesWindows {
  /** [windows, length, features] */
  readonly inputs: Tensor;
  /** [windows, horizon, targets] */
  readonly targets: Tensor;
  /** The part's steps in the series: from start up to, not including, end. */
  readonly start: number;
  readonly end: number;
}

/** The three parts, one after another in time. */
export interface SeriesSplit {
  readonly train: SeriesWindows;
  readonly validation: SeriesWindows;
  readonly test: SeriesWindows;
}

/**
 * Cuts a series into windows of inputs and targets, training before validation before test.
 *
 * Every step of training, its targets too, is before every target of validation, and so on. Fit scalers on
 * the steps from `train.start` to `train.end` alone.
 *
 * @param series - [time, features]
 * @throws RangeError if the shape isn't [time, features], a value isn't finite, shares leave nothing for training, or
 * training, or a part whose share is above 0, is too short for one window; TypeError for something else than a series.
 *
 * @example
 * ```ts
 * import { splitSeries } from 'recurrent-cells/text';
 * const series = { data: Float64Array.from([0, 1, 2, 3, 4, 5, 6, 7]), shape: [8, 1] };
 * const { train, test } = splitSeries(series, { length: 2, test: 0.375 });
 * [...train.inputs.data]; // → [0, 1, 1, 2, 2, 3]
 * [...train.targets.data]; // → [2, 3, 4]
 * [...test.inputs.data]; // → [5, 6]
 * ```
 */
export function splitSeries(series: Tensor, options: SeriesOptions): SeriesSplit {
  const where = 'splitSeries';
  const [time, features] = checkSeries(where, series);
  const { length, horizon = 1, stride = 1, inputs = 'apart' } = checkOptions(where, options, checks);
  const reach = inputs === 'past' ? length : 0;
  const targets = targetColumns(where, options.targets, features);
  const [validation, test] = boundaries(where, time, options);

  const part = (name: string, asked: boolean, start: number, end: number): SeriesWindows => {
    const first = Math.max(0, start - (start === 0 ? 0 : reach));
    const room = end - first - length - horizon;
    if (asked && room < 0)
      throw rangeError(
        where,
        name,
        `has ${end - first} steps`,
        `at least ${length + horizon} (length + horizon)`,
      );
    const starts = asked
      ? Array.from({ length: Math.floor(room / stride) + 1 }, (_, i) => first + i * stride)
      : [];
    const columns = Array.from({ length: features }, (_, column) => column);
    return {
      inputs: gather(series, starts, length, columns),
      targets: gather(series, starts.map((at) => at + length), horizon, targets), // biome-ignore format: one line
      start,
      end,
    };
  };
  return {
    train: part('train', true, 0, validation),
    validation: part('validation', (options.validation ?? 0) > 0, validation, test),
    test: part('test', (options.test ?? 0) > 0, test, time),
  };
}

function checkSeries(where: string, series: Tensor): [number, number] {
  const { data, shape } = series ?? {};
  if (!isBuiltin(data, 'Float32Array', 'Float64Array'))
    throw typeError(where, 'series.data', `is ${show(data)}`, 'a Float32Array or Float64Array');
  if (!Array.isArray(shape))
    throw typeError(where, 'series.shape', `is ${show(shape)}`, 'an array: [time, features]');
  const [time, features] = shape;
  const isSize = (size: unknown): size is number => Number.isInteger(size) && (size as number) > 0;
  if (shape.length !== 2 || !isSize(time) || !isSize(features) || time * features !== data.length)
    throw rangeError(
      where,
      'series',
      `has shape [${shape.join(', ')}] and ${data.length} values`,
      'shape [time, features]',
    );
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong !== -1) throw rangeError(where, `series.data[${wrong}]`, `is ${data[wrong]}`, 'finite numbers');
  return [time, features];
}

function targetColumns(where: string, targets: readonly number[] | undefined, features: number): number[] {
  const all = Array.from({ length: features }, (_, column) => column);
  if (targets === undefined) return all;
  if (!Array.isArray(targets))
    throw typeError(where, 'targets', `is ${show(targets)}`, 'an array of columns');
  const expected = `columns from 0 to ${features - 1}`;
  if (targets.length === 0) throw rangeError(where, 'targets', 'is empty', expected);
  const stranger = targets.find((column) => !all.includes(column));
  if (stranger !== undefined) throw rangeError(where, 'targets', `has ${show(stranger)}`, expected);
  return targets;
}

/** The steps at which validation and test begin. */
function boundaries(where: string, time: number, options: SeriesOptions): [number, number] {
  const { validation = 0, test = 0 } = options;
  if (validation + test >= 1)
    throw rangeError(where, 'validation and test', `have the sum ${validation + test}`, 'less than 1');
  return [time - Math.round(time * (validation + test)), time - Math.round(time * test)];
}

/** [starts, steps, columns] */
function gather(
  series: Tensor,
  starts: readonly number[],
  steps: number,
  columns: readonly number[],
): Tensor {
  const features = series.shape[1]!;
  const size = starts.length * steps * columns.length;
  const data = isBuiltin(series.data, 'Float64Array') ? new Float64Array(size) : new Float32Array(size);
  let at = 0;
  for (const start of starts) {
    for (let step = start; step < start + steps; step++) {
      for (const column of columns) data[at++] = series.data[step * features + column]!;
    }
  }
  return { data, shape: [starts.length, steps, columns.length] };
}
