/**
 * The word tokenizer by `Intl.Segmenter`: UAX #29, with dictionaries for Chinese, Japanese, Thai, Khmer, Lao, Burmese.
 *
 * Words depend on the engine's ICU; {@link pattern} is identical on every engine.
 */

import { type Checks, checkOptions } from '../../common/options.ts';
import {
  checkLocale,
  type NormalizationOptions,
  normalizationChecks,
  normalizationOptions,
} from './normalize.ts';
import { PIECE, segmentPiece, unitTable, WORTHWHILE } from './pieces.ts';
import { type Tokenizer, tokenizerOf } from './tokenizer.ts';

/** The language, the segments to keep, and how text is prepared. */
export interface WordOptions extends NormalizationOptions {
  /** The language whose rules apply (BCP 47; default `'en'`, never the system's, for reproducible results). */
  readonly locale?: string | undefined;
  /** `'words'` (default), or `'all'`: also spaces and punctuation, so that the tokens' `raw` join to the source. */
  readonly keep?: 'words' | 'all' | undefined;
}

const checks = (): Checks<WordOptions> => ({
  locale: checkLocale,
  keep: ['words', 'all'],
  ...normalizationChecks,
});

/**
 * Splits text into words by Unicode's rules and the engine's dictionaries.
 *
 * Linear in the length of the text: the segmenter is fed in pieces that end between two words. If a run of Chinese,
 * Japanese, Thai, … exceeds 500 characters without a space, a piece ends eight words before the text read, so that
 * the dictionary sees what follows.
 *
 * Source: UAX #29, word boundaries. Engines with another version of ICU may split differently.
 *
 * @throws TypeError or RangeError for invalid options, or a text that is not a string.
 *
 * @example
 * ```ts
 * import { words } from 'recurrent-cells/text';
 * words().tokenize("Don't panic: it's 3.14!"); // → ["Don't", 'panic', "it's", '3.14']
 * words({ lowercase: true, locale: 'ko' }).tokenize('강에서 BOAT 3.14'); // → ['강에서', 'boat', '3.14']
 * ```
 */
export function words(options: WordOptions = {}): Tokenizer {
  const { locale: given = 'en', keep = 'words' } = checkOptions('words', options, checks());
  const locale = checkLocale('words', 'locale', given);
  const segmenter = new Intl.Segmenter(locale, { granularity: 'word' });
  const joined = joinedBy(segmenter);
  return tokenizerOf({
    kind: 'words',
    normalization: normalizationOptions(options),
    scan: (text) => wordSpans(segmenter, joined, text, keep === 'all'),
    options: { locale, keep },
  });
}

/**
 * Characters that need no segmenter. Marks join the previous character; a letter's script matters if ICU separates scripts
 * (Hangul), or if a quotation mark joins letters (Hebrew); dictionary scripts and rare signs are excluded.
 */
const CLASSES = [
  /[A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F\u0388-\u038A\u038C\u038E-\u03A1\u03A3-\u03F5\u03F7-\u0481\u048A-\u052F\u0620-\u064A\u0671-\u06D3\u0904-\u0939\u1E00-\u1EFF]/,
  /[0-9]/,
  /[가-힣]/,
  /[\u05D0-\u05EA]/,
  /_/,
  /[.:;,'"\u00B7\u060C\u2018\u2019]/,
  /[\t!#$%&()*+\-/<=>?@[\\\]^`{|}~\u00A0\u00AB\u00BB\u0964\u2013\u2014\u201C-\u201E\u2026]/,
  /[\u0300-\u036F\u05B0-\u05BD\u064B-\u065F\u0670\u0900-\u0903\u093A-\u093C\u093E-\u094F]/,
  / /,
  /[\n\r]/,
];
const [LETTER, DIGIT, HANGUL, HEBREW, LOW_LINE, MIDDLE, SIGN, MARK, SPACE, LINE_END] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
];
// A letter of a script that has no class here; no halfwidth sound mark, which belongs to the letter before it.
const OTHER_LETTER = /[^\P{L}\uFF9E\uFF9F]/u;
const OTHER = -1;
// How many segments before a cut may depend on what follows: a mark between two letters ("can't") needs the letter after it,
// and dictionaries look some words ahead.
const DOUBTFUL = 8;
let classes: Uint8Array | undefined;

/** The class of the unit at an offset; 0 for units that need the segmenter, and beyond the end. */
function classAt(text: string, at: number): number {
  return classes![text.charCodeAt(at)] ?? 0;
}

function* wordSpans(
  segmenter: Intl.Segmenter,
  joined: ReadonlySet<string>,
  text: string,
  all: boolean,
): Iterable<readonly number[]> {
  classes ??= unitTable(CLASSES);
  for (let at = 0; at < text.length; ) {
    const spans: number[] = [];
    const reach = Math.min(at + PIECE, text.length);
    while (at < reach) {
      const end = plainEnd(text, at, joined);
      if (end === -1) break;
      if (all || isWord(text, at, end)) spans.push(at, end);
      at = end;
    }
    if (at < reach) {
      const piece = segmentPiece(segmenter, text, at, sureBreak(text, at, reach), DOUBTFUL);
      for (const [i, end] of piece.ends.entries()) {
        if (all || piece.wordLike[i]) spans.push(at, end);
        at = end;
      }
    }
    yield spans;
  }
}

/** Which of the signs that may stand inside a word do so between letters and digits: it depends on the language. */
function joinedBy(segmenter: Intl.Segmenter): ReadonlySet<string> {
  const joined = new Set<string>();
  for (const sign of '.:;,\'"\u00B7\u060C\u2018\u2019') {
    for (const [before, first] of [[LETTER, 'a'], [DIGIT, '1']] as const) {
      for (const [after, last] of [[LETTER, 'a'], [DIGIT, '1']] as const) {
        if ([...segmenter.segment(first + sign + last)].length === 1) joined.add(before + sign + after);
      }
    }
  } // biome-ignore format: pairs
  return joined;
}

/** Whether a plain segment has a letter or digit: only low lines may come before the first. */
function isWord(text: string, start: number, end: number): boolean {
  let at = start;
  while (at < end - 1 && classAt(text, at) === LOW_LINE) at++;
  const kind = classAt(text, at);
  return kind >= LETTER && kind < LOW_LINE;
}

/** The end of the segment that begins at `start`, by UAX #29 alone; or -1 if it needs the segmenter. */
function plainEnd(text: string, start: number, joined: ReadonlySet<string>): number {
  const kind = classAt(text, start);
  if (kind === 0 || kind === MARK) return -1;
  if (kind < MIDDLE) return plainWordEnd(text, start, joined);
  let end = start + 1;
  if (kind === LINE_END) return text.startsWith('\r\n', start) ? end + 1 : end;
  if (kind === SPACE) while (classAt(text, end) === SPACE) end++;
  return settled(text, end) ? end : -1;
}

function plainWordEnd(text: string, start: number, joined: ReadonlySet<string>): number {
  const script = classAt(text, start);
  const alone = script === HANGUL || script === HEBREW;
  let last = 0;
  for (let end = start; ; end++) {
    const kind = classAt(text, end);
    // ICU treats several low lines differently.
    if (kind === LOW_LINE && last === LOW_LINE) return -1;
    // With a mark on its last low line or syllable, a segment no longer counts as a word (in ICU, not in UAX #29).
    if (kind === MARK && (last === LOW_LINE || last === HANGUL)) return -1;
    if (kind === MARK) continue;
    if (alone ? kind === script : kind === LETTER || kind === DIGIT || kind === LOW_LINE) {
      last = kind;
    } else if (kind === MIDDLE) {
      const next = classAt(text, end + 1);
      // Hebrew abbreviations end in such a sign or contain one.
      if (script === HEBREW) return -1;
      if (alone ? next > 0 && next < MIDDLE : next === HANGUL || next === HEBREW) return -1;
      if (!settled(text, end + 1)) return -1;
      if (!joined.has(last + text[end]! + next)) return end;
    } else return kind < MIDDLE && end < text.length ? -1 : end;
  }
}

/** Whether the text at `at` cannot extend the segment before it. */
function settled(text: string, at: number): boolean {
  const kind = classAt(text, at);
  return at >= text.length || (kind !== 0 && kind !== MARK);
}

/**
 * Where the segmenter's piece may end: beside a space, line end or sign that joins nothing, preferably before a run
 * long enough to skip the segmenter, otherwise as late as possible, since each call has a fixed cost; or -1.
 */
function sureBreak(text: string, start: number, reach: number): number {
  const kindAt = (at: number) => classAt(text, at) || (OTHER_LETTER.test(text[at]!) ? OTHER : 0);
  let last = -1;
  let first = -1;
  let before = kindAt(start);
  for (let at = start + 1; at < reach; at++) {
    const kind = kindAt(at);
    if (kind <= 0) first = -1;
    if (kind !== 0 && kind !== MARK && before !== 0 && before !== MARK) {
      const apart = before >= SIGN || kind >= SIGN;
      if (apart && !(before >= SPACE && kind >= SPACE)) {
        last = at;
        if (first === -1 && kind > 0) first = at;
      }
    }
    if (first !== -1 && at - first >= WORTHWHILE) return first;
    before = kind;
  }
  return last;
}
