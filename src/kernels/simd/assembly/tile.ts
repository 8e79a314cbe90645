/**
 * The innermost product: a tile of C, up to 6 rows × 8 columns, held in registers while A and B stream past.
 *
 * One source serves every number of rows: `rows` is a constant in each caller of `tile`, so code for absent rows is not
 * compiled. Six rows have twelve sums, which hide the latency of the multiply–adds. With two vectors of B and one element of A
 * they fill all but one of the sixteen registers of x86-64, and the engine reserves that one. Unfused, the product of each
 * pair also needs a register: four rows. The rows of A are a known distance apart, so that they share one pointer: separate
 * pointers would be a sixth of an unfused tile's instructions, more than the processor can hide behind the arithmetic.
 *
 * WIDE tiles have 16 columns, for an engine that merges two adjacent 128-bit instructions into one of 256 bits: as many
 * registers, each twice as wide. On other engines there are twice as many sums as registers.
 */
import { PANEL, STRIDE_A, TALLEST } from './scratch';
import { madd, storePair } from './vector';

/** C ← (add ? C : 0) + A·B, for `rows` rows of A, STRIDE_A apart, and one panel of B, `depth` > 0. */
// @ts-ignore: decorator
@inline
function tile(
  rows: i32, c: usize, cStride: usize, a: usize, b: usize, depth: i32, add: bool,
): void {
  const zero = f32x4.splat(0);
  let s00 = zero, s01 = zero, s02 = zero, s03 = zero;
  let s10 = zero, s11 = zero, s12 = zero, s13 = zero;
  let s20 = zero, s21 = zero, s22 = zero, s23 = zero;
  let s30 = zero, s31 = zero, s32 = zero, s33 = zero;
  let s40 = zero, s41 = zero, s42 = zero, s43 = zero;
  let s50 = zero, s51 = zero, s52 = zero, s53 = zero;
  const end = b + (<usize>(depth * PANEL) << 2);
  do {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const b2 = WIDE ? v128.load(b, 32) : zero, b3 = WIDE ? v128.load(b, 48) : zero;
    b += PANEL << 2;
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    if (WIDE) {
      s02 = madd(x0, b2, s02);
      s03 = madd(x0, b3, s03);
    }
    if (rows > 1) {
      const x1 = v128.load32_splat(a, 1 * STRIDE_A);
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
      if (WIDE) {
        s12 = madd(x1, b2, s12);
        s13 = madd(x1, b3, s13);
      }
    }
    if (rows > 2) {
      const x2 = v128.load32_splat(a, 2 * STRIDE_A);
      s20 = madd(x2, b0, s20);
      s21 = madd(x2, b1, s21);
      if (WIDE) {
        s22 = madd(x2, b2, s22);
        s23 = madd(x2, b3, s23);
      }
    }
    if (rows > 3) {
      const x3 = v128.load32_splat(a, 3 * STRIDE_A);
      s30 = madd(x3, b0, s30);
      s31 = madd(x3, b1, s31);
      if (WIDE) {
        s32 = madd(x3, b2, s32);
        s33 = madd(x3, b3, s33);
      }
    }
    if (rows > 4) {
      const x4 = v128.load32_splat(a, 4 * STRIDE_A);
      s40 = madd(x4, b0, s40);
      s41 = madd(x4, b1, s41);
      if (WIDE) {
        s42 = madd(x4, b2, s42);
        s43 = madd(x4, b3, s43);
      }
    }
    if (rows > 5) {
      const x5 = v128.load32_splat(a, 5 * STRIDE_A);
      s50 = madd(x5, b0, s50);
      s51 = madd(x5, b1, s51);
      if (WIDE) {
        s52 = madd(x5, b2, s52);
        s53 = madd(x5, b3, s53);
      }
    }
    a += 4;
  } while (b != end);
  put(c, s00, s01, s02, s03, add);
  if (rows > 1) put((c += cStride), s10, s11, s12, s13, add);
  if (rows > 2) put((c += cStride), s20, s21, s22, s23, add);
  if (rows > 3) put((c += cStride), s30, s31, s32, s33, add);
  if (rows > 4) put((c += cStride), s40, s41, s42, s43, add);
  if (rows > 5) put((c += cStride), s50, s51, s52, s53, add);
}

/** Writes a row of a tile to C. */
// @ts-ignore: decorator
@inline
function put(c: usize, s0: v128, s1: v128, s2: v128, s3: v128, add: bool): void {
  if (add) {
    s0 = f32x4.add(v128.load(c), s0);
    s1 = f32x4.add(v128.load(c, 16), s1);
    if (WIDE) {
      s2 = f32x4.add(v128.load(c, 32), s2);
      s3 = f32x4.add(v128.load(c, 48), s3);
    }
  }
  storePair(c, s0, s1);
  if (WIDE) storePair(c + 32, s2, s3);
}

function tile1(c: usize, cs: usize, a: usize, b: usize, depth: i32, add: bool): void {
  tile(1, c, cs, a, b, depth, add);
}
function tile2(c: usize, cs: usize, a: usize, b: usize, depth: i32, add: bool): void {
  tile(2, c, cs, a, b, depth, add);
}
function tile3(c: usize, cs: usize, a: usize, b: usize, depth: i32, add: bool): void {
  tile(3, c, cs, a, b, depth, add);
}
function tile4(c: usize, cs: usize, a: usize, b: usize, depth: i32, add: bool): void {
  tile(4, c, cs, a, b, depth, add);
}
function tile5(c: usize, cs: usize, a: usize, b: usize, depth: i32, add: bool): void {
  tile(5, c, cs, a, b, depth, add);
}
function tile6(c: usize, cs: usize, a: usize, b: usize, depth: i32, add: bool): void {
  tile(6, c, cs, a, b, depth, add);
}

/** A tile of 1 to TALLEST rows. */
// @ts-ignore: decorator
@inline
export function tileOf(
  rows: i32, c: usize, cStride: usize, a: usize, b: usize, depth: i32, add: bool,
): void {
  switch (rows) {
    case 1: tile1(c, cStride, a, b, depth, add); break;
    case 2: tile2(c, cStride, a, b, depth, add); break;
    case 3: tile3(c, cStride, a, b, depth, add); break;
    case 4: tile4(c, cStride, a, b, depth, add); break;
    default:
      if (TALLEST == 6) {
        if (rows == 5) tile5(c, cStride, a, b, depth, add);
        else tile6(c, cStride, a, b, depth, add);
      }
  }
}

/** One row of A times `panels` panels of B, `between` bytes apart, in the summation order of a tile. */
// @ts-ignore: decorator
@inline
function row(panels: i32, c: usize, a: usize, b: usize, between: usize, depth: i32, add: bool): void {
  const zero = f32x4.splat(0);
  let s00 = zero, s01 = zero, s02 = zero, s03 = zero;
  let s10 = zero, s11 = zero, s12 = zero, s13 = zero;
  let s20 = zero, s21 = zero, s22 = zero, s23 = zero;
  let s30 = zero, s31 = zero, s32 = zero, s33 = zero;
  let b1 = b + between, b2 = b1 + between, b3 = b2 + between;
  do {
    const x = v128.load32_splat(a);
    a += 4;
    s00 = madd(x, v128.load(b), s00);
    s01 = madd(x, v128.load(b, 16), s01);
    if (WIDE) {
      s02 = madd(x, v128.load(b, 32), s02);
      s03 = madd(x, v128.load(b, 48), s03);
    }
    b += PANEL << 2;
    s10 = madd(x, v128.load(b1), s10);
    s11 = madd(x, v128.load(b1, 16), s11);
    if (WIDE) {
      s12 = madd(x, v128.load(b1, 32), s12);
      s13 = madd(x, v128.load(b1, 48), s13);
    }
    b1 += PANEL << 2;
    s20 = madd(x, v128.load(b2), s20);
    s21 = madd(x, v128.load(b2, 16), s21);
    if (WIDE) {
      s22 = madd(x, v128.load(b2, 32), s22);
      s23 = madd(x, v128.load(b2, 48), s23);
    }
    b2 += PANEL << 2;
    if (panels > 3) {
      s30 = madd(x, v128.load(b3), s30);
      s31 = madd(x, v128.load(b3, 16), s31);
      if (WIDE) {
        s32 = madd(x, v128.load(b3, 32), s32);
        s33 = madd(x, v128.load(b3, 48), s33);
      }
      b3 += PANEL << 2;
    }
  } while (--depth);
  put(c, s00, s01, s02, s03, add);
  put(c + 1 * (PANEL << 2), s10, s11, s12, s13, add);
  put(c + 2 * (PANEL << 2), s20, s21, s22, s23, add);
  if (panels > 3) put(c + 3 * (PANEL << 2), s30, s31, s32, s33, add);
}

/** Four panels, with eight sums. */
export function rowOfFour(c: usize, a: usize, b: usize, between: usize, depth: i32, add: bool): void {
  row(4, c, a, b, between, depth, add);
}

/** Three panels: older engines load all operands of a round before multiplying, and then hold at most six sums in registers. */
export function rowOfThree(c: usize, a: usize, b: usize, between: usize, depth: i32, add: bool): void {
  row(3, c, a, b, between, depth, add);
}
