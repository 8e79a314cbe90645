/** A block to one number. */
import { bytes, LANES, load4, VECTOR } from './vector';

/** Both halves of a vector, in the precision that squares of float32 cannot overflow. */
export function sumOfSquares(a: i32, aStride: i32, rows: i32, columns: i32): f64 {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  for (; rows > 0; rows--) {
    let x = bytes(a);
    for (let left = columns; left > 0; left -= LANES) {
      const v = load4(x, left);
      const v01 = f64x2.promote_low_f32x4(v);
      const v23 = f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
      low = f64x2.add(low, f64x2.mul(v01, v01));
      high = f64x2.add(high, f64x2.mul(v23, v23));
      x += VECTOR;
    }
    a += aStride;
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

export function maximumMagnitude(a: i32, aStride: i32, rows: i32, columns: i32): f32 {
  let largest = f32x4.splat(0);
  for (; rows > 0; rows--) {
    let x = bytes(a);
    for (let left = columns; left > 0; left -= LANES) {
      largest = f32x4.max(largest, f32x4.abs(load4(x, left)));
      x += VECTOR;
    }
    a += aStride;
  }
  return maximumOf(largest);
}

/** The largest lane, NaN if any is. */
export function maximumOf(x: v128): f32 {
  const pairs = f32x4.max(x, v128.shuffle<f32>(x, x, 2, 3, 2, 3));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}
