/**
 * eˣ and what is made of it, four lanes at a time, without a branch: the same bits on every engine.
 *
 * The idea throughout: x = n·ln 2 + r with n whole and |r| ≤ ln 2 / 2; then eˣ = 2ⁿ·eʳ, where 2ⁿ is made in the exponent
 * bits and eʳ − 1 is a polynomial. Coefficients are minimax fits, named with their largest relative error.
 */
import { madd, nmadd } from './vector';

const LOG2E: f32 = 1.44269504;
// ln 2 in two parts. The first has few bits, so n times it is exact for every n that occurs.
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
// 1.5 · 2²³. Adding it leaves the nearest whole number in the lowest bits of the sum.
const ROUNDER: f32 = 12582912;
const ROUNDER_BITS: i32 = 0x4b400000;
const EXPONENT_BIAS: i32 = 127;
const MANTISSA_BITS: i32 = 23;

/** x + 1.5·2²³ ln 2, in units of ln 2: the bits of the result hold n. */
// @ts-ignore: decorator
@inline
function shifted(x: v128): v128 {
  return madd(x, f32x4.splat(LOG2E), f32x4.splat(ROUNDER));
}

/** eʳ − 1, where r = x − n·ln 2 and `shift` holds n. 1.4e-8, of eʳ − 1 itself. */
// @ts-ignore: decorator
@inline
function remainderPower(x: v128, shift: v128): v128 {
  const n = f32x4.sub(shift, f32x4.splat(ROUNDER));
  const r = nmadd(n, f32x4.splat(LN2_LOW), nmadd(n, f32x4.splat(LN2_HIGH), x));
  let q = madd(r, f32x4.splat(0.001394646242260933), f32x4.splat(0.008366590365767479));
  q = madd(r, q, f32x4.splat(0.04166628047823906));
  q = madd(r, q, f32x4.splat(0.1666654348373413));
  q = madd(r, q, f32x4.splat(0.5));
  return madd(f32x4.mul(r, r), q, r);
}

/** 2ⁿ, n a normal exponent. */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(EXPONENT_BIAS)), MANTISSA_BITS);
}

/** eˣ. From −104 down it is 0; from 88.8 up, infinite; between −104 and −87.3, a subnormal number. */
// @ts-ignore: decorator
@inline
export function expOf(x: v128): v128 {
  // pmin and pmax give their first argument when it is NaN.
  x = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-105));
  const shift = shifted(x);
  const power = f32x4.add(f32x4.splat(1), remainderPower(x, shift));
  // 2ⁿ may be out of range where 2ⁿ·eʳ is not, so it is multiplied in halves, of which only the second can round.
  const n = i32x4.sub(shift, i32x4.splat(ROUNDER_BITS));
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(power, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

/** 1 / (1 + e⁻ˣ), from e^−|x|, which cannot overflow and keeps its digits where the result is small. */
// @ts-ignore: decorator
@inline
export function sigmoidOf(x: v128): v128 {
  const one = f32x4.splat(1);
  const e = expOf(f32x4.neg(f32x4.abs(x)));
  return f32x4.div(v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0))), f32x4.add(one, e));
}

/** tanh |x| = −m / (2 + m) with m = e^−2|x| − 1, which keeps its digits near 0; then the sign of x. */
// @ts-ignore: decorator
@inline
export function tanhOf(x: v128): v128 {
  // At 2|x| = 30 the result is already 1.
  const y = f32x4.pmax(f32x4.mul(f32x4.abs(x), f32x4.splat(-2)), f32x4.splat(-30));
  const shift = shifted(y);
  const scale = powerOfTwo(i32x4.sub(shift, i32x4.splat(ROUNDER_BITS)));
  const m = madd(scale, remainderPower(y, shift), f32x4.sub(scale, f32x4.splat(1)));
  const magnitude = f32x4.div(m, f32x4.add(f32x4.splat(2), m));
  return v128.bitselect(x, magnitude, f32x4.splat(-0.0));
}

/** ln(1 + u), 0 ≤ u ≤ 1: 2 artanh(d/2) with d = 2u / (2 + u), a series in d². 5e-9. */
// @ts-ignore: decorator
@inline
function log1pOf(u: v128): v128 {
  const d = f32x4.div(f32x4.add(u, u), f32x4.add(f32x4.splat(2), u));
  const w = f32x4.mul(d, d);
  let s = madd(w, f32x4.splat(0.0005473527126014233), f32x4.splat(0.0021874329540878534));
  s = madd(w, s, f32x4.splat(0.01250678114593029));
  s = madd(w, s, f32x4.splat(0.08333301544189453));
  return madd(f32x4.mul(d, w), s, d);
}

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|): nothing overflows. */
// @ts-ignore: decorator
@inline
export function softplusOf(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1pOf(expOf(f32x4.neg(f32x4.abs(x)))));
}
