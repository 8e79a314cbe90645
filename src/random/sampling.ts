/** Drawing a class from the scores of a step. */
import { numberWithin, rangeError } from '../common/errors.ts';
import { type Checks, fraction, size } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { exponential, logSum } from '../math/elementary.ts';
import type { Random } from './random.ts';

/** How a class is drawn from logits. */
export interface SamplingOptions {
  /** Divides the logits: below 1 the likely becomes likelier, 0 takes the likeliest; 1 unless given. */
  readonly temperature?: number | undefined;
  /** Only the k likeliest classes are drawn; all unless given. */
  readonly topK?: number | undefined;
  /** Only the likeliest classes that together have this probability are drawn; all unless given. */
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

/** A class that was drawn. */
export interface Drawn {
  readonly token: number;
  /** ln P of the class as the model has it, at temperature 1 and before anything is left out. */
  readonly logProbability: number;
}

/**
 * The function that draws a class from logits: by softmax(logits / temperature), among the `topK` likeliest, and of these
 * the fewest whose probability is at least `topP` (nucleus sampling, Holtzman et al. 2020, arXiv:1904.09751).
 *
 * Options are checked once. The same logits and generator give the same class on every engine.
 *
 * @param where the place that an error names.
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

/** An index with a probability proportional to its weight, among the first that have a share of `topP` of them all. */
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
  // What is left is rounding: it belongs to the last that is possible.
  return last;
}
