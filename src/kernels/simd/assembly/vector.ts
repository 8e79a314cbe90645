/** Vectors of four float32: loading and storing the rest of a row, and the one operation that engines round differently. */

/** Lanes in a vector. */
export const LANES: i32 = 4;
/** Bytes in a vector. */
export const VECTOR: usize = 16;

/** The address of an element, or the distance in bytes for a number of elements. */
// @ts-ignore: decorator
@inline
export function bytes(elements: i32): usize {
  return (<usize>elements) << 2;
}

/** a · b + c: rounded once if relaxed SIMD fuses it, otherwise twice. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** Keeps as many lanes as elements are left, and zeros the rest. */
// @ts-ignore: decorator
@inline
export function first(x: v128, left: i32): v128 {
  return left >= LANES ? x : v128.and(x, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left)));
}

/**
 * Loads a vector, with zeros in place of lanes beyond the row. If those lanes are not stored, a plain load suffices: the
 * memory extends one vector beyond the last element.
 */
// @ts-ignore: decorator
@inline
export function load4(from: usize, left: i32): v128 {
  return first(v128.load(from), left);
}

/** Stores a vector; only the remaining elements if fewer than four are left. */
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
 * Stores two adjacent vectors, the upper one first: V8 merges the two stores only in this order, because otherwise the
 * lower half could be written before the upper one faults.
 */
// @ts-ignore: decorator
@inline
export function storePair(to: usize, low: v128, high: v128): void {
  v128.store(to, high, 16);
  v128.store(to, low);
}
