/** Elementwise functions and their derivatives. */
import { mapLong, zip } from './blocks';
import { expOf, sigmoidOf, softplusOf, tanhOf } from './exponential';

@unmanaged
class Exp {
  @inline of(a: v128): v128 { return expOf(a); }
}
export function exp(out: i32, outStride: i32, a: i32, aStride: i32, rows: i32, columns: i32): void {
  mapLong<Exp>(out, outStride, a, aStride, rows, columns);
}

@unmanaged
class Sigmoid {
  @inline of(a: v128): v128 { return sigmoidOf(a); }
}
export function sigmoid(out: i32, outStride: i32, a: i32, aStride: i32, rows: i32, columns: i32): void {
  mapLong<Sigmoid>(out, outStride, a, aStride, rows, columns);
}

@unmanaged
class Tanh {
  @inline of(a: v128): v128 { return tanhOf(a); }
}
export function tanh(out: i32, outStride: i32, a: i32, aStride: i32, rows: i32, columns: i32): void {
  mapLong<Tanh>(out, outStride, a, aStride, rows, columns);
}

@unmanaged
class Softplus {
  @inline of(a: v128): v128 { return softplusOf(a); }
}
export function softplus(out: i32, outStride: i32, a: i32, aStride: i32, rows: i32, columns: i32): void {
  mapLong<Softplus>(out, outStride, a, aStride, rows, columns);
}

@unmanaged
class SigmoidBackward {
  @inline of(y: v128, dy: v128, out: v128): v128 {
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
  // 1 − y² as (1 − y)(1 + y), which keeps its digits where y is near ±1.
  @inline of(y: v128, dy: v128, out: v128): v128 {
    const one = f32x4.splat(1);
    return f32x4.mul(dy, f32x4.mul(f32x4.sub(one, y), f32x4.add(one, y)));
  }
}
export function tanhBackward(
  out: i32, outStride: i32, y: i32, yStride: i32, dy: i32, dyStride: i32, rows: i32, columns: i32,
): void {
  zip<TanhBackward>(out, outStride, y, yStride, dy, dyStride, rows, columns);
}
