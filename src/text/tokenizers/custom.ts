/**
 * The tokenizer by a user's function.
 *
 * Answers for normalising before, offsets after, and saving by name; the function answers for the tokens.
 */
import { show, typeError } from '../../common/errors.ts';
import { optionsOf } from '../../common/options.ts';
import { align, type NormalizationOptions, normalizationOptions, normalize } from './normalize.ts';
import { checkText, savedTokenizer, type Token, type Tokenizer } from './tokenizer.ts';

/** Turns prepared text into tokens. */
export type TokenizeFunction = (text: string) => Iterable<string>;

/** The name it is saved under, and what happens to the text before. */
export interface CustomOptions extends NormalizationOptions {
  /** Under this name the function is found again when the tokenizer is loaded; without it, it can't be saved. */
  readonly name?: string | undefined;
}

// How far ahead of the last token the next one is looked for: a bound, so that time stays linear.
const SEARCH = 1024;

/**
 * Makes a tokenizer of a function from text to strings.
 *
 * Offsets are found by looking for each token after the last one; a token that does not stand in the text (a stem,
 * a translation) gets the empty span where the search stood.
 *
 * @throws TypeError if `tokenize` is no function, or gives something else than strings; on saving, if it has no name.
 *
 * @example
 * ```ts
 * import { custom } from 'recurrent-cells/text';
 * const commas = custom((text) => text.split(','), { name: 'commas' });
 * commas.tokenize('a,b'); // → ['a', 'b']
 * [...commas.tokens('a,b')].map((token) => token.start); // → [0, 2]
 * ```
 */
export function custom(tokenize: TokenizeFunction, options: CustomOptions = {}): Tokenizer {
  if (typeof tokenize !== 'function')
    throw typeError('custom', 'tokenize', `is ${show(tokenize)}`, 'a function from text to strings');
  const normalization = normalizationOptions('custom', optionsOf('custom', options));
  const { name } = options;

  const strings = (prepared: string): string[] => {
    const tokens = tokenize(prepared);
    if (typeof tokens === 'string' || typeof tokens?.[Symbol.iterator] !== 'function')
      throw typeError(
        'custom',
        'the function',
        `gave ${show(tokens)}`,
        'an array (or another iterable) of strings',
      );
    return Array.from(tokens, (token: unknown) => {
      if (typeof token === 'string') return token;
      throw typeError('custom', 'the function', `gave a token that is ${show(token)}`, 'strings');
    });
  };

  function* tokens(text: string): IterableIterator<Token> {
    const aligned = align(checkText('custom', text), normalization);
    let at = 0;
    for (const token of strings(aligned.text)) {
      const found = aligned.text.slice(at, at + SEARCH + token.length).indexOf(token);
      const from = found === -1 ? at : at + found;
      at = found === -1 ? at : from + token.length;
      const start = aligned.toSource(from);
      const end = aligned.toSource(at);
      yield { text: token, raw: text.slice(start, end), start, end };
    }
  }

  return {
    tokenize: (text) => strings(normalize(checkText('custom', text), normalization)),
    tokens,
    toJSON() {
      if (name === undefined)
        throw typeError('custom', 'options.name', 'is missing', 'a name, to save a function under');
      return savedTokenizer('custom', { ...normalization, name });
    },
  };
}
