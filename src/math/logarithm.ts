/** A natural logarithm made of +, −, * and / alone, so that every engine gives the same bits. */

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
