/**
 * The loops over blocks of the elementwise kernels.
 *
 * The formula is a class with one method: calls of a type parameter's method are inlined, whereas calls of a function value
 * go through a table for every vector. Each iteration computes two vectors.
 */
import { bytes, LANES, store4, storePair, VECTOR } from './vector';

/** out ← F(a, p, q) over a block; `p` and `q` are constants of the formula. */
// @ts-ignore: decorator
@inline
export function map<F>(
  out: i32, outStride: i32, a: i32, aStride: i32, rows: i32, columns: i32,
  p: v128 = f32x4.splat(0), q: v128 = f32x4.splat(0),
): void {
  if (outStride == columns && aStride == columns) {
    // Rows without gaps form one long row.
    columns *= rows;
    rows = min(rows, 1);
  }
  const formula = changetype<F>(0);
  for (; rows > 0; rows--) {
    let o = bytes(out), x = bytes(a), left = columns;
    for (; left >= 2 * LANES; left -= 2 * LANES) {
      const x0 = v128.load(x), x1 = v128.load(x, 16);
      storePair(o, formula.of(x0, p, q), formula.of(x1, p, q));
      o += 2 * VECTOR;
      x += 2 * VECTOR;
    }
    for (; left > 0; left -= LANES) {
      store4(o, formula.of(v128.load(x), p, q), left);
      o += VECTOR;
      x += VECTOR;
    }
    out += outStride;
    a += aStride;
  }
}

/**
 * {@link map} for a long formula: one vector per iteration, except in WIDE kernels. Two would be 5 % faster on V8 since 13
 * and up to 26 % slower before.
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
    let o = bytes(out), x = bytes(a), left = columns;
    if (WIDE) {
      for (; left >= 2 * LANES; left -= 2 * LANES) {
        const x0 = v128.load(x), x1 = v128.load(x, 16);
        storePair(o, formula.of(x0), formula.of(x1));
        o += 2 * VECTOR;
        x += 2 * VECTOR;
      }
    }
    for (; left >= LANES; left -= LANES) {
      v128.store(o, formula.of(v128.load(x)));
      o += VECTOR;
      x += VECTOR;
    }
    if (left > 0) store4(o, formula.of(v128.load(x)), left);
    out += outStride;
    a += aStride;
  }
}

/** out ← F(a, b, out) over a block; the formula gets the address of `out`, since most do not read it. */
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
    for (; left >= 2 * LANES; left -= 2 * LANES) {
      const x0 = v128.load(x), x1 = v128.load(x, 16), y0 = v128.load(y), y1 = v128.load(y, 16);
      storePair(o, formula.of(x0, y0, o), formula.of(x1, y1, o + VECTOR));
      o += 2 * VECTOR;
      x += 2 * VECTOR;
      y += 2 * VECTOR;
    }
    for (; left > 0; left -= LANES) {
      store4(o, formula.of(v128.load(x), v128.load(y), o), left);
      o += VECTOR;
      x += VECTOR;
      y += VECTOR;
    }
    out += outStride;
    a += aStride;
    b += bStride;
  }
}
