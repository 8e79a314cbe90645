/** What a network that reads has to beat: classifiers that only know which words a text has. */
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
 * What naive Bayes, learned from the words of `training`, makes of each text of `test`.
 *
 * @param options `once` counts a word once in a text, however often it comes.
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

/** What logistic regression, learned from TF-IDF weights in `training`, makes of each text of `test`. */
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

/** The same with that one of some penalties which does best on every fifth text when learned from the others. */
export function tunedRegression(
  training: readonly Labelled[],
  test: readonly Labelled[],
  {
    penalties,
    ...options
  }: TermCounterOptions & Pick<TfIdfOptions, 'tf'> & { readonly penalties: readonly number[] },
): number[] {
  const others = training.filter((_, i) => i % 5 !== 0);
  const held = training.filter((_, i) => i % 5 === 0);
  const right = penalties.map((penalty) => hits(regression(others, held, { ...options, penalty }), held));
  const penalty = penalties[right.indexOf(Math.max(...right))]!;
  return regression(training, test, { ...options, penalty });
}

/** How many of the classes that were given to texts are right. */
export function hits(given: readonly number[], texts: readonly Labelled[]): number {
  return given.filter((label, i) => label === texts[i]!.label).length;
}
