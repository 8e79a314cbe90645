/**
 * Removes the words of a given list.
 *
 * Converts a list to the tokenizer's form, reports words for which that fails, and filters tokens;
 * corpus-stopwords.ts finds lists in a corpus.
 */

import { show, typeError } from '../../common/errors.ts';
import { checkOwn, instanceOf, own } from '../../common/instance.ts';
import { type Checks, callback, checkOptions } from '../../common/options.ts';
import { readSaved, readTokens } from '../../common/saved.ts';
import {
  checkToken,
  checkTokenizer,
  savedTokenizer,
  type Token,
  type Tokenizer,
  tokenizerOption,
} from './tokenizer.ts';

/** How the list is converted to tokens. */
export interface StopwordOptions {
  /** The tokenizer of the texts, applied to each stopword. Default: the words are used unchanged. */
  readonly tokenizer?: Tokenizer | undefined;
  /** Called with a message naming the words that the tokenizer splits (default: `console.warn`). */
  readonly warn?: ((message: string) => void) | undefined;
}

const checks: Checks<StopwordOptions> = { tokenizer: tokenizerOption, warn: callback };

/** The saved form of stopwords. */
export interface SavedStopwords {
  readonly format: 'recurrent-cells/text/stopwords';
  readonly version: 1;
  readonly tokens: readonly string[];
  readonly split: readonly string[];
}

/** The format name of saved stopwords. */
export const STOPWORDS_FORMAT = 'recurrent-cells/text/stopwords';

/**
 * A set of tokens to remove from texts or from a vocabulary (`Vocabulary.fit(…, { stopwords })`).
 *
 * A stopword that the tokenizer splits (`don't` into `don` and `t`) never occurs as one token; its parts may be
 * ordinary words, so they are kept. Such words are listed in `split`, and `warn` names them.
 *
 * @example
 * ```ts
 * import { pattern, Stopwords } from 'recurrent-cells/text';
 * const tokenizer = pattern(/[\p{L}\p{N}_]{2,}/u, { lowercase: true });
 * const stopwords = Stopwords.of(['The', 'a', "mustn't"], { tokenizer, warn: () => {} });
 * stopwords.filter(tokenizer.tokenize('The boat')); // → ['boat']
 * stopwords.split; // → ['a', "mustn't"]
 * ```
 */
export class Stopwords {
  /** The tokens to remove. */
  readonly tokens: readonly string[];
  /** The words of the list that the tokenizer does not convert to one token; they have no effect. */
  readonly split: readonly string[];
  readonly #set: ReadonlySet<string>;

  private constructor(key: typeof own, tokens: Iterable<string>, split: readonly string[]) {
    checkOwn('Stopwords', key, 'Stopwords.of(…) or fromJSON(…)');
    this.#set = new Set(tokens);
    this.tokens = Object.freeze([...this.#set]);
    this.split = Object.freeze([...new Set(split)]);
  }

  /**
   * Converts a list from any source, such as the `stopword` package.
   *
   * @throws TypeError if a word is not a string.
   */
  static of(words: Iterable<string>, options: StopwordOptions = {}): Stopwords {
    const where = 'Stopwords.of';
    const list: Iterable<unknown> = words;
    if (typeof list === 'string' || typeof list?.[Symbol.iterator] !== 'function')
      throw typeError(where, 'words', `is ${show(list)}`, 'an iterable of words');
    const { tokenizer, warn = console.warn } = checkOptions(where, options, checks);
    const tokens: string[] = [];
    const split: string[] = [];
    for (const word of list) {
      if (typeof word !== 'string') throw typeError(where, 'words', `has ${show(word)}`, 'strings');
      const parts = tokenizer === undefined ? [word] : tokenizer.tokenize(word);
      if (parts.length === 1 && parts[0] !== undefined && isWhole(word, tokenizer)) tokens.push(parts[0]);
      else split.push(word);
    }
    if (split.length > 0)
      warn(
        `${where}: the tokenizer splits ${split.length} stopwords, which have no effect: ${split.join(', ')}`,
      );
    return new Stopwords(own, tokens, split);
  }

  /** Whether `token` is a stopword. @throws TypeError if it is not a string. */
  has(token: string): boolean {
    return this.#set.has(checkToken('Stopwords.has', token));
  }

  /** Removes stopwords. @throws TypeError for tokens that are not strings. */
  filter(tokens: Iterable<string>): string[] {
    if (typeof tokens === 'string' || typeof tokens?.[Symbol.iterator] !== 'function')
      throw typeError('Stopwords.filter', 'tokens', `is ${show(tokens)}`, 'an iterable of tokens');
    return Array.from(tokens).filter((token) => {
      if (typeof token === 'string') return !this.#set.has(token);
      throw typeError('Stopwords.filter', 'tokens', `has ${show(token)}`, 'strings');
    });
  }

  /** The versioned form that {@link Stopwords.fromJSON} reads. */
  toJSON(): SavedStopwords {
    return { format: STOPWORDS_FORMAT, version: 1, tokens: this.tokens, split: this.split };
  }

  /** Reads the output of `toJSON`. @throws TypeError or RangeError naming the invalid field. */
  static fromJSON(saved: unknown): Stopwords {
    const fields = readSaved('Stopwords.fromJSON', saved, STOPWORDS_FORMAT);
    const tokens = readTokens('Stopwords.fromJSON', fields, 'tokens');
    return new Stopwords(own, tokens, readTokens('Stopwords.fromJSON', fields, 'split'));
  }
}

/** Whether the single token covers the whole word, not just a part (`can't` to `can`). */
function isWhole(word: string, tokenizer: Tokenizer | undefined): boolean {
  const [only] = tokenizer?.tokens(word) ?? [];
  // A custom function may return a token that is not in the word, such as a stem; this is accepted.
  return only === undefined || only.raw === '' || only.raw === word.trim();
}

/**
 * A tokenizer that leaves stopwords out before anything is made of its tokens: n-grams over it never contain one.
 *
 * (`Vocabulary.fit(…, { stopwords })` leaves out whole terms, so the n-gram `of the` would stay.)
 *
 * @throws TypeError if `tokenizer` is not a tokenizer, or `stopwords` not stopwords.
 *
 * @example
 * ```ts
 * import { ngrams, pattern, Stopwords, without } from 'recurrent-cells/text';
 * const stopwords = Stopwords.of(['the', 'of']);
 * const bigrams = ngrams(without(pattern(), stopwords), { from: 2, to: 2 });
 * bigrams.tokenize('the boats of the river bank'); // → ['boats river', 'river bank']
 * ```
 */
export function without(tokenizer: Tokenizer, stopwords: Stopwords): Tokenizer {
  checkTokenizer('without', tokenizer, true);
  instanceOf('without', 'stopwords', stopwords, Stopwords, 'Stopwords, such as Stopwords.of(list)');
  function* tokens(text: string): IterableIterator<Token> {
    for (const token of tokenizer.tokens(text)) if (!stopwords.has(token.text)) yield token;
  }
  return {
    tokenize: (text) => stopwords.filter(tokenizer.tokenize(text)),
    tokens,
    toJSON: () => savedTokenizer('without', { tokenizer: tokenizer.toJSON(), stopwords: stopwords.toJSON() }),
  };
}
