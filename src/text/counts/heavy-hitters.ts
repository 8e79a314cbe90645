/**
 * Approximate counts in bounded memory, for streams with too many types for exact counts.
 *
 * Each count has a proven error bound; {@link TokenCounts} counts exactly.
 */

import { numberWithin, rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import { instanceOf } from '../../common/instance.ts';
import { type Checks, checkOptions, size } from '../../common/options.ts';
import { readCounts, readSaved, readTokens } from '../../common/saved.ts';
import { checkTokens, countDocuments, countDocumentsAsync, type Document } from './documents.ts';
import { kthLargest } from './order.ts';
import { type CountOptions, type Counts, countChecks, type TokenCount } from './token-counts.ts';
import { flat } from './token-map.ts';

/** The saved form of approximate counts. */
export interface SavedHeavyHitters {
  readonly format: 'recurrent-cells/text/heavy-hitters';
  readonly version: 1;
  readonly capacity: number;
  readonly total: number;
  readonly documents: number;
  readonly missed: number;
  readonly tokens: string[];
  readonly counts: number[];
  readonly errors: number[];
}

/** The capacity of the counter, and the tokenizer. */
export interface HeavyHittersOptions extends CountOptions {
  /** The number of tokens guaranteed to be stored (default 2^20). At most twice as many are in memory. */
  readonly capacity?: number | undefined;
}

const capacityCheck: Checks<Pick<HeavyHittersOptions, 'capacity'>> = { capacity: size };

const checks = (): Checks<HeavyHittersOptions> => ({ ...capacityCheck, ...countChecks });

interface Held {
  count: number;
  readonly error: number;
}

const FORMAT = 'recurrent-cells/text/heavy-hitters';

/**
 * Counts the frequent tokens of a stream of any length in memory for at most 2·capacity tokens.
 *
 * For N tokens, capacity k, and `missed`, the largest possible count of a token that is not kept:
 *
 * 1. count ≤ true count ≤ count + error, for every token kept
 * 2. error ≤ missed ≤ N / (k + 1)
 * 3. every token whose true count is above `missed` is kept
 *
 * A token enters with count 1 and error `missed`. When 2k are kept, `missed` becomes the (k + 1)-th largest
 * count + error, and tokens that do not exceed it are removed. Since each such step takes the same amount from at least
 * k + 1 tokens, (2) follows. Amortised constant time per token. The summaries of two parts merge, and (1) to (3) hold for the
 * result. Document frequencies are not counted.
 *
 * Source: J. Misra and D. Gries, Finding repeated elements (1982), with the batched decrement of Anderson et al.,
 * arXiv 1705.07001 (2017), the error of each token as in Space-Saving (Metwally et al., 2005), and the merge of
 * Agarwal et al., Mergeable summaries (2012).
 *
 * @example
 * ```ts
 * import { HeavyHitters } from 'recurrent-cells/text';
 * const stream = ['a', 'x', 'a', 'y', 'a', 'z', 'a'];
 * const counts = HeavyHitters.of([stream], { capacity: 2 });
 * counts.missed <= 7 / 3; // → true
 * const [a] = counts.entries();
 * [a!.token, a!.count, a!.error]; // → ['a', 4, 0]
 * ```
 */
export class HeavyHitters implements Counts {
  readonly capacity: number;
  /** Not known, because evicted tokens are forgotten. */
  readonly types: undefined;
  readonly #held = new Map<string, Held>();
  #tokens = 0;
  #documents = 0;
  #missed = 0;

  /** @throws RangeError if `capacity` is not a whole number from 1 to 2^23. */
  constructor(options: Pick<HeavyHittersOptions, 'capacity'> = {}) {
    const { capacity = 2 ** 20 } = checkOptions('HeavyHitters', options, capacityCheck);
    this.capacity = numberWithin('HeavyHitters', 'capacity', capacity, 1, 2 ** 23);
  }

  /** Counts all documents of an iterable. @throws TypeError as {@link TokenCounts.of}. */
  static of(documents: Iterable<Document>, options: HeavyHittersOptions = {}): HeavyHitters {
    const where = 'HeavyHitters.of';
    const { capacity, tokenizer } = checkOptions(where, options, checks());
    return countDocuments(where, new HeavyHitters({ capacity }), documents, { tokenizer });
  }

  /** Counts all documents of an async iterable. */
  static async ofAsync(
    documents: AsyncIterable<Document> | Iterable<Document>,
    options: HeavyHittersOptions = {},
  ): Promise<HeavyHitters> {
    const where = 'HeavyHitters.ofAsync';
    const { capacity, tokenizer } = checkOptions(where, options, checks());
    return countDocumentsAsync(where, new HeavyHitters({ capacity }), documents, { tokenizer });
  }

  get tokens(): number {
    return this.#tokens;
  }

  get documents(): number {
    return this.#documents;
  }

  /** The largest possible count of a token that is not stored. */
  get missed(): number {
    return this.#missed;
  }

  /** Counts one document's tokens. @throws as {@link TokenCounts.addDocument}. */
  addDocument(tokens: Iterable<string>): void {
    checkTokens('HeavyHitters.addDocument', 'tokens', tokens);
    this.#documents++;
    for (const token of tokens) {
      const held = this.#held.get(token);
      if (held !== undefined) held.count++;
      else this.#enter(token, 1, this.#missed);
      this.#tokens++;
    }
  }

  /** Adds the counts of another part; bounds (1) to (3) hold for the total. Returns this counter. */
  merge(other: HeavyHitters): this {
    instanceOf('HeavyHitters.merge', 'other', other, HeavyHitters, 'HeavyHitters');
    if (other.capacity !== this.capacity)
      throw rangeError(
        'HeavyHitters.merge',
        'other.capacity',
        `is ${other.capacity}`,
        `${this.capacity}, as here`,
      );
    const mine = [...this.#held];
    const theirs = new Map([...other.#held].map(([token, held]) => [token, { ...held }]));
    const missedHere = this.#missed;
    const missedThere = other.#missed;
    this.#tokens += other.#tokens;
    this.#documents += other.#documents;
    this.#missed += missedThere;
    this.#held.clear();
    for (const [token, { count, error }] of mine) {
      const there = theirs.get(token) ?? { count: 0, error: missedThere };
      this.#held.set(token, { count: count + there.count, error: error + there.error });
      theirs.delete(token);
    }
    for (const [token, { count, error }] of theirs)
      this.#held.set(token, { count, error: error + missedHere });
    this.#shrink();
    return this;
  }

  *entries(): IterableIterator<TokenCount> {
    for (const [token, { count, error }] of this.#held) yield { token, count, error, documents: undefined };
  }

  /** The versioned form that {@link HeavyHitters.fromJSON} reads. */
  toJSON(): SavedHeavyHitters {
    const held = [...this.#held.values()];
    return {
      format: FORMAT,
      version: 1,
      capacity: this.capacity,
      total: this.#tokens,
      documents: this.#documents,
      missed: this.#missed,
      tokens: [...this.#held.keys()],
      counts: held.map(({ count }) => count),
      errors: held.map(({ error }) => error),
    };
  }

  /** Reads the output of `toJSON`. @throws TypeError or RangeError naming the invalid field. */
  static fromJSON(saved: unknown): HeavyHitters {
    const where = 'HeavyHitters.fromJSON';
    const fields = readSaved(where, saved, FORMAT);
    const capacity = numberWithin(
      where,
      'capacity',
      wholeNumber(where, 'capacity', fields.capacity),
      1,
      2 ** 23,
    );
    const read = new HeavyHitters({ capacity });
    const tokens = readTokens(where, fields, 'tokens');
    const counts = readCounts(where, fields, 'counts', tokens.length);
    const errors = readCounts(where, fields, 'errors', tokens.length);
    read.#tokens = wholeNumber(where, 'total', fields.total, 0);
    read.#documents = wholeNumber(where, 'documents', fields.documents, 0);
    read.#missed = wholeNumber(where, 'missed', fields.missed, 0);
    const held = counts.reduce((sum, count) => sum + count, 0);
    if (held > read.#tokens)
      throw rangeError(where, 'counts', `have the sum ${held}`, `at most total (${read.#tokens})`);
    if (read.#missed > read.#tokens / (capacity + 1))
      throw rangeError(where, 'missed', `is ${read.#missed}`, 'at most total / (capacity + 1)');
    const wrong = errors.findIndex((error) => error > read.#missed);
    if (wrong !== -1)
      throw rangeError(where, `errors[${wrong}]`, `is ${errors[wrong]}`, `at most missed (${read.#missed})`);
    if (tokens.length >= 2 * capacity)
      throw rangeError(where, 'tokens', `has ${tokens.length} entries`, 'less than 2 · capacity');
    for (const [i, token] of tokens.entries())
      read.#held.set(token, { count: counts[i]!, error: errors[i]! });
    return read;
  }

  #enter(token: string, count: number, error: number): void {
    if (typeof token !== 'string')
      throw typeError('HeavyHitters', 'a token', `is ${show(token)}`, 'a string');
    this.#held.set(flat(token), { count, error });
    this.#shrink();
  }

  #shrink(): void {
    if (this.#held.size < 2 * this.capacity) return;
    const bounds = Float64Array.from(this.#held.values(), ({ count, error }) => count + error);
    this.#missed = kthLargest(bounds, this.capacity + 1);
    for (const [token, { count, error }] of this.#held) {
      if (count + error <= this.#missed) this.#held.delete(token);
    }
  }
}
