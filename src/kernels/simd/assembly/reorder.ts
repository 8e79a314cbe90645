/** Copies of blocks from any strides into rows. Here, and in all that builds on it, strides count bytes. */
import { PANEL } from './scratch';
import { LANES, store4, storePair, VECTOR } from './vector';

/** out[i][j] = a[i·rowStride + j·columnStride] */
export function reorder(
  out: usize, outStride: usize, a: usize, rowStride: usize, columnStride: usize, rows: i32, columns: i32,
): void {
  if (columnStride == 4 && columns == PANEL) {
    // Whole rows of a panel, where calls would take longer than the copies.
    for (; rows > 0; rows--) {
      const a0 = v128.load(a), a1 = v128.load(a, 16);
      const a2 = WIDE ? v128.load(a, 32) : a0, a3 = WIDE ? v128.load(a, 48) : a1;
      storePair(out, a0, a1);
      if (WIDE) storePair(out + 32, a2, a3);
      out += outStride;
      a += rowStride;
    }
  } else if (columnStride == 4) {
    for (; rows > 0; rows--) {
      copyRow(out, a, columns);
      out += outStride;
      a += rowStride;
    }
  } else if (rowStride == 4) {
    transposed(out, outStride, a, columnStride, columns, rows);
  } else {
    elements(out, outStride, a, rowStride, columnStride, rows, columns);
  }
}

/** out[j] = a[j] */
export function copyRow(out: usize, a: usize, columns: i32): void {
  for (; columns >= 2 * LANES; columns -= 2 * LANES) {
    const a0 = v128.load(a), a1 = v128.load(a, 16);
    storePair(out, a0, a1);
    out += 2 * VECTOR;
    a += 2 * VECTOR;
  }
  if (columns >= LANES) {
    v128.store(out, v128.load(a));
    out += VECTOR;
    a += VECTOR;
    columns -= LANES;
  }
  if (columns > 0) store4(out, v128.load(a), columns);
}

/** out[j][i] = a[i][j], in squares of 4 × 4. */
export function transposed(
  out: usize, outStride: usize, a: usize, aStride: usize, rows: i32, columns: i32,
): void {
  const edge = columns & (LANES - 1);
  for (; rows >= LANES; rows -= LANES) {
    let o = out, x = a;
    for (let left = columns; left >= LANES; left -= LANES) {
      square(o, outStride, x, aStride);
      o += outStride * LANES;
      x += VECTOR;
    }
    elements(o, outStride, x, 4, aStride, edge, LANES);
    out += VECTOR;
    a += aStride * LANES;
  }
  elements(out, outStride, a, 4, aStride, columns, rows);
}

// @ts-ignore: decorator
@inline
function square(out: usize, outStride: usize, a: usize, aStride: usize): void {
  const a0 = v128.load(a);
  const a1 = v128.load(a + aStride);
  const a2 = v128.load(a + aStride * 2);
  const a3 = v128.load(a + aStride * 3);
  const low01 = v128.shuffle<f32>(a0, a1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(a2, a3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(a0, a1, 2, 6, 3, 7);
  const high23 = v128.shuffle<f32>(a2, a3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(out + outStride, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(out + outStride * 2, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(out + outStride * 3, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

/** {@link reorder}, one element at a time. */
function elements(
  out: usize, outStride: usize, a: usize, rowStride: usize, columnStride: usize, rows: i32, columns: i32,
): void {
  for (; rows > 0; rows--) {
    let x = a;
    for (let j = 0; j < columns; j++) {
      store<f32>(out + ((<usize>j) << 2), load<f32>(x));
      x += columnStride;
    }
    out += outStride;
    a += rowStride;
  }
}
