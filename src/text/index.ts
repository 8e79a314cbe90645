/** From raw words to what a sequence takes. */
export { type CharacterOptions, characters } from './characters.ts';
export { type CustomOptions, custom, type TokenizeFunction } from './custom.ts';
export { composeHangul, decomposeHangul } from './jamo.ts';
export { loadTokenizer } from './load-tokenizer.ts';
export { type NgramOptions, ngrams } from './ngrams.ts';
export type { NormalizationOptions } from './normalize.ts';
export { pattern } from './pattern.ts';
export type { CharacterTokenizer, SavedTokenizer, Token, Tokenizer } from './tokenizer.ts';
export { type WordOptions, words } from './words.ts';
