/**
 * The kernels, spoken in matrices: what cells and layers are written in. Outputs come first.
 *
 * Each checks that the shapes agree, since a wrong one would write over a neighbour; the cost is a few comparisons.
 */
import { rangeError } from '../common/errors.ts';
import type { Backend } from '../kernels/backend.ts';
import { bounding } from '../kernels/bounding.ts';
import type { Binary, Unary } from '../kernels/kernels.ts';
import { normalization } from '../kernels/normalization.ts';
import { probabilities } from '../kernels/probabilities.ts';
import { training } from '../kernels/training.ts';
import type { Factor, Matrix } from './matrix.ts';
import { Packed } from './packed.ts';

function shape(of: { rows: number; columns: number }): string {
  return `[${of.rows}, ${of.columns}]`;
}

function sameShape(where: string, argument: string, a: Matrix, out: Matrix): void {
  if (a.rows === out.rows && a.columns === out.columns) return;
  throw rangeError(where, argument, `has shape ${shape(a)}`, `${shape(out)}, the shape of out`);
}

function rowOf(where: string, argument: string, row: Matrix, columns: number): void {
  if (row.rows === 1 && row.columns === columns) return;
  throw rangeError(where, argument, `has shape ${shape(row)}`, `[1, ${columns}]`);
}

function columnOf(where: string, argument: string, column: Matrix, rows: number): void {
  if (column.rows === rows && column.columns === 1) return;
  throw rangeError(where, argument, `has shape ${shape(column)}`, `[${rows}, 1]`);
}

function tableOf(where: string, table: Matrix, columns: number): void {
  if (table.columns !== columns)
    throw rangeError(where, 'table', `has ${table.columns} columns`, `${columns}`);
}

function unary<Name extends string>(
  name: Name,
  kernelsOf: (backend: Backend) => { readonly [name in Name]: Unary },
): (out: Matrix, a: Matrix) => void {
  return (out, a) => {
    sameShape(name, 'a', a, out);
    const kernel = kernelsOf(out.backend)[name];
    kernel(out.offset, out.stride, a.offset, a.stride, out.rows, out.columns);
  };
}

function binary<Name extends string>(
  name: Name,
  kernelsOf: (backend: Backend) => { readonly [name in Name]: Binary },
): (out: Matrix, a: Matrix, b: Matrix) => void {
  return (out, a, b) => {
    sameShape(name, 'a', a, out);
    sameShape(name, 'b', b, out);
    const kernel = kernelsOf(out.backend)[name];
    kernel(out.offset, out.stride, a.offset, a.stride, b.offset, b.stride, out.rows, out.columns);
  };
}

const core = ({ kernels }: Backend) => kernels;
const backward = (backend: Backend) => backend.link(training);
const probable = (backend: Backend) => backend.link(probabilities);
const bounded = (backend: Backend) => backend.link(bounding);

/** out ← a */
export const copy: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('copy', core);
/** out ← eᵃ */
export const exp: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('exp', probable);
/** out ← σ(a) */
export const sigmoid: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('sigmoid', core);
/** out ← tanh a */
export const tanh: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('tanh', core);
/** out ← max(a, 0) */
export const relu: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('relu', bounded);
/** out ← ln(1 + eᵃ) */
export const softplus: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('softplus', bounded);
/** out ← softmax of each row of a */
export const softmax: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('softmax', probable);
/** out ← ln softmax of each row of a */
export const logSoftmax: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('logSoftmax', probable);

/** out ← a + b */
export const add: (out: Matrix, a: Matrix, b: Matrix) => void = /* @__PURE__ */ binary('add', core);
/** out ← a − b */
export const sub: (out: Matrix, a: Matrix, b: Matrix) => void = /* @__PURE__ */ binary('sub', core);
/** out ← a * b */
export const mul: (out: Matrix, a: Matrix, b: Matrix) => void = /* @__PURE__ */ binary('mul', core);
/** out ← out + a * b */
export const mulAdd: (out: Matrix, a: Matrix, b: Matrix) => void = /* @__PURE__ */ binary('mulAdd', core);
/** out ← σ′ * dy, from the output y = σ(x) */
export const sigmoidBackward: (out: Matrix, y: Matrix, dy: Matrix) => void = /* @__PURE__ */ binary(
  'sigmoidBackward',
  backward,
);
/** out ← tanh′ * dy, from the output y = tanh x */
export const tanhBackward: (out: Matrix, y: Matrix, dy: Matrix) => void = /* @__PURE__ */ binary(
  'tanhBackward',
  backward,
);
/** out ← relu′ * dy, from the output y = relu x */
export const reluBackward: (out: Matrix, y: Matrix, dy: Matrix) => void = /* @__PURE__ */ binary(
  'reluBackward',
  bounded,
);

/** out ← value */
export function fill(out: Matrix, value: number): void {
  out.backend.kernels.fill(out.offset, out.stride, value, out.rows, out.columns);
}

/** out ← factor * a */
export function scale(out: Matrix, a: Matrix, factor: number): void {
  sameShape('scale', 'a', a, out);
  out.backend.kernels.scale(out.offset, out.stride, a.offset, a.stride, factor, out.rows, out.columns);
}

/** Every row of out ← `row` */
export function copyRow(out: Matrix, row: Matrix): void {
  rowOf('copyRow', 'row', row, out.columns);
  // A stride of 0 reads the one row again and again.
  out.backend.kernels.copy(out.offset, out.stride, row.offset, 0, out.rows, out.columns);
}

/** Every row of out ← that row + `row` */
export function addRow(out: Matrix, row: Matrix): void {
  rowOf('addRow', 'row', row, out.columns);
  out.backend.kernels.addRow(out.offset, out.stride, row.offset, out.rows, out.columns);
}

/** out ← out + the sums of the columns of a */
export function addColumnSums(out: Matrix, a: Matrix): void {
  rowOf('addColumnSums', 'out', out, a.columns);
  backward(out.backend).columnSums(out.offset, a.offset, a.stride, a.rows, a.columns, 1);
}

/** out ← aᵀ */
export function transpose(out: Matrix, a: Matrix): void {
  if (out.rows !== a.columns || out.columns !== a.rows)
    throw rangeError('transpose', 'a', `has shape ${shape(a)}`, `[${out.columns}, ${out.rows}]`);
  out.backend.kernels.transpose(out.offset, out.stride, a.offset, a.stride, a.rows, a.columns);
}

/** Row i of out ← row `indices[i]` of table, or zeros where the index is −1 */
export function gather(out: Matrix, table: Matrix, indices: Matrix): void {
  rowOf('gather', 'indices', indices, out.rows);
  tableOf('gather', table, out.columns);
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

/** Row `indices[i]` of table ← that row + row i of a; an index of −1 is left out */
export function scatterAdd(table: Matrix, a: Matrix, indices: Matrix): void {
  rowOf('scatterAdd', 'indices', indices, a.rows);
  tableOf('scatterAdd', table, a.columns);
  backward(a.backend).scatterAdd(
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
  columnOf('normalize', 'inverseDeviation', inverseDeviation, out.rows);
  out.backend
    .link(normalization)
    .normalize(
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
  columnOf('normalizeBackward', 'inverseDeviation', inverseDeviation, out.rows);
  out.backend
    .link(normalization)
    .normalizeBackward(
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

/** out ← a · b */
export function product(out: Matrix, a: Factor, b: Factor | Packed): void {
  multiply('product', out, a, b, 0);
}

/** out ← out + a · b */
export function addProduct(out: Matrix, a: Factor, b: Factor | Packed): void {
  multiply('addProduct', out, a, b, 1);
}

function multiply(where: string, out: Matrix, a: Factor, b: Factor | Packed, beta: 0 | 1): void {
  if (a.rows !== out.rows || b.columns !== out.columns || a.columns !== b.rows)
    throw rangeError(where, 'a · b', `is ${shape(a)} · ${shape(b)}`, `a product of shape ${shape(out)}`);
  const { kernels } = out.backend;
  const { rows: m, columns: n } = out;
  const k = a.columns;
  if (b instanceof Packed)
    kernels.gemmPacked(
      out.offset,
      out.stride,
      a.offset,
      a.rowStride,
      a.columnStride,
      b.offset,
      m,
      n,
      k,
      beta,
    );
  else
    kernels.gemm(
      out.offset,
      out.stride,
      a.offset,
      a.rowStride,
      a.columnStride,
      b.offset,
      b.rowStride,
      b.columnStride,
      m,
      n,
      k,
      beta,
    );
}
