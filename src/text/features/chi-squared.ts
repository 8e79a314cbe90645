/**
 * Chi-squared: how far a term's occurrences deviate from independence of the class.
 *
 * Two forms: over sums of values (scikit-learn's), and over one 2 × 2 table (the textbook's).
 */
import { rangeError } from '../../common/errors.ts';
import type { Labels } from '../labels/label-encoder.ts';
import { chiSquaredTail } from './chi-distribution.ts';
import { type ContingencyTable, checkTableOfFour, classesOf } from './contingency.ts';
import { eachEntry, type SparseMatrix } from './sparse-matrix.ts';

/** Scores, and their p-values under independence of term and class. */
export interface ChiSquaredScores {
  /** [terms] */
  readonly scores: Float64Array;
  /** [terms] */
  readonly pValues: Float64Array;
}

/**
 * Scores each term by chi-squared over the sums of its values per class.
 *
 * 1. O(k, t) = Σ of x[d, t] over documents d of class k
 * 2. E(k, t) = (documents of class k / documents) · Σ of x[d, t] over all d
 * 3. χ²(t) = Σ over k of (O − E)² / E, with classes − 1 degrees of freedom
 *
 * A term that never occurs scores 0. This is scikit-learn's `chi2`: it counts occurrences, not absences.
 *
 * @param matrix - [documents, terms] counts or weights, all non-negative
 * @param labels - [documents]
 * @throws RangeError for a negative value, labels that do not fit, or a single class.
 *
 * @example
 * ```ts
 * import { chiSquared, SparseMatrix } from 'recurrent-cells/text';
 * const counts = SparseMatrix.fromDense([[2, 1], [2, 1], [0, 1], [0, 1]]);
 * [...chiSquared(counts, ['a', 'a', 'b', 'b']).scores]; // → [4, 0]
 * ```
 */
export function chiSquared(matrix: SparseMatrix, labels: Labels): ChiSquaredScores {
  const { classes, rowClass, sizes } = classesOf('chiSquared', matrix, labels);
  if (classes.length < 2) throw rangeError('chiSquared', 'labels', 'has one class', 'at least two');
  const { width, rows } = matrix;
  const observed = new Float64Array(classes.length * width); // [classes, terms]
  const total = new Float64Array(width);
  eachEntry(matrix, (value, column, row) => {
    if (!(value >= 0)) throw rangeError('chiSquared', 'matrix', `has ${value}`, 'numbers of at least 0');
    observed[rowClass[row]! * width + column]! += value;
    total[column]! += value;
  });
  const scores = new Float64Array(width);
  for (const [index, size] of sizes.entries()) {
    for (let term = 0; term < width; term++) {
      const expected = (size / rows) * total[term]!;
      if (expected > 0) scores[term]! += (observed[index * width + term]! - expected) ** 2 / expected;
    }
  }
  return { scores, pValues: scores.map((score) => chiSquaredTail(score, classes.length - 1)) };
}

/**
 * Chi-squared of one 2 × 2 table of presence and absence, 1 degree of freedom.
 *
 * χ² = N (a d − b c)² / ((a + b)(c + d)(a + c)(b + d)), N = a + b + c + d; 0 if a margin is 0.
 *
 * Source: Y. Yang and J. Pedersen, A comparative study on feature selection in text categorization (1997).
 *
 * @throws TypeError or RangeError if one of the four is not a number of at least 0.
 *
 * @example
 * ```ts
 * import { chiSquaredOfTable } from 'recurrent-cells/text';
 * chiSquaredOfTable({ a: 2, b: 0, c: 0, d: 2 }); // → 4
 * ```
 */
export function chiSquaredOfTable(table: ContingencyTable): number {
  const { a, b, c, d } = checkTableOfFour('chiSquaredOfTable', table);
  const margins = (a + b) * (c + d) * (a + c) * (b + d);
  return margins === 0 ? 0 : ((a + b + c + d) * (a * d - b * c) ** 2) / margins;
}
