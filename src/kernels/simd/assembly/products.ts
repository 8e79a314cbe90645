/**
 * Matrix products: blocks of DEPTH rows of B, in panels, times the rows of A.
 *
 * An element of C is summed block by block, and within a block in the order of k, for any m and n. So with the
 * same packed B, every bit of a row of C is independent of the other rows.
 */
import { fill } from './arithmetic';
import { panelsLength, timesPanels, toPanels } from './panels';
import { dotProducts, rowCombination } from './row';
import { BLOCK_B, DEPTH, WIDTH } from './scratch';
import { bytes } from './vector';

/** For at most this many rows of A, reading B once per row is cheaper than packing it. */
const FEW_ROWS: i32 = 4;

export function packedLength(k: i32, n: i32): i32 {
  return panelsLength(k, n);
}

export function pack(out: i32, b: i32, bRowStride: i32, bColumnStride: i32, k: i32, n: i32): void {
  for (; k > 0; k -= DEPTH) {
    const depth = min(k, DEPTH);
    toPanels(bytes(out), bytes(b), bytes(bRowStride), bytes(bColumnStride), depth, n);
    out += panelsLength(depth, n);
    b += bRowStride * DEPTH;
  }
}

export function gemmPacked(
  c: i32, cStride: i32, a: i32, aRowStride: i32, aColumnStride: i32, packed: i32,
  m: i32, n: i32, k: i32, beta: i32,
): void {
  let add = beta != 0;
  if (k == 0 && !add) fill(c, cStride, 0, m, n);
  for (; k > 0; k -= DEPTH) {
    const depth = min(k, DEPTH);
    timesPanels(
      bytes(c), bytes(cStride), bytes(a), bytes(aRowStride), bytes(aColumnStride), bytes(packed), m, n, depth, add,
    );
    a += aColumnStride * DEPTH;
    packed += panelsLength(depth, n);
    add = true;
  }
}

export function gemm(
  c: i32, cStride: i32, a: i32, aRowStride: i32, aColumnStride: i32, b: i32, bRowStride: i32, bColumnStride: i32,
  m: i32, n: i32, k: i32, beta: i32,
): void {
  let add = beta != 0;
  if (k == 0 && !add) fill(c, cStride, 0, m, n);
  if (m <= FEW_ROWS && bColumnStride == 1) {
    for (; m > 0; m--) {
      rowCombination(bytes(c), bytes(a), bytes(aColumnStride), bytes(b), bytes(bRowStride), n, k, add);
      c += cStride;
      a += aRowStride;
    }
    return;
  }
  if (m <= FEW_ROWS && bRowStride == 1 && aColumnStride == 1) {
    for (; m > 0; m--) {
      dotProducts(bytes(c), bytes(a), bytes(b), bytes(bColumnStride), n, k, add);
      c += cStride;
      a += aRowStride;
    }
    return;
  }
  for (; k > 0; k -= DEPTH) {
    const depth = min(k, DEPTH);
    for (let j = 0; j < n; j += WIDTH) {
      const width = min(n - j, WIDTH);
      toPanels(
        BLOCK_B, bytes(b + j * bColumnStride), bytes(bRowStride), bytes(bColumnStride), depth, width,
      );
      timesPanels(
        bytes(c + j), bytes(cStride), bytes(a), bytes(aRowStride), bytes(aColumnStride), BLOCK_B, m, width, depth, add,
      );
    }
    a += aColumnStride * DEPTH;
    b += bRowStride * DEPTH;
    add = true;
  }
}
