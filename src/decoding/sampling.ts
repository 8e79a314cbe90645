/** Drawing a class from the scores of a step. */
import { numberWithin, rangeError, wholeNumber } from '../errors.ts';
import type { Random } from '../random/random.ts';
import type { Tensor } from '../tensor.ts';

/** How a class is drawn from logits. */
export interface SamplingOptions {
  /** Divides the logits: below 1 the likely becomes likelier, 0 takes the likeliest; 1 unless given. */
  readonly temperature?: number | undefined;
  /** Only the k likeliest classes are drawn; all unless given. */
  readonly topK?: number | undefined;
  /** Only the likeliest classes that together have this probability are drawn; all unless given. */
  readonly topP?: number | undefined;
}

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
 * @param where the place that an error names.
 * @throws RangeError if an option does not fit.
 */
export function sampler(
  where: string,
  { temperature = 1, topK, topP = 1 }: SamplingOptions,
  random: Random,
): (logits: Tensor['data']) => Drawn {
  numberWithin(where, 'temperature', temperature, 0, Number.MAX_VALUE);
  if (topK !== undefined) wholeNumber(where, 'topK', topK);
  if (numberWithin(where, 'topP', topP, 0, 1) === 0)
    throw rangeError(where, 'topP', 'is 0', 'more than 0: something must be left');
  return (logits) => {
    const order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
    const largest = logits[order[0]!]!;
    if (!Number.isFinite(largest))
      throw rangeError(where, 'logits', `have ${largest} as the largest`, 'finite scores');
    if (temperature === 0) return drawn(logits, order[0]!);
    const kept = order.slice(0, topK);
    const weights = kept.map((token) => Math.exp((logits[token]! - largest) / temperature));
    return drawn(logits, kept[pick(weights, topP, random)]!);
  };
}

/** An index with a probability proportional to its weight, among the first that have a share of `topP` of them all. */
function pick(weights: readonly number[], topP: number, random: Random): number {
  const wanted = topP * weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  let count = 0;
  while (count < weights.length && (sum < wanted || count === 0)) sum += weights[count++]!;
  let left = random.next() * sum;
  for (let at = 0; at < count; at++) {
    left -= weights[at]!;
    if (left < 0) return at;
  }
  return count - 1;
}

function drawn(logits: Tensor['data'], token: number): Drawn {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) largest = Math.max(largest, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return { token, logProbability: logits[token]! - largest - Math.log(sum) };
}
