/**
 * The data that flows between layers inside a backend: a batch of sequences, time-major.
 *
 * Row t·batch + b is step t of sequence b. A one-hot signal is represented by its indices; a product with it gathers rows.
 * Beyond a sequence's length, values are finite but meaningless, indices are −1, and gradients are zero.
 */
import { rangeError, show, typeError } from '../common/errors.ts';
import type { Matrix } from '../matrix/matrix.ts';

/** The batch size, number of steps and width of a signal. */
export interface SignalExtent {
  readonly batch: number;
  /** The number of steps; 1 for a signal without a time axis. */
  readonly time: number;
  /** Whether it has a time axis: `[batch, time, width]`, or `[batch, width]`. */
  readonly timed: boolean;
  readonly width: number;
  /** The valid steps of each sequence; undefined if all are valid. */
  readonly lengths: readonly number[] | undefined;
}

/** Real features: `values` is [time·batch, width]. */
export interface DenseSignal extends SignalExtent {
  readonly kind: 'dense';
  readonly values: Matrix;
}

/** One-hot vectors of `width` classes: `indices` is [1, time·batch]. */
export interface OneHotSignal extends SignalExtent {
  readonly kind: 'oneHot';
  readonly indices: Matrix;
}

/** A signal between layers. */
export type Signal = DenseSignal | OneHotSignal;

/**
 * A signal of the same extent as `like`, with these values [time·batch, any width].
 *
 * @example
 * ```ts
 * import { OneHot } from 'recurrent-cells';
 * import { type Arena, dense, type Signal } from 'recurrent-cells/matrix';
 *
 * // What a layer's `compute` does with its input.
 * const doubled = (arena: Arena, input: Signal) => dense(input, arena.zeros(input.time * input.batch, 2 * input.width));
 * class Doubled extends OneHot {
 *   override compute(arena: Arena, input: Signal) {
 *     return { output: doubled(arena, input), state: undefined };
 *   }
 * }
 * new Doubled({ classes: 3 }).infer({ data: Int32Array.of(0, 1), shape: [1, 2] }).output.shape // → [1, 2, 6]
 * ```
 */
export function dense(like: Signal, values: Matrix): DenseSignal {
  if (like?.batch === undefined) throw typeError('dense', 'like', `is ${show(like)}`, 'a signal');
  if (values?.columns === undefined) throw typeError('dense', 'values', `is ${show(values)}`, 'a Matrix');
  const { batch, time, timed, lengths } = like;
  return { kind: 'dense', batch, time, timed, width: values.columns, lengths, values };
}

/** A signal without a time axis: one vector per sequence, [batch, width]. */
export function vectors(values: Matrix): DenseSignal {
  const { rows: batch, columns: width } = values;
  return { kind: 'dense', batch, time: 1, timed: false, width, lengths: undefined, values };
}

/**
 * Returns a signal if it is dense.
 *
 * @throws RangeError if it is one-hot.
 */
export function denseOnly(where: string, argument: string, signal: Signal): DenseSignal {
  if (signal.kind === 'dense') return signal;
  throw rangeError(where, argument, 'is one-hot', 'real features, such as an Embedding gives');
}

/** The steps `start` to `start + count` of a signal, as a view. */
export function steps(signal: Signal, start: number, count: number): Signal {
  const { batch } = signal;
  const lengths = signal.lengths?.map((length) => Math.min(Math.max(length - start, 0), count));
  if (signal.kind === 'dense')
    return { ...signal, time: count, lengths, values: signal.values.rowsFrom(start * batch, count * batch) };
  return {
    ...signal,
    time: count,
    lengths,
    indices: signal.indices.columnsFrom(start * batch, count * batch),
  };
}

/** The total number of valid steps of all sequences. */
export function validSteps({ batch, time, lengths }: SignalExtent): number {
  return lengths?.reduce((sum, length) => sum + length, 0) ?? batch * time;
}
