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

/** A vector from memory; where fewer than four elements are left, those, and zeros behind them. */
// @ts-ignore: decorator
@inline
export function load4(from: usize, left: i32): v128 {
  return left >= LANES ? v128.load(from) : loadPart(from, left);
}

/** A vector to memory; where fewer than four elements are left, only those. */
// @ts-ignore: decorator
@inline
export function store4(to: usize, x: v128, left: i32): void {
  if (left >= LANES) v128.store(to, x);
  else storePart(to, x, left);
}

function loadPart(from: usize, count: i32): v128 {
  let x = v128.load32_zero(from);
  if (count > 1) x = v128.load_lane<f32>(from, x, 1, 4);
  if (count > 2) x = v128.load_lane<f32>(from, x, 2, 8);
  return x;
}

function storePart(to: usize, x: v128, count: i32): void {
  v128.store_lane<f32>(to, x, 0);
  if (count > 1) v128.store_lane<f32>(to, x, 1, 4);
  if (count > 2) v128.store_lane<f32>(to, x, 2, 8);
}
