/**
 * Document frequency and inverse document frequency of terms.
 */
import { oneOf, rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import { checkMatrix, type SparseMatrix } from './sparse-matrix.ts';

/** The variants of idf: see {@link inverseDocumentFrequency}. */
export type InverseDocumentFrequency =
  | 'none'
  | 'textbook'
  | 'smooth'
  | 'scikit-learn'
  | 'scikit-learn-unsmoothed'
  | 'probabilistic';

/** All variants, to check options. */
export const INVERSE_DOCUMENT_FREQUENCIES: readonly InverseDocumentFrequency[] = [
  'none',
  'textbook',
  'smooth',
  'scikit-learn',
  'scikit-learn-unsmoothed',
  'probabilistic',
];

/**
 * The number of documents that contain each term.
 *
 * @param matrix - [documents, terms]
 * @returns [terms]
 * @throws TypeError if `matrix` is not a SparseMatrix.
 *
 * @example
 * ```ts
 * import { documentFrequency, SparseMatrix } from 'recurrent-cells/text';
 * [...documentFrequency(SparseMatrix.fromDense([[3, 1, 0], [2, 0, 0]]))]; // → [2, 1, 0]
 * ```
 */
export function documentFrequency(matrix: SparseMatrix): Int32Array {
  const { columns, values, width } = checkMatrix('documentFrequency', matrix);
  const frequency = new Int32Array(width);
  for (let i = 0; i < columns.length; i++) if (values[i] !== 0) frequency[columns[i]!]! += 1;
  return frequency;
}

/**
 * Weights each term by its rarity: N documents, df of them with the term, natural logarithms.
 *
 * - `'none'`: 1
 * - `'textbook'`: ln(N / df)
 * - `'smooth'`: ln(N / (1 + df)) + 1
 * - `'scikit-learn'`: ln((1 + N) / (1 + df)) + 1
 * - `'scikit-learn-unsmoothed'`: ln(N / df) + 1 (its `smooth_idf=False`)
 * - `'probabilistic'`: max(0, ln((N − df) / df))
 *
 * A term without documents (df = 0) has weight 0 if the formula divides by df.
 *
 * Source: K. Spärck Jones (1972) for the textbook variant; S. Robertson and K. Spärck Jones (1976) for the probabilistic one.
 *
 * @param frequency - [terms] df
 * @returns [terms]
 * @throws RangeError for an unknown variant, or a df that is not a whole number from 0 to `documents`.
 *
 * @example
 * ```ts
 * import { inverseDocumentFrequency } from 'recurrent-cells/text';
 * [...inverseDocumentFrequency([1, 4], 4, 'textbook')]; // → [1.3862943611198906, 0]
 * [...inverseDocumentFrequency([1, 4], 4, 'probabilistic')]; // → [1.0986122886681096, 0]
 * ```
 */
export function inverseDocumentFrequency(
  frequency: ArrayLike<number>,
  documents: number,
  variant: InverseDocumentFrequency,
): Float64Array {
  const where = 'inverseDocumentFrequency';
  const total = wholeNumber(where, 'documents', documents);
  const weigh = weight[oneOf(where, 'variant', variant, INVERSE_DOCUMENT_FREQUENCIES)];
  if (typeof frequency !== 'object' || typeof frequency?.length !== 'number')
    throw typeError(where, 'frequency', `is ${show(frequency)}`, 'an array of whole numbers');
  return Float64Array.from(frequency, (df) => {
    if (Number.isInteger(df) && df >= 0 && df <= total) return weigh(df, total);
    throw rangeError(where, 'frequency', `has ${show(df)}`, `whole numbers from 0 to documents (${total})`);
  });
}

const weight: Record<InverseDocumentFrequency, (df: number, documents: number) => number> = {
  none: () => 1,
  textbook: (df, documents) => (df === 0 ? 0 : Math.log(documents / df)),
  smooth: (df, documents) => Math.log(documents / (1 + df)) + 1,
  'scikit-learn': (df, documents) => Math.log((1 + documents) / (1 + df)) + 1,
  'scikit-learn-unsmoothed': (df, documents) => (df === 0 ? 0 : Math.log(documents / df) + 1),
  probabilistic: (df, documents) => (df === 0 ? 0 : Math.max(0, Math.log((documents - df) / df))),
};
