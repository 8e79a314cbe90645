/**
 * Sequences of different lengths as one block.
 *
 * Answers for padding and truncation; which sequences come together, batches.ts decides.
 */
import { oneOf, rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import type { Complete } from '../../common/options.ts';
import { optionsOf } from '../../common/options.ts';

/** Indices: [batch, time]. */
export interface IndexTensor {
  readonly data: Int32Array;
  readonly shape: readonly [batch: number, time: number];
}

/** How the block is filled. */
export interface PaddingOptions {
  /**
   * The index that fills the rest: a vocabulary's `pad`; 0 if the option is left out. Given but undefined, as of a
   * vocabulary that has none, it is refused: 0 would be a token there.
   */
  readonly pad?: number | undefined;
  /** The block's time steps (default: the longest sequence). Longer sequences are truncated. */
  readonly length?: number | undefined;
  /** On which side padding stands (default `'right'`, as `lengths` needs it). */
  readonly side?: 'right' | 'left' | undefined;
  /** Which end of a longer sequence is kept (default `'start'`). */
  readonly keep?: 'start' | 'end' | undefined;
}

/** Options that were checked; without a length, that of the longest sequence. */
export interface CompletePadding extends Complete<Omit<PaddingOptions, 'length'>> {
  readonly length: number | undefined;
}

/** One block and how much of each row is real. */
export interface PaddedBatch {
  /** [batch, time] */
  readonly inputs: IndexTensor;
  /**
   * [batch] As `Sequence` takes them: steps at and after a row's length are padding. With padding on the left there
   * is none after, and all of them are the whole time.
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
  optionsOf(where, options);
  return pad(sequences, paddingOptions(where, options));
}

/** Fills in the defaults, but for the length, and refuses what isn't one of the choices. */
export function paddingOptions(where: string, options: PaddingOptions): CompletePadding {
  if ('pad' in options && options.pad === undefined)
    throw typeError(
      where,
      'pad',
      'is undefined',
      'an index: a vocabulary with a special for padding has one, and 0 is taken where the option is left out',
    );
  return {
    pad: wholeNumber(where, 'pad', options.pad ?? 0, 0),
    length: options.length === undefined ? undefined : wholeNumber(where, 'length', options.length),
    side: oneOf(where, 'side', options.side ?? 'right', ['right', 'left']),
    keep: oneOf(where, 'keep', options.keep ?? 'start', ['start', 'end']),
  };
}

/** Pads what was checked, as was checked. */
export function pad(sequences: readonly ArrayLike<number>[], options: CompletePadding): PaddedBatch {
  const { side, keep } = options;
  const longest = sequences.reduce((most, sequence) => Math.max(most, sequence.length), 0);
  const time = options.length ?? Math.max(longest, 1);
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

/** Passes on sequences of indices, at least one. */
export function checkSequences(where: string, sequences: unknown): void {
  if (!Array.isArray(sequences))
    throw typeError(where, 'sequences', `is ${show(sequences)}`, 'an array of sequences');
  if (sequences.length === 0) throw rangeError(where, 'sequences', 'is empty', 'at least one sequence');
  for (const [row, sequence] of sequences.entries()) checkIndices(where, `sequence ${row}`, sequence);
}

/** Passes on indices: whole numbers from 0 to 2^31 − 1. */
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
