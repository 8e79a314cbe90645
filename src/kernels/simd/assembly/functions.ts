/** Elementwise functions. */
import { mapLong } from './blocks';
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
