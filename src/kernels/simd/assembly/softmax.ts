/** Softmax and its logarithm, row by row. Subtracting the largest element keeps every power within [0, 1]. */
import { decayOf } from './exponential';
import { maximumOf, upper } from './reductions';
import { BLOCK_A } from './scratch';
import { bytes, LANES, load4, store4, storePair, VECTOR } from './vector';

export function softmax(out: i32, outStride: i32, a: i32, aStride: i32, rows: i32, columns: i32): void {
  if (columns == 0) return;
  for (; rows > 0; rows--) {
    let o = bytes(out), left = columns;
    const x = bytes(a);
    const factor = f32x4.splat(<f32>(1 / sumOfPowers(true, o, x, largestOf(x, columns), columns)));
    for (; left >= 2 * LANES; left -= 2 * LANES) {
      const y0 = v128.load(o), y1 = v128.load(o, 16);
      storePair(o, f32x4.mul(y0, factor), f32x4.mul(y1, factor));
      o += 2 * VECTOR;
    }
    for (; left > 0; left -= LANES) {
      store4(o, f32x4.mul(v128.load(o), factor), left);
      o += VECTOR;
    }
    out += outStride;
    a += aStride;
  }
}

export function logSoftmax(out: i32, outStride: i32, a: i32, aStride: i32, rows: i32, columns: i32): void {
  if (columns == 0) return;
  for (; rows > 0; rows--) {
    let o = bytes(out), x = bytes(a), left = columns;
    const most = largestOf(x, columns);
    const largest = f32x4.splat(most);
    const log = f32x4.splat(<f32>naturalLog(sumOfPowers(false, o, x, most, columns)));
    for (; left >= 2 * LANES; left -= 2 * LANES) {
      const x0 = v128.load(x), x1 = v128.load(x, 16);
      storePair(o, f32x4.sub(f32x4.sub(x0, largest), log), f32x4.sub(f32x4.sub(x1, largest), log));
      o += 2 * VECTOR;
      x += 2 * VECTOR;
    }
    for (; left > 0; left -= LANES) {
      store4(o, f32x4.sub(f32x4.sub(v128.load(x), largest), log), left);
      o += VECTOR;
      x += VECTOR;
    }
    out += outStride;
    a += aStride;
  }
}

/** The largest element of a row. It may ignore NaN: the power of a NaN makes the sum of the powers NaN, and so every result. */
function largestOf(x: usize, columns: i32): f32 {
  let m0 = f32x4.splat(load<f32>(x)), m1 = m0, m2 = m0, m3 = m0;
  for (; columns >= 4 * LANES; columns -= 4 * LANES) {
    m0 = f32x4.pmax(m0, v128.load(x));
    m1 = f32x4.pmax(m1, v128.load(x, 16));
    m2 = f32x4.pmax(m2, v128.load(x, 32));
    m3 = f32x4.pmax(m3, v128.load(x, 48));
    x += 4 * VECTOR;
  }
  let largest = f32x4.pmax(f32x4.pmax(m0, m1), f32x4.pmax(m2, m3));
  for (; columns >= LANES; columns -= LANES) {
    largest = f32x4.pmax(largest, v128.load(x));
    x += VECTOR;
  }
  for (; columns > 0; columns--) {
    largest = f32x4.pmax(largest, v128.load32_splat(x));
    x += 4;
  }
  return maximumOf(largest);
}

/** The number of powers stored at a time: a whole number of pairs. */
const CHUNK: i32 = 1024;

/** Σ exp(x − largest) in float64; stores the powers at `out` if `keep`, otherwise in the memory for blocks of A. */
function sumOfPowers(keep: bool, out: usize, x: usize, largest: f32, columns: i32): f64 {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  for (; columns > 0; columns -= CHUNK) {
    const count = min(columns, CHUNK);
    let kept = keep ? out : BLOCK_A;
    powers(kept, x, largest, count);
    for (let left = count; left > 0; left -= LANES) {
      const power = load4(kept, left);
      low = f64x2.add(low, f64x2.promote_low_f32x4(power));
      high = f64x2.add(high, f64x2.promote_low_f32x4(upper(power)));
      kept += VECTOR;
    }
    out += CHUNK << 2;
    x += CHUNK << 2;
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** out ← exp(x − largest) */
function powers(out: usize, x: usize, largest: f32, columns: i32): void {
  const most = f32x4.splat(largest);
  if (WIDE) {
    for (; columns >= 2 * LANES; columns -= 2 * LANES) {
      const x0 = v128.load(x), x1 = v128.load(x, 16);
      storePair(out, decayOf(f32x4.sub(x0, most)), decayOf(f32x4.sub(x1, most)));
      out += 2 * VECTOR;
      x += 2 * VECTOR;
    }
  }
  for (; columns >= LANES; columns -= LANES) {
    v128.store(out, decayOf(f32x4.sub(v128.load(x), most)));
    out += VECTOR;
    x += VECTOR;
  }
  if (columns > 0) store4(out, decayOf(f32x4.sub(v128.load(x), most)), columns);
}

const LN2: f64 = 0.6931471805599453;
const SQRT2: f64 = 1.4142135623730951;

/** ln x, x ≥ 1 and finite, or NaN, to 1e-10: x = 2ⁿ·m with m about 1, and ln m = 2 artanh((m − 1) / (m + 1)). */
function naturalLog(x: f64): f64 {
  if (isNaN(x)) return x;
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
