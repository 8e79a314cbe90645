/** Cuts windows from a time series, split in time so that training never sees the future. */

import { isBuiltin } from '../../common/builtin.ts';
import { rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import { type Checks, checkOptions, flag, fraction, later, size } from '../../common/options.ts';
import type { Tensor } from '../../common/tensor.ts';
import { type RandomSource, randomSource, shuffle } from '../../random/random.ts';
import { LazyBatches } from './lazy-batches.ts';
import { checkSeries } from './series.ts';

/** The lengths of windows and predictions, and the split of the series. */
export interface SeriesOptions {
  /** The number of past steps in each window. */
  readonly length: number;
  /**
   * The number of steps to predict after the window (default 1), or which steps: `[1, 7]` are the first and the seventh
   * after it.
   */
  readonly horizon?: number | readonly number[] | undefined;
  /** The distance in steps between windows (default 1). */
  readonly stride?: number | undefined;
  /** The columns to predict (default: all). */
  readonly targets?: readonly number[] | undefined;
  /** The shares of validation and test, in this order at the end of the series (default 0 each). */
  readonly validation?: number | undefined;
  readonly test?: number | undefined;
  /**
   * `'apart'` (default): no step is in two parts, not even as input. `'past'`: inputs of a later part may reach back
   * into the earlier one, as in use; each target is still in only one part.
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

/** The batch size and the order of windows. */
export interface WindowBatchOptions {
  readonly batchSize: number;
  /** A seed, or a generator, whose state advances. Default: in order of time. */
  readonly random?: number | RandomSource | undefined;
  /** The number of epochs, each in its own order; default 1. */
  readonly epochs?: number | undefined;
  /** Whether to drop an incomplete last batch of an epoch; default `false`. */
  readonly dropLast?: boolean | undefined;
}

const batchChecks: Checks<WindowBatchOptions> = {
  batchSize: { required: size },
  random: later,
  epochs: size,
  dropLast: flag,
};

/** A batch of windows. */
export interface WindowBatch {
  /** [batch, length, features] */
  readonly inputs: Tensor;
  /** [batch, horizon · targets], the output of a `manyToOne` of that `outputSize`: the target columns of the first step, then of the next. */
  readonly targets: Tensor;
  /** [batch] The first step of each window in the series. */
  readonly starts: number[];
}

/** The windows of one part, cut from the series on demand. */
export interface SeriesWindows {
  /** The number of windows. */
  readonly count: number;
  /** [windows, length, features], all at once: `length` times the memory of the series. */
  readonly inputs: Tensor;
  /** [windows, horizon · targets], all at once. */
  readonly targets: Tensor;
  /** The part's first step in the series; `end` is the step after its last. */
  readonly start: number;
  readonly end: number;
  /** The windows in batches, each cut on demand. */
  batches(options: WindowBatchOptions): LazyBatches<WindowBatch>;
}

/** The three parts, in order of time. */
export interface SeriesSplit {
  readonly train: SeriesWindows;
  readonly validation: SeriesWindows;
  readonly test: SeriesWindows;
}

/**
 * Cuts a series into windows of inputs and targets, training before validation before test.
 *
 * Every step of training, including targets, precedes every target of validation, and so on. Fit scalers only on
 * the steps from `train.start` to `train.end`. Windows are cut on demand; the series is referenced, not copied.
 *
 * @param series - [time, features]
 * @throws RangeError if the shape is not [time, features], a value is not finite, the shares leave no step for training, or
 * training, or a part with a share above 0, is too short for one window; TypeError if `series` is not a series.
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

  const picked: Picked = {
    within: Array.from({ length }, (_, step) => step),
    ahead: steps.map((step) => length + step - 1),
    columns: Array.from({ length: features }, (_, column) => column),
    targets,
  };
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
    return windowsOf(series, picked, { start, end, count, starts });
  };
  return {
    train: part('train', true, 0, validation),
    validation: part('validation', (options.validation ?? 0) > 0, validation, test),
    test: part('test', (options.test ?? 0) > 0, test, time),
  };
}

/** The steps of a window, counted from its first, and the columns that it takes from the series. */
interface Picked {
  readonly within: readonly number[];
  readonly columns: readonly number[];
  /** Of the targets. */
  readonly ahead: readonly number[];
  readonly targets: readonly number[];
}

/** The windows of a part; `starts` returns a new array of their first steps. */
function windowsOf(
  series: Tensor,
  { within, columns, ahead, targets }: Picked,
  { start, end, count, starts }: Pick<SeriesWindows, 'start' | 'end' | 'count'> & { starts(): number[] },
): SeriesWindows {
  const inputsOf = (at: readonly number[]) => gather(series, at, within, columns);
  const targetsOf = (at: readonly number[]) => flat(gather(series, at, ahead, targets));
  return {
    count,
    get inputs() {
      return inputsOf(starts());
    },
    get targets() {
      return targetsOf(starts());
    },
    start,
    end,
    batches(batchOptions) {
      const where = 'SeriesWindows.batches';
      const {
        batchSize,
        random,
        epochs = 1,
        dropLast = false,
      } = checkOptions(where, batchOptions, batchChecks);
      const source = random === undefined ? undefined : randomSource(where, random);
      const perEpoch = dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
      return new LazyBatches(perEpoch, epochs, () => {
        const order = source === undefined ? starts() : shuffle(starts(), source);
        return (position) => {
          const chosen = order.slice(position * batchSize, (position + 1) * batchSize);
          return { inputs: inputsOf(chosen), targets: targetsOf(chosen), starts: chosen };
        };
      });
    },
  };
}

function targetColumns(where: string, targets: readonly number[] | undefined, features: number): number[] {
  const all = Array.from({ length: features }, (_, column) => column);
  if (targets === undefined) return all;
  if (!Array.isArray(targets))
    throw typeError(where, 'targets', `is ${show(targets)}`, 'an array of columns');
  const expected = `columns from 0 to ${features - 1}`;
  if (targets.length === 0) throw rangeError(where, 'targets', 'is empty', expected);
  const own: number[] = Array.from(targets);
  for (const column of own)
    if (!all.includes(column)) throw rangeError(where, 'targets', `has ${show(column)}`, expected);
  return own;
}

/** The first steps of validation and test. */
function boundaries(where: string, time: number, options: SeriesOptions): [number, number] {
  const { validation = 0, test = 0 } = options;
  if (validation + test >= 1)
    throw rangeError(where, 'validation and test', `have the sum ${validation + test}`, 'less than 1');
  return [time - Math.round(time * (validation + test)), time - Math.round(time * test)];
}

/** The predicted steps after a window; 1 is the first. */
function horizonSteps(where: string, horizon: number | readonly number[]): number[] {
  if (!Array.isArray(horizon))
    return Array.from({ length: wholeNumber(where, 'horizon', horizon) }, (_, i) => i + 1);
  if (horizon.length === 0) throw rangeError(where, 'horizon', 'is empty', 'at least one step');
  return Array.from(horizon, (step: unknown, i) => wholeNumber(where, `horizon[${i}]`, step));
}

/** [windows, horizon · targets] */
function flat({ data, shape: [windows = 0, horizon = 0, targets = 0] }: Tensor): Tensor {
  return { data, shape: [windows, horizon * targets] };
}

/** [starts, steps, columns] The values at the given steps after each start. */
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
