/** Cuts one long stream into rows of contiguous text, in windows for truncated backpropagation through time. */

import { rangeError, requiredOptions } from '../../common/errors.ts';
import { type Checks, checkOptions, count, size } from '../../common/options.ts';
import { LazyBatches } from './lazy-batches.ts';
import { checkIndices, type IndexTensor } from './padding.ts';

/** The number of rows, and the two lengths of truncated backpropagation. */
export interface ChunkOptions {
  /** The number of rows: row r reads the r-th part of the stream, from its start to its end. */
  readonly batchSize: number;
  /** k1: the number of new steps per window, one update each. */
  readonly k1: number;
  /** k2: the number of steps gradients flow back (default k1). At least k1. */
  readonly k2?: number | undefined;
  /** The number of times to read the stream; default 1. Each begins with the zero state. */
  readonly epochs?: number | undefined;
}

const checks: Checks<ChunkOptions> = {
  batchSize: { required: size },
  k1: { required: size },
  k2: size,
  epochs: size,
};

/** One window of all rows. */
export interface Chunk {
  /** [batch, time] */
  readonly inputs: IndexTensor;
  /** [batch, time] The next index after each input. */
  readonly targets: IndexTensor;
  /** Whether this is the first window of an epoch, whose initial state is zero. All others start from the carried state. */
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
 * The windows can be iterated repeatedly, and know their number of steps; `saveCheckpoint` keeps the place among them.
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
 * chunksOf([0, 1, 2, 3, 4, 5, 6, 7, 8], { batchSize: 2, k1: 2, epochs: 5 }).steps; // → 10
 * ```
 */
export function chunksOf(stream: ArrayLike<number>, options: ChunkOptions): Chunks {
  const where = 'chunksOf';
  checkIndices(where, 'stream', stream);
  const { batchSize, k1, k2 = k1, epochs = 1 } = checkOptions(where, options, checks);
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
  return new Chunks(Math.ceil(steps / k1), epochs, windows(stream, batchSize, steps, k1, k2));
}

/** The place among windows: the epoch, and the number of its windows returned so far. */
export interface ChunksState {
  readonly epoch: number;
  readonly position: number;
}

/**
 * The result of {@link chunksOf}.
 *
 * @example
 * ```ts
 * import { chunksOf } from 'recurrent-cells/text';
 * const make = () => chunksOf([0, 1, 2, 3, 4, 5, 6], { batchSize: 1, k1: 2, epochs: 2 });
 * const chunks = make();
 * for (const { inputs } of chunks) if (inputs.data[0] === 2) break;
 * const again = make();
 * again.restore(chunks.state());
 * [...again].map(({ inputs }) => inputs.data[0]); // → [4, 0, 2, 4]
 * ```
 */
export class Chunks extends LazyBatches<Chunk> {
  #restored: ChunksState | undefined;

  /** The place of the last iteration, for {@link restore}. */
  state(): ChunksState {
    return this.#restored ?? { epoch: this.epoch, position: this.position };
  }

  /**
   * Starts the next iteration from a saved place.
   *
   * @throws RangeError if these windows have no such place.
   */
  restore(state: ChunksState): void {
    const where = 'Chunks.restore';
    const { epoch, position } = requiredOptions(where, state, '{ epoch, position }');
    for (const [name, value] of Object.entries({ epoch, position })) count(where, name, value);
    if (epoch >= this.epochs || position > this.stepsPerEpoch)
      throw rangeError(
        where,
        'state',
        `is window ${position} of epoch ${epoch}`,
        `at most window ${this.stepsPerEpoch} of epoch ${this.epochs - 1}`,
      );
    this.#restored = { epoch, position };
  }

  /** The windows, from the first epoch or the restored place. */
  override [Symbol.iterator](): Generator<Chunk, void, undefined> {
    const { epoch, position } = this.#restored ?? { epoch: 0, position: 0 };
    this.#restored = undefined;
    return this.from(epoch, position);
  }
}

/** Cuts window j. */
function windows(
  stream: ArrayLike<number>,
  batchSize: number,
  steps: number,
  k1: number,
  k2: number,
): () => (j: number) => Chunk {
  const startOf = (j: number) => Math.max(0, (j + 1) * k1 - k2);
  return () => (j) => {
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
    return k2 === k1 ? { ...chunk, continues: j > 0 } : chunk;
  };
}
