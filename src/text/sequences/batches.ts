/**
 * Batches of sequences of similar length, in a new order for each pass.
 *
 * Groups the sequences; padSequences makes the blocks.
 */

import { type Checks, checkOptions, flag, later, size } from '../../common/options.ts';
import { type RandomSource, randomSource, shuffle } from '../../random/random.ts';
import {
  type CompletePadding,
  checkSequences,
  type PaddedBatch,
  type PaddingOptions,
  pad,
  paddingChecks,
  paddingOptions,
} from './padding.ts';

/** The batch size, the pool size, and the order. */
export interface BatchOptions extends PaddingOptions {
  readonly batchSize: number;
  /** A seed, or a generator, whose state advances. Default: ordered by length, deterministic. */
  readonly random?: number | RandomSource | undefined;
  /**
   * The number of batches in a pool: sequences are pooled at random and sorted by length within (default 50). More: less padding,
   * less randomness. 1: a fully random order.
   */
  readonly poolBatches?: number | undefined;
  /** Whether to drop an incomplete last batch; default `false`. */
  readonly dropLast?: boolean | undefined;
}

const checks = (): Checks<BatchOptions> => ({
  ...paddingChecks,
  batchSize: { required: size },
  random: later,
  poolBatches: size,
  dropLast: flag,
});

/** A padded block and the sequences in it. */
export interface SequenceBatch extends PaddedBatch {
  /** [batch] The indices of the sequences in the input, to look up labels. */
  readonly rows: number[];
}

/**
 * Groups sequences by length into padded batches, in random order; each sequence occurs once.
 *
 * 1. shuffle all sequences; 2. sort each pool of poolBatches · batchSize by length; 3. cut into batches; 4. shuffle
 * the batches. Call it again for the next pass, with another seed or the same generator.
 *
 * @param sequences - [number] each [time]
 * @throws RangeError or TypeError for options out of range, or sequences that contain values other than indices.
 *
 * @example
 * ```ts
 * import { batchesByLength } from 'recurrent-cells/text';
 * const sequences = [[1, 2, 3], [4], [5, 6, 7], [8]];
 * const batches = [...batchesByLength(sequences, { batchSize: 2 })];
 * batches.map((batch) => batch.rows); // → [[1, 3], [0, 2]]
 * batches.map((batch) => batch.inputs.shape); // → [[2, 1], [2, 3]]
 * ```
 */
export function batchesByLength(
  sequences: readonly ArrayLike<number>[],
  options: BatchOptions,
): IterableIterator<SequenceBatch> {
  const where = 'batchesByLength';
  checkSequences(where, sequences);
  const { batchSize, poolBatches = 50, dropLast = false } = checkOptions(where, options, checks());
  const padding = paddingOptions(where, options);
  const pool = batchSize * poolBatches;
  const random = options.random === undefined ? undefined : randomSource(where, options.random);
  const rows = Array.from(sequences.keys());
  const byLength = (a: number, b: number) => sequences[a]!.length - sequences[b]!.length || a - b;
  const pools = random === undefined ? [rows] : slices(shuffle(rows, random), pool);
  const groups = pools.flatMap((drawn) => slices(drawn.sort(byLength), batchSize));
  const full = dropLast ? groups.filter((group) => group.length === batchSize) : groups;
  return blocks(random === undefined ? full : shuffle(full, random), sequences, padding);
}

function* blocks(
  groups: readonly number[][],
  sequences: readonly ArrayLike<number>[],
  padding: CompletePadding,
): IterableIterator<SequenceBatch> {
  for (const rows of groups) {
    const chosen = rows.map((row) => sequences[row]!);
    yield { ...pad(chosen, padding), rows };
  }
}

function slices(rows: readonly number[], size: number): number[][] {
  const parts: number[][] = [];
  for (let at = 0; at < rows.length; at += size) parts.push(rows.slice(at, at + size));
  return parts;
}
