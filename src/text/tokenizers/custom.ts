/**
 * A tokenizer from a user's function.
 *
 * Adds normalisation, offsets and saving by name.
 */

import { rangeError, show, typeError } from '../../common/errors.ts';
import { type Checks, checkOptions, text } from '../../common/options.ts';
import {
  align,
  type NormalizationOptions,
  normalizationChecks,
  normalizationOptions,
  normalize,
} from './normalize.ts';
import { checkText, savedTokenizer, type Token, type Tokenizer } from './tokenizer.ts';

/** A token and its span in the text passed to the function, in UTF-16 units. */
export interface PlacedToken {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Turns prepared text into tokens: strings, or tokens with their spans. */
export type TokenizeFunction = (text: string) => Iterable<string | PlacedToken>;

/** The name for saving, and how text is prepared. */
export interface CustomOptions extends NormalizationOptions {
  /** The name under which the function is looked up on loading; required for saving. */
  readonly name?: string | undefined;
}

const checks = (): Checks<CustomOptions> => ({ ...normalizationChecks, name: text });

// The distance past the last token within which every string is searched.
const NEAR = 1024;
// The limit of unsuccessful search beyond that distance, in lengths of the text, which keeps time linear.
const PASSES = 4;

/**
 * Makes a tokenizer from a function that turns text into tokens.
 *
 * The strings are searched in the text one after another, which locates every token of a function that only splits text. A
 * function that rewrites tokens (a stemmer, a morphological analyser) returns `{ text, start, end }`, used as given; a
 * string that is not found gets an empty span at the search position.
 *
 * @throws TypeError if `tokenize` is not a function, or returns invalid tokens; RangeError for a span outside
 * the text; on saving, TypeError without a name.
 *
 * @example
 * ```ts
 * import { custom } from 'recurrent-cells/text';
 * const commas = custom((text) => text.split(','), { name: 'commas' });
 * commas.tokenize('a,b'); // → ['a', 'b']
 * [...commas.tokens('a,b')].map((token) => token.start); // → [0, 2]
 * const stems = custom((text) =>
 *   Array.from(text.matchAll(/\w+/g), ({ 0: word, index }) => ({
 *     text: word.replace(/s$/, ''),
 *     start: index,
 *     end: index + word.length,
 *   })),
 * );
 * [...stems.tokens('two boats')].map(({ text, raw }) => [text, raw]); // → [['two', 'two'], ['boat', 'boats']]
 * ```
 */
export function custom(tokenize: TokenizeFunction, options: CustomOptions = {}): Tokenizer {
  if (typeof tokenize !== 'function')
    throw typeError('custom', 'tokenize', `is ${show(tokenize)}`, 'a function from text to tokens');
  const { name } = checkOptions('custom', options, checks());
  const normalization = normalizationOptions(options);

  const given = (prepared: string): (string | PlacedToken)[] => {
    const tokens = tokenize(prepared);
    if (typeof tokens === 'string' || typeof tokens?.[Symbol.iterator] !== 'function')
      throw typeError(
        'custom',
        'the function',
        `gave ${show(tokens)}`,
        'an array (or another iterable) of tokens',
      );
    return Array.from(tokens, (token) => (typeof token === 'string' ? token : checkPlaced(token, prepared)));
  };

  function* tokens(text: string): IterableIterator<Token> {
    const aligned = align(checkText('custom', text), normalization);
    for (const { text: token, start: from, end: to } of placed(aligned.text, given(aligned.text))) {
      const start = aligned.toSource(from);
      const end = aligned.toSource(to);
      yield { text: token, raw: text.slice(start, end), start, end };
    }
  }

  return {
    tokenize: (text) =>
      given(normalize(checkText('custom', text), normalization)).map((token) =>
        typeof token === 'string' ? token : token.text,
      ),
    tokens,
    toJSON() {
      if (name === undefined)
        throw typeError('custom', 'options.name', 'is missing', 'a name, to save a function under');
      return savedTokenizer('custom', { ...normalization, name });
    },
  };
}

/** Locates each token that has no span. */
function* placed(text: string, tokens: readonly (string | PlacedToken)[]): Iterable<PlacedToken> {
  let at = 0;
  let inVain = 0;
  for (const token of tokens) {
    if (typeof token !== 'string') {
      at = token.end;
      yield token;
      continue;
    }
    const near = text.slice(at, at + NEAR + token.length).indexOf(token);
    let start = near === -1 ? -1 : at + near;
    if (start === -1 && inVain < PASSES * text.length) {
      start = text.indexOf(token, at);
      if (start === -1) inVain += text.length - at;
    }
    if (start === -1) yield { text: token, start: at, end: at };
    else {
      at = start + token.length;
      yield { text: token, start, end: at };
    }
  }
}

function checkPlaced(token: unknown, text: string): PlacedToken {
  const { text: spelling, start, end } = (token ?? {}) as Partial<PlacedToken>;
  if (typeof spelling !== 'string')
    throw typeError(
      'custom',
      'the function',
      `gave a token that is ${show(token)}`,
      'strings or { text, start, end }',
    );
  const within = (place: unknown) =>
    Number.isInteger(place) && (place as number) >= 0 && (place as number) <= text.length;
  if (within(start) && within(end) && start! <= end!) return token as PlacedToken;
  const came = `gave ${show(spelling)} from ${show(start)} to ${show(end)}`;
  throw rangeError('custom', 'the function', came, `places from 0 to ${text.length}`);
}
