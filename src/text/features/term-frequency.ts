/**
 * The weights of a term within its document.
 *
 * Answers for tf alone; how rare a term is among documents, idf says.
 */
import { oneOf } from '../../common/errors.ts';
import type { SparseMatrix } from './sparse-matrix.ts';
import { checkMatrix } from './term-counter.ts';

/** The variants of tf: see {@link termFrequency}. */
export type TermFrequency = 'raw' | 'relative' | 'log' | 'binary' | 'augmented';

/** All variants, for options to be checked against. */
export const TERM_FREQUENCIES: readonly TermFrequency[] = ['raw', 'relative', 'log', 'binary', 'augmented'];

/**
 * Weights counts by a variant of tf; n is the count of a term in its document. Terms that don't occur stay 0,
 * whether the matrix holds their zeros or not.
 *
 * - `'raw'`: n
 * - `'relative'`: n / Σ n over the document
 * - `'log'`: 1 + ln n (sublinear)
 * - `'binary'`: 1
 * - `'augmented'`: 0.5 + 0.5 · n / max n over the document
 *
 * Source: G. Salton and C. Buckley, Term-weighting approaches in automatic text retrieval (1988).
 *
 * @param counts - [documents, terms]
 * @returns [documents, terms], with the same entries
 * @throws RangeError for an unknown variant; TypeError if `counts` is no SparseMatrix.
 *
 * @example
 * ```ts
 * import { SparseMatrix, termFrequency } from 'recurrent-cells/text';
 * const counts = SparseMatrix.fromDense([[3, 1, 0]]);
 * [...termFrequency(counts, 'relative').values]; // → [0.75, 0.25]
 * [...termFrequency(counts, 'augmented').values]; // → [1, 0.6666666666666666]
 * ```
 */
export function termFrequency(counts: SparseMatrix, variant: TermFrequency): SparseMatrix {
  checkMatrix('termFrequency', counts);
  const weigh = (weight: (n: number, row: number) => number) =>
    counts.map((n, _, row) => (n === 0 ? 0 : weight(n, row)));
  switch (oneOf('termFrequency', 'variant', variant, TERM_FREQUENCIES)) {
    case 'raw':
      return weigh((n) => n);
    case 'relative': {
      const total = ofRows(counts, (values) => values.reduce((sum, n) => sum + n, 0));
      return weigh((n, row) => n / total[row]!);
    }
    case 'log':
      return weigh((n) => 1 + Math.log(n));
    case 'binary':
      return weigh(() => 1);
    case 'augmented': {
      const largest = ofRows(counts, (values) => values.reduce((most, n) => Math.max(most, n), 0));
      return weigh((n, row) => 0.5 + (0.5 * n) / largest[row]!);
    }
  }
}

function ofRows(matrix: SparseMatrix, summary: (values: Float64Array) => number): number[] {
  return Array.from({ length: matrix.rows }, (_, row) => summary(matrix.row(row).values));
}
