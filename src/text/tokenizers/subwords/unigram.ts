/** Unigram: splits a word in the most probable way, with pieces drawn independently. */
import { byteTokens, inBytes, type Segment, type SubwordModel } from './model.ts';

/** The options of a unigram model, as named in `tokenizer.json`. */
export interface UnigramOptions {
  /** Each piece with its log probability; its index is its position. */
  readonly pieces: readonly (readonly [string, number])[];
  /** The index of the unknown token. */
  readonly unknown: number | undefined;
  readonly byteFallback: boolean;
}

// How far the log probability of an unknown character lies below the least likely piece: SentencePiece's value.
const UNKNOWN_PENALTY = 10;

/**
 * The best split of the first n characters maximises over the start of the last piece (Viterbi 1967).
 *
 * Source: T. Kudo, Subword regularization, arXiv 1804.10959.
 */
export function unigramModel({ pieces, unknown, byteFallback }: UnigramOptions): SubwordModel {
  const vocabulary = new Map<string, number>();
  for (const [index, [piece]] of pieces.entries()) if (!vocabulary.has(piece)) vocabulary.set(piece, index);
  const bytes = byteFallback ? byteTokens(vocabulary) : undefined;
  const longest = pieces.reduce((most, [piece]) => Math.max(most, piece.length), 1);
  const least = pieces.reduce((score, [, own]) => Math.min(score, own), 0) - UNKNOWN_PENALTY;

  function segment(word: string): readonly Segment[] {
    const best = new Float64Array(word.length + 1).fill(Number.NEGATIVE_INFINITY);
    const from = new Int32Array(word.length + 1).fill(-1);
    const last = new Int32Array(word.length + 1).fill(-1); // the last piece's index, -1 for an unknown character
    best[0] = 0;
    for (let start = 0; start < word.length; ) {
      const step = word.codePointAt(start)! > 0xffff ? 2 : 1;
      const reach = Math.min(word.length, start + longest);
      let hasSingle = false;
      const offer = (end: number, score: number, index: number) => {
        if (best[start]! + score <= best[end]!) return;
        best[end] = best[start]! + score;
        from[end] = start;
        last[end] = index;
      };
      for (let end = start + step; end <= reach; end++) {
        const index = vocabulary.get(word.slice(start, end));
        if (index === undefined) continue;
        offer(end, pieces[index]![1], index);
        if (end === start + step) hasSingle = true;
      }
      if (!hasSingle) offer(start + step, least, -1);
      start += step;
    }
    return path(word, from, last);
  }

  /** Reads the split from the end to the start; adjacent unknown characters form one piece. */
  function path(word: string, from: Int32Array, last: Int32Array): Segment[] {
    const spans: Segment[] = [];
    for (let end = word.length; end > 0; end = from[end]!) {
      const [index, start, after] = [last[end]!, from[end]!, spans.at(-1)];
      if (index === -1 && after?.index === -1) spans[spans.length - 1] = { index, start, end: after.end };
      else spans.push({ index, start, end });
    }
    return spans.reverse().flatMap((span) => {
      if (span.index !== -1) return span;
      if (bytes !== undefined) return inBytes(word, span.start, span.end, bytes);
      return unknown === undefined ? [] : { ...span, index: unknown };
    });
  }

  return { vocabulary, segment };
}
