/** WordPiece: splits a word into the longest pieces in the vocabulary, from left to right. */
import type { Segment, SubwordModel } from './model.ts';

/** The options of a WordPiece model, as named in `tokenizer.json`. */
export interface WordPieceOptions {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly unknown: string;
  /** Prefixes each piece of a word except the first. */
  readonly prefix: string;
  /** The maximum number of characters; a longer word is unknown. */
  readonly longest: number;
}

/** Source: M. Schuster and K. Nakajima, Japanese and Korean voice search (2012), as used by BERT, arXiv 1810.04805. */
export function wordPieceModel({ vocabulary, unknown, prefix, longest }: WordPieceOptions): SubwordModel {
  function segment(word: string): readonly Segment[] {
    const characters = Array.from(word);
    const whole = [{ index: vocabulary.get(unknown)!, start: 0, end: word.length }];
    if (characters.length > longest) return whole;
    const segments: Segment[] = [];
    let unit = 0;
    for (let at = 0; at < characters.length; ) {
      let end = characters.length;
      let spelling = word.slice(unit);
      let index = vocabulary.get(at === 0 ? spelling : prefix + spelling);
      while (index === undefined) {
        if (--end === at) return whole;
        spelling = spelling.slice(0, -characters[end]!.length);
        index = vocabulary.get(at === 0 ? spelling : prefix + spelling);
      }
      segments.push({ index, start: unit, end: unit + spelling.length });
      unit += spelling.length;
      at = end;
    }
    return segments;
  }
  return { vocabulary, segment };
}
