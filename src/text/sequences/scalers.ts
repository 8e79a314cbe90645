/**
 * Scales columns of numbers to a common range, and back: (x − offset) / scale.
 *
 * Two usual scales, fitted on the training part.
 */
import { isBuiltin } from '../../common/builtin.ts';
import { rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import { checkOwn, own } from '../../common/instance.ts';
import { type Checks, checkOptions, size, count as start } from '../../common/options.ts';
import { readArray, readSaved } from '../../common/saved.ts';
import type { Tensor } from '../../common/tensor.ts';
import { checkSeries } from './series.ts';

/** The steps to fit on. */
export interface ScalerOptions {
  /** The first step (default 0). */
  readonly from?: number | undefined;
  /** The step after the last one: the training part's `end` (default: all steps). */
  readonly to?: number | undefined;
}

const checks: Checks<ScalerOptions> = { from: start, to: size };

/** The saved form of a scaler. */
export interface SavedScaler {
  readonly format: 'recurrent-cells/text/standard-scaler' | 'recurrent-cells/text/min-max-scaler';
  readonly version: 1;
  readonly offsets: number[];
  readonly scales: number[];
}

/** The common base of the scalers. */
export abstract class Scaler {
  /** [features] The offset subtracted from each column. */
  readonly offsets: readonly number[];
  /** [features] The divisor of each column. */
  readonly scales: readonly number[];
  protected abstract readonly name: string;
  protected abstract readonly format: SavedScaler['format'];

  protected constructor(key: typeof own, offsets: readonly number[], scales: readonly number[]) {
    checkOwn('Scaler', key, 'StandardScaler.fit(…) or MinMaxScaler.fit(…)');
    this.offsets = Object.freeze([...offsets]);
    this.scales = Object.freeze([...scales]);
  }

  /**
   * (x − offset) / scale in each column; gaps (NaN) are unchanged.
   *
   * @param tensor - […, features]
   * @throws TypeError if `tensor` is not a tensor; RangeError for another number of features.
   */
  transform(tensor: Tensor): Tensor {
    const columns = this.offsets.map((_, column) => column);
    return this.#each(`${this.name}.transform`, tensor, columns, (x, offset, scale) => (x - offset) / scale);
  }

  /**
   * x · scale + offset: from the common scale back to the original one.
   *
   * @param tensor - […, columns], or […, horizon · columns] as predicted from windows
   * @param columns - the indices of these columns, as in `targets` of `splitSeries` (default: all)
   * @throws as {@link Scaler.transform}; RangeError for a column out of range.
   */
  inverse(tensor: Tensor, columns: readonly number[] = this.offsets.map((_, column) => column)): Tensor {
    const where = `${this.name}.inverse`;
    if (!Array.isArray(columns))
      throw typeError(where, 'columns', `is ${show(columns)}`, 'an array of columns');
    const stranger = columns.find((column) => this.offsets[column] === undefined);
    if (stranger !== undefined)
      throw rangeError(
        where,
        'columns',
        `has ${show(stranger)}`,
        `columns from 0 to ${this.offsets.length - 1}`,
      );
    const horizon = Array.isArray(tensor?.shape) ? tensor.shape.at(-1)! / columns.length : 1;
    const repeated = Number.isInteger(horizon)
      ? Array.from({ length: horizon }, () => columns).flat()
      : columns;
    return this.#each(where, tensor, repeated, (x, offset, scale) => x * scale + offset);
  }

  /** The versioned form that `fromJSON` reads. */
  toJSON(): SavedScaler {
    return { format: this.format, version: 1, offsets: [...this.offsets], scales: [...this.scales] };
  }

  #each(
    where: string,
    tensor: Tensor,
    columns: readonly number[],
    change: (x: number, offset: number, scale: number) => number,
  ): Tensor {
    const { data, shape } = tensor ?? {};
    if (!isBuiltin(data, 'Float32Array', 'Float64Array'))
      throw typeError(where, 'tensor.data', `is ${show(data)}`, 'a Float32Array or Float64Array');
    const width = Array.isArray(shape) ? shape.at(-1) : undefined;
    if (width !== columns.length || data.length % width !== 0)
      throw rangeError(where, 'tensor', `has ${show(width)} features`, `${columns.length}`);
    const changed = data.map((x: number, i: number) => {
      const column = columns[i % width]!;
      return change(x, this.offsets[column]!, this.scales[column]!);
    });
    return { data: changed, shape };
  }
}

/**
 * Scales columns to mean 0 and variance 1 over the fitted steps (the variance over n, as in scikit-learn). A constant column
 * becomes 0. Gaps (NaN) are ignored.
 *
 * @example
 * ```ts
 * import { StandardScaler } from 'recurrent-cells/text';
 * const series = { data: Float64Array.of(1, 3, 5, 90), shape: [4, 1] };
 * const scaler = StandardScaler.fit(series, { to: 3 }); // the training part
 * scaler.offsets; // → [3]
 * scaler.inverse(scaler.transform(series)).data[3]; // → 90
 * ```
 */
export class StandardScaler extends Scaler {
  protected override readonly name = 'StandardScaler';
  protected override readonly format = 'recurrent-cells/text/standard-scaler';

  /** @throws RangeError for a column without values, or steps out of range; TypeError if `series` is not a series. */
  static fit(series: Tensor, options: ScalerOptions = {}): StandardScaler {
    const columns = columnsOf('StandardScaler.fit', series, options);
    const means = columns.map((values) => mean(values));
    const deviations = columns.map((values, c) => Math.sqrt(mean(values.map((x) => (x - means[c]!) ** 2))));
    return new StandardScaler(own, means, deviations.map(orOne));
  }

  /** Reads the output of `toJSON`. @throws TypeError or RangeError naming the invalid field. */
  static fromJSON(saved: unknown): StandardScaler {
    const [offsets, scales] = readScaler(
      'StandardScaler.fromJSON',
      saved,
      'recurrent-cells/text/standard-scaler',
    );
    return new StandardScaler(own, offsets, scales);
  }
}

/**
 * Scales columns to 0 to 1 over the fitted steps; later values may lie outside. A constant column becomes 0. Gaps
 * (NaN) are ignored.
 *
 * @example
 * ```ts
 * import { MinMaxScaler } from 'recurrent-cells/text';
 * const series = { data: Float64Array.of(1, 3, 5), shape: [3, 1] };
 * [...MinMaxScaler.fit(series).transform(series).data]; // → [0, 0.5, 1]
 * ```
 */
export class MinMaxScaler extends Scaler {
  protected override readonly name = 'MinMaxScaler';
  protected override readonly format = 'recurrent-cells/text/min-max-scaler';

  /** @throws as {@link StandardScaler.fit}. */
  static fit(series: Tensor, options: ScalerOptions = {}): MinMaxScaler {
    const columns = columnsOf('MinMaxScaler.fit', series, options);
    const least = columns.map((values) => values.reduce((a, b) => Math.min(a, b)));
    const most = columns.map((values) => values.reduce((a, b) => Math.max(a, b)));
    return new MinMaxScaler(own, least, most.map((value, c) => orOne(value - least[c]!))); // biome-ignore format: one line
  }

  /** Reads the output of `toJSON`. @throws TypeError or RangeError naming the invalid field. */
  static fromJSON(saved: unknown): MinMaxScaler {
    const [offsets, scales] = readScaler(
      'MinMaxScaler.fromJSON',
      saved,
      'recurrent-cells/text/min-max-scaler',
    );
    return new MinMaxScaler(own, offsets, scales);
  }
}

const orOne = (scale: number) => (scale === 0 ? 1 : scale);

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Each column's values, without gaps. */
function columnsOf(where: string, series: Tensor, options: ScalerOptions): Float64Array[] {
  const [time, features] = checkSeries(where, series, true);
  const { from = 0, to = time } = checkOptions(where, options, checks);
  if (to > time) throw rangeError(where, 'to', `is ${to}`, `at most ${time}, the steps of the series`);
  if (from >= to) throw rangeError(where, 'from', `is ${from}`, `less than to (${to})`);
  return Array.from({ length: features }, (_, column) => {
    const all = Float64Array.from(
      { length: to - from },
      (_, i) => series.data[(from + i) * features + column]!,
    );
    const known = all.filter((value) => !Number.isNaN(value));
    if (known.length > 0) return known;
    throw rangeError(
      where,
      `column ${column}`,
      'has no value',
      'at least one in the steps that are fitted on',
    );
  });
}

function readScaler(where: string, saved: unknown, format: SavedScaler['format']): [number[], number[]] {
  const fields = readSaved(where, saved, format);
  const isNumber = (value: unknown): value is number => Number.isFinite(value);
  const isScale = (value: unknown): value is number => isNumber(value) && value > 0;
  const offsets = readArray(where, fields, 'offsets', isNumber, 'an array of numbers');
  const scales = readArray(where, fields, 'scales', isScale, 'an array of numbers above 0');
  wholeNumber(where, 'the number of offsets', offsets.length);
  if (scales.length !== offsets.length)
    throw rangeError(
      where,
      'scales',
      `has ${scales.length} entries`,
      `${offsets.length}, one for each offset`,
    );
  return [offsets, scales];
}
