/** Term frequency: weights of a term within its document. */
import { oneOf } from '../../common/errors.ts';
import { checkMatrix, SparseMatrix } from './sparse-matrix.ts';

/** The variants of tf: see {@link termFrequency}. */
export type TermFrequency = 'raw' | 'relative' | 'log' | 'binary' | 'augmented';

/** All variants, to check options. */
export const TERM_FREQUENCIES: readonly TermFrequency[] = ['raw', 'relative', 'log', 'binary', 'augmented'];

/**
 * Weights counts by a variant of tf; n is the count of a term in its document. Absent terms stay 0, whether or not
 * the matrix stores zeros.
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
 * @throws RangeError for an unknown variant; TypeError if `counts` is not a SparseMatrix.
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
  const { shape, rowStart, columns } = checkMatrix('termFrequency', counts);
  const checked = oneOf('termFrequency', 'variant', variant, TERM_FREQUENCIES);
  return new SparseMatrix(shape, rowStart, columns, weighted(counts, checked));
}

/** [entries] The weights, without checks. */
export function weighted({ rows, rowStart, values }: SparseMatrix, variant: TermFrequency): Float64Array {
  const weights = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    const [start, end] = [rowStart[row]!, rowStart[row + 1]!];
    const weigh = weightIn(values.subarray(start, end), variant);
    for (let i = start; i < end; i++) if (values[i] !== 0) weights[i] = weigh(values[i]!);
  }
  return weights;
}

/** The weight of a count n, given all counts of the document. */
function weightIn(counts: Float64Array, variant: TermFrequency): (n: number) => number {
  switch (variant) {
    case 'raw':
      return (n) => n;
    case 'relative': {
      const total = counts.reduce((sum, n) => sum + n, 0);
      return (n) => n / total;
    }
    case 'log':
      return (n) => 1 + Math.log(n);
    case 'binary':
      return () => 1;
    case 'augmented': {
      const largest = counts.reduce((most, n) => Math.max(most, n), 0);
      return (n) => 0.5 + (0.5 * n) / largest;
    }
  }
}
