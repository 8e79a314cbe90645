/** Decomposes Hangul syllables into letters (jamo), and composes them again. */
import { show, typeError } from '../../common/errors.ts';

const FIRST_SYLLABLE = 0xac00;
const FIRST_LEADING = 0x1100;
const FIRST_VOWEL = 0x1161;
// One before the first trailing consonant: index 0 means "none".
const BEFORE_TRAILING = 0x11a7;
const VOWELS = 21;
const TRAILINGS = 28;

/**
 * Decomposes each Hangul syllable into conjoining jamo: leading consonant, vowel, and optional trailing consonant.
 *
 * s = code − U+AC00; leading = ⌊s / 588⌋, vowel = ⌊(s mod 588) / 28⌋, trailing = s mod 28. Other characters are unchanged.
 *
 * Source: The Unicode Standard, section 3.12 (Hangul syllable decomposition).
 *
 * @throws TypeError if `text` is not a string.
 *
 * @example
 * ```ts
 * import { decomposeHangul } from 'recurrent-cells/text';
 * decomposeHangul('한').length; // → 3
 * [...decomposeHangul('가!')]; // → ['ᄀ', 'ᅡ', '!']
 * ```
 */
export function decomposeHangul(text: string): string {
  return checkString('decomposeHangul', text).replace(/[가-힣]/g, (syllable) => {
    const index = syllable.charCodeAt(0) - FIRST_SYLLABLE;
    const leading = FIRST_LEADING + Math.floor(index / (VOWELS * TRAILINGS));
    const vowel = FIRST_VOWEL + (Math.floor(index / TRAILINGS) % VOWELS);
    const trailing = index % TRAILINGS;
    return trailing === 0
      ? String.fromCharCode(leading, vowel)
      : String.fromCharCode(leading, vowel, BEFORE_TRAILING + trailing);
  });
}

/**
 * Composes conjoining jamo into syllables: the inverse of {@link decomposeHangul} for text in NFC.
 *
 * code = U+AC00 + (leading · 21 + vowel) · 28 + trailing. Jamo that form no modern syllable are unchanged.
 *
 * Source: The Unicode Standard, section 3.12 (Hangul syllable composition).
 *
 * @throws TypeError if `text` is not a string.
 *
 * @example
 * ```ts
 * import { composeHangul, decomposeHangul } from 'recurrent-cells/text';
 * composeHangul(decomposeHangul('한국어')); // → '한국어'
 * ```
 */
export function composeHangul(text: string): string {
  return checkString('composeHangul', text).replace(
    /[\u1100-\u1112][\u1161-\u1175][\u11A8-\u11C2]?/g,
    (jamo) => {
      const leading = jamo.charCodeAt(0) - FIRST_LEADING;
      const vowel = jamo.charCodeAt(1) - FIRST_VOWEL;
      const trailing = jamo.length === 3 ? jamo.charCodeAt(2) - BEFORE_TRAILING : 0;
      return String.fromCharCode(FIRST_SYLLABLE + (leading * VOWELS + vowel) * TRAILINGS + trailing);
    },
  );
}

function checkString(where: string, text: unknown): string {
  if (typeof text === 'string') return text;
  throw typeError(where, 'text', `is ${show(text)}`, 'a string');
}
