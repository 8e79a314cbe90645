/**
 * Finds stopwords in a corpus: by count, by document frequency, by entropy over documents.
 *
 * Each function returns a list for {@link Stopwords}.
 */
import { numberWithin, rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import { largest } from '../counts/order.ts';
import { type Counts, checkCounts } from '../counts/token-counts.ts';
import { type DocumentBound, leastDocuments } from '../counts/vocabulary-cut.ts';
import { documentFrequency } from './inverse-document-frequency.ts';
import { checkMatrix, eachEntry, type SparseMatrix } from './sparse-matrix.ts';

/**
 * The `k` most frequent tokens, the head of Zipf's list.
 *
 * @throws RangeError if `k` is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { stopwordsByCount, TokenCounts } from 'recurrent-cells/text';
 * stopwordsByCount(TokenCounts.of([['the', 'boat', 'the', 'the', 'and', 'and']]), 2); // → ['the', 'and']
 * ```
 */
export function stopwordsByCount(counts: Counts, k: number): string[] {
  checkCounts('stopwordsByCount', counts);
  const most = wholeNumber('stopwordsByCount', 'k', k);
  return largest([...counts.entries()], most, ({ count }) => count).map(({ token }) => token);
}

/**
 * The tokens that occur in at least this many documents (a count, or `{ share }`), most documents first.
 *
 * @throws RangeError for a bound out of range, or counts without document counts.
 *
 * @example
 * ```ts
 * import { stopwordsByDocumentFrequency, TokenCounts } from 'recurrent-cells/text';
 * const counts = TokenCounts.of([['the', 'boat'], ['the', 'river'], ['the', 'sea', 'boat']]);
 * stopwordsByDocumentFrequency(counts, { share: 0.6 }); // → ['the', 'boat']
 * ```
 */
export function stopwordsByDocumentFrequency(counts: Counts, bound: DocumentBound): string[] {
  const where = 'stopwordsByDocumentFrequency';
  checkCounts(where, counts);
  const least = leastDocuments(where, 'bound', bound, counts.documents);
  const held = [...counts.entries()].filter(({ documents }) => {
    if (documents === undefined) throw rangeError(where, 'counts', 'knows no documents', 'exact counts');
    return documents >= least;
  });
  return largest(held, held.length, ({ documents }) => documents ?? 0).map(({ token }) => token);
}

/**
 * How evenly each term is spread over the documents, from 0 (all in one) to 1 (equal in all).
 *
 * 1. p(d | t) = x[d, t] / Σ over d of x[d, t]
 * 2. H(t) = −Σ over d of p(d | t) ln p(d | t), divided by ln N for N documents
 *
 * A term that never occurs gets 0. Source: the entropy weight of S. Dumais (1991) is 1 − H(t).
 *
 * @param counts - [documents, terms]
 * @returns [terms]
 * @throws TypeError if `counts` is not a SparseMatrix; RangeError for fewer than two documents.
 *
 * @example
 * ```ts
 * import { documentEntropy, SparseMatrix } from 'recurrent-cells/text';
 * [...documentEntropy(SparseMatrix.fromDense([[1, 4], [1, 0]]))]; // → [1, 0]
 * ```
 */
export function documentEntropy(counts: SparseMatrix): Float64Array {
  const { rows, width } = checkMatrix('documentEntropy', counts);
  if (rows < 2) throw rangeError('documentEntropy', 'counts', `has ${rows} documents`, 'at least two');
  const total = new Float64Array(width);
  const weighted = new Float64Array(width); // [terms] Σ x ln x
  eachEntry(counts, (value, column) => {
    total[column]! += value;
    if (value > 0) weighted[column]! += value * Math.log(value);
  });
  // −Σ (x / n) ln(x / n) = ln n − (Σ x ln x) / n
  return total.map((n, column) =>
    n === 0 ? 0 : Math.max(0, Math.log(n) - weighted[column]! / n) / Math.log(rows),
  );
}

/**
 * The most evenly spread terms: an entropy over documents of at least `least`, most even first. Terms in fewer than
 * two documents are never included.
 *
 * @param terms - [terms] the names of the columns
 * @throws RangeError if `least` is not from 0 to 1, or `terms` does not fit the matrix.
 *
 * @example
 * ```ts
 * import { SparseMatrix, stopwordsByEntropy } from 'recurrent-cells/text';
 * stopwordsByEntropy(SparseMatrix.fromDense([[1, 4], [1, 0]]), ['the', 'boat'], 0.9); // → ['the']
 * ```
 */
export function stopwordsByEntropy(counts: SparseMatrix, terms: readonly string[], least: number): string[] {
  const where = 'stopwordsByEntropy';
  numberWithin(where, 'least', least, 0, 1);
  if (!Array.isArray(terms)) throw typeError(where, 'terms', `is ${show(terms)}`, 'an array of strings');
  if (terms.length !== checkMatrix(where, counts).width)
    throw rangeError(where, 'terms', `has ${terms.length} entries`, `${counts.width}, one for each column`);
  const frequency = documentFrequency(counts);
  const entropies = documentEntropy(counts);
  const spread = terms
    .map((token, column) => ({ token, entropy: entropies[column]!, documents: frequency[column]! }))
    .filter(({ entropy, documents }) => documents > 1 && entropy >= least);
  return largest(spread, spread.length, ({ entropy }) => entropy).map(({ token }) => token);
}
