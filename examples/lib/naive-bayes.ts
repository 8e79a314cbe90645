/**
 * Naive Bayes: assumes that words occur independently, given the class.
 *
 * Counts use add-one smoothing, so that no term is impossible. After Manning, Raghavan and Schütze,
 */
import { type Documents, LinearClassifier } from './linear-classifier.ts';

/**
 * Multinomial form: n(t, k) is the sum of term t over the documents of class k.
 *
 *     b_k = ln p(k),  w_tk = ln( (n(t, k) + 1) / Σ_t (n(t, k) + 1) )
 *
 * @param documents [documents, terms] the count of each term, or 1 if it occurs
 * @param labels [documents] whole numbers from 0
 */
export function multinomialNaiveBayes(documents: Documents, labels: readonly number[]): LinearClassifier {
  const { prior, counts, classes } = count(documents, labels);
  const totals = new Float64Array(classes);
  counts.forEach((value, i) => {
    totals[i % classes]! += value;
  });
  return new LinearClassifier(
    prior,
    counts.map((value, i) => Math.log(value / totals[i % classes]!)),
  );
}

/**
 * Bernoulli form: absent terms count too. n(t, k) of the n(k) documents of class k contain t.
 *
 *     p_tk = (n(t, k) + 1) / (n(k) + 2),  b_k = ln p(k) + Σ_t ln(1 − p_tk),  w_tk = ln p_tk − ln(1 − p_tk)
 *
 * @param documents [documents, terms] 1 if a document contains a term
 * @param labels [documents] whole numbers from 0
 */
export function bernoulliNaiveBayes(documents: Documents, labels: readonly number[]): LinearClassifier {
  const { sizes, prior, counts, classes } = count(documents, labels);
  const present = counts.map((value, i) => value / (sizes[i % classes]! + 2));
  const bias = prior.slice();
  present.forEach((p, i) => {
    bias[i % classes]! += Math.log(1 - p);
  });
  return new LinearClassifier(
    bias,
    present.map((p) => Math.log(p) - Math.log(1 - p)),
  );
}

/** The documents of each class, the log of their share, and n(t, k) + 1 as [terms · classes]. */
function count(documents: Documents, labels: readonly number[]) {
  const classes = Math.max(...labels) + 1;
  const sizes = new Float64Array(classes);
  for (const label of labels) sizes[label]! += 1;
  const counts = new Float64Array(documents.width * classes).fill(1);
  labels.forEach((label, row) => {
    const { columns, values } = documents.row(row);
    for (let i = 0; i < columns.length; i++) counts[columns[i]! * classes + label]! += values[i]!;
  });
  return { classes, sizes, prior: sizes.map((size) => Math.log(size / labels.length)), counts };
}
