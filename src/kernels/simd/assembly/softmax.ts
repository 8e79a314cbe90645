/** Softmax and its logarithm, row by row. Subtracting the largest element first keeps every power within [0, 1]. */
import { decayOf } from './exponential';
import { maximumOf } from './reductions';
import { bytes, LANES, load4, store4, VECTOR } from './vector';

export function softmax(out: i32, outStride: i32, a: i32, aStride: i32, rows: i32, columns: i32): void {
  if (columns == 0) return;
  for (; rows > 0; rows--) {
    let o = bytes(out);
    const x = bytes(a);
    const factor = f32x4.splat(<f32>(1 / sumOfPowers(true, o, x, largestOf(x, columns), columns)));
    for (let left = columns; left > 0; left -= LANES) {
      store4(o, f32x4.mul(load4(o, left), factor), left);
      o += VECTOR;
    }
    out += outStride;
    a += aStride;
  }
}

export function logSoftmax(out: i32, outStride: i32, a: i32, aStride: i32, rows: i32, columns: i32): void {
  if (columns == 0) return;
  for (; rows > 0; rows--) {
    let o = bytes(out), x = bytes(a);
    const largest = largestOf(x, columns);
    const log = f32x4.splat(<f32>naturalLog(sumOfPowers(false, o, x, largest, columns)));
    for (let left = columns; left > 0; left -= LANES) {
      store4(o, f32x4.sub(f32x4.sub(load4(x, left), largest), log), left);
      o += VECTOR;
      x += VECTOR;
    }
    out += outStride;
    a += aStride;
  }
}

/** The largest element of a row, in every lane. */
function largestOf(x: usize, columns: i32): v128 {
  let largest = f32x4.splat(load<f32>(x));
  for (; columns >= LANES; columns -= LANES) {
    largest = f32x4.max(largest, v128.load(x));
    x += VECTOR;
  }
  for (; columns > 0; columns--) {
    largest = f32x4.max(largest, v128.load32_splat(x));
    x += 4;
  }
  return f32x4.splat(maximumOf(largest));
}

/** Σ exp(x − largest) in float64, the powers themselves kept at `out` if `keep`. */
function sumOfPowers(keep: bool, out: usize, x: usize, largest: v128, columns: i32): f64 {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  for (let left = columns; left > 0; left -= LANES) {
    let power = decayOf(f32x4.sub(load4(x, left), largest));
    if (keep) store4(out, power, left);
    // Lanes behind the row's end count for nothing.
    power = v128.and(power, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left)));
    low = f64x2.add(low, f64x2.promote_low_f32x4(power));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(power, power, 2, 3, 2, 3)));
    out += VECTOR;
    x += VECTOR;
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

const LN2: f64 = 0.6931471805599453;
const SQRT2: f64 = 1.4142135623730951;

/** ln x, x ≥ 1 and finite, to 1e-10: x = 2ⁿ·m with m about 1, and ln m = 2 artanh((m − 1) / (m + 1)). */
function naturalLog(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let n = <f64>(<i32>(bits >> 52) - 1023);
  let m = reinterpret<f64>((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
  if (m > SQRT2) {
    m *= 0.5;
    n += 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  const series = 1.0 + z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9 + z * (1.0 / 11)))));
  return n * LN2 + 2 * s * series;
}
