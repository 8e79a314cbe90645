/**
 * The optimisers' updates, four weights at a time.
 *
 * Constants come in float64, so that 1 − β is rounded once and not after β was.
 */
import { bytes, LANES, load4, madd, store4, VECTOR } from './vector';

// @ts-ignore: decorator
@inline
export function splat(value: f64): v128 {
  return f32x4.splat(<f32>value);
}

export function sgd(
  w: i32, g: i32, velocity: i32, length: i32, rate: f64, momentum: f64, nesterov: i32, decay: f64,
): void {
  let pw = bytes(w), pg = bytes(g), pv = bytes(velocity);
  const descent = splat(-rate);
  const momentum4 = splat(momentum);
  const decay4 = splat(decay);
  for (let left = length; left > 0; left -= LANES) {
    const weight = load4(pw, left);
    const gradient = madd(decay4, weight, load4(pg, left));
    const v = madd(momentum4, load4(pv, left), gradient);
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
  let pw = bytes(w), pg = bytes(g), pm = bytes(mean), ps = bytes(square);
  const rate4 = splat(rate);
  const keepMean = splat(beta1);
  const takeMean = splat(1 - beta1);
  const keepSquare = splat(beta2);
  const takeSquare = splat(1 - beta2);
  const scale4 = splat(scale);
  const epsilon4 = splat(epsilon);
  const decay4 = splat(decay);
  const shrink4 = splat(shrink);
  for (let left = length; left > 0; left -= LANES) {
    const weight = load4(pw, left);
    const gradient = madd(decay4, weight, load4(pg, left));
    const m = madd(takeMean, gradient, f32x4.mul(keepMean, load4(pm, left)));
    const squared = f32x4.mul(gradient, gradient);
    const s = madd(takeSquare, squared, f32x4.mul(keepSquare, load4(ps, left)));
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
