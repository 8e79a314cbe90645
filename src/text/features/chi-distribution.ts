/** The upper tail of the chi-squared distribution, for p-values of scores. */
import { numberWithin, wholeNumber } from '../../common/errors.ts';

/**
 * The probability that chi-squared with `degrees` degrees of freedom is at least `x`: Q(degrees / 2, x / 2).
 *
 * 1. Q(1/2, z) = erfc(√z), Q(1, z) = e^(−z)
 * 2. Q(a + 1, z) = Q(a, z) + z^a e^(−z) / Γ(a + 1)
 *
 * For results above 1e-300, the relative error is below 1e-12 up to 100 degrees, 1e-11 up to 1,000 and 1e-10
 * up to 20,001; it grows because the rounding errors of the terms' logarithms accumulate. Source: NIST Digital Library of Mathematical
 * Functions, 8.8.6 and 7.9.4.
 *
 * @throws RangeError if `x` is negative or NaN, or `degrees` not a whole number of at least 1.
 */
export function chiSquaredTail(x: number, degrees: number): number {
  const z = numberWithin('chiSquaredTail', 'x', x, 0, Number.POSITIVE_INFINITY) / 2;
  wholeNumber('chiSquaredTail', 'degrees', degrees);
  if (z === Number.POSITIVE_INFINITY) return 0;
  let a = degrees % 2 === 0 ? 1 : 0.5;
  let tail = a === 1 ? Math.exp(-z) : erfc(Math.sqrt(z));
  // z^a e^(−z) / Γ(a + 1), with Γ(2) = 1 and Γ(3/2) = √π / 2; by logarithms, because e^(−z) may underflow.
  let logTerm =
    z === 0
      ? Number.NEGATIVE_INFINITY
      : a * Math.log(z) - z - (a === 1 ? 0 : Math.log(Math.PI) / 2 - Math.LN2);
  for (; a < degrees / 2; a++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(z / (a + 1));
  }
  return Math.min(tail, 1);
}

// Below, 1 − erf by its series loses less than three digits; above, the continued fraction converges within its terms.
const SERIES_ENDS = 1.75;
const FRACTION_TERMS = 60;

/** The complementary error function for x ≥ 0. */
function erfc(x: number): number {
  if (x < SERIES_ENDS) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > Number.EPSILON * sum; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - ((2 * Math.exp(-x * x)) / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = x;
  for (let n = FRACTION_TERMS; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}
