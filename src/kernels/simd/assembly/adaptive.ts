/** RMSProp and Adagrad: updates that adapt the rate to each weight's squared gradients. */
import { follow, splat } from './optimizers';
import { bytes, LANES, madd, store4, storePair, VECTOR } from './vector';

export function rmsprop(
  w: i32, g: i32, square: i32, mean: i32, velocity: i32, length: i32,
  rate: f64, alpha: f64, epsilon: f64, momentum: f64, centered: i32, decay: f64,
): void {
  let pw = bytes(w), pg = bytes(g), ps = bytes(square), pm = bytes(mean), pv = bytes(velocity), left = length;
  const descent = splat(-rate);
  const keep = splat(alpha);
  const take = splat(1 - alpha);
  const epsilon4 = splat(epsilon);
  const momentum4 = splat(momentum);
  const decay4 = splat(decay);
  for (; left >= 2 * LANES; left -= 2 * LANES) {
    const w0 = v128.load(pw), w1 = v128.load(pw, 16);
    const g0 = madd(decay4, w0, v128.load(pg)), g1 = madd(decay4, w1, v128.load(pg, 16));
    const s0 = follow(keep, v128.load(ps), take, f32x4.mul(g0, g0));
    const s1 = follow(keep, v128.load(ps, 16), take, f32x4.mul(g1, g1));
    const m0 = follow(keep, v128.load(pm), take, g0), m1 = follow(keep, v128.load(pm, 16), take, g1);
    let r0 = s0, r1 = s1;
    if (centered) {
      r0 = madd(f32x4.neg(m0), m0, s0);
      r1 = madd(f32x4.neg(m1), m1, s1);
    }
    const t0 = f32x4.div(g0, f32x4.add(f32x4.sqrt(r0), epsilon4));
    const t1 = f32x4.div(g1, f32x4.add(f32x4.sqrt(r1), epsilon4));
    const v0 = madd(momentum4, v128.load(pv), t0), v1 = madd(momentum4, v128.load(pv, 16), t1);
    storePair(ps, s0, s1);
    storePair(pm, m0, m1);
    storePair(pv, v0, v1);
    storePair(pw, madd(descent, v0, w0), madd(descent, v1, w1));
    pw += 2 * VECTOR;
    pg += 2 * VECTOR;
    ps += 2 * VECTOR;
    pm += 2 * VECTOR;
    pv += 2 * VECTOR;
  }
  for (; left > 0; left -= LANES) {
    const weight = v128.load(pw);
    const gradient = madd(decay4, weight, v128.load(pg));
    const s = follow(keep, v128.load(ps), take, f32x4.mul(gradient, gradient));
    const m = follow(keep, v128.load(pm), take, gradient);
    const variance = centered ? madd(f32x4.neg(m), m, s) : s;
    const step = f32x4.div(gradient, f32x4.add(f32x4.sqrt(variance), epsilon4));
    const v = madd(momentum4, v128.load(pv), step);
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
  let pw = bytes(w), pg = bytes(g), ps = bytes(square), left = length;
  const rate4 = splat(rate);
  const epsilon4 = splat(epsilon);
  const decay4 = splat(decay);
  for (; left >= 2 * LANES; left -= 2 * LANES) {
    const w0 = v128.load(pw), w1 = v128.load(pw, 16);
    const g0 = madd(decay4, w0, v128.load(pg)), g1 = madd(decay4, w1, v128.load(pg, 16));
    const s0 = madd(g0, g0, v128.load(ps)), s1 = madd(g1, g1, v128.load(ps, 16));
    const d0 = f32x4.add(f32x4.sqrt(s0), epsilon4), d1 = f32x4.add(f32x4.sqrt(s1), epsilon4);
    const t0 = f32x4.div(f32x4.mul(rate4, g0), d0), t1 = f32x4.div(f32x4.mul(rate4, g1), d1);
    storePair(ps, s0, s1);
    storePair(pw, f32x4.sub(w0, t0), f32x4.sub(w1, t1));
    pw += 2 * VECTOR;
    pg += 2 * VECTOR;
    ps += 2 * VECTOR;
  }
  for (; left > 0; left -= LANES) {
    const weight = v128.load(pw);
    const gradient = madd(decay4, weight, v128.load(pg));
    const s = madd(gradient, gradient, v128.load(ps));
    const divisor = f32x4.add(f32x4.sqrt(s), epsilon4);
    store4(ps, s, left);
    store4(pw, f32x4.sub(weight, f32x4.div(f32x4.mul(rate4, gradient), divisor)), left);
    pw += VECTOR;
    pg += VECTOR;
    ps += VECTOR;
  }
}
