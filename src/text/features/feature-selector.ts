/** Selects the k best terms, fitted on the training part. */

import { oneOf, rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import { checkOwn, own } from '../../common/instance.ts';
import { type Checks, checkOptions, later, size } from '../../common/options.ts';
import { readArray, readSaved } from '../../common/saved.ts';
import { boundChecks, type DocumentBound, leastDocuments, mostDocuments } from '../counts/vocabulary-cut.ts';
import type { Labels } from '../labels/label-encoder.ts';
import { chiSquared } from './chi-squared.ts';
import { documentFrequency } from './inverse-document-frequency.ts';
import { informationGain, mutualInformation } from './mutual-information.ts';
import { checkMatrix, type SparseMatrix } from './sparse-matrix.ts';

/** The score, the number of terms to keep, and bounds applied first. */
export interface FeatureSelectorOptions {
  /** Default `'chiSquared'`; or a function from matrix and labels to a score per term, larger being better. */
  readonly score?:
    | 'chiSquared'
    | 'mutualInformation'
    | 'informationGain'
    | ((matrix: SparseMatrix, labels: Labels) => ArrayLike<number>)
    | undefined;
  /** The maximum number of terms to keep (default: all within the bounds). */
  readonly k?: number | undefined;
  readonly minDocuments?: DocumentBound | undefined;
  readonly maxDocuments?: DocumentBound | undefined;
}

const checks = (): Checks<FeatureSelectorOptions> => ({ ...boundChecks, score: later, k: size });

/** The saved form of a fitted selector. */
export interface SavedFeatureSelector {
  readonly format: 'recurrent-cells/text/feature-selector';
  readonly version: 1;
  readonly width: number;
  readonly columns: number[];
}

const FORMAT = 'recurrent-cells/text/feature-selector';

/**
 * Keeps the terms that are most informative about the class.
 *
 * @example
 * ```ts
 * import { FeatureSelector, SparseMatrix } from 'recurrent-cells/text';
 * const counts = SparseMatrix.fromDense([[2, 1, 0], [2, 1, 0], [0, 1, 1], [0, 1, 0]]);
 * const selector = FeatureSelector.fit(counts, ['a', 'a', 'b', 'b'], { k: 2 });
 * [...selector.columns]; // → [0, 2]
 * selector.transform(counts).shape; // → [4, 2]
 * ```
 */
export class FeatureSelector {
  /** The number of columns it was fitted on. */
  readonly width: number;
  /** The kept columns, ascending. */
  readonly columns: Int32Array;
  /** [width] Each term's score, NaN outside the bounds; undefined after loading, because scores are not saved. */
  readonly scores: Float64Array | undefined;

  private constructor(key: typeof own, width: number, columns: Int32Array, scores?: Float64Array) {
    checkOwn('FeatureSelector', key, 'FeatureSelector.fit(…) or fromJSON(…)');
    this.width = width;
    this.columns = columns;
    this.scores = scores;
  }

  /**
   * Scores the terms and selects the best. Use only the training part.
   *
   * @param matrix - [documents, terms]
   * @param labels - [documents]
   * @throws RangeError for bounds that contradict each other or keep no term, and for errors of the score.
   */
  static fit(matrix: SparseMatrix, labels: Labels, options: FeatureSelectorOptions = {}): FeatureSelector {
    const where = 'FeatureSelector.fit';
    checkMatrix(where, matrix);
    checkOptions(where, options, checks());
    const least = leastDocuments(where, 'minDocuments', options.minDocuments ?? 0, matrix.rows);
    const most = mostDocuments(where, 'maxDocuments', options.maxDocuments ?? { share: 1 }, matrix.rows);
    if (least > most)
      throw rangeError(
        where,
        'minDocuments',
        `is ${least} of ${matrix.rows} documents`,
        `at most maxDocuments (${most})`,
      );
    const within = Array.from(documentFrequency(matrix).entries())
      .filter(([, df]) => df >= least && df <= most)
      .map(([column]) => column);
    if (within.length === 0)
      throw rangeError(where, 'the bounds', 'keep no term', 'bounds that leave at least one');
    const chosen = within.length === matrix.width ? matrix : matrix.pick(within);
    const bounded = scoresOf(where, chosen, labels, options.score ?? 'chiSquared');
    const best = largestColumns(bounded, options.k ?? within.length);
    const scores = new Float64Array(matrix.width).fill(Number.NaN);
    for (const [at, column] of within.entries()) scores[column] = bounded[at]!;
    return new FeatureSelector(
      own,
      matrix.width,
      best.map((at) => within[at]!),
      scores,
    );
  }

  /** [documents, width] → [documents, kept]. @throws RangeError for another width. */
  transform(matrix: SparseMatrix): SparseMatrix {
    return checkMatrix('FeatureSelector.transform', matrix, this.width).pick(this.columns);
  }

  /** The versioned form that {@link FeatureSelector.fromJSON} reads: the selection, without its scores. */
  toJSON(): SavedFeatureSelector {
    return { format: FORMAT, version: 1, width: this.width, columns: Array.from(this.columns) };
  }

  /** Reads the output of `toJSON`. @throws TypeError or RangeError naming the invalid field. */
  static fromJSON(saved: unknown): FeatureSelector {
    const where = 'FeatureSelector.fromJSON';
    const fields = readSaved(where, saved, FORMAT);
    const width = wholeNumber(where, 'width', fields.width);
    const isColumn = (value: unknown): value is number =>
      Number.isInteger(value) && (value as number) >= 0 && (value as number) < width;
    const columns = readArray(where, fields, 'columns', isColumn, `an array of whole numbers below ${width}`);
    const ascend = columns.every((column, i) => i === 0 || column > columns[i - 1]!);
    if (!ascend || columns.length === 0)
      throw rangeError(
        where,
        'columns',
        `is [${columns.slice(0, 10).join(', ')}]`,
        'ascending, at least one',
      );
    return new FeatureSelector(own, width, Int32Array.from(columns));
  }
}

/** [columns] The score of each column. */
function scoresOf(
  where: string,
  matrix: SparseMatrix,
  labels: Labels,
  score: NonNullable<FeatureSelectorOptions['score']>,
): Float64Array {
  const given = typeof score === 'function' ? score(matrix, labels) : known(where, score)(matrix, labels);
  if (typeof given !== 'object' || typeof given?.length !== 'number')
    throw typeError(where, 'score', `gave ${show(given)}`, 'an array of numbers');
  const scores = Float64Array.from(given);
  if (scores.length !== matrix.width)
    throw rangeError(where, 'score', `gave ${scores.length} numbers`, `${matrix.width}, one for each column`);
  const wrong = scores.findIndex(Number.isNaN);
  if (wrong !== -1) throw rangeError(where, 'score', `gave NaN for column ${wrong}`, 'numbers');
  return scores;
}

function known(where: string, score: string): (matrix: SparseMatrix, labels: Labels) => Float64Array {
  switch (oneOf(where, 'score', score, ['chiSquared', 'mutualInformation', 'informationGain'])) {
    case 'chiSquared':
      return (matrix, labels) => chiSquared(matrix, labels).scores;
    case 'mutualInformation':
      return (matrix, labels) => mutualInformation(matrix, labels);
    case 'informationGain':
      return (matrix, labels) => informationGain(matrix, labels);
  }
}

/** The columns of the k largest scores, ascending; ties by the smaller column. */
function largestColumns(scores: Float64Array, k: number): Int32Array {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
  return order.subarray(0, k).sort();
}
