/** Entropies of given probabilities, in nats or bits. */
import { numberWithin, oneOf, rangeError, show, typeError } from '../../common/errors.ts';

/** Nats (natural logarithm) or bits (logarithm to base 2). */
export type EntropyUnit = 'nats' | 'bits';

// Sums of a float32 softmax over some ten thousand classes differ from 1 by less.
const SUM_TOLERANCE = 1e-3;

/** The logarithm for a unit. */
export function logarithm(where: string, unit: EntropyUnit): (value: number) => number {
  return oneOf(where, 'unit', unit, ['nats', 'bits']) === 'bits' ? Math.log2 : Math.log;
}

/**
 * Entropy of a distribution: H(p) = −Σ p ln p, with 0 ln 0 = 0.
 *
 * @param p - probabilities, each from 0 to 1, whose sum is 1 (within 0.001)
 * @param unit - `'nats'` (default) or `'bits'`
 * @throws RangeError for a number that is not a probability, a sum that isn't 1, or an unknown unit.
 *
 * @example
 * ```ts
 * import { entropy } from 'recurrent-cells/text';
 * entropy([0.5, 0.25, 0.25], 'bits'); // → 1.5
 * ```
 */
export function entropy(p: ArrayLike<number>, unit: EntropyUnit = 'nats'): number {
  const log = logarithm('entropy', unit);
  return sum(distribution('entropy', 'p', p), (value) => -plogq(value, value, log));
}

/**
 * Cross-entropy of two distributions: H(p, q) = −Σ p ln q. Infinite if q is 0 where p is not.
 *
 * @param p - the true distribution
 * @param q - the predicted distribution, of the same length
 * @param unit - `'nats'` (default) or `'bits'`
 * @throws RangeError as {@link entropy}, or for distributions of different lengths.
 *
 * @example
 * ```ts
 * import { crossEntropyOf } from 'recurrent-cells/text';
 * crossEntropyOf([1, 0], [0.25, 0.75], 'bits'); // → 2
 * ```
 */
export function crossEntropyOf(
  p: ArrayLike<number>,
  q: ArrayLike<number>,
  unit: EntropyUnit = 'nats',
): number {
  const log = logarithm('crossEntropyOf', unit);
  const [truth, predicted] = pair('crossEntropyOf', p, q);
  return sum(truth, (value, i) => -plogq(value, predicted[i]!, log));
}

/**
 * Binary cross-entropy: −y ln q − (1 − y) ln(1 − q).
 *
 * @param y - the true value, 0 to 1
 * @param q - the predicted probability, 0 to 1
 * @param unit - `'nats'` (default) or `'bits'`
 * @throws RangeError for a number that is not a probability, or an unknown unit.
 *
 * @example
 * ```ts
 * import { binaryCrossEntropyOf } from 'recurrent-cells/text';
 * binaryCrossEntropyOf(1, 0.25, 'bits'); // → 2
 * ```
 */
export function binaryCrossEntropyOf(y: number, q: number, unit: EntropyUnit = 'nats'): number {
  const where = 'binaryCrossEntropyOf';
  const log = logarithm(where, unit);
  numberWithin(where, 'y', y, 0, 1);
  numberWithin(where, 'q', q, 0, 1);
  return 0 - plogq(y, q, log) - plogq(1 - y, 1 - q, log);
}

/**
 * Kullback–Leibler divergence: KL(p ‖ q) = Σ p ln(p / q) = H(p, q) − H(p). Infinite if q is 0 where p is not.
 *
 * @param p - the true distribution
 * @param q - the other distribution, of the same length
 * @param unit - `'nats'` (default) or `'bits'`
 * @throws RangeError as {@link crossEntropyOf}.
 *
 * @example
 * ```ts
 * import { klDivergence } from 'recurrent-cells/text';
 * klDivergence([1, 0], [0.5, 0.5], 'bits'); // → 1
 * ```
 */
export function klDivergence(p: ArrayLike<number>, q: ArrayLike<number>, unit: EntropyUnit = 'nats'): number {
  const log = logarithm('klDivergence', unit);
  const [truth, other] = pair('klDivergence', p, q);
  return sum(truth, (value, i) => {
    const ratio = value / other[i]!;
    // For q below 10⁻³⁰⁸ the ratio overflows, but not its logarithm.
    const overflows = ratio === Number.POSITIVE_INFINITY && other[i]! > 0;
    return value === 0 ? 0 : value * (overflows ? log(value) - log(other[i]!) : log(ratio));
  });
}

/**
 * Perplexity of predictions: e^(mean of −ln q), where q is the probability given to each true token. It has no unit: a
 * uniform prediction over k tokens has perplexity k.
 *
 * @param q - [tokens] probabilities of the true tokens, 0 to 1
 * @throws RangeError for a number that is not a probability, or an empty list.
 *
 * @example
 * ```ts
 * import { perplexityOf } from 'recurrent-cells/text';
 * perplexityOf([0.25, 0.25]); // → 4
 * ```
 */
export function perplexityOf(q: ArrayLike<number>): number {
  const predicted = probabilities('perplexityOf', 'q', q);
  return Math.exp(sum(predicted, (value) => -Math.log(value)) / predicted.length);
}

function sum(values: readonly number[], term: (value: number, i: number) => number): number {
  return values.reduce((total, value, i) => total + term(value, i), 0);
}

function plogq(p: number, q: number, log: (value: number) => number): number {
  return p === 0 ? 0 : p * log(q);
}

function probabilities(where: string, argument: string, values: ArrayLike<number>): number[] {
  if (typeof values !== 'object' || values === null || typeof values.length !== 'number')
    throw typeError(where, argument, `is ${show(values)}`, 'an array of probabilities');
  if (values.length === 0) throw rangeError(where, argument, 'is empty', 'at least one probability');
  return Array.from(values, (value, i) => numberWithin(where, `${argument}[${i}]`, value, 0, 1));
}

function distribution(where: string, argument: string, values: ArrayLike<number>): number[] {
  const checked = probabilities(where, argument, values);
  const total = sum(checked, (value) => value);
  if (Math.abs(total - 1) > SUM_TOLERANCE)
    throw rangeError(where, argument, `has the sum ${total}`, 'the sum 1 of a distribution');
  return checked;
}

function pair(where: string, p: ArrayLike<number>, q: ArrayLike<number>): [number[], number[]] {
  const truth = distribution(where, 'p', p);
  const other = distribution(where, 'q', q);
  if (truth.length === other.length) return [truth, other];
  throw rangeError(where, 'q', `has ${other.length} entries`, `${truth.length}, as p`);
}
