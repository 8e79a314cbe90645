/**
 * Tokens by rank, and the share of a corpus that the first ranks cover.
 *
 * zipf-fit.ts fits a law to the table.
 */

import { numberWithin, rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import { checkOwn, instanceOf, own } from '../../common/instance.ts';
import { largest } from './order.ts';
import type { Counts } from './token-counts.ts';

/**
 * Types by descending count: rank 1 is the most frequent. Ties are ordered by code point.
 *
 * @example
 * ```ts
 * import { RankFrequency, TokenCounts } from 'recurrent-cells/text';
 * const table = RankFrequency.of(TokenCounts.of([['a', 'b', 'a', 'c', 'a', 'b']]));
 * table.tokens; // → ['a', 'b', 'c']
 * [...table.counts]; // → [3, 2, 1]
 * table.coverage(2); // → 0.8333333333333334
 * table.typesFor(0.5); // → 1
 * table.occurringOnce(); // → 1
 * ```
 */
export class RankFrequency {
  /** [types] The token of rank r is tokens[r − 1]. */
  readonly tokens: readonly string[];
  /** [types] Descending. */
  readonly counts: Float64Array;
  /** The number of tokens counted, with repetitions. */
  readonly total: number;
  readonly #covered: Float64Array; // [types + 1] tokens covered by the first r types

  private constructor(key: typeof own, tokens: readonly string[], counts: Float64Array, total: number) {
    checkOwn('RankFrequency', key, 'RankFrequency.of(…)');
    this.tokens = tokens;
    this.counts = counts;
    this.total = total;
    this.#covered = new Float64Array(counts.length + 1);
    for (const [i, count] of counts.entries()) this.#covered[i + 1] = this.#covered[i]! + count;
  }

  /** Ranks counts. @throws TypeError if the argument is not counts; RangeError if they are empty. */
  static of(counts: Counts): RankFrequency {
    if (typeof (counts as Counts | null | undefined)?.entries !== 'function' || !('tokens' in counts))
      throw typeError('RankFrequency.of', 'counts', `is ${show(counts)}`, 'TokenCounts or HeavyHitters');
    if (counts.tokens === 0) throw rangeError('RankFrequency.of', 'counts', 'has no tokens', 'at least one');
    const entries = [...counts.entries()].filter(({ count }) => count > 0);
    const ranked = largest(entries, entries.length, ({ count }) => count);
    return new RankFrequency(
      own,
      ranked.map(({ token }) => token),
      Float64Array.from(ranked, ({ count }) => count),
      counts.tokens,
    );
  }

  /** The number of distinct tokens. */
  get types(): number {
    return this.tokens.length;
  }

  /** The share of all tokens covered by the first `types` types: the coverage curve. */
  coverage(types: number): number {
    const rank = wholeNumber('RankFrequency.coverage', 'types', types, 0);
    return this.#covered[Math.min(rank, this.types)]! / this.total;
  }

  /** The smallest number of types that covers a share of all tokens. @throws RangeError if the share cannot be reached. */
  typesFor(share: number): number {
    const wanted = numberWithin('RankFrequency.typesFor', 'share', share, 0, 1) * this.total;
    const types = this.#covered.findIndex((covered) => covered >= wanted);
    if (types !== -1) return types;
    throw rangeError(
      'RankFrequency.typesFor',
      'share',
      `is ${share}`,
      `at most ${this.coverage(this.types)}, which all types cover`,
    );
  }

  /** The number of types that occur exactly once (hapax legomena). */
  occurringOnce(): number {
    return this.counts.reduce((sum, count) => sum + (count === 1 ? 1 : 0), 0);
  }
}

/** Checks that a value is a table. */
export function checkTable(where: string, table: unknown): RankFrequency {
  return instanceOf(where, 'table', table, RankFrequency, 'a RankFrequency');
}
