/** Signals whose steps are sequences, as {@link EachStep} reads them. */
import { rangeError } from '../common/errors.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { Signal } from '../signal/signal.ts';

/** The steps of a batch, each a sequence. Its extent is that of the steps; its values are those of `sequences`. */
export type Nested = Signal & {
  /** The sequences of all valid steps, as one batch; equal sequences of indices may occur once. */
  readonly sequences: Signal;
  /** The sequence of each step, −1 beyond each length; [1, time·batch]. */
  readonly places: Matrix;
};

/** The sequences found in an input, and the sequence of each step. */
export interface Found {
  /** The index `b·time + t` of the first step with each sequence. */
  readonly rows: readonly number[];
  /** The steps of each sequence. */
  readonly lengths: readonly number[];
  /** In the order of a signal: t·batch + b. */
  readonly places: Int32Array;
}

/** @throws RangeError if the signal does not come from the input of a model. */
export function nested(signal: Signal): Nested {
  if ('sequences' in signal) return signal as Nested;
  throw rangeError(
    'EachStep',
    'its input',
    'comes from another layer',
    'the input of a model: a sequence at each step',
  );
}

/**
 * The sequences of indices to compute: the distinct ones, or all of them.
 *
 * @throws RangeError if an index is out of range, or follows the end of its sequence.
 */
export function distinctSequences(
  where: string,
  argument: string,
  { data, shape }: Indices,
  ends: readonly number[],
  classes: number,
  distinct: boolean,
): Found {
  const [batch, time, inner] = shape as [number, number, number];
  const known = new Map<string, number>();
  const rows: number[] = [];
  const lengths: number[] = [];
  const places = new Int32Array(batch * time).fill(-1);
  for (let b = 0; b < batch; b++)
    for (let t = 0; t < ends[b]!; t++) {
      const at = b * time + t;
      const sequence = data.subarray(at * inner, (at + 1) * inner);
      const end = sequence.indexOf(-1);
      const length = end < 0 ? inner : end;
      sequence.forEach((index, l) => {
        if (l < length ? index >= 0 && index < classes : index === -1) return;
        const expected =
          l < length
            ? `an index from 0 to ${classes - 1} (classes is ${classes}), or −1 after the end`
            : '−1, since the sequence has ended';
        throw rangeError(where, `${argument}[${b}, ${t}, ${l}]`, `is ${index}`, expected);
      });
      const key = distinct ? sequence.join() : `${at}`;
      const place = known.get(key) ?? rows.length;
      if (place === rows.length) {
        known.set(key, place);
        rows.push(at);
        lengths.push(length);
      }
      places[t * batch + b] = place;
    }
  return { rows, lengths, places };
}

/** Every valid step on its own. */
export function allSteps(batch: number, time: number, inner: number, ends: readonly number[]): Found {
  const rows: number[] = [];
  const places = new Int32Array(batch * time).fill(-1);
  for (let b = 0; b < batch; b++)
    for (let t = 0; t < ends[b]!; t++) places[t * batch + b] = rows.push(b * time + t) - 1;
  return { rows, lengths: rows.map(() => inner), places };
}

/** A batch of sequences of indices. */
export function indexSequences(
  arena: Arena,
  { data, shape }: Indices,
  { rows, lengths }: Found,
  classes: number,
): Signal {
  const inner = shape[2]!;
  // A batch is never empty.
  const batch = Math.max(rows.length, 1);
  const indices = arena.matrix(1, inner * batch);
  const { values } = arena.backend.heap;
  values.fill(-1, indices.offset, indices.offset + inner * batch);
  rows.forEach((at, n) => {
    for (let l = 0; l < lengths[n]!; l++) values[indices.offset + l * batch + n] = data[at * inner + l]!;
  });
  const valid = rows.length === 0 ? [0] : lengths;
  const full = valid.every((length) => length === inner);
  return {
    kind: 'oneHot',
    batch,
    time: inner,
    timed: true,
    width: classes,
    lengths: full ? undefined : valid,
    indices,
  };
}

/** A batch of sequences of features. */
export function featureSequences(arena: Arena, { data, shape }: Tensor, { rows }: Found): Signal {
  const [, , inner, width] = shape as [number, number, number, number];
  const batch = Math.max(rows.length, 1);
  const values = arena.zeros(inner * batch, width);
  const { values: elements } = arena.backend.heap;
  rows.forEach((at, n) => {
    for (let l = 0; l < inner; l++) {
      const from = (at * inner + l) * width;
      elements.set(data.subarray(from, from + width), values.offset + (l * batch + n) * width);
    }
  });
  return { kind: 'dense', batch, time: inner, timed: true, width, lengths: undefined, values };
}
