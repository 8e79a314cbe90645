/** Cuts one long stream into rows of contiguous text, in windows for truncated backpropagation through time. */

import { rangeError } from '../../common/errors.ts';
import { type Checks, checkOptions, size } from '../../common/options.ts';
import { checkIndices, type IndexTensor } from './padding.ts';

/** The number of rows, and the two lengths of truncated backpropagation. */
export interface ChunkOptions {
  /** The number of rows: row r reads the r-th part of the stream, from its start to its end. */
  readonly batchSize: number;
  /** k1: the number of new steps per window, one update each. */
  readonly k1: number;
  /** k2: the number of steps gradients flow back (default k1). At least k1. */
  readonly k2?: number | undefined;
}

const checks: Checks<ChunkOptions> = {
  batchSize: { required: size },
  k1: { required: size },
  k2: size,
};

/** One window of all rows. */
export interface Chunk {
  /** [batch, time] */
  readonly inputs: IndexTensor;
  /** [batch, time] The next index after each input. */
  readonly targets: IndexTensor;
  /** Whether this is the first window, whose initial state is zero. All others start from the carried state. */
  readonly first: boolean;
  /**
   * What `train` reads: each row continues the same row of the previous window, from the state at its end. Not set with k2 > k1,
   * where the state comes from step `carry` instead.
   */
  readonly continues?: boolean;
  /** [batch] The valid steps of each row, if some have ended: only from {@link chunksOfStreams}. */
  readonly lengths?: number[];
  /** Steps from `fresh` on are new; earlier windows counted the losses before it. */
  readonly fresh: number;
  /**
   * The number of steps of this window before the next one starts: carry the state from there. With k1 = k2 this is the
   * end of the window; otherwise run the window as two sequences, split here, to obtain the state.
   */
  readonly carry: number;
}

/**
 * Cuts a stream into windows for BPTT(k1, k2): every k1 steps, with gradients over the last k2.
 *
 * A stream of n indices gives each of B rows ⌊(n − 1) / B⌋ steps. Window j ends at step e = min((j + 1) · k1, steps) and
 * begins at max(0, j · k1 + k1 − k2): with k2 > k1 the first windows are shorter, and windows overlap by k2 − k1. The
 * last may be shorter.
 *
 * Source: R. Williams and J. Peng, An efficient gradient-based algorithm for on-line training of recurrent network
 * trajectories (1990): BPTT(h; h′) with h = k2, h′ = k1.
 *
 * @param stream - [time]
 * @throws RangeError if the stream is too short for the rows, k2 is less than k1, or an option is not a whole number.
 *
 * @example
 * ```ts
 * import { chunksOf } from 'recurrent-cells/text';
 * const chunks = [...chunksOf([0, 1, 2, 3, 4, 5, 6, 7, 8], { batchSize: 2, k1: 2 })];
 * [...chunks[0]!.inputs.data]; // → [0, 1, 4, 5]
 * [...chunks[0]!.targets.data]; // → [1, 2, 5, 6]
 * [...chunks[1]!.inputs.data]; // → [2, 3, 6, 7]
 * chunks.map((chunk) => chunk.first); // → [true, false]
 * ```
 */
export function chunksOf(stream: ArrayLike<number>, options: ChunkOptions): IterableIterator<Chunk> {
  const where = 'chunksOf';
  checkIndices(where, 'stream', stream);
  const { batchSize, k1, k2 = k1 } = checkOptions(where, options, checks);
  if (k2 < k1)
    throw rangeError(where, 'k2', `is ${k2}`, `at least k1 (${k1}), or some steps would have no gradient`);
  const steps = Math.floor((stream.length - 1) / batchSize);
  if (steps < 1)
    throw rangeError(
      where,
      'stream',
      `has ${stream.length} indices`,
      `at least ${batchSize + 1} for ${batchSize} rows`,
    );
  return windows(stream, batchSize, steps, k1, k2);
}

function* windows(
  stream: ArrayLike<number>,
  batchSize: number,
  steps: number,
  k1: number,
  k2: number,
): IterableIterator<Chunk> {
  const startOf = (j: number) => Math.max(0, (j + 1) * k1 - k2);
  for (let j = 0; j * k1 < steps; j++) {
    const start = startOf(j);
    const time = Math.min((j + 1) * k1, steps) - start;
    const block = (shift: number): IndexTensor => {
      const data = new Int32Array(batchSize * time);
      for (let row = 0; row < batchSize; row++) {
        for (let step = 0; step < time; step++)
          data[row * time + step] = stream[row * steps + start + step + shift]!;
      }
      return { data, shape: [batchSize, time] };
    };
    const carry = Math.min(startOf(j + 1) - start, time);
    const chunk = { inputs: block(0), targets: block(1), first: j === 0, fresh: j * k1 - start, carry };
    yield k2 === k1 ? { ...chunk, continues: j > 0 } : chunk;
  }
}
