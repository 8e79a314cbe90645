/**
 * Maps tokens to indices and back; immutable once fitted.
 *
 * vocabulary-cut.ts selects the tokens.
 */

import { rangeError, show, typeError } from '../../common/errors.ts';
import { checkOwn, own } from '../../common/instance.ts';
import { type Checks, checkOptions, flag, record } from '../../common/options.ts';
import { readCounts, readSaved, readTokens } from '../../common/saved.ts';
import { IndexList } from '../sequences/index-list.ts';
import { checkToken } from '../tokenizers/tokenizer.ts';
import { checkTokens, countDocuments, countDocumentsAsync, type Document } from './documents.ts';
import { emptyReport, readReport } from './saved-report.ts';
import {
  ALL_SPECIALS,
  orderSpecials,
  readSpecials,
  type SavedSpecials,
  type Specials,
  savedSpecials,
} from './specials.ts';
import {
  type CountOptions,
  type Counts,
  checkCounts,
  countChecks,
  type TokenCount,
  TokenCounts,
} from './token-counts.ts';
import { TokenMap } from './token-map.ts';
import { type CutOptions, type CutReport, cut, cutChecks } from './vocabulary-cut.ts';

/** The bounds of the cut, and the specials. */
export interface VocabularyOptions extends CutOptions {
  /** Default: pad, unknown, start and end, at the indices 0 to 3. `{}` for none, as for term counts. */
  readonly specials?: Specials | undefined;
}

const specialsChecks: Checks<Pick<VocabularyOptions, 'specials'>> = { specials: record };

const cuts = (): Checks<VocabularyOptions> => ({ ...cutChecks(), ...specialsChecks });

const fits = (): Checks<VocabularyOptions & CountOptions> => ({ ...cuts(), ...countChecks });

/** Options of {@link Vocabulary.encode}. */
export interface EncodeOptions {
  /** Whether to prepend the start index (default `false`). */
  readonly start?: boolean | undefined;
  /** Whether to append the end index (default `false`). */
  readonly end?: boolean | undefined;
}

const encodeChecks: Checks<EncodeOptions> = { start: flag, end: flag };

/** Options of {@link Vocabulary.decode}. */
export interface DecodeOptions {
  /** Whether to leave out padding, unknown, start and end (default `false`). */
  readonly skipSpecials?: boolean | undefined;
}

const decodeChecks: Checks<DecodeOptions> = { skipSpecials: flag };

/** The saved form of a vocabulary. */
export interface SavedVocabulary {
  readonly format: 'recurrent-cells/text/vocabulary';
  readonly version: 1;
  readonly specials: SavedSpecials;
  readonly tokens: readonly string[];
  readonly counts: readonly number[];
  readonly errors: readonly number[];
  readonly report: CutReport;
}

/** The format name of saved vocabularies. */
export const VOCABULARY_FORMAT = 'recurrent-cells/text/vocabulary';

/**
 * An immutable list of tokens: specials first, then the kept tokens by count (largest first) and code point.
 *
 * A token with the spelling of a special is encoded as that special: choose spellings that do not occur in your texts.
 *
 * @example
 * ```ts
 * import { pattern, Vocabulary } from 'recurrent-cells/text';
 * const texts = ['the boat and the river', 'the river', 'a boat'];
 * const vocabulary = Vocabulary.fit(texts, { tokenizer: pattern(), maxSize: 7 });
 * vocabulary.tokens; // → ['the', 'boat', 'river']
 * vocabulary.report.coverage; // → 0.7777777777777778
 * [...vocabulary.encode(['the', 'sea'], { end: true })]; // → [4, 1, 3]
 * vocabulary.decode([4, 1, 3]); // → ['the', '<unknown>', '<end>']
 * Vocabulary.fromJSON(JSON.stringify(vocabulary)).size; // → 7
 * ```
 */
export class Vocabulary {
  /** The kept tokens, without the specials: token i has index i + number of specials. */
  readonly tokens: readonly string[];
  /** [tokens] The count of each. */
  readonly counts: readonly number[];
  /** [tokens] The largest amount by which each true count may exceed it: 0 for exact counts. */
  readonly errors: readonly number[];
  readonly specials: Specials;
  /** The tokens that the cut kept and dropped. */
  readonly report: CutReport;
  /** The index of padding; undefined if there is none. */
  readonly pad: number | undefined;
  readonly unknown: number | undefined;
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly #spellings: readonly string[];
  #numbers: TokenMap | undefined;

  /** @internal */
  constructor(
    key: typeof own,
    where: string,
    specials: Specials,
    kept: readonly Omit<TokenCount, 'documents'>[],
    report: CutReport,
  ) {
    checkOwn('Vocabulary', key, 'Vocabulary.fit(…), from(…), of(…) or fromJSON(…)');
    const { spellings, index } = orderSpecials(where, specials);
    this.tokens = Object.freeze(kept.map(({ token }) => token));
    this.counts = Object.freeze(kept.map(({ count }) => count));
    this.errors = Object.freeze(kept.map(({ error }) => error));
    this.specials = Object.freeze({ ...specials });
    this.report = Object.freeze(report);
    this.pad = index.pad;
    this.unknown = index.unknown;
    this.start = index.start;
    this.end = index.end;
    this.#spellings = spellings;
  }

  /** The index of each token and special; made at its first use, since a program that only fits needs none. */
  get #index(): TokenMap {
    if (this.#numbers === undefined) {
      this.#numbers = new TokenMap();
      for (const token of this.#spellings) this.#numbers.add(token);
      for (const token of this.tokens) this.#numbers.add(token);
    }
    return this.#numbers;
  }

  /**
   * Counts documents and selects tokens.
   *
   * @throws RangeError for an empty corpus, bounds that contradict each other or keep no token, or a size too small for
   * tokens beside the specials; TypeError for documents that are neither tokens nor, with a tokenizer, texts.
   */
  static fit(documents: Iterable<Document>, options: VocabularyOptions & CountOptions = {}): Vocabulary {
    const where = 'Vocabulary.fit';
    checkOptions(where, options, fits());
    return Vocabulary.#cut(where, countDocuments(where, new TokenCounts(), documents, options), options);
  }

  /** Counts documents as they arrive and selects tokens; otherwise like {@link Vocabulary.fit}. */
  static async fitAsync(
    documents: AsyncIterable<Document> | Iterable<Document>,
    options: VocabularyOptions & CountOptions = {},
  ): Promise<Vocabulary> {
    const where = 'Vocabulary.fitAsync';
    checkOptions(where, options, fits());
    return Vocabulary.#cut(
      where,
      await countDocumentsAsync(where, new TokenCounts(), documents, options),
      options,
    );
  }

  /** Selects tokens from existing counts, merged or approximate. @throws as {@link Vocabulary.fit}. */
  static from(counts: Counts, options: VocabularyOptions = {}): Vocabulary {
    const where = 'Vocabulary.from';
    checkCounts(where, counts);
    return Vocabulary.#cut(where, counts, checkOptions(where, options, cuts()));
  }

  /**
   * A given list of tokens, in its order and without counts; the coverage is NaN.
   *
   * @throws RangeError for a repeated token; TypeError if a token is not a string.
   */
  static of(tokens: Iterable<string>, options: Pick<VocabularyOptions, 'specials'> = {}): Vocabulary {
    const where = 'Vocabulary.of';
    const list = readTokens(where, { tokens: [...checkTokens(where, 'tokens', tokens)] }, 'tokens');
    const { specials = ALL_SPECIALS } = checkOptions(where, options, specialsChecks);
    checkApart(where, list, specials);
    const kept = list.map((token) => ({ token, count: 0, error: 0 }));
    return new Vocabulary(own, where, specials, kept, emptyReport(list.length));
  }

  /** The number of tokens, including specials. */
  get size(): number {
    return this.#spellings.length + this.tokens.length;
  }

  /** The index of a token or special; undefined if it is not in the vocabulary. @throws TypeError if `token` is not a string. */
  indexOf(token: string): number | undefined {
    return this.#index.get(checkToken('Vocabulary.indexOf', token));
  }

  /** The spelling at an index. @throws RangeError outside 0 to size − 1. */
  tokenAt(index: number): string {
    const token = Number.isInteger(index)
      ? (this.#spellings[index] ?? this.tokens[index - this.#spellings.length])
      : undefined;
    if (token !== undefined) return token;
    throw rangeError(
      'Vocabulary.tokenAt',
      'index',
      `is ${show(index)}`,
      `a whole number from 0 to ${this.size - 1}`,
    );
  }

  /**
   * Converts tokens to indices, optionally between start and end.
   *
   * @returns [tokens, + 1 for start, + 1 for end]
   * @throws RangeError for a token outside a vocabulary without `unknown`, or if `start` or `end` is
   * requested but absent; TypeError for a token that is not a string, such as a {@link Token}.
   */
  encode(tokens: Iterable<string>, options: EncodeOptions = {}): Int32Array {
    if (typeof tokens === 'string' || typeof tokens?.[Symbol.iterator] !== 'function')
      throw typeError('Vocabulary.encode', 'tokens', `is ${show(tokens)}`, 'an iterable of tokens');
    const { start, end } = checkOptions('Vocabulary.encode', options, encodeChecks);
    const indices = new IndexList('Vocabulary.encode', Array.isArray(tokens) ? tokens.length + 2 : 16);
    if (start) indices.push(this.#special('start'));
    for (const token of tokens) {
      if (typeof token !== 'string')
        throw typeError('Vocabulary.encode', 'a token', `is ${show(token)}`, 'a string, as tokenize gives');
      const index = this.#index.get(token) ?? this.unknown;
      if (index === undefined)
        throw rangeError(
          'Vocabulary.encode',
          'token',
          `is ${show(token)}`,
          'one of the vocabulary, which has no unknown',
        );
      indices.push(index);
    }
    if (end) indices.push(this.#special('end'));
    return indices.toArray();
  }

  /** Converts indices to spellings, with or without specials. @throws RangeError for an index out of range. */
  decode(indices: Iterable<number>, options: DecodeOptions = {}): string[] {
    if (typeof indices?.[Symbol.iterator] !== 'function')
      throw typeError('Vocabulary.decode', 'indices', `is ${show(indices)}`, 'an iterable of indices');
    const { skipSpecials = false } = checkOptions('Vocabulary.decode', options, decodeChecks);
    const tokens: string[] = [];
    for (const index of indices) {
      const token = this.tokenAt(index);
      if (!skipSpecials || index >= this.#spellings.length) tokens.push(token);
    }
    return tokens;
  }

  /** The versioned form that {@link Vocabulary.fromJSON} reads. */
  toJSON(): SavedVocabulary {
    const { tokens, counts, errors, report } = this;
    const specials = savedSpecials(this.specials);
    return { format: VOCABULARY_FORMAT, version: 1, specials, tokens, counts, errors, report };
  }

  /** Reads the output of `toJSON`. @throws TypeError or RangeError naming the invalid field. */
  static fromJSON(saved: unknown): Vocabulary {
    const where = 'Vocabulary.fromJSON';
    const fields = readSaved(where, saved, VOCABULARY_FORMAT);
    const tokens = readTokens(where, fields, 'tokens');
    const counts = readCounts(where, fields, 'counts', tokens.length);
    const errors = readCounts(where, fields, 'errors', tokens.length);
    const specials = readSpecials(where, fields);
    checkApart(where, tokens, specials);
    const kept = tokens.map((token, i) => ({ token, count: counts[i]!, error: errors[i]! }));
    return new Vocabulary(own, where, specials, kept, readReport(where, fields, kept.length));
  }

  static #cut(where: string, counts: Counts, options: VocabularyOptions): Vocabulary {
    const specials = options.specials ?? ALL_SPECIALS;
    const { kept, report } = cut(where, counts, options, orderSpecials(where, specials).spellings);
    return new Vocabulary(own, where, specials, kept, report);
  }

  #special(role: 'start' | 'end'): number {
    const index = this[role];
    if (index !== undefined) return index;
    throw rangeError('Vocabulary.encode', role, 'is true', `a vocabulary with a special for ${role}`);
  }
}

function checkApart(where: string, tokens: readonly string[], specials: Specials): void {
  const { spellings } = orderSpecials(where, specials);
  const both = tokens.find((token) => spellings.includes(token));
  if (both !== undefined)
    throw rangeError(where, 'tokens', `has ${show(both)}`, 'no token spelt as a special');
}
