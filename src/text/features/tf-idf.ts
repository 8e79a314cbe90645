/** tf · idf weights of terms in documents, normalised; idf is fitted on the training part. */

import { oneOf, rangeError } from '../../common/errors.ts';
import { checkOwn, own } from '../../common/instance.ts';
import { type Checks, type Complete, checkOptions } from '../../common/options.ts';
import { readArray, readSaved } from '../../common/saved.ts';
import {
  documentFrequency,
  INVERSE_DOCUMENT_FREQUENCIES,
  type InverseDocumentFrequency,
  inverseDocumentFrequency,
} from './inverse-document-frequency.ts';
import { checkMatrix, SparseMatrix } from './sparse-matrix.ts';
import { TERM_FREQUENCIES, type TermFrequency, weighted } from './term-frequency.ts';

/** The variants. The defaults match scikit-learn. */
export interface TfIdfOptions {
  /** Default `'raw'`. */
  readonly tf?: TermFrequency | undefined;
  /** Default `'scikit-learn'`. */
  readonly idf?: InverseDocumentFrequency | undefined;
  /** Each row is divided by Σ|x| (`'l1'`) or √Σx² (`'l2'`, the default), or left unchanged (`'none'`). */
  readonly norm?: 'l1' | 'l2' | 'none' | undefined;
}

/** The saved form of fitted weights. */
export interface SavedTfIdf extends Complete<TfIdfOptions> {
  readonly format: 'recurrent-cells/text/tf-idf';
  readonly version: 1;
  readonly weights: number[];
}

const FORMAT = 'recurrent-cells/text/tf-idf';
const NORMS = ['l1', 'l2', 'none'] as const;

const checks: Checks<TfIdfOptions> = { tf: TERM_FREQUENCIES, idf: INVERSE_DOCUMENT_FREQUENCIES, norm: NORMS };

/**
 * Weights counts by tf(d, t) · idf(t), then divides each row by its norm. A row of zeros is unchanged.
 *
 * The variants are those of {@link termFrequency} and {@link inverseDocumentFrequency}.
 *
 * @example
 * ```ts
 * import { pattern, TermCounter, TfIdf } from 'recurrent-cells/text';
 * const texts = ['the boat', 'the river'];
 * const counter = TermCounter.fit(texts, { tokenizer: pattern() });
 * const tfidf = TfIdf.fit(counter.transform(texts), { idf: 'textbook', norm: 'none' });
 * [...tfidf.transform(counter.transform(['the boat'])).toDense().data]; // → [0.6931471805599453, 0, 0]
 * ```
 */
export class TfIdf {
  readonly options: Complete<TfIdfOptions>;
  /** [terms] idf */
  readonly weights: Float64Array;

  private constructor(key: typeof own, options: Complete<TfIdfOptions>, weights: Float64Array) {
    checkOwn('TfIdf', key, 'TfIdf.fit(…) or fromJSON(…)');
    this.options = options;
    this.weights = weights;
  }

  /**
   * Computes idf. Use only the training set.
   *
   * @param counts - [documents, terms]
   * @throws RangeError for an unknown variant, or no documents; TypeError if `counts` is not a SparseMatrix.
   */
  static fit(counts: SparseMatrix, options: TfIdfOptions = {}): TfIdf {
    const { rows } = checkMatrix('TfIdf.fit', counts);
    const { tf = 'raw', idf = 'scikit-learn', norm = 'l2' } = checkOptions('TfIdf.fit', options, checks);
    if (rows === 0) throw rangeError('TfIdf.fit', 'counts', 'has no documents', 'at least one');
    return new TfIdf(own, { tf, idf, norm }, inverseDocumentFrequency(documentFrequency(counts), rows, idf));
  }

  /** [documents, terms] → [documents, terms]. @throws RangeError for another number of terms. */
  transform(counts: SparseMatrix): SparseMatrix {
    const { tf, norm } = this.options;
    const { shape, rowStart, columns } = checkMatrix('TfIdf.transform', counts, this.weights.length);
    const values = weighted(counts, tf);
    for (let i = 0; i < values.length; i++) values[i]! *= this.weights[columns[i]!]!;
    for (let row = 0; row < counts.rows; row++)
      normalize(values.subarray(rowStart[row], rowStart[row + 1]), norm);
    return new SparseMatrix(shape, rowStart, columns, values);
  }

  /** Fits on counts and weights them: {@link TfIdf.fit} and {@link TfIdf.transform} in one call. */
  static fitTransform(
    counts: SparseMatrix,
    options: TfIdfOptions = {},
  ): { readonly tfIdf: TfIdf; readonly weights: SparseMatrix } {
    const tfIdf = TfIdf.fit(counts, options);
    return { tfIdf, weights: tfIdf.transform(counts) };
  }

  /** The versioned form that {@link TfIdf.fromJSON} reads. */
  toJSON(): SavedTfIdf {
    return { format: FORMAT, version: 1, ...this.options, weights: Array.from(this.weights) };
  }

  /** Reads the output of `toJSON`. @throws TypeError or RangeError naming the invalid field. */
  static fromJSON(saved: unknown): TfIdf {
    const where = 'TfIdf.fromJSON';
    const fields = readSaved(where, saved, FORMAT);
    const isNumber = (value: unknown): value is number => Number.isFinite(value);
    const weights = readArray(where, fields, 'weights', isNumber, 'an array of numbers');
    const options = {
      tf: oneOf(where, 'tf', fields.tf, TERM_FREQUENCIES),
      idf: oneOf(where, 'idf', fields.idf, INVERSE_DOCUMENT_FREQUENCIES),
      norm: oneOf(where, 'norm', fields.norm, NORMS),
    };
    return new TfIdf(own, options, Float64Array.from(weights));
  }
}

/** Divides a row by its norm, in place. */
function normalize(row: Float64Array, norm: 'l1' | 'l2' | 'none'): void {
  if (norm === 'none') return;
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += norm === 'l1' ? Math.abs(row[i]!) : row[i]! * row[i]!;
  const length = norm === 'l1' ? sum : Math.sqrt(sum);
  if (length !== 0) for (let i = 0; i < row.length; i++) row[i]! /= length;
}
