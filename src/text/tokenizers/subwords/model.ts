/**
 * What every subword model is made of: a vocabulary, and words cut into pieces of it.
 *
 * The types only; each model has its own file.
 */

/** One piece of a word: its index, and the units of the word from start up to, not including, end. */
export interface Segment {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** Cuts a word, as the pre-tokenizer left it, into pieces. */
export interface SubwordModel {
  readonly vocabulary: ReadonlyMap<string, number>;
  segment(word: string): readonly Segment[];
}

/** The 256 tokens that stand for bytes, `<0x00>` to `<0xFF>`, or none where the vocabulary lacks one. */
export function byteTokens(vocabulary: ReadonlyMap<string, number>): readonly number[] | undefined {
  const indices: number[] = [];
  for (let byte = 0; byte < 256; byte++) {
    const index = vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
    if (index === undefined) return undefined;
    indices.push(index);
  }
  return indices;
}

const encoder = /* @__PURE__ */ new TextEncoder();

/** A span of a word as the tokens of its bytes: the first has all units of the span, the others none. */
export function inBytes(word: string, start: number, end: number, bytes: readonly number[]): Segment[] {
  return Array.from(encoder.encode(word.slice(start, end)), (byte, i) => ({
    index: bytes[byte]!,
    start: i === 0 ? start : end,
    end,
  }));
}
