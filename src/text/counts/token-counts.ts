/**
 * Exact counts of tokens, and of the documents that contain them.
 *
 * This file counts, merges and saves; the vocabulary decides which tokens to keep.
 */

import { numberWithin, rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import { instanceOf } from '../../common/instance.ts';
import { type Checks, checkOptions } from '../../common/options.ts';
import { readCounts, readSaved, readTokens } from '../../common/saved.ts';
import { checkToken, type Tokenizer, tokenizerOption } from '../tokenizers/tokenizer.ts';
import { checkTokens, countDocuments, countDocumentsAsync, type Document } from './documents.ts';
import { flat, TokenMap } from './token-map.ts';

/** The counts of one token. */
export interface TokenCount {
  readonly token: string;
  /** The number of occurrences; from an approximate counter, a lower bound. */
  readonly count: number;
  /** The true count is at most `count + error`: 0 for an exact counter. */
  readonly error: number;
  /** The number of documents it occurs in; undefined if not counted. */
  readonly documents: number | undefined;
}

/** Exact or approximate counts, to which a vocabulary, Zipf's law or stopwords are fitted. */
export interface Counts<Entry extends TokenCount = TokenCount> {
  /** The number of tokens counted, with repetitions. */
  readonly tokens: number;
  /** The number of documents counted. */
  readonly documents: number;
  /** The number of distinct tokens; undefined if not known. */
  readonly types: number | undefined;
  /** The stored tokens, in the order of first occurrence. */
  entries(): IterableIterator<Entry>;
}

/** The saved form of exact counts. */
export interface SavedTokenCounts {
  readonly format: 'recurrent-cells/text/token-counts';
  readonly version: 1;
  readonly documents: number;
  readonly tokens: string[];
  readonly counts: number[];
  readonly documentCounts: number[];
}

/** Options for counting. */
export interface CountOptions {
  /** Required if documents are texts. */
  readonly tokenizer?: Tokenizer | undefined;
}

/** @throws TypeError if they are not counts. */
export function checkCounts(where: string, counts: unknown): void {
  const { entries } = (counts ?? {}) as Partial<Counts>;
  if (typeof entries !== 'function' || !('tokens' in (counts as object)))
    throw typeError(where, 'counts', `is ${show(counts)}`, 'TokenCounts or HeavyHitters');
}

export const countChecks: Checks<CountOptions> = { tokenizer: tokenizerOption };

const FORMAT = 'recurrent-cells/text/token-counts';

/**
 * Counts tokens exactly, in one pass, over any iterable.
 *
 * Counts of two parts merge exactly into the counts of the whole, so a corpus can be counted on many machines. The
 * number of types is limited only by memory (about 120 bytes each for short words).
 *
 * @example
 * ```ts
 * import { pattern, TokenCounts } from 'recurrent-cells/text';
 * const tokenizer = pattern();
 * const counts = TokenCounts.of(['the boat', 'the river and the sea'], { tokenizer });
 * counts.tokens; // → 7
 * counts.countOf('the'); // → 3
 * counts.documentsWith('the'); // → 2
 * counts.merge(TokenCounts.of(['the end'], { tokenizer })).countOf('the'); // → 4
 * ```
 */
export class TokenCounts implements Counts {
  readonly #slots = new TokenMap();
  #counts = new Float64Array(16); // [capacity]
  #documentCounts = new Float64Array(16); // [capacity]
  #lastDocument = new Float64Array(16); // [capacity], 1 + the last document that contained it
  #tokens = 0;
  #documents = 0;

  /**
   * Counts all documents of an iterable.
   *
   * @throws TypeError if a document is a text and there is no tokenizer, or if a token is not a string.
   */
  static of(documents: Iterable<Document>, options: CountOptions = {}): TokenCounts {
    const where = 'TokenCounts.of';
    return countDocuments(where, new TokenCounts(), documents, checkOptions(where, options, countChecks));
  }

  /** Counts all documents of an async iterable, such as {@link lines} of a stream; otherwise like {@link TokenCounts.of}. */
  static async ofAsync(
    documents: AsyncIterable<Document> | Iterable<Document>,
    options: CountOptions = {},
  ): Promise<TokenCounts> {
    const where = 'TokenCounts.ofAsync';
    return countDocumentsAsync(
      where,
      new TokenCounts(),
      documents,
      checkOptions(where, options, countChecks),
    );
  }

  /**
   * The counts of the whole, from the counts of its parts: objects, or their saved form as workers return it. The parts do not
   * change.
   *
   * @throws TypeError or RangeError as {@link TokenCounts.fromJSON}, or if `parts` is not an iterable.
   *
   * @example
   * ```ts
   * import { TokenCounts } from 'recurrent-cells/text';
   * const parts = [['the', 'boat'], ['the', 'sea']].map((tokens) => JSON.stringify(TokenCounts.of([tokens])));
   * TokenCounts.merge(parts).countOf('the'); // → 2
   * ```
   */
  static merge(parts: Iterable<TokenCounts | SavedTokenCounts | string>): TokenCounts {
    if (typeof parts === 'string' || typeof parts?.[Symbol.iterator] !== 'function')
      throw typeError('TokenCounts.merge', 'parts', `is ${show(parts)}`, 'an iterable of counts');
    const whole = new TokenCounts();
    for (const part of parts) whole.merge(part instanceof TokenCounts ? part : TokenCounts.fromJSON(part));
    return whole;
  }

  get tokens(): number {
    return this.#tokens;
  }

  get documents(): number {
    return this.#documents;
  }

  get types(): number {
    return this.#slots.size;
  }

  /**
   * Counts one document's tokens.
   *
   * @throws TypeError if a token is not a string: from an array, nothing was counted then; from a generator, the tokens before it were.
   */
  addDocument(tokens: Iterable<string>): void {
    checkTokens('TokenCounts.addDocument', 'tokens', tokens);
    const document = ++this.#documents;
    for (const token of tokens) {
      const slot = this.#slotOf(token);
      this.#counts[slot]! += 1;
      this.#tokens++;
      if (this.#lastDocument[slot] === document) continue;
      this.#lastDocument[slot] = document;
      this.#documentCounts[slot]! += 1;
    }
  }

  /**
   * Adds a count from elsewhere (another engine, a database): `count` occurrences in `documents` documents. Add the
   * total number of documents separately, with {@link TokenCounts.addDocuments}.
   *
   * @throws TypeError or RangeError, before any change, for an invalid token or number, or for more documents than
   * occurrences.
   */
  add(token: string, count = 1, documents = 0): void {
    wholeNumber('TokenCounts.add', 'count', count, 0);
    numberWithin('TokenCounts.add', 'documents', documents, 0, count);
    wholeNumber('TokenCounts.add', 'documents', documents, 0);
    const slot = this.#slotOf(token);
    this.#counts[slot]! += count;
    this.#documentCounts[slot]! += documents;
    this.#tokens += count;
  }

  /**
   * Adds documents whose tokens are added with {@link TokenCounts.add}.
   *
   * @throws TypeError or RangeError if `documents` is not a whole number of at least 0.
   */
  addDocuments(documents: number): void {
    this.#documents += wholeNumber('TokenCounts.addDocuments', 'documents', documents, 0);
  }

  /** Adds another part's counts exactly; returns this object. */
  merge(other: TokenCounts): this {
    instanceOf('TokenCounts.merge', 'other', other, TokenCounts, 'TokenCounts');
    // When merged with itself, it must not count what it is adding.
    const entries = other === this ? [...other.entries()] : other.entries();
    this.#documents += other.documents;
    for (const { token, count, documents } of entries) this.add(token, count, documents);
    return this;
  }

  /** The number of occurrences of a token. @throws TypeError if `token` is not a string. */
  countOf(token: string): number {
    const slot = this.#slots.get(checkToken('TokenCounts.countOf', token));
    return slot === undefined ? 0 : this.#counts[slot]!;
  }

  /** The number of documents that contain a token. @throws TypeError if `token` is not a string. */
  documentsWith(token: string): number {
    const slot = this.#slots.get(checkToken('TokenCounts.documentsWith', token));
    return slot === undefined ? 0 : this.#documentCounts[slot]!;
  }

  *entries(): IterableIterator<TokenCount> {
    let slot = 0;
    for (const token of this.#slots.tokens()) {
      yield { token, count: this.#counts[slot]!, error: 0, documents: this.#documentCounts[slot++]! };
    }
  }

  /** The versioned form that {@link TokenCounts.fromJSON} reads. */
  toJSON(): SavedTokenCounts {
    return {
      format: FORMAT,
      version: 1,
      documents: this.#documents,
      tokens: [...this.#slots.tokens()],
      counts: Array.from(this.#counts.subarray(0, this.types)),
      documentCounts: Array.from(this.#documentCounts.subarray(0, this.types)),
    };
  }

  /**
   * Reads the output of `toJSON`: the object, or its JSON text.
   *
   * @throws TypeError or RangeError naming the invalid field.
   */
  static fromJSON(saved: unknown): TokenCounts {
    const where = 'TokenCounts.fromJSON';
    const fields = readSaved(where, saved, FORMAT);
    const tokens = readTokens(where, fields, 'tokens');
    const counts = readCounts(where, fields, 'counts', tokens.length);
    const documentCounts = readCounts(where, fields, 'documentCounts', tokens.length);
    const documents = wholeNumber(where, 'documents', fields.documents, 0);
    const read = new TokenCounts();
    read.addDocuments(documents);
    for (const [i, token] of tokens.entries()) {
      if (documentCounts[i]! > Math.min(counts[i]!, documents))
        throw rangeError(
          where,
          `documentCounts[${i}]`,
          `is ${documentCounts[i]}`,
          'at most the count and the documents',
        );
      read.add(token, counts[i]!, documentCounts[i]!);
    }
    return read;
  }

  #slotOf(token: string): number {
    const found = this.#slots.get(token);
    if (found !== undefined) return found;
    if (typeof token !== 'string') throw typeError('TokenCounts', 'a token', `is ${show(token)}`, 'a string');
    const slot = this.#slots.add(flat(token));
    if (slot === this.#counts.length) this.#grow();
    return slot;
  }

  #grow(): void {
    // Doubling copies each type less than once on average.
    const capacity = 2 * this.#counts.length;
    const grown = (store: Float64Array): Float64Array<ArrayBuffer> => {
      const bigger = new Float64Array(capacity);
      bigger.set(store);
      return bigger;
    };
    this.#counts = grown(this.#counts);
    this.#documentCounts = grown(this.#documentCounts);
    this.#lastDocument = grown(this.#lastDocument);
  }
}
