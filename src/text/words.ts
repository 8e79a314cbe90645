/**
 * The word tokenizer by `Intl.Segmenter`: UAX #29, and dictionaries for Chinese, Japanese, Thai, Khmer, Lao, Burmese.
 *
 * Answers for words as the engine's ICU sees them; {@link pattern} is the one that is the same on every engine.
 */
import { oneOf } from '../errors.ts';
import { checkLocale, type NormalizationOptions, normalizationOptions } from './normalize.ts';
import { optionsOf } from './options.ts';
import { PIECE, segmentPiece, unitTable, WORTHWHILE } from './pieces.ts';
import { type Tokenizer, tokenizerOf } from './tokenizer.ts';

/** The language, which segments are kept, and what happens to the text before. */
export interface WordOptions extends NormalizationOptions {
  /** The language whose rules apply (BCP 47; default `'en'`, never the machine's own, so that results repeat). */
  readonly locale?: string | undefined;
  /** `'words'` (default), or `'all'`: spaces and punctuation too, so that the tokens' `raw` join to the source. */
  readonly keep?: 'words' | 'all' | undefined;
}

/**
 * Cuts text into words by Unicode's rules and the engine's dictionaries.
 *
 * Linear in the length of the text: the segmenter is fed in pieces that end between two words. Only where a run of
 * Chinese, Japanese, Thai, … goes on for over 500 characters without a space may the dictionary see another context
 * at the seam than in the whole.
 *
 * Source: UAX #29, word boundaries. Engines with another version of ICU may cut differently.
 *
 * @throws TypeError or RangeError for options that are not among the choices, or a text that is not a string.
 *
 * @example
 * ```ts
 * import { words } from 'recurrent-cells/text';
 * words().tokenize("Don't panic: it's 3.14!"); // → ["Don't", 'panic', "it's", '3.14']
 * words({ lowercase: true, locale: 'ko' }).tokenize('강에서 BOAT 3.14'); // → ['강에서', 'boat', '3.14']
 * ```
 */
export function words(options: WordOptions = {}): Tokenizer {
  const locale = checkLocale('words', 'locale', optionsOf('words', options).locale ?? 'en');
  const keep = oneOf('words', 'keep', options.keep ?? 'words', ['words', 'all']);
  const segmenter = new Intl.Segmenter(locale, { granularity: 'word' });
  return tokenizerOf({
    kind: 'words',
    normalization: normalizationOptions('words', options),
    scan: (text) => wordSpans(segmenter, text, keep === 'all'),
    options: { locale, keep },
  });
}

// Letters and digits that form one word with each other in every language, whatever stands further on; Latin and
// Hangul each for themselves, because ICU parts them.
const PLAIN = [/[A-Za-z0-9À-ÖØ-öø-ɏ]/, /[가-힣]/];
const PUNCTUATION = [/[,;:.!?]/];
const BLANK = [/[ \n]/];
let plain: Uint8Array | undefined;
let punctuation: Uint8Array | undefined;
let blank: Uint8Array | undefined;

function* wordSpans(segmenter: Intl.Segmenter, text: string, all: boolean): Iterable<readonly number[]> {
  plain ??= unitTable(PLAIN);
  punctuation ??= unitTable(PUNCTUATION);
  blank ??= unitTable(BLANK);
  for (let at = 0; at < text.length; ) {
    const spans: number[] = [];
    const reach = Math.min(at + PIECE, text.length);
    for (let end = at; end !== -1; ) {
      end = plainWord(text, at, reach);
      if (end === -1) break;
      spans.push(at, end);
      at = end;
      if (punctuation[text.charCodeAt(at)]) {
        if (all) spans.push(at, at + 1);
        at++;
      }
      if (all) spans.push(at, at + 1);
      at++;
    }
    if (spans.length === 0) {
      // A mark between two letters ("can't") needs the letter after it: two segments are in doubt.
      const piece = segmentPiece(segmenter, text, at, sureBreak(text, at, reach), 2);
      for (const [i, end] of piece.ends.entries()) {
        if (all || piece.wordLike[i]) spans.push(at, end);
        at = end;
      }
    }
    yield spans;
  }
}

/** The end of a plain word at `start` that is followed by at most one mark, a space or line end and another word; or -1. */
function plainWord(text: string, start: number, reach: number): number {
  let end = start;
  const script = plain![text.charCodeAt(start)];
  while (end < reach && script && plain![text.charCodeAt(end)] === script) end++;
  if (end === start) return -1;
  const space = punctuation![text.charCodeAt(end)] ? end + 1 : end;
  return blank![text.charCodeAt(space)] && plain![text.charCodeAt(space + 1)] ? end : -1;
}

/**
 * Where the segmenter's piece may end: between a space or line end and a plain letter, at best before a run of plain words that
 * is worth leaving the segmenter for, else as late as possible (each call has a price of its own); or -1.
 */
function sureBreak(text: string, start: number, reach: number): number {
  let last = -1;
  let first = -1;
  for (let at = start + 1; at < reach; at++) {
    const unit = text.charCodeAt(at);
    if (plain![unit]) {
      if (blank![text.charCodeAt(at - 1)]) {
        last = at;
        if (first === -1) first = at;
      }
      if (first !== -1 && at - first >= WORTHWHILE) return first;
    } else if (!blank![unit] && !punctuation![unit]) first = -1;
  }
  return last;
}
