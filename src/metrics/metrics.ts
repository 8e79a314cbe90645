/** Perplexity, bits per character and accuracy. */
import { type Checks, checkOptions, integer } from '../common/options.ts';
import type { Indices } from '../common/tensor.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { type Metric, meanMetric, meanOf } from './metric.ts';
import { largest } from './predictions.ts';
import { eachRow, rowWeights } from './terms.ts';

/** Options of the class metrics. */
export interface ClassMetricOptions {
  /** The target of steps to leave out: default none. */
  readonly ignoreIndex?: number | undefined;
}

/** The checks of {@link ClassMetricOptions}. */
export const classMetricChecks: Checks<ClassMetricOptions> = { ignoreIndex: integer };

/**
 * The perplexity e^L of logits and class targets, where L is the mean cross-entropy per step in nats.
 *
 * Every valid step of every batch counts once, or by its weight.
 *
 * @example
 * ```ts
 * import { indices, perplexity, tensor } from 'recurrent-cells';
 *
 * const tally = perplexity().begin();
 * tally.add(tensor([[[0, 0, 0, 0], [9, 9, 9, 9]]]), indices([[3, 1]]));
 * tally.value().toFixed(6) // → '4.000000'
 * ```
 */
export function perplexity(options: ClassMetricOptions = {}): Metric<Indices> {
  return perStep('perplexity', options, Math.exp);
}

/**
 * The bits per character of logits and class targets: the mean cross-entropy per step divided by ln 2.
 *
 * Every valid step of every batch counts once, or by its weight.
 *
 * @example
 * ```ts
 * import { bitsPerCharacter, indices, tensor } from 'recurrent-cells';
 *
 * const tally = bitsPerCharacter().begin();
 * tally.add(tensor([[0, 0, 0, 0]]), indices([2]));
 * tally.value() // → 2
 * ```
 */
export function bitsPerCharacter(options: ClassMetricOptions = {}): Metric<Indices> {
  return perStep('bitsPerCharacter', options, (nats) => nats / Math.LN2);
}

/**
 * The share of steps whose highest-scoring class is the target. The first of equal scores counts as the highest; a step with a
 * NaN score counts as wrong.
 *
 * Every valid step of every batch counts once, or by its weight.
 *
 * @example
 * ```ts
 * import { accuracy, indices, tensor } from 'recurrent-cells';
 *
 * const tally = accuracy({ ignoreIndex: -1 }).begin();
 * tally.add(tensor([[1, 2], [5, 3], [0, 4]]), indices([1, 1, -1]));
 * tally.value() // → 0.5
 * ```
 */
export function accuracy(options: ClassMetricOptions = {}): Metric<Indices> {
  const { ignoreIndex } = checkOptions('accuracy', options, classMetricChecks);
  return meanMetric('accuracy', (batch) => {
    let [sum, count] = [0, 0];
    eachRow(batch, ignoreIndex, (scores, wanted, weight) => {
      count += weight;
      if (largest(scores) === wanted) sum += weight;
    });
    return { sum, count };
  });
}

/** A function of the mean cross-entropy per step. */
function perStep(
  name: string,
  options: ClassMetricOptions,
  finish: (nats: number) => number,
): Metric<Indices> {
  const { ignoreIndex } = checkOptions(name, options, classMetricChecks);
  const loss = crossEntropy({ ignoreIndex, reduction: 'sum' });
  return meanOf(name, loss, (batch) => rowWeights(batch, ignoreIndex), finish);
}
