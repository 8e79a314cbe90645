/** Derivatives of elementwise functions, in terms of their outputs. */
import { zip } from './blocks';

@unmanaged
class SigmoidBackward {
  @inline of(y: v128, dy: v128, out: usize): v128 {
    return f32x4.mul(f32x4.mul(dy, y), f32x4.sub(f32x4.splat(1), y));
  }
}
export function sigmoidBackward(
  out: i32, outStride: i32, y: i32, yStride: i32, dy: i32, dyStride: i32, rows: i32, columns: i32,
): void {
  zip<SigmoidBackward>(out, outStride, y, yStride, dy, dyStride, rows, columns);
}

@unmanaged
class TanhBackward {
  // 1 − y² as (1 − y)(1 + y), which stays precise for y near ±1.
  @inline of(y: v128, dy: v128, out: usize): v128 {
    const one = f32x4.splat(1);
    return f32x4.mul(dy, f32x4.mul(f32x4.sub(one, y), f32x4.add(one, y)));
  }
}
export function tanhBackward(
  out: i32, outStride: i32, y: i32, yStride: i32, dy: i32, dyStride: i32, rows: i32, columns: i32,
): void {
  zip<TanhBackward>(out, outStride, y, yStride, dy, dyStride, rows, columns);
}

@unmanaged
class ReluBackward {
  @inline of(y: v128, dy: v128, out: usize): v128 { return v128.and(dy, f32x4.gt(y, f32x4.splat(0))); }
}
export function reluBackward(
  out: i32, outStride: i32, y: i32, yStride: i32, dy: i32, dyStride: i32, rows: i32, columns: i32,
): void {
  zip<ReluBackward>(out, outStride, y, yStride, dy, dyStride, rows, columns);
}
