/** Four float32 lanes: loading and storing what is left of a row, and the one operation that engines round differently. */

/** Lanes in a vector. */
export const LANES: i32 = 4;
/** Bytes in a vector. */
export const VECTOR: usize = 16;

/** The address of an element, and the bytes between elements that many apart. */
// @ts-ignore: decorator
@inline
export function bytes(elements: i32): usize {
  return (<usize>elements) << 2;
}

/** a · b + c: rounded once where relaxed SIMD fuses it, else twice. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** The first lanes of a vector, as many as elements are left, and zeros in place of those behind. */
// @ts-ignore: decorator
@inline
export function first(x: v128, left: i32): v128 {
  return left >= LANES ? x : v128.and(x, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left)));
}

/**
 * A vector from memory, with zeros in place of what does not belong to the row. Where the lanes behind a row's end are not
 * stored, an ordinary load does: the memory goes on for a vector behind its last element.
 */
// @ts-ignore: decorator
@inline
export function load4(from: usize, left: i32): v128 {
  return first(v128.load(from), left);
}

/** A vector to memory; where fewer than four elements are left, only those. */
// @ts-ignore: decorator
@inline
export function store4(to: usize, x: v128, left: i32): void {
  if (left >= LANES) {
    v128.store(to, x);
  } else if (left == 1) {
    v128.store_lane<f32>(to, x, 0);
  } else {
    v128.store_lane<u64>(to, x, 0);
    if (left == 3) v128.store_lane<f32>(to, x, 2, 8);
  }
}

/**
 * Two neighbouring vectors to memory, the upper one first: V8 makes one 256-bit store of the two only in this order, lest the
 * lower half be written where the upper one faults.
 */
// @ts-ignore: decorator
@inline
export function storePair(to: usize, low: v128, high: v128): void {
  v128.store(to, high, 16);
  v128.store(to, low);
}
