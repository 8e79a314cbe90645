/** Normalises rows to mean 0 and variance 1. Means are accumulated in float64, like the sums of softmax. */
import { addSquares, upper } from './reductions';
import { bytes, first, LANES, load4, store4, storePair, VECTOR } from './vector';

export function normalize(
  out: i32, outStride: i32, inverseDeviation: i32, inverseDeviationStride: i32, a: i32, aStride: i32,
  epsilon: f64, rows: i32, columns: i32,
): void {
  if (columns == 0) return;
  for (; rows > 0; rows--) {
    let o = bytes(out), left = columns;
    const x = bytes(a);
    const spread = centred(o, x, meanOf(x, columns), columns) / columns + epsilon;
    const d: f32 = spread == 0 ? 0 : <f32>(1 / sqrt<f64>(spread));
    store<f32>(bytes(inverseDeviation), d);
    const factor = f32x4.splat(d);
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
    inverseDeviation += inverseDeviationStride;
    a += aStride;
  }
}

export function normalizeBackward(
  out: i32, outStride: i32, y: i32, yStride: i32, inverseDeviation: i32, inverseDeviationStride: i32,
  dy: i32, dyStride: i32, rows: i32, columns: i32,
): void {
  for (; rows > 0; rows--) {
    let o = bytes(out), at = bytes(y), from = bytes(dy), left = columns;
    const mean = f32x4.splat(<f32>meanOf(from, columns));
    const slope = f32x4.splat(<f32>meanProduct(from, at, columns));
    const d = v128.load32_splat(bytes(inverseDeviation));
    for (; left >= 2 * LANES; left -= 2 * LANES) {
      const x0 = v128.load(from), x1 = v128.load(from, 16), y0 = v128.load(at), y1 = v128.load(at, 16);
      const across0 = f32x4.sub(f32x4.sub(x0, mean), f32x4.mul(y0, slope));
      const across1 = f32x4.sub(f32x4.sub(x1, mean), f32x4.mul(y1, slope));
      storePair(o, f32x4.mul(d, across0), f32x4.mul(d, across1));
      o += 2 * VECTOR;
      at += 2 * VECTOR;
      from += 2 * VECTOR;
    }
    for (; left > 0; left -= LANES) {
      const across = f32x4.sub(f32x4.sub(v128.load(from), mean), f32x4.mul(v128.load(at), slope));
      store4(o, f32x4.mul(d, across), left);
      o += VECTOR;
      at += VECTOR;
      from += VECTOR;
    }
    out += outStride;
    y += yStride;
    inverseDeviation += inverseDeviationStride;
    dy += dyStride;
  }
}

function meanOf(x: usize, columns: i32): f64 {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  for (let left = columns; left > 0; left -= LANES) {
    const v = load4(x, left);
    low = f64x2.add(low, f64x2.promote_low_f32x4(v));
    high = f64x2.add(high, f64x2.promote_low_f32x4(upper(v)));
    x += VECTOR;
  }
  return sumOfLanes(low, high) / columns;
}

function meanProduct(x: usize, y: usize, columns: i32): f64 {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  for (let left = columns; left > 0; left -= LANES) {
    const v = load4(x, left), w = load4(y, left);
    low = f64x2.add(low, f64x2.mul(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(w)));
    high = f64x2.add(high, f64x2.mul(f64x2.promote_low_f32x4(upper(v)), f64x2.promote_low_f32x4(upper(w))));
    x += VECTOR;
    y += VECTOR;
  }
  return sumOfLanes(low, high) / columns;
}

/** out ← x − mean, and Σ out². The mean is subtracted in two parts, to keep all its digits. */
function centred(out: usize, x: usize, mean: f64, columns: i32): f64 {
  const rounded = <f32>mean;
  const whole = f32x4.splat(rounded), rest = f32x4.splat(<f32>(mean - rounded));
  let low = f64x2.splat(0), high = f64x2.splat(0);
  for (let left = columns; left > 0; left -= LANES) {
    let difference = f32x4.sub(f32x4.sub(v128.load(x), whole), rest);
    store4(out, difference, left);
    difference = first(difference, left);
    low = addSquares(low, difference);
    high = addSquares(high, upper(difference));
    out += VECTOR;
    x += VECTOR;
  }
  return sumOfLanes(low, high);
}

// @ts-ignore: decorator
@inline
function sumOfLanes(low: v128, high: v128): f64 {
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
