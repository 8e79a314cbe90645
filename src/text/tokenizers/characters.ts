/** The character tokenizer: splits text into graphemes, code points or jamo, and joins them without loss. */

import { show, typeError } from '../../common/errors.ts';
import { type Checks, checkOptions } from '../../common/options.ts';
import { composeHangul } from './jamo.ts';
import { type NormalizationOptions, normalizationChecks, normalizationOptions } from './normalize.ts';
import { PIECE, segmentPiece, unitTable, WORTHWHILE } from './pieces.ts';
import { type CharacterTokenizer, type Scan, type Token, tokenizerOf } from './tokenizer.ts';

/** The unit, and how text is prepared. */
export interface CharacterOptions extends NormalizationOptions {
  /**
   * `'grapheme'` (default): user-perceived characters (Korean syllables, an emoji with its joiners).
   * `'codePoint'`: Unicode code points. `'jamo'`: code points, with Hangul syllables decomposed.
   */
  readonly unit?: 'grapheme' | 'codePoint' | 'jamo' | undefined;
}

const checks = (): Checks<CharacterOptions> => ({
  unit: ['grapheme', 'codePoint', 'jamo'],
  ...normalizationChecks,
});

/**
 * Splits text into characters, and joins them without loss.
 *
 * `join(tokens(text))` is `text`, byte for byte, including lone surrogates; `join(tokenize(text))` is
 * `text.normalize('NFC')`, or `text` itself with `normalization: 'none'`, in lower case if requested.
 * (With jamo and `'none'`, only the former holds: adjacent loose jamo in the text are joined to
 * syllables.) Linear in the length of the text.
 *
 * Source: graphemes are the extended grapheme clusters of UAX #29, as implemented by the engine's ICU.
 *
 * @throws TypeError or RangeError for invalid options; TypeError for a text that
 * is not a string.
 *
 * @example
 * ```ts
 * import { characters } from 'recurrent-cells/text';
 * characters().tokenize('안녕 👩‍👧!'); // → ['안', '녕', ' ', '👩‍👧', '!']
 * const jamo = characters({ unit: 'jamo' });
 * jamo.tokenize('한').length; // → 3
 * jamo.join(jamo.tokenize('한국')); // → '한국'
 * ```
 */
export function characters(options: CharacterOptions = {}): CharacterTokenizer {
  const { unit = 'grapheme' } = checkOptions('characters', options, checks());
  const jamo = unit === 'jamo';
  const tokenizer = tokenizerOf({
    kind: 'characters',
    normalization: normalizationOptions(options),
    jamo,
    scan: unit === 'grapheme' ? graphemes : codePoints,
    options: { unit },
  });
  return { ...tokenizer, join: (tokens) => join(tokens, jamo) };
}

function join(tokens: Iterable<string | Token>, jamo: boolean): string {
  const done: string[] = [];
  let strings: string[] = [];
  const flush = () => {
    done.push(jamo ? composeHangul(strings.join('')) : strings.join(''));
    strings = [];
  };
  if (typeof tokens === 'string' || typeof tokens?.[Symbol.iterator] !== 'function')
    throw typeError('characters.join', 'tokens', `is ${show(tokens)}`, 'an iterable of strings or Tokens');
  for (const token of tokens) {
    if (typeof token === 'string') strings.push(token);
    else if (typeof token?.raw !== 'string')
      throw typeError('characters.join', 'tokens', `has ${show(token)}`, 'strings or Tokens');
    else {
      if (strings.length > 0) flush();
      done.push(token.raw);
    }
  }
  flush();
  return done.join('');
}

const codePoints: Scan = function* (text) {
  for (let at = 0; at < text.length; ) {
    const spans: number[] = [];
    for (const stop = at + PIECE; at < stop && at < text.length; ) {
      const length = text.codePointAt(at)! > 0xffff ? 2 : 1;
      spans.push(at, at + length);
      at += length;
    }
    yield spans;
  }
};

/**
 * Letters, signs and syllables that UAX #29 always separates: none extends the character
 * before or after it. Most text consists of them and needs no segmenter.
 */
const SIMPLE =
  /[ -~\u00A1-\u00A8\u00AA-\u00AC\u00AF-\u02FF\u0370-\u0482\u048A-\u052F\u0531-\u0556\u0559-\u058A\u05D0-\u05EA\u060C\u061F-\u064A\u0660-\u066D\u0671-\u06D4\u0904-\u0939\u0964-\u096F\u0E01-\u0E30\u0E32\u0E40-\u0E46\u10A0-\u10C5\u10D0-\u10FF\u1E00-\u1EFF\u2010-\u2027\u2030-\u203B\u203D-\u2048\u204A-\u205E\u3001-\u3029\u3041-\u3096\u309D-\u30FF\u3131-\u3163\u3400-\u4DBF\u4E00-\u9FFF가-힣]/;
/** Marks that extend only the simple character before them (so no virama, which joins letters). */
const MARKS =
  /[\u0300-\u036F\u05B0-\u05BD\u064B-\u065F\u0670\u0900-\u0903\u093A-\u093C\u093E-\u094C\u0E31\u0E33-\u0E3A\u0E47-\u0E4E]/;
/** Simple characters that no mark extends. */
const CONTROLS = /[\t\n]/;
const [PLAIN, MARK, CONTROL] = [1, 2, 3];
let classes: Uint8Array | undefined;
let segmenter: Intl.Segmenter | undefined;

const graphemes: Scan = function* (text) {
  classes ??= unitTable([SIMPLE, MARKS, CONTROLS]);
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (let at = 0; at < text.length; ) {
    const spans: number[] = [];
    const reach = Math.min(at + PIECE, text.length);
    let kind = classAt(text, at);
    while (at < reach && (kind === PLAIN || kind === CONTROL)) {
      let end = at + 1;
      let next = classAt(text, end);
      if (kind === PLAIN) while (next === MARK) next = classAt(text, ++end);
      if (next !== PLAIN && next !== CONTROL && end < text.length) break;
      spans.push(at, end);
      at = end;
      kind = next;
    }
    if (at < reach) {
      // UAX #29 never looks more than one code point past a break, so only the last segment is uncertain.
      for (const end of segmentPiece(segmenter, text, at, sureBreak(text, at, reach), 1).ends) {
        spans.push(at, end);
        at = end;
      }
    }
    yield spans;
  }
};

/** The class of the unit at an offset; 0 for units that need the segmenter, and past the end. */
function classAt(text: string, at: number): number {
  return classes![text.charCodeAt(at)] ?? 0;
}

/**
 * Where the segmenter's piece may end: between two simple characters, preferably before a run of them long
 * enough to skip the segmenter, otherwise as late as possible, since each call has a fixed cost; or -1.
 */
function sureBreak(text: string, start: number, reach: number): number {
  let last = -1;
  let first = -1;
  // Whether all units since the last simple character are its marks.
  let simple = false;
  for (let at = start; at < reach; at++) {
    const kind = classAt(text, at);
    if (kind === PLAIN || kind === CONTROL) {
      if (simple) {
        last = at;
        if (first === -1) first = at;
      }
      simple = true;
    } else if (kind !== MARK) {
      simple = false;
      first = -1;
    }
    if (first !== -1 && at - first >= WORTHWHILE) return first;
  }
  return last;
}
