/** The linear classifier found by both naive Bayes and logistic regression, which differ in how they find the weights. */

/** Documents × terms, storing only non-zero entries per row; a `SparseMatrix` fits. */
export interface Documents {
  readonly rows: number;
  /** The number of terms. */
  readonly width: number;
  row(row: number): { readonly columns: Int32Array; readonly values: Float64Array };
}

/** Scores a document for each class by a sum over its terms: s_k = b_k + Σ_t x_t · w_tk. */
export class LinearClassifier {
  readonly classes: number;
  /** [classes] b */
  readonly bias: Float64Array;
  /** [terms · classes] w, with the classes of a term adjacent */
  readonly weights: Float64Array;

  constructor(bias: Float64Array, weights: Float64Array) {
    this.classes = bias.length;
    this.bias = bias;
    this.weights = weights;
  }

  /** The scores of one document: [classes]. */
  scores(documents: Documents, row: number): Float64Array {
    const { bias, weights, classes } = this;
    const { columns, values } = documents.row(row);
    const scores = bias.slice();
    for (let i = 0; i < columns.length; i++)
      for (let k = 0; k < classes; k++) scores[k]! += values[i]! * weights[columns[i]! * classes + k]!;
    return scores;
  }

  /** The highest-scoring class of each document; the first of equal ones. */
  classify(documents: Documents): number[] {
    return Array.from({ length: documents.rows }, (_, row) => {
      const scores = this.scores(documents, row);
      return scores.indexOf(Math.max(...scores));
    });
  }
}
