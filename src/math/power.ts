/** Powers made of * alone, so that every engine gives the same bits. */

/** base to the power of a whole number of at least 0, by squaring. */
export function power(base: number, exponent: number): number {
  let result = 1;
  for (let square = base, left = exponent; left >= 1; square *= square, left = Math.floor(left / 2))
    if (left % 2 === 1) result *= square;
  return result;
}
