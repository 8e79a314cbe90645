/** Three scores called mutual information between terms and classes: over distinct counts, over presence, and pointwise. */

import type { Labels } from '../labels/label-encoder.ts';
import { type ContingencyTable, checkTableOfFour, classesOf } from './contingency.ts';
import { type EntropyUnit, logarithm } from './entropy.ts';
import { checkMatrix, eachEntry, type SparseMatrix } from './sparse-matrix.ts';

/**
 * Scores each term by the mutual information of its value and the class, treating each distinct value separately.
 *
 * I(t) = Σ over values v and classes k of p(v, k) ln( p(v, k) / (p(v) p(k)) ), including the value 0.
 *
 * This is scikit-learn's `mutual_info_classif` with `discrete_features=True`. Intended for counts: weights that
 * differ in every document identify the documents, and so the classes.
 *
 * @param matrix - [documents, terms]
 * @param labels - [documents]
 * @param unit - `'nats'` (default) or `'bits'`
 * @returns [terms]
 * @throws RangeError or TypeError if labels do not fit the documents, or for an unknown unit.
 *
 * @example
 * ```ts
 * import { mutualInformation, SparseMatrix } from 'recurrent-cells/text';
 * const counts = SparseMatrix.fromDense([[1, 1], [2, 0], [0, 1], [0, 0]]);
 * [...mutualInformation(counts, ['a', 'a', 'b', 'b'], 'bits')]; // → [1, 0]
 * ```
 */
export function mutualInformation(
  matrix: SparseMatrix,
  labels: Labels,
  unit: EntropyUnit = 'nats',
): Float64Array {
  const log = logarithm('mutualInformation', unit);
  const { rowClass, sizes } = classesOf('mutualInformation', matrix, labels);
  const joint = Array.from({ length: matrix.width }, () => new Map<number, number[]>()); // term → value → [classes]
  eachEntry(matrix, (value, column, row) => {
    if (value === 0) return;
    const inClass = joint[column]!.get(value) ?? sizes.map(() => 0);
    inClass[rowClass[row]!]! += 1;
    joint[column]!.set(value, inClass);
  });
  return Float64Array.from(joint, (values) => {
    const zero = sizes.map((size, k) =>
      [...values.values()].reduce((left, inClass) => left - inClass[k]!, size),
    );
    return information([...values.values(), zero], sizes, matrix.rows, log);
  });
}

/** `joint` is [values, classes]. A tiny negative number from rounding becomes 0. */
function information(
  joint: readonly number[][],
  sizes: readonly number[],
  documents: number,
  log: (value: number) => number,
): number {
  let sum = 0;
  for (const inClass of joint) {
    const withValue = inClass.reduce((total, count) => total + count, 0);
    for (const [k, count] of inClass.entries()) {
      if (count > 0) sum += (count / documents) * log((count * documents) / (withValue * sizes[k]!));
    }
  }
  return Math.max(sum, 0);
}

/**
 * Scores each term by how much knowledge of its presence lowers the entropy of the class.
 *
 * IG(t) = H(class) − p(t) H(class | t) − p(¬t) H(class | ¬t)
 *
 * Equal to the mutual information of presence and class. Source: Yang and Pedersen (1997).
 *
 * @param matrix - [documents, terms]
 * @param labels - [documents]
 * @param unit - `'nats'` (default) or `'bits'`
 * @returns [terms]
 * @throws RangeError or TypeError if labels do not fit the documents, or for an unknown unit.
 *
 * @example
 * ```ts
 * import { informationGain, SparseMatrix } from 'recurrent-cells/text';
 * const counts = SparseMatrix.fromDense([[1, 1], [2, 0], [0, 1], [0, 0]]);
 * [...informationGain(counts, ['a', 'a', 'b', 'b'], 'bits')]; // → [1, 0]
 * ```
 */
export function informationGain(
  matrix: SparseMatrix,
  labels: Labels,
  unit: EntropyUnit = 'nats',
): Float64Array {
  return mutualInformation(
    checkMatrix('informationGain', matrix).map((value) => (value === 0 ? 0 : 1)),
    labels,
    unit,
  );
}

/**
 * Pointwise mutual information of one term and one class.
 *
 * PMI = ln( a N / ((a + b)(a + c)) ), N = a + b + c + d; −∞ if they never co-occur.
 *
 * Called mutual information by Yang and Pedersen (1997). It favours rare terms.
 *
 * @throws RangeError for an unknown unit; TypeError or RangeError if one of the four is not a number of at least 0.
 *
 * @example
 * ```ts
 * import { pointwiseMutualInformation } from 'recurrent-cells/text';
 * pointwiseMutualInformation({ a: 2, b: 0, c: 0, d: 2 }, 'bits'); // → 1
 * ```
 */
export function pointwiseMutualInformation(table: ContingencyTable, unit: EntropyUnit = 'nats'): number {
  const { a, b, c, d } = checkTableOfFour('pointwiseMutualInformation', table);
  const log = logarithm('pointwiseMutualInformation', unit);
  if (a === 0) return Number.NEGATIVE_INFINITY;
  return log((a * (a + b + c + d)) / ((a + b) * (a + c)));
}
