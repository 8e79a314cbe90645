/** Texts for tokenizers: every code point, lone surrogates, emoji with joiners, marks, Korean in all forms. */
import fc from 'fast-check';

const loneUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units));

const awkward = fc.constantFrom(
  '👩‍👩‍👧‍👦', '🇰🇷', '🇰', '\u200d', '\ufe0f', '👍🏽', 'e\u0301', '\u0301', 'é', '각', 'ᄀ', 'ᅡ', 'ᆨ', '가', '가\u11a8', '\r', '\n',
  '\r\n', ' ', '  ', 'İ', 'Σ', 'ς', 'ß', "can't", '3.14', 'fox, ', 'river ', '강에서 ', 'ไทยแลนด์', '東京都', '\ud83d', '\udc69',
  'Å', '\u{1d15e}', 'ﬁ', '_', '.', "'", ':', '\u0600', 'boat를 ', '3월 ', '강a ', 'ok\n', 'naïve, ', 'क्षि', '\u00ad', 'İ\u0307', 'a.b', ' a', 'ꥠ', 'J\u030c', 'H\u0331\u0301', '\u{16d63}\u{16d67}',
); // biome-ignore format: one alphabet

export const anyText = fc.oneof(
  loneUnits,
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.array(awkward, { maxLength: 40 }).map((parts) => parts.join('')),
);
