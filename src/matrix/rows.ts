/** Operations on whole rows: copying, summing, table lookup, normalisation. */
import { rangeError } from '../common/errors.ts';
import type { Matrix } from './matrix.ts';
import { columnOf, indicesOf, isMatrix, isNumber, rowOf, sameShape, shape, tableOf } from './shapes.ts';

/** Every row of out ← `row` */
export function copyRow(out: Matrix, row: Matrix): void {
  rowOf('copyRow', 'row', row, out);
  // A stride of 0 repeats the row.
  out.backend.kernels.copy(out.offset, out.stride, row.offset, 0, out.rows, out.columns);
}

/** Every row of out ← that row + `row` */
export function addRow(out: Matrix, row: Matrix): void {
  rowOf('addRow', 'row', row, out);
  out.backend.kernels.addRow(out.offset, out.stride, row.offset, out.rows, out.columns);
}

/** Row i of out ← value: without a view, so that a time loop may call it */
export function fillRow(out: Matrix, i: number, value: number): void {
  out.backend.kernels.fill(out.offset + i * out.stride, out.stride, value, 1, out.columns);
}

/** Row i of out ← that row + row i of a: without a view, so that a time loop may call it */
export function addRowOf(out: Matrix, a: Matrix, i: number): void {
  sameShape('addRowOf', 'a', a, out);
  const row = out.offset + i * out.stride;
  out.backend.kernels.add(
    row,
    out.stride,
    row,
    out.stride,
    a.offset + i * a.stride,
    a.stride,
    1,
    out.columns,
  );
}

/** out ← out + the sums of the columns of a */
export function addColumnSums(out: Matrix, a: Matrix): void {
  isMatrix('addColumnSums', 'a', a);
  rowOf('addColumnSums', 'out', out, a);
  out.backend.kernels.columnSums(out.offset, a.offset, a.stride, a.rows, a.columns, 1);
}

/** out ← aᵀ */
export function transpose(out: Matrix, a: Matrix): void {
  isMatrix('transpose', 'out', out);
  isMatrix('transpose', 'a', a);
  if (out.rows !== a.columns || out.columns !== a.rows)
    throw rangeError('transpose', 'a', `has shape ${shape(a)}`, `[${out.columns}, ${out.rows}]`);
  out.backend.kernels.transpose(out.offset, out.stride, a.offset, a.stride, a.rows, a.columns);
}

/** The limit of row indices: they are stored as elements of the heap, and float32 represents whole numbers exactly up to here. */
export const MOST_INDICES: number = 2 ** 24;

/** Row i of out ← row `indices[i]` of table, or zeros where the index is −1 */
export function gather(out: Matrix, table: Matrix, indices: Matrix): void {
  indicesOf('gather', indices, 'out', out);
  tableOf('gather', table, out);
  out.backend.kernels.gather(
    out.offset,
    out.stride,
    table.offset,
    table.stride,
    indices.offset,
    out.rows,
    out.columns,
  );
}

/** Row `indices[i]` of table ← that row + row i of a; an index of −1 is skipped */
export function scatterAdd(table: Matrix, a: Matrix, indices: Matrix): void {
  indicesOf('scatterAdd', indices, 'a', a);
  tableOf('scatterAdd', table, a);
  a.backend.kernels.scatterAdd(
    table.offset,
    table.stride,
    a.offset,
    a.stride,
    indices.offset,
    a.rows,
    a.columns,
  );
}

/**
 * Each row of out ← (a − μ) · d, with d = 1 / √(σ² + ε) of that row left in `inverseDeviation` [rows, 1]
 *
 * μ and σ² are the mean and the mean square deviation of the row; where σ² + ε is 0, as in padding, so is d. `out` may be `a`.
 */
export function normalize(out: Matrix, inverseDeviation: Matrix, a: Matrix, epsilon: number): void {
  sameShape('normalize', 'a', a, out);
  columnOf('normalize', 'inverseDeviation', inverseDeviation, out);
  isNumber('normalize', 'epsilon', epsilon);
  out.backend.kernels.normalize(
    out.offset,
    out.stride,
    inverseDeviation.offset,
    inverseDeviation.stride,
    a.offset,
    a.stride,
    epsilon,
    out.rows,
    out.columns,
  );
}

/** Each row of out ← d · (dy − mean(dy) − y · mean(dy * y)), with y and d as {@link normalize} left them; `out` may be `y` or `dy`. */
export function normalizeBackward(out: Matrix, y: Matrix, inverseDeviation: Matrix, dy: Matrix): void {
  sameShape('normalizeBackward', 'y', y, out);
  sameShape('normalizeBackward', 'dy', dy, out);
  columnOf('normalizeBackward', 'inverseDeviation', inverseDeviation, out);
  out.backend.kernels.normalizeBackward(
    out.offset,
    out.stride,
    y.offset,
    y.stride,
    inverseDeviation.offset,
    inverseDeviation.stride,
    dy.offset,
    dy.stride,
    out.rows,
    out.columns,
  );
}
