/** What the machine can do at most: multiply–adds that touch no memory. The measure of the products' speed. */
import { madd } from '../../src/kernels/simd/assembly/vector';

/**
 * s ← factor·s + summand, `count` rounds of twelve independent multiply–adds of four lanes: 96 floating-point operations
 * each. The factors are parameters because an engine would build constants anew in each round.
 */
export function multiplyAdds(count: i32, factor: f32, summand: f32): f32 {
  const x = f32x4.splat(factor), y = f32x4.splat(summand);
  let s0 = y, s1 = y, s2 = y, s3 = y, s4 = y, s5 = y, s6 = y, s7 = y, s8 = y, s9 = y, s10 = y, s11 = y;
  for (; count > 0; count--) {
    s0 = madd(s0, x, y);
    s1 = madd(s1, x, y);
    s2 = madd(s2, x, y);
    s3 = madd(s3, x, y);
    s4 = madd(s4, x, y);
    s5 = madd(s5, x, y);
    s6 = madd(s6, x, y);
    s7 = madd(s7, x, y);
    s8 = madd(s8, x, y);
    s9 = madd(s9, x, y);
    s10 = madd(s10, x, y);
    s11 = madd(s11, x, y);
  }
  const s = f32x4.add(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), f32x4.add(f32x4.add(s4, s5), f32x4.add(s6, s7)));
  return f32x4.extract_lane(f32x4.add(s, f32x4.add(f32x4.add(s8, s9), f32x4.add(s10, s11))), 0);
}
