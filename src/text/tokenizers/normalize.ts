/**
 * Normalises text for comparing tokens, and maps its offsets to the source.
 *
 * Handles normalisation, lower case, jamo, and offsets.
 */

import { show, typeError } from '../../common/errors.ts';
import type { Checks, Complete } from '../../common/options.ts';
import { decomposeHangul } from './jamo.ts';
import { withSortedMarks } from './marks.ts';

/** How text is prepared before it is split into tokens. */
export interface NormalizationOptions {
  /** `'NFC'` (default), before and after lower case: canonically equivalent texts give equal tokens. `'none'`: unchanged. */
  readonly normalization?: 'NFC' | 'none' | undefined;
  /**
   * `false` (default): unchanged. `true`: Unicode's language-independent lower case. A BCP 47 tag: that
   * language's lower case (`'tr'` maps `I` to a dotless `ı`). This is lower case, not full case folding: `ß` is unchanged.
   */
  readonly lowercase?: boolean | string | undefined;
}

export const normalizationChecks: Checks<NormalizationOptions> = {
  normalization: ['NFC', 'none'],
  lowercase(where, argument, value) {
    if (typeof value === 'string') return checkLocale(where, argument, value);
    if (typeof value === 'boolean') return value;
    throw typeError(where, argument, `is ${show(value)}`, 'true, false or a language tag');
  },
};

/** Prepared text, and the source position of each of its offsets. */
export interface Aligned {
  readonly text: string;
  toSource(offset: number): number;
}

/** Fills in the defaults. */
export function normalizationOptions({
  normalization = 'NFC',
  lowercase = false,
}: NormalizationOptions): Complete<NormalizationOptions> {
  return { normalization, lowercase };
}

/** Checks that a value is a BCP 47 language tag, such as `'ko'`. */
export function checkLocale(where: string, argument: string, locale: unknown): string {
  if (typeof locale !== 'string') throw typeError(where, argument, `is ${show(locale)}`, 'a language tag');
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? locale;
  } catch {
    throw typeError(where, argument, `is ${show(locale)}`, 'a language tag such as "en" or "ko"');
  }
}

/** The prepared text alone: like {@link align}, without the cost of offsets. */
export function normalize(text: string, options: Complete<NormalizationOptions>, jamo = false): string {
  const { normalization, lowercase } = options;
  const normal = compose(text, normalization);
  // Composed again, because small letters may compose where capitals do not: J with a caron.
  const cased = lowercase === false ? normal : compose(lower(normal, lowercase), normalization);
  return jamo ? decomposeHangul(cased) : cased;
}

/** The prepared text, and the position of each of its offsets in `source`. */
export function align(source: string, options: Complete<NormalizationOptions>, jamo = false): Aligned {
  const { normalization, lowercase } = options;
  const composed = (before: Aligned) =>
    step(before, compose(before.text, normalization), COMPOSING, (piece) => compose(piece, normalization));
  let aligned = composed({ text: source, toSource: (offset) => offset });
  if (lowercase !== false) {
    aligned = step(aligned, lower(aligned.text, lowercase), CASED, (piece) => lower(piece, lowercase));
    aligned = composed(aligned);
  }
  return jamo ? step(aligned, decomposeHangul(aligned.text), SYLLABLE, decomposeHangul) : aligned;
}

// Characters other than combining marks that may join the previous character under NFC: Hangul's medial vowels and final
// consonants, and the vowel signs of Kirat Rai, which Unicode classifies as letters.
const JOINING = '\\p{M}\\u1160-\\u11FF\\u{16D63}-\\u{16D6A}';
// Below U+0300 no character changes by itself. No piece interacts with its neighbours.
const COMPOSING = new RegExp(`[^${JOINING}][${JOINING}]+|[^\\0-\\u02FF${JOINING}]|[${JOINING}]+`, 'gu');
const CASED = /\P{M}\p{M}*|\p{M}+/gu;
const SYLLABLE = /[가-힣]/g;

function compose(text: string, normalization: 'NFC' | 'none'): string {
  return normalization === 'NFC' ? withSortedMarks(text).normalize('NFC') : text;
}

function lower(text: string, lowercase: true | string): string {
  return lowercase === true ? text.toLowerCase() : text.toLocaleLowerCase(lowercase);
}

/**
 * Tracks offsets through a rewriting of the whole text by rewriting its pieces, of which only the lengths are used (a
 * final sigma has the same length as another). Within one language, no lower-case rule both lengthens and shortens,
 * so equal lengths mean that no offset moved.
 */
export function step(
  before: Aligned,
  text: string,
  pieces: RegExp,
  rewrite: (piece: string) => string,
): Aligned {
  if (text === before.text) return before;
  const edits: number[] = []; // start and end after, start and end before: four numbers for each piece that changed length
  if (text.length !== before.text.length || pieces !== CASED) {
    let shift = 0;
    for (const { 0: piece, index } of before.text.matchAll(pieces)) {
      const length = rewrite(piece).length;
      if (length === piece.length) continue;
      edits.push(index + shift, index + shift + length, index, index + piece.length);
      shift += length - piece.length;
    }
  }
  return { text, toSource: (offset) => before.toSource(backwards(edits, offset)) };
}

/** Within a piece whose length changed, offsets count from its start and are limited to its end. */
function backwards(edits: readonly number[], offset: number): number {
  let low = 0;
  let high = edits.length / 4;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edits[4 * middle]! <= offset) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return offset;
  const [start, end, startBefore, endBefore] = edits.slice(4 * low - 4, 4 * low) as [
    number,
    number,
    number,
    number,
  ];
  return offset < end ? Math.min(startBefore + offset - start, endBefore) : endBefore + offset - end;
}
