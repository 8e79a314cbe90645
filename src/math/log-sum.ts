/** Sums of probabilities given by their logarithms, the same on every engine. */
import { exponential } from './exponential.ts';
import { logarithm } from './logarithm.ts';

/** ln(eᵃ + eᵇ) of any magnitude; −∞ is a probability of 0. */
export function logAdd(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY) return b;
  if (b === Number.NEGATIVE_INFINITY) return a;
  return Math.max(a, b) + logarithm(1 + exponential(-Math.abs(a - b)));
}

/** ln Σ eᵃ; −∞ of nothing, and NaN where one is NaN or +∞. */
export function logSum(values: Iterable<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) largest = Math.max(largest, value);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (const value of values) sum += exponential(value - largest);
  return largest + logarithm(sum);
}
