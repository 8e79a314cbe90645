/** The machine's peak: multiply–adds without memory access, the reference for the speed of the products. */
import { madd, storePair } from '../../src/kernels/simd/assembly/vector';

/**
 * s ← factor·s + summand, `count` rounds of twelve independent multiply–adds of four lanes, or of eight if WIDE:
 * 96 or 192 floating-point operations. Sums, factor and summand are loaded from `at` before the first round, and the sums stored
 * there after the last, in pairs: adjacent loads and stores show V8 what it can merge.
 */
export function multiplyAdds(count: i32, at: usize): void {
  let s0 = v128.load(at, 0), t0 = v128.load(at, 16);
  let s1 = v128.load(at, 32), t1 = v128.load(at, 48);
  let s2 = v128.load(at, 64), t2 = v128.load(at, 80);
  let s3 = v128.load(at, 96), t3 = v128.load(at, 112);
  let s4 = v128.load(at, 128), t4 = v128.load(at, 144);
  let s5 = v128.load(at, 160), t5 = v128.load(at, 176);
  let s6 = v128.load(at, 192), t6 = v128.load(at, 208);
  let s7 = v128.load(at, 224), t7 = v128.load(at, 240);
  let s8 = v128.load(at, 256), t8 = v128.load(at, 272);
  let s9 = v128.load(at, 288), t9 = v128.load(at, 304);
  let s10 = v128.load(at, 320), t10 = v128.load(at, 336);
  let s11 = v128.load(at, 352), t11 = v128.load(at, 368);
  const x = v128.load32_splat(at, 384), y = v128.load32_splat(at, 388);
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
    if (WIDE) {
      t0 = madd(t0, x, y);
      t1 = madd(t1, x, y);
      t2 = madd(t2, x, y);
      t3 = madd(t3, x, y);
      t4 = madd(t4, x, y);
      t5 = madd(t5, x, y);
      t6 = madd(t6, x, y);
      t7 = madd(t7, x, y);
      t8 = madd(t8, x, y);
      t9 = madd(t9, x, y);
      t10 = madd(t10, x, y);
      t11 = madd(t11, x, y);
    }
  }
  storePair(at + 0, s0, t0);
  storePair(at + 32, s1, t1);
  storePair(at + 64, s2, t2);
  storePair(at + 96, s3, t3);
  storePair(at + 128, s4, t4);
  storePair(at + 160, s5, t5);
  storePair(at + 192, s6, t6);
  storePair(at + 224, s7, t7);
  storePair(at + 256, s8, t8);
  storePair(at + 288, s9, t9);
  storePair(at + 320, s10, t10);
  storePair(at + 352, s11, t11);
}
