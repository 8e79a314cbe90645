/** Elementwise arithmetic. */
import { map, zip } from './blocks';
import { madd } from './vector';

@unmanaged
class Copy {
  @inline of(a: v128, p: v128, q: v128): v128 { return a; }
}
export function copy(out: i32, outStride: i32, a: i32, aStride: i32, rows: i32, columns: i32): void {
  map<Copy>(out, outStride, a, aStride, rows, columns);
}

@unmanaged
class Fill {
  @inline of(a: v128, p: v128, q: v128): v128 { return p; }
}
export function fill(out: i32, outStride: i32, value: f32, rows: i32, columns: i32): void {
  map<Fill>(out, outStride, out, outStride, rows, columns, f32x4.splat(value));
}

@unmanaged
class Scale {
  @inline of(a: v128, factor: v128, q: v128): v128 { return f32x4.mul(factor, a); }
}
export function scale(
  out: i32, outStride: i32, a: i32, aStride: i32, factor: f32, rows: i32, columns: i32,
): void {
  map<Scale>(out, outStride, a, aStride, rows, columns, f32x4.splat(factor));
}

@unmanaged
class Clamp {
  @inline of(a: v128, least: v128, most: v128): v128 { return f32x4.min(f32x4.max(a, least), most); }
}
export function clamp(
  out: i32, outStride: i32, a: i32, aStride: i32, least: f32, most: f32, rows: i32, columns: i32,
): void {
  map<Clamp>(out, outStride, a, aStride, rows, columns, f32x4.splat(least), f32x4.splat(most));
}

@unmanaged
class Relu {
  @inline of(a: v128, zero: v128, q: v128): v128 { return f32x4.max(a, zero); }
}
export function relu(out: i32, outStride: i32, a: i32, aStride: i32, rows: i32, columns: i32): void {
  map<Relu>(out, outStride, a, aStride, rows, columns);
}

@unmanaged
class Add {
  @inline of(a: v128, b: v128, out: usize): v128 { return f32x4.add(a, b); }
}
export function add(
  out: i32, outStride: i32, a: i32, aStride: i32, b: i32, bStride: i32, rows: i32, columns: i32,
): void {
  zip<Add>(out, outStride, a, aStride, b, bStride, rows, columns);
}

@unmanaged
class Sub {
  @inline of(a: v128, b: v128, out: usize): v128 { return f32x4.sub(a, b); }
}
export function sub(
  out: i32, outStride: i32, a: i32, aStride: i32, b: i32, bStride: i32, rows: i32, columns: i32,
): void {
  zip<Sub>(out, outStride, a, aStride, b, bStride, rows, columns);
}

@unmanaged
class Mul {
  @inline of(a: v128, b: v128, out: usize): v128 { return f32x4.mul(a, b); }
}
export function mul(
  out: i32, outStride: i32, a: i32, aStride: i32, b: i32, bStride: i32, rows: i32, columns: i32,
): void {
  zip<Mul>(out, outStride, a, aStride, b, bStride, rows, columns);
}

@unmanaged
class MulAdd {
  @inline of(a: v128, b: v128, out: usize): v128 { return madd(a, b, v128.load(out)); }
}
export function mulAdd(
  out: i32, outStride: i32, a: i32, aStride: i32, b: i32, bStride: i32, rows: i32, columns: i32,
): void {
  zip<MulAdd>(out, outStride, a, aStride, b, bStride, rows, columns);
}
