/**
 * Pads and truncates sequences of different lengths to one block.
 *
 * batches.ts groups the sequences.
 */

import { number, rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import { type Checks, type Complete, checkOptions, size } from '../../common/options.ts';
import { isInt32 } from '../../common/tensor.ts';

/** Indices: [batch, time]. */
export interface IndexTensor {
  readonly data: Int32Array;
  readonly shape: readonly [batch: number, time: number];
}

/** How blocks are padded and truncated. */
export interface PaddingOptions {
  /**
   * The padding value, of 32 bits: a vocabulary's `pad`, or −1 for targets that a loss should ignore (default 0). An explicit undefined,
   * such as the `pad` of a vocabulary without padding, is refused, because 0 would be a token.
   */
  readonly pad?: number | undefined;
  /** The number of time steps of every block (default: that of its longest sequence). Longer sequences are truncated. */
  readonly length?: number | undefined;
  /**
   * The maximum number of time steps: longer sequences are truncated, and a block is as long as its longest. Not together with `length`.
   */
  readonly maxLength?: number | undefined;
  /** The side of the padding (default `'right'`, as `lengths` requires). */
  readonly side?: 'right' | 'left' | undefined;
  /** The end of a longer sequence that is kept (default `'start'`). */
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

/** Checked options: the minimum and maximum number of time steps of a block. */
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
 * @param sequences - [batch] each [time]
 * @throws RangeError if there are no sequences, or an option is out of range; TypeError if a sequence contains values
 * other than whole numbers, or `pad` is undefined.
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

/** Pads checked sequences with checked options. */
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
  wholeNumber(where, `${argument}.length`, list.length, 0);
  for (let i = 0; i < list.length; i++) {
    const index = list[i];
    if (!isInt32(index) || index < 0)
      throw typeError(where, argument, `has ${show(index)}`, 'indices (whole numbers from 0)');
  }
  return indices as ArrayLike<number>;
}
