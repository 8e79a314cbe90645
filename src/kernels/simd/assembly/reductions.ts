/** Reductions of a block to one number. */
import { bytes, LANES, load4, VECTOR } from './vector';

/** Squares of float32 are added in float64, which cannot overflow, with two lanes in each of two sums. */
export function sumOfSquares(a: i32, aStride: i32, rows: i32, columns: i32): f64 {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  for (; rows > 0; rows--) {
    let x = bytes(a), left = columns;
    for (; left >= LANES; left -= LANES) {
      const v = v128.load(x);
      low = addSquares(low, v);
      high = addSquares(high, upper(v));
      x += VECTOR;
    }
    if (left > 0) {
      const v = load4(x, left);
      low = addSquares(low, v);
      high = addSquares(high, upper(v));
    }
    a += aStride;
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** sum + v², for the two lower lanes. */
// @ts-ignore: decorator
@inline
export function addSquares(sum: v128, v: v128): v128 {
  const wide = f64x2.promote_low_f32x4(v);
  return f64x2.add(sum, f64x2.mul(wide, wide));
}

/** Moves the two upper lanes to the lower ones. */
// @ts-ignore: decorator
@inline
export function upper(v: v128): v128 {
  return v128.shuffle<f32>(v, v, 2, 3, 2, 3);
}

/** Magnitudes order like their bits as integers, with NaN above infinity; integer comparison takes one instruction. */
export function maximumMagnitude(a: i32, aStride: i32, rows: i32, columns: i32): f32 {
  let largest = i32x4.splat(0);
  for (; rows > 0; rows--) {
    let x = bytes(a), left = columns;
    for (; left >= LANES; left -= LANES) {
      largest = i32x4.max_s(largest, f32x4.abs(v128.load(x)));
      x += VECTOR;
    }
    if (left > 0) largest = i32x4.max_s(largest, f32x4.abs(load4(x, left)));
    a += aStride;
  }
  return maximumOf(largest);
}

/** The largest lane, NaN if any lane is NaN. */
// @ts-ignore: decorator
@inline
export function maximumOf(x: v128): f32 {
  const pairs = f32x4.max(x, v128.shuffle<f32>(x, x, 2, 3, 2, 3));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}
