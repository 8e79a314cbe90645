/** An exponential function made of +, −, * and / alone, so that every engine gives the same bits. */

/** ln 2 in two parts, the first with so few bits that its product with a whole number of 11 bits is exact (fdlibm). */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** eˣ of any x, within 2 ulp; less precise only where it is below 2⁻¹⁰²². */
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
