/** The types of all subword models: a vocabulary, and words split into pieces of it. */

/** One piece of a word: its index, and its units from start up to, but excluding, end. */
export interface Segment {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** Splits a pre-tokenized word into pieces. */
export interface SubwordModel {
  readonly vocabulary: ReadonlyMap<string, number>;
  segment(word: string): readonly Segment[];
}

/** The indices of the 256 byte tokens, `<0x00>` to `<0xFF>`; undefined if the vocabulary lacks one. */
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

/** A span of a word as byte tokens: the first covers all units of the span, the others none. */
export function inBytes(word: string, start: number, end: number, bytes: readonly number[]): Segment[] {
  return Array.from(encoder.encode(word.slice(start, end)), (byte, i) => ({
    index: bytes[byte]!,
    start: i === 0 ? start : end,
    end,
  }));
}
