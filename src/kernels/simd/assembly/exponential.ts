/**
 * eˣ and functions based on it, four lanes at a time, without branches: the same bits on every engine.
 *
 * All reduce x = n·ln 2 + r with n whole and |r| ≤ ln 2 / 2; then eˣ = 2ⁿ·eʳ, where 2ⁿ is built from exponent
 * bits and eʳ − 1 is a polynomial. Coefficients are minimax fits, given with their largest relative error.
 */
import { madd } from './vector';

// Stored in memory, because engines build a vector constant at each use with three instructions; a broadcast load is one.
const TABLE = memory.data<f32>([
  1, 2, 1.44269504, -0.693359375, 2.12194440e-4, 12582912, 89, -105, -30,
  0.001394646242260933, 0.008366590365767479, 0.04166628047823906, 0.1666654348373413, 0.5,
  0.0005473527126014233, 0.0021874329540878534, 0.01250678114593029, 0.08333301544189453,
  1.8446744073709552e19, 5.421010862427522e-20,
]);
const ONE = TABLE;
const TWO = TABLE + 4;
const LOG2E = TABLE + 8;
// −ln 2 in two parts. The first has few bits, so that n times it is exact for every n that occurs.
const MINUS_LN2_HIGH = TABLE + 12;
const MINUS_LN2_LOW = TABLE + 16;
// 1.5 · 2²³. Adding it rounds to the nearest whole number, in the lowest bits of the sum.
const ROUNDER = TABLE + 20;
// Beyond these limits eˣ is infinite or 0, and tanh is 1 for −2|x| ≤ −30: n always fits in the exponent bits.
const EXP_MOST = TABLE + 24;
const EXP_LEAST = TABLE + 28;
const TANH_LEAST = TABLE + 32;
// (eʳ − 1 − r) / r², highest power first.
const POWER = TABLE + 36;
// (2 artanh(d/2) − d) / d³ in d², highest power first.
const LOGARITHM = TABLE + 56;
// 2⁶⁴ and 2⁻⁶⁴.
const UP = TABLE + 72;
const DOWN = TABLE + 76;

const MANTISSA_BITS: i32 = 23;

// The start of the table, hidden from the engine: a load from a known address cannot fault, and V8 does not merge two such
// loads into a 256-bit instruction if a load that can fault lies between them.
// @ts-ignore: decorator
@external("env", "zero")
export declare const ZERO: usize;

// @ts-ignore: decorator
@inline
function constant(at: usize): v128 {
  return WIDE ? v128.load32_splat(ZERO + at) : v128.load32_splat(at);
}

/** x / ln 2 + 1.5·2²³: its lowest bits hold n. */
// @ts-ignore: decorator
@inline
function shifted(x: v128): v128 {
  return madd(x, constant(LOG2E), constant(ROUNDER));
}

/** eʳ − 1, where r = x − n·ln 2 and `shift` holds n. Relative error 1.4e-8. */
// @ts-ignore: decorator
@inline
function remainderPower(x: v128, shift: v128): v128 {
  const n = f32x4.sub(shift, constant(ROUNDER));
  const r = madd(n, constant(MINUS_LN2_LOW), madd(n, constant(MINUS_LN2_HIGH), x));
  // Evaluated in two halves rather than term by term, to shorten the dependency chain.
  const square = f32x4.mul(r, r);
  const high = madd(r, constant(POWER), constant(POWER + 4));
  const low = madd(r, constant(POWER + 8), constant(POWER + 12));
  const q = madd(r, madd(square, high, low), constant(POWER + 16));
  return madd(square, q, r);
}

/** 2ⁿ, with n in the lowest 9 bits: shifted to the exponent and added to that of 1. */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.add(i32x4.shl(n, MANTISSA_BITS), constant(ONE));
}

/** eˣ: 0 below −104, infinite above 88.8, subnormal between −104 and −87.3. */
// @ts-ignore: decorator
@inline
export function expOf(x: v128): v128 {
  // pmin and pmax return a first argument that is NaN.
  x = f32x4.pmax(f32x4.pmin(x, constant(EXP_MOST)), constant(EXP_LEAST));
  const n = shifted(x);
  const power = f32x4.add(constant(ONE), remainderPower(x, n));
  // 2ⁿ may be out of range although 2ⁿ·eʳ is not, so it is multiplied in two halves; only the second can round.
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(power, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

/**
 * {@link expOf} for x ≤ 0, with the same bits and fewer operations: 2ⁿ⁺⁶⁴ is in range for all n that occur, and only the
 * product with 2⁻⁶⁴ can round.
 */
// @ts-ignore: decorator
@inline
export function decayOf(x: v128): v128 {
  x = f32x4.pmax(x, constant(EXP_LEAST));
  const n = shifted(x);
  const power = f32x4.add(constant(ONE), remainderPower(x, n));
  return f32x4.mul(f32x4.mul(power, i32x4.add(i32x4.shl(n, MANTISSA_BITS), constant(UP))), constant(DOWN));
}

/** 1 / (1 + e⁻ˣ), from e^−|x|, which cannot overflow and stays precise for small results. */
// @ts-ignore: decorator
@inline
export function sigmoidOf(x: v128): v128 {
  const one = constant(ONE);
  const e = decayOf(f32x4.neg(f32x4.abs(x)));
  return f32x4.div(v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0))), f32x4.add(one, e));
}

/** tanh |x| = −m / (2 + m) with m = e^−2|x| − 1, which stays precise near 0; then the sign of x. */
// @ts-ignore: decorator
@inline
export function tanhOf(x: v128): v128 {
  const absolute = f32x4.abs(x);
  const y = f32x4.pmax(f32x4.neg(f32x4.add(absolute, absolute)), constant(TANH_LEAST));
  const n = shifted(y);
  const scale = powerOfTwo(n);
  const m = madd(scale, remainderPower(y, n), f32x4.sub(scale, constant(ONE)));
  const magnitude = f32x4.abs(f32x4.div(m, f32x4.add(constant(TWO), m)));
  return v128.or(magnitude, v128.xor(x, absolute));
}

/** ln(1 + u), 0 ≤ u ≤ 1: 2 artanh(d/2) with d = 2u / (2 + u), a series in d². 5e-9. */
// @ts-ignore: decorator
@inline
function log1pOf(u: v128): v128 {
  const d = f32x4.div(f32x4.add(u, u), f32x4.add(constant(TWO), u));
  const w = f32x4.mul(d, d);
  let s = madd(w, constant(LOGARITHM), constant(LOGARITHM + 4));
  s = madd(w, s, constant(LOGARITHM + 8));
  s = madd(w, s, constant(LOGARITHM + 12));
  return madd(f32x4.mul(d, w), s, d);
}

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), which cannot overflow. */
// @ts-ignore: decorator
@inline
export function softplusOf(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1pOf(decayOf(f32x4.neg(f32x4.abs(x)))));
}
