/** Sampling a class from the scores of a step. */
import { numberWithin, rangeError } from '../common/errors.ts';
import { type Checks, fraction, size } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { exponential, logSum } from '../math/elementary.ts';
import type { Random } from './random.ts';

/** Options of sampling a class from logits. */
export interface SamplingOptions {
  /** Divides the logits: below 1 sharpens the distribution, 0 takes the most probable class; default 1. */
  readonly temperature?: number | undefined;
  /** Samples only among the k most probable classes: default all. */
  readonly topK?: number | undefined;
  /** Samples only among the most probable classes that together reach this probability: default all. */
  readonly topP?: number | undefined;
}

export const samplingChecks: Checks<SamplingOptions> = {
  temperature: (where, argument, value) => numberWithin(where, argument, value, 0, Number.MAX_VALUE),
  topK: size,
  topP(where, argument, value) {
    const share = fraction(where, argument, value);
    if (share > 0) return share;
    throw rangeError(where, argument, 'is 0', 'more than 0: something must be left');
  },
};

/** A sampled class. */
export interface Drawn {
  readonly token: number;
  /** ln P of the class under the model, at temperature 1 and before truncation. */
  readonly logProbability: number;
}

/**
 * Returns a function that samples a class from logits: from softmax(logits / temperature), among the `topK` most probable, and
 * of these the smallest set with total probability at least `topP` (nucleus sampling, Holtzman et al. 2020,
 * arXiv:1904.09751).
 *
 * Options are checked once. The same logits and generator state give the same class on every engine.
 *
 * @param where the caller, named in errors.
 * @throws RangeError if an option does not fit; when drawing, if a logit is NaN or +∞, or all are −∞.
 */
export function sampler(
  where: string,
  { temperature = 1, topK, topP = 1 }: SamplingOptions,
  random: Random,
): (logits: Tensor['data']) => Drawn {
  const sorted = topK !== undefined || topP < 1;
  return (logits) => {
    let largest = Number.NEGATIVE_INFINITY;
    for (const logit of logits) largest = Math.max(largest, logit);
    if (!Number.isFinite(largest))
      throw rangeError(where, 'logits', `have ${largest} as the largest`, 'finite scores');
    const chosen = () => {
      const order = Array.from(logits.keys());
      if (sorted) order.sort((a, b) => logits[b]! - logits[a]! || a - b);
      const kept = order.slice(0, topK);
      const weights = kept.map((token) => exponential((logits[token]! - largest) / temperature));
      return kept[pick(weights, topP, random)]!;
    };
    const token = temperature === 0 ? logits.indexOf(largest) : chosen();
    return { token, logProbability: logits[token]! - logSum(logits) };
  };
}

/** Draws an index with probability proportional to its weight, among the first ones that reach a share of `topP`. */
function pick(weights: readonly number[], topP: number, random: Random): number {
  const wanted = topP * weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  let count = 0;
  while (count < weights.length && (sum < wanted || count === 0)) sum += weights[count++]!;
  let left = random.next() * sum;
  let last = 0;
  for (let at = 0; at < count; at++) {
    if (weights[at] === 0) continue;
    last = at;
    left -= weights[at]!;
    if (left < 0) return at;
  }
  // Only rounding can lead here: return the last possible index.
  return last;
}
