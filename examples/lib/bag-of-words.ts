/** Baselines for networks that read texts: bag-of-words classifiers. */
import {
  type Document,
  TermCounter,
  type TermCounterOptions,
  TfIdf,
  type TfIdfOptions,
} from 'recurrent-cells/text';
import { logisticRegression } from './logistic-regression.ts';
import { multinomialNaiveBayes } from './naive-bayes.ts';

/** A text and its class, a whole number from 0. */
export interface Labelled {
  readonly text: Document;
  readonly label: number;
}

const textsOf = (part: readonly Labelled[]) => part.map(({ text }) => text);
const labelsOf = (part: readonly Labelled[]) => part.map(({ label }) => label);

/**
 * The predictions of naive Bayes, trained on the words of `training`, for the texts of `test`.
 *
 * @param options `once` counts a repeated word of a text only once.
 */
export function naiveBayes(
  training: readonly Labelled[],
  test: readonly Labelled[],
  { once = false, ...options }: TermCounterOptions & { readonly once?: boolean },
): number[] {
  const counter = TermCounter.fit(textsOf(training), options);
  const counted = (part: readonly Labelled[]) => {
    const counts = counter.transform(textsOf(part));
    return once ? counts.map(() => 1) : counts;
  };
  return multinomialNaiveBayes(counted(training), labelsOf(training)).classify(counted(test));
}

/** The predictions of logistic regression, trained on TF-IDF weights of `training`, for the texts of `test`. */
export function regression(
  training: readonly Labelled[],
  test: readonly Labelled[],
  { penalty, tf, ...options }: TermCounterOptions & Pick<TfIdfOptions, 'tf'> & { readonly penalty: number },
): number[] {
  const counter = TermCounter.fit(textsOf(training), options);
  const counts = counter.transform(textsOf(training));
  const weights = TfIdf.fit(counts, { tf });
  const model = logisticRegression(weights.transform(counts), labelsOf(training), { penalty });
  return model.classify(weights.transform(counter.transform(textsOf(test))));
}

/** The same, with the penalty that does best on every fifth training text when trained on the others. */
export function tunedRegression(
  training: readonly Labelled[],
  test: readonly Labelled[],
  {
    penalties,
    ...options
  }: TermCounterOptions & Pick<TfIdfOptions, 'tf'> & { readonly penalties: readonly number[] },
): number[] {
  return tuned(penalties, training, test, (training, test, penalty) =>
    regression(training, test, { ...options, penalty }),
  );
}

/**
 * NBSVM (Wang and Manning 2012) for two classes: logistic regression, in place of their support vector machine, on whether each
 * term occurs, times the term's log ratio in naive Bayes. The penalty is chosen as in {@link tunedRegression}.
 *
 *     r_t = ln( (n(t, 1) + 1)/Σ_t (n(t, 1) + 1) ) − ln( (n(t, 0) + 1)/Σ_t (n(t, 0) + 1) )
 */
export function naiveBayesRegression(
  training: readonly Labelled[],
  test: readonly Labelled[],
  { penalties, ...options }: TermCounterOptions & { readonly penalties: readonly number[] },
): number[] {
  return tuned(penalties, training, test, (training, test, penalty) => {
    const counter = TermCounter.fit(textsOf(training), options);
    const occurring = (part: readonly Labelled[]) => counter.transform(textsOf(part)).map(() => 1);
    const known = occurring(training);
    const { weights } = multinomialNaiveBayes(known, labelsOf(training));
    const weighted = (documents: typeof known) =>
      documents.map((_, term) => weights[2 * term + 1]! - weights[2 * term]!);
    const model = logisticRegression(weighted(known), labelsOf(training), { penalty });
    return model.classify(weighted(occurring(test)));
  });
}

/** The predictions with the penalty that does best on every fifth training text, of a model trained on the others. */
function tuned(
  penalties: readonly number[],
  training: readonly Labelled[],
  test: readonly Labelled[],
  classify: (training: readonly Labelled[], test: readonly Labelled[], penalty: number) => number[],
): number[] {
  const others = training.filter((_, i) => i % 5 !== 0);
  const held = training.filter((_, i) => i % 5 === 0);
  const right = penalties.map((penalty) => hits(classify(others, held, penalty), held));
  const penalty = penalties[right.indexOf(Math.max(...right))]!;
  return classify(training, test, penalty);
}

/** The number of predicted classes that are correct. */
export function hits(given: readonly number[], texts: readonly Labelled[]): number {
  return given.filter((label, i) => label === texts[i]!.label).length;
}
