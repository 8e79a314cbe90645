/**
 * Selects the tokens that a vocabulary keeps, and reports the coverage.
 *
 * Applies the bounds in one pass over the counts.
 */

import { numberWithin, rangeError, show, typeError } from '../../common/errors.ts';
import { type Check, type Checks, count, size } from '../../common/options.ts';
import { largestOf } from './order.ts';
import type { Counts, TokenCount } from './token-counts.ts';

/** A number of documents, or a share of all documents (0 to 1; inclusive, computed as the rounded n / documents). */
export type DocumentBound = number | { readonly share: number };

/** Conditions for keeping a token. All bounds are inclusive. */
export interface CutOptions {
  /** The maximum size, including specials: the most frequent tokens are kept. */
  readonly maxSize?: number | undefined;
  /** The minimum count (default 1). */
  readonly minCount?: number | undefined;
  /** The minimum number of documents that contain the token. */
  readonly minDocuments?: DocumentBound | undefined;
  /** The maximum number of documents that contain the token. */
  readonly maxDocuments?: DocumentBound | undefined;
  /** Tokens to leave out regardless of count: a Set, or {@link Stopwords}. */
  readonly stopwords?:
    | {
        /** Whether `token` is left out. */
        has(token: string): boolean;
      }
    | undefined;
}

const documentBound: Check<DocumentBound> = (where, argument, value) => {
  checkBound(where, argument, value as DocumentBound);
  return value as DocumentBound;
};

export const boundChecks: Checks<Pick<CutOptions, 'minDocuments' | 'maxDocuments'>> = {
  minDocuments: documentBound,
  maxDocuments: documentBound,
};

export const cutChecks = (): Checks<CutOptions> => ({
  ...boundChecks,
  maxSize: size,
  minCount: count,
  stopwords(where, argument, value) {
    if (typeof (value as { has?: unknown } | null)?.has === 'function')
      return value as NonNullable<CutOptions['stopwords']>;
    throw typeError(where, argument, `is ${show(value)}`, 'a Set or Stopwords');
  },
});

/** The tokens that a cut keeps and drops. With approximate counts, types are unknown and kept tokens a lower bound. */
export interface CutReport {
  /** Tokens counted, with repetitions. */
  readonly tokens: number;
  /** Distinct tokens counted. */
  readonly types: number | undefined;
  readonly keptTypes: number;
  readonly droppedTypes: number | undefined;
  /** Tokens whose type is kept, with repetitions. */
  readonly keptTokens: number;
  /** keptTokens / tokens; NaN if no tokens were counted. */
  readonly coverage: number;
  /** The largest error of a kept count: 0 for exact counts. */
  readonly largestError: number;
}

/** The kept tokens, by `order` (default: most frequent first, ties by code point), and the report. */
export function cut<Entry extends TokenCount>(
  where: string,
  counts: Counts<Entry>,
  options: CutOptions,
  specials: readonly string[],
  order?: (a: Entry, b: Entry) => number,
): { kept: Entry[]; report: CutReport } {
  const most = room(where, options.maxSize, specials.length);
  const isWithin = bounds(where, counts, options);
  if (counts.tokens === 0) throw rangeError(where, 'the corpus', 'has no tokens', 'at least one');
  let special = 0;
  let specialTypes = 0;
  function* candidates(): Iterable<Entry> {
    special = 0;
    specialTypes = 0;
    for (const entry of counts.entries()) {
      if (specials.includes(entry.token)) {
        special += entry.count;
        specialTypes++;
      } else if (isWithin(entry)) yield entry;
    }
  }
  const kept = largestOf(candidates, most, ({ count }) => count, order);
  if (kept.length === 0)
    throw rangeError(
      where,
      'the cut',
      `keeps none of ${counts.types ?? 'the'} types`,
      'bounds that leave at least one',
    );
  const keptTokens = kept.reduce((sum, { count }) => sum + count, special);
  const report = {
    tokens: counts.tokens,
    types: counts.types,
    keptTypes: kept.length,
    droppedTypes: counts.types === undefined ? undefined : counts.types - specialTypes - kept.length,
    keptTokens,
    coverage: keptTokens / counts.tokens,
    largestError: kept.reduce((error, entry) => Math.max(error, entry.error), 0),
  };
  return { kept, report };
}

function room(where: string, maxSize: number | undefined, specials: number): number {
  if (maxSize === undefined) return Number.POSITIVE_INFINITY;
  if (maxSize > specials) return maxSize - specials;
  throw rangeError(
    where,
    'maxSize',
    `is ${maxSize}`,
    `at least ${specials + 1} (${specials} specials and a token)`,
  );
}

function bounds(where: string, counts: Counts, options: CutOptions): (entry: TokenCount) => boolean {
  const { minDocuments, maxDocuments, stopwords, minCount = 1 } = options;
  if (minDocuments === undefined && maxDocuments === undefined)
    return ({ token, count }) => count >= minCount && stopwords?.has(token) !== true;
  const least = leastDocuments(where, 'minDocuments', minDocuments ?? 0, counts.documents);
  const most = mostDocuments(where, 'maxDocuments', maxDocuments ?? { share: 1 }, counts.documents);
  if (least > most)
    throw rangeError(
      where,
      'minDocuments',
      `is ${least} of ${counts.documents} documents`,
      `at most maxDocuments (${most})`,
    );
  return ({ token, count, documents }) => {
    if (documents === undefined)
      throw rangeError(
        where,
        'minDocuments or maxDocuments',
        'is given',
        'exact counts, which know documents',
      );
    return count >= minCount && documents >= least && documents <= most && stopwords?.has(token) !== true;
  };
}

/** The smallest number of documents that satisfies a lower bound. */
export function leastDocuments(
  where: string,
  argument: string,
  bound: DocumentBound,
  documents: number,
): number {
  const { number, share } = checkBound(where, argument, bound);
  if (share === undefined) return number;
  // 0.07 · 100 is slightly above 7, but 7 / 100 is 0.07: only the division gives what the user means.
  const least = Math.ceil(share * documents);
  return (least - 1) / documents >= share ? least - 1 : least;
}

/** The largest number of documents that satisfies an upper bound. */
export function mostDocuments(
  where: string,
  argument: string,
  bound: DocumentBound,
  documents: number,
): number {
  const { number, share } = checkBound(where, argument, bound);
  if (share === undefined) return number;
  const most = Math.floor(share * documents);
  return (most + 1) / documents <= share ? most + 1 : most;
}

function checkBound(
  where: string,
  argument: string,
  bound: DocumentBound,
): { number: number; share?: number } {
  if (typeof bound === 'object' && bound !== null)
    return { number: 0, share: numberWithin(where, `${argument}.share`, bound.share, 0, 1) };
  if (Number.isSafeInteger(bound) && bound >= 0) return { number: bound };
  const error = typeof bound === 'number' ? rangeError : typeError;
  throw error(where, argument, `is ${show(bound)}`, 'a whole number of documents or { share: 0 to 1 }');
}
