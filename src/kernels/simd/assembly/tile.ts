/**
 * The innermost product: a tile of C, up to 6 rows × 8 columns, held in registers while A and B stream past.
 *
 * One source for every number of rows: `rows` is a constant where a function calls `tile`, so what belongs to absent
 * rows is not compiled. Six rows are twelve sums, which hide the latency of the multiply–adds and, with two
 * vectors of B and one element of A, fill the sixteen registers of x86-64 but one, which the engine keeps. Unfused, the
 * product of each pair needs a register too: four rows.
 */
import { COPIES_A, PANEL, STRIDE_A, TILE } from './scratch';
import { madd } from './vector';

/**
 * C ← (add ? C : 0) + A·B, over `rows` rows of A, unit column stride, and one panel of B, `depth` > 0.
 *
 * Where blocks of A are copied, `aStride` is STRIDE_A, and only the pointer of the first row is used.
 */
// @ts-ignore: decorator
@inline
function tile(
  rows: i32, c: usize, cStride: usize, a: usize, aStride: usize, b: usize, depth: i32, add: bool,
): void {
  let s00 = f32x4.splat(0), s10 = s00, s20 = s00, s30 = s00, s40 = s00, s50 = s00;
  let s01 = s00, s11 = s00, s21 = s00, s31 = s00, s41 = s00, s51 = s00;
  let a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride, a4 = a3 + aStride, a5 = a4 + aStride;
  const end = b + (<usize>(depth * PANEL) << 2);
  do {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    b += PANEL << 2;
    const x0 = v128.load32_splat(a);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    if (rows > 1) {
      const x1 = COPIES_A ? v128.load32_splat(a, 1 * STRIDE_A) : v128.load32_splat(a1);
      a1 += 4;
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
    }
    if (rows > 2) {
      const x2 = COPIES_A ? v128.load32_splat(a, 2 * STRIDE_A) : v128.load32_splat(a2);
      a2 += 4;
      s20 = madd(x2, b0, s20);
      s21 = madd(x2, b1, s21);
    }
    if (rows > 3) {
      const x3 = COPIES_A ? v128.load32_splat(a, 3 * STRIDE_A) : v128.load32_splat(a3);
      a3 += 4;
      s30 = madd(x3, b0, s30);
      s31 = madd(x3, b1, s31);
    }
    if (rows > 4) {
      const x4 = COPIES_A ? v128.load32_splat(a, 4 * STRIDE_A) : v128.load32_splat(a4);
      a4 += 4;
      s40 = madd(x4, b0, s40);
      s41 = madd(x4, b1, s41);
    }
    if (rows > 5) {
      const x5 = COPIES_A ? v128.load32_splat(a, 5 * STRIDE_A) : v128.load32_splat(a5);
      a5 += 4;
      s50 = madd(x5, b0, s50);
      s51 = madd(x5, b1, s51);
    }
    a += 4;
  } while (b != end);
  put(c, s00, s01, add);
  if (rows > 1) put((c += cStride), s10, s11, add);
  if (rows > 2) put((c += cStride), s20, s21, add);
  if (rows > 3) put((c += cStride), s30, s31, add);
  if (rows > 4) put((c += cStride), s40, s41, add);
  if (rows > 5) put((c += cStride), s50, s51, add);
}

// @ts-ignore: decorator
@inline
function put(c: usize, s0: v128, s1: v128, add: bool): void {
  if (add) {
    s0 = f32x4.add(v128.load(c), s0);
    s1 = f32x4.add(v128.load(c, 16), s1);
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
}

function tile1(c: usize, cs: usize, a: usize, as: usize, b: usize, depth: i32, add: bool): void {
  tile(1, c, cs, a, as, b, depth, add);
}
function tile2(c: usize, cs: usize, a: usize, as: usize, b: usize, depth: i32, add: bool): void {
  tile(2, c, cs, a, as, b, depth, add);
}
function tile3(c: usize, cs: usize, a: usize, as: usize, b: usize, depth: i32, add: bool): void {
  tile(3, c, cs, a, as, b, depth, add);
}
function tile4(c: usize, cs: usize, a: usize, as: usize, b: usize, depth: i32, add: bool): void {
  tile(4, c, cs, a, as, b, depth, add);
}
function tile5(c: usize, cs: usize, a: usize, as: usize, b: usize, depth: i32, add: bool): void {
  tile(5, c, cs, a, as, b, depth, add);
}
function tile6(c: usize, cs: usize, a: usize, as: usize, b: usize, depth: i32, add: bool): void {
  tile(6, c, cs, a, as, b, depth, add);
}

/** A tile of 1 to TILE rows. */
// @ts-ignore: decorator
@inline
export function tileOf(
  rows: i32, c: usize, cStride: usize, a: usize, aStride: usize, b: usize, depth: i32, add: bool,
): void {
  switch (rows) {
    case 1: tile1(c, cStride, a, aStride, b, depth, add); break;
    case 2: tile2(c, cStride, a, aStride, b, depth, add); break;
    case 3: tile3(c, cStride, a, aStride, b, depth, add); break;
    case 4: tile4(c, cStride, a, aStride, b, depth, add); break;
    default:
      if (TILE < 6) return;
      if (rows == 5) tile5(c, cStride, a, aStride, b, depth, add);
      else tile6(c, cStride, a, aStride, b, depth, add);
  }
}

/**
 * Panels that one row of A takes at once. Four are eight sums; older engines, which get the unfused binary, load all of a
 * round before they multiply, and keep no more than six sums in registers beside that.
 */
export const PANELS_OF_ROW: i32 = ASC_FEATURE_RELAXED_SIMD ? 4 : 3;

/** One row of A by PANELS_OF_ROW panels of B, `between` bytes apart: two sums each, in the order in which a tile adds. */
export function rowOfPanels(c: usize, a: usize, b: usize, between: usize, depth: i32, add: bool): void {
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  let b1 = b + between, b2 = b1 + between, b3 = b2 + between;
  do {
    const x = v128.load32_splat(a);
    a += 4;
    s00 = madd(x, v128.load(b), s00);
    s01 = madd(x, v128.load(b, 16), s01);
    b += PANEL << 2;
    s10 = madd(x, v128.load(b1), s10);
    s11 = madd(x, v128.load(b1, 16), s11);
    b1 += PANEL << 2;
    s20 = madd(x, v128.load(b2), s20);
    s21 = madd(x, v128.load(b2, 16), s21);
    b2 += PANEL << 2;
    if (PANELS_OF_ROW > 3) {
      s30 = madd(x, v128.load(b3), s30);
      s31 = madd(x, v128.load(b3, 16), s31);
      b3 += PANEL << 2;
    }
  } while (--depth);
  put(c, s00, s01, add);
  put(c + 32, s10, s11, add);
  put(c + 64, s20, s21, add);
  if (PANELS_OF_ROW > 3) put(c + 96, s30, s31, add);
}
