/** n-grams of the tokens of any tokenizer. */

import { numberWithin, rangeError } from '../../common/errors.ts';
import { type Checks, checkOptions, size, text } from '../../common/options.ts';
import { checkText, checkTokenizer, savedTokenizer, type Token, type Tokenizer } from './tokenizer.ts';

/** The range of n, and the joiner. */
export interface NgramOptions {
  /** The shortest n (default 1). */
  readonly from?: number | undefined;
  /** The longest n (default 2), at most 100. */
  readonly to?: number | undefined;
  /** The string between the tokens of an n-gram: default `' '`; use `''` for characters. */
  readonly joiner?: string | undefined;
}

const checks: Checks<NgramOptions> = { from: size, to: size, joiner: text };

// A text of m tokens gives about m strings per n: without a limit, a text of some pages would exhaust memory.
const LONGEST = 100;

/**
 * Gives all runs of n adjacent tokens, for each n from `from` to `to`.
 *
 * m tokens give m − n + 1 n-grams for each n. They are ordered by start, then by n.
 *
 * @throws RangeError if `from` or `to` is not a whole number from 1 to 100, or `from` is larger than `to`;
 * TypeError if `joiner` is not a string, or `tokenizer` not a tokenizer.
 *
 * @example
 * ```ts
 * import { characters, ngrams, pattern } from 'recurrent-cells/text';
 * ngrams(pattern()).tokenize('to be or'); // → ['to', 'to be', 'be', 'be or', 'or']
 * ngrams(characters(), { from: 2, to: 2, joiner: '' }).tokenize('abc'); // → ['ab', 'bc']
 * ```
 */
export function ngrams(tokenizer: Tokenizer, options: NgramOptions = {}): Tokenizer {
  checkTokenizer('ngrams', tokenizer, true);
  const { from = 1, to = Math.max(2, from), joiner = ' ' } = checkOptions('ngrams', options, checks);
  numberWithin('ngrams', 'to', to, 1, LONGEST);
  if (from > to) throw rangeError('ngrams', 'from', `is ${from}`, `at most to (${to})`);

  function tokenize(text: string): string[] {
    const tokens = tokenizer.tokenize(text);
    const grams: string[] = [];
    for (let at = 0; at < tokens.length; at++) {
      for (let n = from; n <= to && at + n <= tokens.length; n++)
        grams.push(tokens.slice(at, at + n).join(joiner));
    }
    return grams;
  }

  function* tokens(text: string): IterableIterator<Token> {
    const window: Token[] = [];
    for (const token of tokenizer.tokens(checkText('ngrams', text))) {
      window.push(token);
      if (window.length > to) window.shift();
      if (window.length === to) yield* starting(text, window);
    }
    if (window.length === to) window.shift();
    for (; window.length >= from; window.shift()) yield* starting(text, window);
  }

  function* starting(text: string, window: readonly Token[]): Iterable<Token> {
    const start = window[0]!.start;
    for (let n = from; n <= window.length; n++) {
      const parts = window.slice(0, n);
      const end = parts[n - 1]!.end;
      yield {
        text: parts.map((part) => part.text).join(joiner as string),
        raw: text.slice(start, end),
        start,
        end,
      };
    }
  }

  return {
    tokenize,
    tokens,
    toJSON: () => savedTokenizer('ngrams', { from, to, joiner, tokenizer: tokenizer.toJSON() }),
  };
}
