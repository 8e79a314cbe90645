/** Copying and adding whole rows. */
import { zip } from './blocks';
import { copyRow, transposed } from './reorder';
import { bytes, LANES, storePair, VECTOR } from './vector';

@unmanaged
class AddTo {
  @inline of(row: v128, unused: v128, out: usize): v128 { return f32x4.add(v128.load(out), row); }
}
export function addRow(out: i32, outStride: i32, row: i32, rows: i32, columns: i32): void {
  zip<AddTo>(out, outStride, row, 0, row, 0, rows, columns);
}

/** One block of columns at a time, so that their sums stay in registers over all rows. */
export function columnSums(out: i32, a: i32, aStride: i32, rows: i32, columns: i32, beta: i32): void {
  const stride = bytes(aStride);
  let o = bytes(out), x = bytes(a);
  for (; columns >= 4 * LANES; columns -= 4 * LANES) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let from = x;
    for (let i = 0; i < rows; i++) {
      s0 = f32x4.add(s0, v128.load(from));
      s1 = f32x4.add(s1, v128.load(from, 16));
      s2 = f32x4.add(s2, v128.load(from, 32));
      s3 = f32x4.add(s3, v128.load(from, 48));
      from += stride;
    }
    if (beta) {
      s0 = f32x4.add(v128.load(o), s0);
      s1 = f32x4.add(v128.load(o, 16), s1);
      s2 = f32x4.add(v128.load(o, 32), s2);
      s3 = f32x4.add(v128.load(o, 48), s3);
    }
    storePair(o, s0, s1);
    storePair(o + 32, s2, s3);
    o += 4 * VECTOR;
    x += 4 * VECTOR;
  }
  for (; columns > 0; columns--) {
    let sum: f32 = 0;
    for (let i = 0, from = x; i < rows; i++, from += stride) sum += load<f32>(from);
    store<f32>(o, beta ? load<f32>(o) + sum : sum);
    o += 4;
    x += 4;
  }
}

export function transpose(out: i32, outStride: i32, a: i32, aStride: i32, rows: i32, columns: i32): void {
  transposed(bytes(out), bytes(outStride), bytes(a), bytes(aStride), rows, columns);
}

export function gather(
  out: i32, outStride: i32, table: i32, tableStride: i32, indices: i32, rows: i32, columns: i32,
): void {
  for (let i = 0; i < rows; i++) {
    const index = <i32>load<f32>(bytes(indices + i));
    const to = bytes(out + i * outStride);
    if (index < 0) memory.fill(to, 0, bytes(columns));
    else copyRow(to, bytes(table + index * tableStride), columns);
  }
}

export function scatterAdd(
  table: i32, tableStride: i32, a: i32, aStride: i32, indices: i32, rows: i32, columns: i32,
): void {
  for (let i = 0; i < rows; i++) {
    const index = <i32>load<f32>(bytes(indices + i));
    if (index < 0) continue;
    addRow(table + index * tableStride, 0, a + i * aStride, 1, columns);
  }
}
