/**
 * Sequences of different lengths as one block.
 *
 * Padding and truncation; batches.ts groups the sequences.
 */

import { number, rangeError, show, typeError } from '../../common/errors.ts';
import { type Checks, type Complete, checkOptions, size } from '../../common/options.ts';

/** Indices: [batch, time]. */
export interface IndexTensor {
  readonly data: Int32Array;
  readonly shape: readonly [batch: number, time: number];
}

/** How the block is filled. */
export interface PaddingOptions {
  /**
   * What fills the rest, of 32 bits: a vocabulary's `pad`, or −1 for targets that a loss is to ignore (default 0). Undefined,
   * as of a vocabulary that has none, it is refused: 0 would be a token there.
   */
  readonly pad?: number | undefined;
  /** The time steps of every block (default: of its longest sequence). Longer sequences are truncated. */
  readonly length?: number | undefined;
  /** The most time steps: longer sequences are truncated, and a block is as long as its longest. Not beside `length`. */
  readonly maxLength?: number | undefined;
  /** On which side padding stands (default `'right'`, as `lengths` needs it). */
  readonly side?: 'right' | 'left' | undefined;
  /** Which end of a longer sequence is kept (default `'start'`). */
  readonly keep?: 'start' | 'end' | undefined;
}

export const paddingChecks: Checks<PaddingOptions> = {
  pad: (where, argument, value) =>
    number(where, argument, value, 'a whole number of 32 bits', (index) => index === (index | 0)),
  length: size,
  maxLength: size,
  side: ['right', 'left'],
  keep: ['start', 'end'],
};

/** Options that were checked: a block has at least and at most so many time steps. */
export interface CompletePadding extends Complete<Omit<PaddingOptions, 'length' | 'maxLength'>> {
  readonly least: number;
  readonly most: number;
}

/** A padded block and the length of each row. */
export interface PaddedBatch {
  /** [batch, time] */
  readonly inputs: IndexTensor;
  /**
   * [batch] The lengths for `Sequence`: steps at and after a row's length are padding. With padding on the left, every
   * length is the full time.
   */
  readonly lengths: number[];
}

/**
 * Pads and truncates sequences of indices to one length.
 *
 * @param sequences - [batch] each [its own time]
 * @throws RangeError if there are no sequences, or an option is out of range; TypeError if a sequence holds something
 * else than whole numbers, or `pad` is undefined.
 *
 * @example
 * ```ts
 * import { padSequences } from 'recurrent-cells/text';
 * const { inputs, lengths } = padSequences([[5, 6, 7], [8]], { pad: 0 });
 * [...inputs.data]; // → [5, 6, 7, 8, 0, 0]
 * inputs.shape; // → [2, 3]
 * lengths; // → [3, 1]
 * [...padSequences([[5, 6, 7]], { length: 2, keep: 'end' }).inputs.data]; // → [6, 7]
 * ```
 */
export function padSequences(
  sequences: readonly ArrayLike<number>[],
  options: PaddingOptions = {},
): PaddedBatch {
  const where = 'padSequences';
  checkSequences(where, sequences);
  return pad(sequences, paddingOptions(where, checkOptions(where, options, paddingChecks)));
}

/** Fills in the defaults. */
export function paddingOptions(where: string, options: PaddingOptions): CompletePadding {
  if ('pad' in options && options.pad === undefined)
    throw typeError(
      where,
      'pad',
      'is undefined',
      'an index: a vocabulary with a special for padding has one, and 0 is taken where the option is left out',
    );
  const { pad = 0, length, maxLength, side = 'right', keep = 'start' } = options;
  if (length !== undefined && maxLength !== undefined)
    throw rangeError(where, 'maxLength', 'is given beside length', 'one of the two');
  return {
    pad,
    least: length ?? 1,
    most: length ?? maxLength ?? Number.POSITIVE_INFINITY,
    side,
    keep,
  };
}

/** Pads what was checked, as was checked. */
export function pad(sequences: readonly ArrayLike<number>[], options: CompletePadding): PaddedBatch {
  const { side, keep, least, most } = options;
  const longest = sequences.reduce((length, sequence) => Math.max(length, sequence.length), least);
  const time = Math.min(longest, most);
  const data = new Int32Array(sequences.length * time).fill(options.pad);
  const lengths = sequences.map((sequence, row) => {
    const length = Math.min(sequence.length, time);
    const first = keep === 'end' ? sequence.length - length : 0;
    const start = row * time + (side === 'left' ? time - length : 0);
    for (let step = 0; step < length; step++) data[start + step] = sequence[first + step]!;
    return side === 'left' ? time : length;
  });
  return { inputs: { data, shape: [sequences.length, time] }, lengths };
}

/** Checks that a value is a list of at least one sequence of indices. */
export function checkSequences(where: string, sequences: unknown): void {
  if (!Array.isArray(sequences))
    throw typeError(where, 'sequences', `is ${show(sequences)}`, 'an array of sequences');
  if (sequences.length === 0) throw rangeError(where, 'sequences', 'is empty', 'at least one sequence');
  for (const [row, sequence] of sequences.entries()) checkIndices(where, `sequence ${row}`, sequence);
}

/** Checks that values are indices: whole numbers from 0 to 2^31 − 1. */
export function checkIndices(where: string, argument: string, indices: unknown): ArrayLike<number> {
  if (typeof indices !== 'object' || typeof (indices as ArrayLike<number> | null)?.length !== 'number')
    throw typeError(where, argument, `is ${show(indices)}`, 'an array of indices');
  const list = indices as ArrayLike<unknown>;
  for (let i = 0; i < list.length; i++) {
    const index = list[i];
    if (!Number.isInteger(index) || (index as number) < 0 || (index as number) > 0x7fffffff)
      throw typeError(where, argument, `has ${show(index)}`, 'indices (whole numbers from 0)');
  }
  return indices as ArrayLike<number>;
}
