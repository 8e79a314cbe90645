/** Cuts off head and tail: the words that occur everywhere, and those too rare to learn from. */

import { rangeError, show, typeError } from '../../common/errors.ts';
import { type Checks, checkOptions, count, size } from '../../common/options.ts';
import { checkTable, type RankFrequency } from './rank-frequency.ts';

/** The cut positions. */
export interface ZipfCutOptions {
  /** The number of most frequent types to cut off (default 0). */
  readonly head?: number | undefined;
  /** The minimum count to keep (default 1: keeps the tail). */
  readonly minCount?: number | undefined;
  /** The last rank to keep, if `minCount` keeps more. */
  readonly lastRank?: number | undefined;
}

const checks: Checks<ZipfCutOptions> = { head: count, minCount: size, lastRank: size };

/** The three parts. */
export interface ZipfCut {
  /** The most frequent types, cut off. */
  readonly head: readonly string[];
  /** The kept types. */
  readonly kept: readonly string[];
  /** The rarest types, cut off. */
  readonly tail: readonly string[];
  /** The first and the last kept rank. */
  readonly firstRank: number;
  readonly lastRank: number;
  /** The share of all tokens in each part. */
  readonly coverage: { readonly head: number; readonly kept: number; readonly tail: number };
}

/**
 * Cuts a rank–frequency table into head, middle and tail.
 *
 * @throws RangeError if nothing would stay, or an option is not a whole number.
 *
 * @example
 * ```ts
 * import { cutZipf, RankFrequency, TokenCounts } from 'recurrent-cells/text';
 * const table = RankFrequency.of(TokenCounts.of([['the', 'the', 'the', 'sea', 'sea', 'zyx']]));
 * const { head, kept, tail, coverage } = cutZipf(table, { head: 1, minCount: 2 });
 * [head, kept, tail]; // → [['the'], ['sea'], ['zyx']]
 * coverage.head; // → 0.5
 * ```
 */
export function cutZipf(table: RankFrequency, options: ZipfCutOptions = {}): ZipfCut {
  const where = 'cutZipf';
  checkTable(where, table);
  const { head = 0, minCount = 1, lastRank: most = table.types } = checkOptions(where, options, checks);
  const below = table.counts.findIndex((count) => count < minCount);
  const last = Math.min(most, below === -1 ? table.types : below);
  if (last <= head)
    throw rangeError(
      where,
      'the cut',
      `keeps none of ${table.types} types`,
      'bounds that leave at least one',
    );
  const [covered, all] = [table.coverage(head), table.coverage(last)];
  return {
    head: table.tokens.slice(0, head),
    kept: table.tokens.slice(head, last),
    tail: table.tokens.slice(last),
    firstRank: head + 1,
    lastRank: last,
    coverage: { head: covered, kept: all - covered, tail: 1 - all },
  };
}

/** Checks a cut to be drawn. */
export function checkCut(where: string, cut: ZipfCut): void {
  const { firstRank, lastRank, coverage } = cut ?? {};
  if (![firstRank, lastRank, coverage?.head, coverage?.kept, coverage?.tail].every(Number.isFinite))
    throw typeError(where, 'cut', `is ${show(cut)}`, 'what cutZipf gave');
}
