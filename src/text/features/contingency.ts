/** Counts of term–class co-occurrence, from which the feature scores are computed. */
import { numberWithin, rangeError, show, typeError } from '../../common/errors.ts';
import { checkOwn, own } from '../../common/instance.ts';
import { checkLabels, type Label, type Labels } from '../labels/label-encoder.ts';
import { checkMatrix, eachEntry, type SparseMatrix } from './sparse-matrix.ts';

/** One term against one class, in documents: a + b + c + d is the number of documents. */
export interface ContingencyTable {
  /** In the class, with the term. */
  readonly a: number;
  /** In other classes, with the term. */
  readonly b: number;
  /** In the class, without the term. */
  readonly c: number;
  /** In other classes, without the term. */
  readonly d: number;
}

/** Checks that a value is a table of four document counts. */
export function checkTableOfFour(where: string, table: ContingencyTable): ContingencyTable {
  if (typeof table !== 'object' || table === null)
    throw typeError(where, 'table', `is ${show(table)}`, 'an object { a, b, c, d }');
  for (const name of ['a', 'b', 'c', 'd'] as const)
    numberWithin(where, `table.${name}`, table[name], 0, Number.POSITIVE_INFINITY);
  return table;
}

/** The classes in order, and the class index of each document. */
export function classesOf(
  where: string,
  matrix: SparseMatrix,
  given: Labels,
): { classes: Label[]; rowClass: Int32Array; sizes: number[] } {
  const { rows } = checkMatrix(where, matrix);
  const labels = checkLabels(where, 'labels', given);
  if (labels.length !== rows)
    throw rangeError(where, 'labels', `has ${labels.length} entries`, `${rows}, one for each document`);
  if (rows === 0) throw rangeError(where, 'matrix', 'has no documents', 'at least one');
  const numbers = new Map<Label, number>();
  for (const label of labels) {
    if (!numbers.has(label)) numbers.set(label, numbers.size);
  }
  const rowClass = Int32Array.from(labels, (label) => numbers.get(label)!);
  const sizes = Array.from(numbers, () => 0);
  for (const number of rowClass) sizes[number]! += 1;
  return { classes: [...numbers.keys()], rowClass, sizes };
}

/**
 * Counts, for each class and term, the documents with and without them: a, b, c, d.
 *
 * @example
 * ```ts
 * import { Contingency, SparseMatrix } from 'recurrent-cells/text';
 * const counts = SparseMatrix.fromDense([[1, 0], [2, 1], [0, 1]]);
 * const contingency = Contingency.of(counts, ['ham', 'ham', 'spam']);
 * contingency.classes; // → ['ham', 'spam']
 * contingency.table(0, 'ham'); // → { a: 2, b: 0, c: 0, d: 1 }
 * ```
 */
export class Contingency {
  /** The classes, in order of first occurrence. */
  readonly classes: readonly Label[];
  /** [classes] The number of documents in each. */
  readonly sizes: readonly number[];
  readonly documents: number;
  readonly terms: number;
  readonly #with: Float64Array; // [classes, terms] documents of the class with the term
  readonly #frequency: Float64Array; // [terms] documents with the term

  private constructor(
    key: typeof own,
    classes: readonly Label[],
    sizes: readonly number[],
    rows: number,
    held: Float64Array,
  ) {
    checkOwn('Contingency', key, 'Contingency.of(…)');
    this.classes = classes;
    this.sizes = sizes;
    this.documents = rows;
    this.terms = held.length / classes.length;
    this.#with = held;
    this.#frequency = new Float64Array(this.terms);
    for (let i = 0; i < held.length; i++) this.#frequency[i % this.terms]! += held[i]!;
  }

  /**
   * Counts the documents of a matrix; a term occurs if its value is not 0.
   *
   * @param matrix - [documents, terms]
   * @param labels - [documents]
   * @throws RangeError or TypeError if labels do not fit the documents.
   */
  static of(matrix: SparseMatrix, labels: Labels): Contingency {
    const { classes, rowClass, sizes } = classesOf('Contingency.of', matrix, labels);
    const held = new Float64Array(classes.length * matrix.width);
    eachEntry(matrix, (value, column, row) => {
      if (value !== 0) held[rowClass[row]! * matrix.width + column]! += 1;
    });
    return new Contingency(own, classes, sizes, matrix.rows, held);
  }

  /** One term against one class. @throws RangeError for an unknown term or class. */
  table(term: number, label: Label): ContingencyTable {
    const index = this.classes.indexOf(label);
    if (index === -1)
      throw rangeError('Contingency.table', 'label', `is ${show(label)}`, 'a class of the documents');
    if (!(Number.isInteger(term) && term >= 0 && term < this.terms))
      throw rangeError(
        'Contingency.table',
        'term',
        `is ${show(term)}`,
        `a whole number from 0 to ${this.terms - 1}`,
      );
    const a = this.#with[index * this.terms + term]!;
    const b = this.#frequency[term]! - a;
    const c = this.sizes[index]! - a;
    return { a, b, c, d: this.documents - a - b - c };
  }
}
