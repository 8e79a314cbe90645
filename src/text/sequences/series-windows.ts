/**
 * Windows over a time series, and a split in time that never shows the future to training.
 *
 * It decides which steps are inputs and targets, and to which part each window belongs.
 */

import { isBuiltin } from '../../common/builtin.ts';
import { rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import { type Checks, checkOptions, fraction, later, size } from '../../common/options.ts';
import type { Tensor } from '../../common/tensor.ts';
import { type RandomSource, randomSource, shuffle } from '../../random/random.ts';
import { checkSeries } from './series.ts';

/** How much past predicts how much future, and how the series is split. */
export interface SeriesOptions {
  /** Steps of the past in each window. */
  readonly length: number;
  /**
   * How many steps of the future to predict, right after the window (default 1); or which: `[1, 7]` are the first and the seventh
   * step after it.
   */
  readonly horizon?: number | readonly number[] | undefined;
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
  horizon: later,
  stride: size,
  targets: later,
  validation: fraction,
  test: fraction,
  inputs: ['apart', 'past'],
};

/** How many windows come together, and in which order. */
export interface WindowBatchOptions {
  readonly batchSize: number;
  /** A seed, or a generator (which goes on from where it is). Without it, windows come in time. */
  readonly random?: number | RandomSource | undefined;
  /** What happens to a last batch that is not full (default `'keep'`). */
  readonly last?: 'keep' | 'drop' | undefined;
}

const batchChecks: Checks<WindowBatchOptions> = {
  batchSize: { required: size },
  random: later,
  last: ['keep', 'drop'],
};

/** Some windows. */
export interface WindowBatch {
  /** [batch, length, features] */
  readonly inputs: Tensor;
  /** [batch, horizon, targets] */
  readonly targets: Tensor;
  /** [batch] The step of the series at which each window begins. */
  readonly starts: number[];
}

/** The windows of one part, cut out of the series when they are asked for. */
export interface SeriesWindows {
  /** How many windows there are. */
  readonly count: number;
  /** [windows, length, features], all at once: `length` times the memory of the series. */
  readonly inputs: Tensor;
  /** [windows, horizon, targets], all at once. */
  readonly targets: Tensor;
  /** The part's steps in the series: from start up to, not including, end. */
  readonly start: number;
  readonly end: number;
  /** The windows in batches, each cut out when it comes; call it again for the next pass over them. */
  batches(options: WindowBatchOptions): IterableIterator<WindowBatch>;
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
 * the steps from `train.start` to `train.end` alone. Windows are cut when they are asked for; the series is kept, not copied.
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
 * [...train.batches({ batchSize: 2 })].map(({ starts }) => starts); // → [[0, 1], [2]]
 * ```
 */
export function splitSeries(series: Tensor, options: SeriesOptions): SeriesSplit {
  const where = 'splitSeries';
  const [time, features] = checkSeries(where, series);
  const { length, horizon = 1, stride = 1, inputs = 'apart' } = checkOptions(where, options, checks);
  const steps = horizonSteps(where, horizon);
  const farthest = steps.reduce((most, step) => Math.max(most, step), 1);
  const reach = inputs === 'past' ? length : 0;
  const targets = targetColumns(where, options.targets, features);
  const [validation, test] = boundaries(where, time, options);

  const columns = Array.from({ length: features }, (_, column) => column);
  const within = Array.from({ length }, (_, step) => step);
  const ahead = steps.map((step) => length + step - 1);

  const part = (name: string, asked: boolean, start: number, end: number): SeriesWindows => {
    const first = Math.max(0, start - (start === 0 ? 0 : reach));
    const room = end - first - length - farthest;
    if (asked && room < 0)
      throw rangeError(
        where,
        name,
        `has ${end - first} steps`,
        `at least ${length + farthest} (length + horizon)`,
      );
    const count = asked ? Math.floor(room / stride) + 1 : 0;
    const starts = () => Array.from({ length: count }, (_, i) => first + i * stride);
    const cut = (at: readonly number[]) => ({
      inputs: gather(series, at, within, columns),
      targets: gather(series, at, ahead, targets),
    });
    return {
      count,
      get inputs() {
        return gather(series, starts(), within, columns);
      },
      get targets() {
        return gather(series, starts(), ahead, targets);
      },
      start,
      end,
      batches(batchOptions) {
        const {
          batchSize,
          random,
          last = 'keep',
        } = checkOptions('SeriesWindows.batches', batchOptions, batchChecks);
        const order = starts();
        if (random !== undefined) shuffle(order, randomSource('SeriesWindows.batches', random));
        const whole = last === 'drop' ? count - (count % batchSize) : count;
        return (function* () {
          for (let at = 0; at < whole; at += batchSize) {
            const chosen = order.slice(at, at + batchSize);
            yield { ...cut(chosen), starts: chosen };
          }
        })();
      },
    };
  };
  return {
    train: part('train', true, 0, validation),
    validation: part('validation', (options.validation ?? 0) > 0, validation, test),
    test: part('test', (options.test ?? 0) > 0, test, time),
  };
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

/** The steps after a window that are predicted, 1 being the first. */
function horizonSteps(where: string, horizon: number | readonly number[]): number[] {
  if (!Array.isArray(horizon))
    return Array.from({ length: wholeNumber(where, 'horizon', horizon) }, (_, i) => i + 1);
  if (horizon.length === 0) throw rangeError(where, 'horizon', 'is empty', 'at least one step');
  return Array.from(horizon, (step: unknown, i) => wholeNumber(where, `horizon[${i}]`, step));
}

/** [starts, steps, columns] The values at so many steps after each start. */
function gather(
  series: Tensor,
  starts: readonly number[],
  steps: readonly number[],
  columns: readonly number[],
): Tensor {
  const features = series.shape[1]!;
  const size = starts.length * steps.length * columns.length;
  const data = isBuiltin(series.data, 'Float64Array') ? new Float64Array(size) : new Float32Array(size);
  let at = 0;
  for (const start of starts) {
    for (const step of steps) {
      for (const column of columns) data[at++] = series.data[(start + step) * features + column]!;
    }
  }
  return { data, shape: [starts.length, steps.length, columns.length] };
}
