/** Multinomial logistic regression: a linear baseline. */
import { minimize } from './lbfgs.ts';
import { type Documents, LinearClassifier } from './linear-classifier.ts';

/**
 * Finds the weights that minimise the loss. The loss is strictly convex in them, so the result is unique:
 *
 *     L = Σ_d −ln softmax(b + x_d · w)[label of d] + penalty/2 · ‖w‖²        b is not penalised
 *
 * Penalty 1 is scikit-learn's default (C = 1/penalty). For two classes scikit-learn keeps only the difference of
 * their weights; its C = 1 corresponds to penalty 2 here.
 *
 * @param documents [documents, terms], such as TF-IDF
 * @param labels [documents] whole numbers from 0
 */
export function logisticRegression(
  documents: Documents,
  labels: readonly number[],
  { penalty = 1 } = {},
): LinearClassifier {
  const classes = Math.max(...labels) + 1;
  const unpack = (parameters: Float64Array) =>
    new LinearClassifier(parameters.subarray(0, classes), parameters.subarray(classes));
  const start = new Float64Array((documents.width + 1) * classes);
  return unpack(minimize(start, (at) => penalizedLoss(unpack(at), documents, labels, penalty)));
}

/** The loss above and its gradient, laid out like the parameters: the bias, then the weights. */
export function penalizedLoss(
  model: LinearClassifier,
  documents: Documents,
  labels: readonly number[],
  penalty: number,
): { value: number; gradient: Float64Array } {
  const { classes, weights } = model;
  const gradient = new Float64Array(classes + weights.length);
  let value = 0;
  weights.forEach((weight, i) => {
    value += (penalty / 2) * weight * weight;
    gradient[classes + i] = penalty * weight;
  });
  labels.forEach((label, row) => {
    const scores = model.scores(documents, row);
    const most = Math.max(...scores);
    const logSum = most + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - most), 0));
    value += logSum - scores[label]!;
    const dScores = scores.map((score, k) => Math.exp(score - logSum) - (k === label ? 1 : 0));
    const { columns, values } = documents.row(row);
    for (let k = 0; k < classes; k++) gradient[k]! += dScores[k]!;
    for (let i = 0; i < columns.length; i++)
      for (let k = 0; k < classes; k++)
        gradient[(columns[i]! + 1) * classes + k]! += values[i]! * dScores[k]!;
  });
  return { value, gradient };
}
