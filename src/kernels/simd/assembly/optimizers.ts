/**
 * SGD and Adam, eight weights at a time.
 *
 * Constants are passed in float64, so that 1 − β is rounded once, not computed from a rounded β.
 */
import { bytes, LANES, madd, store4, storePair, VECTOR } from './vector';

// @ts-ignore: decorator
@inline
export function splat(value: f64): v128 {
  return f32x4.splat(<f32>value);
}

/** keep · old + take · new: a moving average. */
// @ts-ignore: decorator
@inline
export function follow(keep: v128, old: v128, take: v128, value: v128): v128 {
  return madd(take, value, f32x4.mul(keep, old));
}

export function sgd(
  w: i32, g: i32, velocity: i32, length: i32, rate: f64, momentum: f64, nesterov: i32, decay: f64,
): void {
  let pw = bytes(w), pg = bytes(g), pv = bytes(velocity), left = length;
  const descent = splat(-rate);
  const momentum4 = splat(momentum);
  const decay4 = splat(decay);
  for (; left >= 2 * LANES; left -= 2 * LANES) {
    const w0 = v128.load(pw), w1 = v128.load(pw, 16);
    const g0 = madd(decay4, w0, v128.load(pg)), g1 = madd(decay4, w1, v128.load(pg, 16));
    const v0 = madd(momentum4, v128.load(pv), g0), v1 = madd(momentum4, v128.load(pv, 16), g1);
    let s0 = v0, s1 = v1;
    if (nesterov) {
      s0 = madd(momentum4, v0, g0);
      s1 = madd(momentum4, v1, g1);
    }
    storePair(pv, v0, v1);
    storePair(pw, madd(descent, s0, w0), madd(descent, s1, w1));
    pw += 2 * VECTOR;
    pg += 2 * VECTOR;
    pv += 2 * VECTOR;
  }
  for (; left > 0; left -= LANES) {
    const weight = v128.load(pw);
    const gradient = madd(decay4, weight, v128.load(pg));
    const v = madd(momentum4, v128.load(pv), gradient);
    const step = nesterov ? madd(momentum4, v, gradient) : v;
    store4(pv, v, left);
    store4(pw, madd(descent, step, weight), left);
    pw += VECTOR;
    pg += VECTOR;
    pv += VECTOR;
  }
}

export function adam(
  w: i32, g: i32, mean: i32, square: i32, length: i32,
  rate: f64, beta1: f64, beta2: f64, scale: f64, epsilon: f64, decay: f64, shrink: f64,
): void {
  let pw = bytes(w), pg = bytes(g), pm = bytes(mean), ps = bytes(square), left = length;
  const rate4 = splat(rate);
  const keepMean = splat(beta1);
  const takeMean = splat(1 - beta1);
  const keepSquare = splat(beta2);
  const takeSquare = splat(1 - beta2);
  const scale4 = splat(scale);
  const epsilon4 = splat(epsilon);
  const decay4 = splat(decay);
  const shrink4 = splat(shrink);
  for (; left >= 2 * LANES; left -= 2 * LANES) {
    const w0 = v128.load(pw), w1 = v128.load(pw, 16);
    const g0 = madd(decay4, w0, v128.load(pg)), g1 = madd(decay4, w1, v128.load(pg, 16));
    const m0 = follow(keepMean, v128.load(pm), takeMean, g0);
    const m1 = follow(keepMean, v128.load(pm, 16), takeMean, g1);
    const s0 = follow(keepSquare, v128.load(ps), takeSquare, f32x4.mul(g0, g0));
    const s1 = follow(keepSquare, v128.load(ps, 16), takeSquare, f32x4.mul(g1, g1));
    const d0 = madd(f32x4.sqrt(s0), scale4, epsilon4), d1 = madd(f32x4.sqrt(s1), scale4, epsilon4);
    const t0 = f32x4.div(f32x4.mul(rate4, m0), d0), t1 = f32x4.div(f32x4.mul(rate4, m1), d1);
    storePair(pm, m0, m1);
    storePair(ps, s0, s1);
    storePair(pw, f32x4.sub(f32x4.mul(shrink4, w0), t0), f32x4.sub(f32x4.mul(shrink4, w1), t1));
    pw += 2 * VECTOR;
    pg += 2 * VECTOR;
    pm += 2 * VECTOR;
    ps += 2 * VECTOR;
  }
  for (; left > 0; left -= LANES) {
    const weight = v128.load(pw);
    const gradient = madd(decay4, weight, v128.load(pg));
    const m = follow(keepMean, v128.load(pm), takeMean, gradient);
    const s = follow(keepSquare, v128.load(ps), takeSquare, f32x4.mul(gradient, gradient));
    const divisor = madd(f32x4.sqrt(s), scale4, epsilon4);
    const step = f32x4.div(f32x4.mul(rate4, m), divisor);
    store4(pm, m, left);
    store4(ps, s, left);
    store4(pw, f32x4.sub(f32x4.mul(shrink4, weight), step), left);
    pw += VECTOR;
    pg += VECTOR;
    pm += VECTOR;
    ps += VECTOR;
  }
}
