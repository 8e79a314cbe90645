/** A row times an unpacked matrix: B is read once, sequentially, at memory speed. */
import { ZERO } from './exponential';
import { EDGE } from './scratch';
import { LANES, load4, madd, store4, storePair, VECTOR } from './vector';

/** c ← (add ? c : 0) + Σ a[l]·B[l], for B of unit column stride: a combination of the rows of B, four at a time. */
export function rowCombination(
  c: usize, a: usize, aStride: usize, b: usize, bStride: usize, n: i32, k: i32, add: bool,
): void {
  for (; k >= 4; k -= 4) {
    addRows(4, c, a, aStride, b, bStride, n, add);
    a += aStride * 4;
    b += bStride * 4;
    add = true;
  }
  for (; k > 0; k--) {
    addRows(1, c, a, aStride, b, bStride, n, add);
    a += aStride;
    b += bStride;
    add = true;
  }
}

// @ts-ignore: decorator
@inline
function addRows(
  rows: i32, c: usize, a: usize, aStride: usize, b: usize, bStride: usize, n: i32, add: bool,
): void {
  const zero = f32x4.splat(0);
  // A mask that keeps c or clears it: a branch would split the loop.
  const kept = i32x4.splat(add ? -1 : 0);
  const x0 = v128.load32_splat(a);
  const x1 = rows > 1 ? v128.load32_splat(a + aStride) : zero;
  const x2 = rows > 2 ? v128.load32_splat(a + aStride * 2) : zero;
  const x3 = rows > 3 ? v128.load32_splat(a + aStride * 3) : zero;
  let b1 = b + bStride, b2 = b1 + bStride, b3 = b2 + bStride;
  if (WIDE) {
    for (; n >= 2 * LANES; n -= 2 * LANES) {
      let sum0 = v128.and(kept, v128.load(c)), sum1 = v128.and(kept, v128.load(c, 16));
      sum0 = madd(x0, v128.load(b), sum0);
      sum1 = madd(x0, v128.load(b, 16), sum1);
      if (rows > 1) {
        sum0 = madd(x1, v128.load(b1), sum0);
        sum1 = madd(x1, v128.load(b1, 16), sum1);
      }
      if (rows > 2) {
        sum0 = madd(x2, v128.load(b2), sum0);
        sum1 = madd(x2, v128.load(b2, 16), sum1);
      }
      if (rows > 3) {
        sum0 = madd(x3, v128.load(b3), sum0);
        sum1 = madd(x3, v128.load(b3, 16), sum1);
      }
      storePair(c, sum0, sum1);
      b += 2 * VECTOR;
      b1 += 2 * VECTOR;
      b2 += 2 * VECTOR;
      b3 += 2 * VECTOR;
      c += 2 * VECTOR;
    }
  }
  for (; n >= LANES; n -= LANES) {
    let sum = v128.and(kept, v128.load(c));
    sum = madd(x0, v128.load(b), sum);
    if (rows > 1) sum = madd(x1, v128.load(b1), sum);
    if (rows > 2) sum = madd(x2, v128.load(b2), sum);
    if (rows > 3) sum = madd(x3, v128.load(b3), sum);
    v128.store(c, sum);
    b += VECTOR;
    b1 += VECTOR;
    b2 += VECTOR;
    b3 += VECTOR;
    c += VECTOR;
  }
  if (n > 0) {
    let sum = v128.and(kept, v128.load(c));
    sum = madd(x0, v128.load(b), sum);
    if (rows > 1) sum = madd(x1, v128.load(b1), sum);
    if (rows > 2) sum = madd(x2, v128.load(b2), sum);
    if (rows > 3) sum = madd(x3, v128.load(b3), sum);
    store4(c, sum, n);
  }
}

/** c[j] ← (add ? c[j] : 0) + a · B[:, j], both contiguous: four dot products at a time. */
export function dotProducts(
  c: usize, a: usize, b: usize, bStride: usize, n: i32, k: i32, add: bool,
): void {
  for (; n > 0; n -= 4) {
    // Columns past the end repeat the last one; their sums are not stored.
    const b1 = n > 1 ? b + bStride : b;
    const b2 = n > 2 ? b1 + bStride : b1;
    const b3 = n > 3 ? b2 + bStride : b2;
    const at = WIDE ? EDGE + ZERO : EDGE;
    fourDots(at, a, b, b1, b2, b3, k);
    const sums = v128.load(at);
    store4(c, add ? f32x4.add(v128.load(c), sums) : sums, n);
    b += bStride * 4;
    c += VECTOR;
  }
}

/** Four dot products with the same a; writes two vectors of partial sums for each to `out`. */
function fourDots(out: usize, a: usize, b0: usize, b1: usize, b2: usize, b3: usize, k: i32): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  for (; k >= 2 * LANES; k -= 2 * LANES) {
    const x = v128.load(a), y = v128.load(a, 16);
    s0 = madd(x, v128.load(b0), s0);
    t0 = madd(y, v128.load(b0, 16), t0);
    s1 = madd(x, v128.load(b1), s1);
    t1 = madd(y, v128.load(b1, 16), t1);
    s2 = madd(x, v128.load(b2), s2);
    t2 = madd(y, v128.load(b2, 16), t2);
    s3 = madd(x, v128.load(b3), s3);
    t3 = madd(y, v128.load(b3, 16), t3);
    a += 2 * VECTOR;
    b0 += 2 * VECTOR;
    b1 += 2 * VECTOR;
    b2 += 2 * VECTOR;
    b3 += 2 * VECTOR;
  }
  if (WIDE) {
    // Only sums that are stored in pairs are merged.
    storePair(out, s0, t0);
    storePair(out + 32, s1, t1);
    storePair(out + 64, s2, t2);
    storePair(out + 96, s3, t3);
    s0 = v128.load(out), t0 = v128.load(out, 16);
    s1 = v128.load(out, 32), t1 = v128.load(out, 48);
    s2 = v128.load(out, 64), t2 = v128.load(out, 80);
    s3 = v128.load(out, 96), t3 = v128.load(out, 112);
  }
  for (; k > 0; k -= LANES) {
    const x = load4(a, k);
    s0 = madd(x, load4(b0, k), s0);
    s1 = madd(x, load4(b1, k), s1);
    s2 = madd(x, load4(b2, k), s2);
    s3 = madd(x, load4(b3, k), s3);
    a += VECTOR;
    b0 += VECTOR;
    b1 += VECTOR;
    b2 += VECTOR;
    b3 += VECTOR;
  }
  v128.store(out, sumsOfLanes(f32x4.add(s0, t0), f32x4.add(s1, t1), f32x4.add(s2, t2), f32x4.add(s3, t3)));
}

/** The sum of the lanes of each of four vectors, as one vector. */
// @ts-ignore: decorator
@inline
function sumsOfLanes(x0: v128, x1: v128, x2: v128, x3: v128): v128 {
  const pairs01 = f32x4.add(v128.shuffle<f32>(x0, x1, 0, 4, 1, 5), v128.shuffle<f32>(x0, x1, 2, 6, 3, 7));
  const pairs23 = f32x4.add(v128.shuffle<f32>(x2, x3, 0, 4, 1, 5), v128.shuffle<f32>(x2, x3, 2, 6, 3, 7));
  return f32x4.add(
    v128.shuffle<f32>(pairs01, pairs23, 0, 1, 4, 5),
    v128.shuffle<f32>(pairs01, pairs23, 2, 3, 6, 7),
  );
}
