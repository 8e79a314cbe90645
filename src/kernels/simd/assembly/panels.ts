/** Multiplies a block of A by a block of B in panels, tile by tile. */
import { reorder } from './reorder';
import { BLOCK_A, DEPTH, STRIDE_A, EDGE, HEIGHT, PANEL, tileRows } from './scratch';
import { rowOfFour, rowOfThree, tileOf } from './tile';

/** The number of elements of B[depth × columns] in panels; the last panel is padded with zeros. */
// @ts-ignore: decorator
@inline
export function panelsLength(depth: i32, columns: i32): i32 {
  return depth * ((columns + PANEL - 1) & -PANEL);
}

/** Writes B[depth × columns] in panels of PANEL columns, each row by row. */
export function toPanels(
  out: usize, b: usize, rowStride: usize, columnStride: usize, depth: i32, columns: i32,
): void {
  for (; columns > 0; columns -= PANEL) {
    const width = min(columns, PANEL);
    if (width < PANEL) memory.fill(out, 0, (depth * PANEL) << 2);
    reorder(out, PANEL << 2, b, rowStride, columnStride, depth, width);
    out += (depth * PANEL) << 2;
    b += columnStride * PANEL;
  }
}

/** C ← (add ? C : 0) + A·B, B[depth × n] in panels, 0 < depth ≤ DEPTH, A of any strides. */
export function timesPanels(
  c: usize, cStride: usize, a: usize, aRow: usize, aColumn: usize, panels: usize,
  m: i32, n: i32, depth: i32, add: bool,
): void {
  for (; m > 0; m -= HEIGHT) {
    const height = min(m, HEIGHT);
    if (aColumn == 4 && height == 1) {
      rowsTimesPanels(c, cStride, a, panels, height, n, depth, add);
    } else {
      reorder(BLOCK_A, STRIDE_A, a, aRow, aColumn, height, depth);
      rowsTimesPanels(c, cStride, BLOCK_A, panels, height, n, depth, add);
    }
    c += cStride * HEIGHT;
    a += aRow * HEIGHT;
  }
}

/** Panel by panel, so that each stays in the L1 cache for all rows of A, which are STRIDE_A apart. */
function rowsTimesPanels(
  c: usize, cStride: usize, a: usize, panels: usize, rows: i32, n: i32, depth: i32, add: bool,
): void {
  const panelBytes = <usize>(depth * PANEL) << 2;
  const most = tileRows();
  const tiles = (rows + most - 1) / most;
  if (rows == 1) {
    const count = most == 6 ? 4 : 3;
    for (; n >= count * PANEL; n -= count * PANEL) {
      if (count == 4) rowOfFour(c, a, panels, panelBytes, depth, add);
      else rowOfThree(c, a, panels, panelBytes, depth, add);
      c += (count * PANEL) << 2;
      panels += panelBytes * count;
    }
  }
  for (; n >= PANEL; n -= PANEL) {
    rowsTimesPanel(c, cStride, a, panels, rows, tiles, PANEL, depth, add);
    c += PANEL << 2;
    panels += panelBytes;
  }
  if (n > 0) rowsTimesPanel(c, cStride, a, panels, rows, tiles, n, depth, add);
}

/** Tiles whose heights differ by at most one row: 10 rows are 5 and 5, since a tile of 4 has too few sums to hide latency. */
// @ts-ignore: decorator
@inline
function rowsTimesPanel(
  c: usize, cStride: usize, a: usize, panel: usize, rows: i32, tiles: i32, columns: i32, depth: i32, add: bool,
): void {
  for (; tiles > 0; tiles--) {
    const height = (rows + tiles - 1) / tiles;
    if (columns == PANEL) {
      tileOf(height, c, cStride, a, panel, depth, add);
    } else {
      tileOf(height, EDGE, PANEL << 2, a, panel, depth, false);
      fromEdge(c, cStride, height, columns, add);
    }
    c += cStride * height;
    a += STRIDE_A * height;
    rows -= height;
  }
}

/** C ← (add ? C : 0) + the valid part of the tile at EDGE. */
function fromEdge(c: usize, cStride: usize, rows: i32, columns: i32, add: bool): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const to = c + ((<usize>j) << 2);
      const sum = load<f32>(EDGE + ((i * PANEL + j) << 2));
      store<f32>(to, add ? load<f32>(to) + sum : sum);
    }
    c += cStride;
  }
}
