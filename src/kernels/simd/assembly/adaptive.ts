/** RMSProp and Adagrad: updates whose rate adapts to the squared gradients of each weight. */
import { splat } from './optimizers';
import { bytes, LANES, load4, madd, store4, VECTOR } from './vector';

export function rmsprop(
  w: i32, g: i32, square: i32, mean: i32, velocity: i32, length: i32,
  rate: f64, alpha: f64, epsilon: f64, momentum: f64, centered: i32, decay: f64,
): void {
  let pw = bytes(w), pg = bytes(g), ps = bytes(square), pm = bytes(mean), pv = bytes(velocity);
  const descent = splat(-rate);
  const keep = splat(alpha);
  const take = splat(1 - alpha);
  const epsilon4 = splat(epsilon);
  const momentum4 = splat(momentum);
  const decay4 = splat(decay);
  for (let left = length; left > 0; left -= LANES) {
    const weight = load4(pw, left);
    const gradient = madd(decay4, weight, load4(pg, left));
    const squared = f32x4.mul(gradient, gradient);
    const s = madd(take, squared, f32x4.mul(keep, load4(ps, left)));
    const m = madd(take, gradient, f32x4.mul(keep, load4(pm, left)));
    const variance = centered ? madd(f32x4.neg(m), m, s) : s;
    const step = f32x4.div(gradient, f32x4.add(f32x4.sqrt(variance), epsilon4));
    const v = madd(momentum4, load4(pv, left), step);
    store4(ps, s, left);
    store4(pm, m, left);
    store4(pv, v, left);
    store4(pw, madd(descent, v, weight), left);
    pw += VECTOR;
    pg += VECTOR;
    ps += VECTOR;
    pm += VECTOR;
    pv += VECTOR;
  }
}

export function adagrad(
  w: i32, g: i32, square: i32, length: i32, rate: f64, epsilon: f64, decay: f64,
): void {
  let pw = bytes(w), pg = bytes(g), ps = bytes(square);
  const rate4 = splat(rate);
  const epsilon4 = splat(epsilon);
  const decay4 = splat(decay);
  for (let left = length; left > 0; left -= LANES) {
    const weight = load4(pw, left);
    const gradient = madd(decay4, weight, load4(pg, left));
    const s = madd(gradient, gradient, load4(ps, left));
    const divisor = f32x4.add(f32x4.sqrt(s), epsilon4);
    store4(ps, s, left);
    store4(pw, f32x4.sub(weight, f32x4.div(f32x4.mul(rate4, gradient), divisor)), left);
    pw += VECTOR;
    pg += VECTOR;
    ps += VECTOR;
  }
}
