/**
 * The loops over blocks around every elementwise kernel.
 *
 * The formula is a class with one method, because a call of a type parameter's method is inlined where a call of a
 * function value would go through a table at every vector.
 */
import { bytes, LANES, load4, store4, VECTOR } from './vector';

/** out ← F(a, p, q) over a block, `p` and `q` being constants of the formula. */
// @ts-ignore: decorator
@inline
export function map<F>(
  out: i32, outStride: i32, a: i32, aStride: i32, rows: i32, columns: i32,
  p: v128 = f32x4.splat(0), q: v128 = f32x4.splat(0),
): void {
  if (outStride == columns && aStride == columns) {
    // Rows without gaps are one long row.
    columns *= rows;
    rows = min(rows, 1);
  }
  const formula = changetype<F>(0);
  for (; rows > 0; rows--) {
    let o = bytes(out), x = bytes(a), left = columns;
    for (; left >= LANES; left -= LANES) {
      v128.store(o, formula.of(v128.load(x), p, q));
      o += VECTOR;
      x += VECTOR;
    }
    if (left > 0) store4(o, formula.of(load4(x, left), p, q), left);
    out += outStride;
    a += aStride;
  }
}

/**
 * {@link map} for a long formula: whole and partial vectors go through one loop, so that its code exists once. Beside so
 * much arithmetic the question which of the two it is costs nothing; beside little, it would triple the time.
 */
// @ts-ignore: decorator
@inline
export function mapLong<F>(out: i32, outStride: i32, a: i32, aStride: i32, rows: i32, columns: i32): void {
  if (outStride == columns && aStride == columns) {
    columns *= rows;
    rows = min(rows, 1);
  }
  const formula = changetype<F>(0);
  for (; rows > 0; rows--) {
    let o = bytes(out), x = bytes(a);
    for (let left = columns; left > 0; left -= LANES) {
      store4(o, formula.of(load4(x, left)), left);
      o += VECTOR;
      x += VECTOR;
    }
    out += outStride;
    a += aStride;
  }
}

/** out ← F(a, b, out) over a block. */
// @ts-ignore: decorator
@inline
export function zip<F>(
  out: i32, outStride: i32, a: i32, aStride: i32, b: i32, bStride: i32, rows: i32, columns: i32,
): void {
  if (outStride == columns && aStride == columns && bStride == columns) {
    columns *= rows;
    rows = min(rows, 1);
  }
  const formula = changetype<F>(0);
  for (; rows > 0; rows--) {
    let o = bytes(out), x = bytes(a), y = bytes(b), left = columns;
    for (; left >= LANES; left -= LANES) {
      v128.store(o, formula.of(v128.load(x), v128.load(y), v128.load(o)));
      o += VECTOR;
      x += VECTOR;
      y += VECTOR;
    }
    if (left > 0) store4(o, formula.of(load4(x, left), load4(y, left), load4(o, left)), left);
    out += outStride;
    a += aStride;
    b += bStride;
  }
}
