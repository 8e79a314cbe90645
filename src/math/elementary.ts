/**
 * Elementary functions computed with only +, −, * and /, so that every engine gives the same bits.
 *
 * `Math.exp`, `log`, `cos` and `pow` may differ between engines in the last bit. Use these functions for anything that must be
 * identical everywhere: seeded draws, learning rates, probabilities compared by a search.
 */

/** ln 2 in two parts; the first has few enough bits that its product with an 11-bit whole number is exact (fdlibm). */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** eˣ for any x, within 2 ulp; less accurate only for results below 2⁻¹⁰²². */
export function exponential(x: number): number {
  if (x > 709.79) return Number.POSITIVE_INFINITY;
  if (x < -745.14) return 0;
  // x = r + k·ln 2 with |r| < 0.347: the term r¹⁴/14! is below the last bit
  const k = Math.round(x / Math.LN2);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let power = 1;
  for (let n = 13; n >= 1; n--) power = 1 + (power * r) / n;
  for (let i = 0; i < k; i++) power *= 2;
  for (let i = 0; i > k; i--) power /= 2;
  return power;
}

/** ln x for a finite x > 0, within 2 ulp. */
export function logarithm(x: number): number {
  // x = m · 2^e with m in [√½, √2)
  let m = x;
  let e = 0;
  for (; m >= Math.SQRT2; m /= 2) e++;
  for (; m < Math.SQRT1_2; m *= 2) e--;
  // ln m = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …), s = (m − 1)/(m + 1), |s| < 0.172: s²⁵ is below the last bit
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum = 0;
  for (let n = 23; n >= 1; n -= 2) sum = sum * square + 1 / n;
  return 2 * s * sum + e * Math.LN2;
}

/** ln(eᵃ + eᵇ) without overflow; −∞ represents probability 0. */
export function logAdd(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY) return b;
  if (b === Number.NEGATIVE_INFINITY) return a;
  return Math.max(a, b) + logarithm(1 + exponential(-Math.abs(a - b)));
}

/** ln Σ eᵃ; −∞ for no values, NaN if any is NaN or +∞. */
export function logSum(values: Iterable<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) largest = Math.max(largest, value);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (const value of values) sum += exponential(value - largest);
  return largest + logarithm(sum);
}

/** values ← eᵃ / Σ eᵃ for each value a; all NaN if any is NaN or +∞. */
export function softmax(values: Float32Array | Float64Array): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) largest = Math.max(largest, value);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = exponential(values[i]! - largest);
    sum += values[i]!;
  }
  for (let i = 0; i < values.length; i++) values[i]! /= sum;
}

/** Raises a finite base of at least 0 to any power; whole exponents by squaring, with only the rounding errors of *. */
export function power(base: number, exponent: number): number {
  if (Number.isNaN(exponent)) return exponent;
  if (exponent < 0) return 1 / power(base, -exponent);
  if (exponent === Number.POSITIVE_INFINITY) return base === 1 ? 1 : base < 1 ? 0 : exponent;
  const whole = Math.floor(exponent);
  let result = 1;
  for (let square = base, left = whole; left >= 1; square *= square, left = Math.floor(left / 2))
    if (left % 2 === 1) result *= square;
  if (exponent === whole) return result;
  return base === 0 ? 0 : result * exponential((exponent - whole) * logarithm(base));
}

/** ½·(1 + cos πu) for u in [0, 1], exactly 1, ½ and 0 at 0, ½ and 1. */
export function halfCosine(u: number): number {
  // The curve is symmetric about ½: ½·(1 + cos πu) = cos²(πu/2) for u ≤ ½, and 1 minus its mirror image beyond.
  if (u > 0.5) return 1 - halfCosine(1 - u);
  if (u === 0.5) return 0.5;
  // cos x = 1 − x²/2! + x⁴/4! − …, |x| ≤ π/4: the term of x¹⁸ is below the last bit.
  const square = (u * Math.PI * u * Math.PI) / 4;
  let sum = 1;
  for (let n = 16; n >= 2; n -= 2) sum = 1 - (sum * square) / (n * (n - 1));
  return sum * sum;
}
