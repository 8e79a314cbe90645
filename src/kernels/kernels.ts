/**
 * The contract of the numeric kernels: what each computes, on which addresses, and its edge duties.
 *
 * A kernel knows numbers only. An *offset* counts elements from the start of the heap; a *block* of `rows` × `columns`
 * is an offset and a stride, the distance between the starts of two rows (stride ≥ columns). Outputs come first. An input's
 * stride may be 0: one row, read again for each.
 *
 * Unless a kernel says otherwise:
 * - an output block may be the very same block as an input (same offset and stride) and may not overlap it otherwise;
 * - nothing outside the output block is written, and inputs are never written;
 * - zero rows or columns are legal and do nothing;
 * - NaN in an input makes NaN in every output element that depends on it.
 *
 * Implemented by `reference/` (plain TypeScript, any element type) and `simd/` (WebAssembly, float32). These are the kernels
 * that every program may need; the others come in sets of their own, with the same duties: `probabilities.ts`,
 * `bounding.ts`, `training.ts`, `normalization.ts`, `adaptive.ts`.
 */
export interface Kernels {
  // Products. A matrix read by a product has two strides, so a transpose is the two swapped.

  /** C[m×n] = β·C + A[m×k] · B[k×n], β 0 or 1. C overlaps neither A nor B. With k = 0: C = β·C. */
  gemm(
    c: number,
    cStride: number,
    a: number,
    aRowStride: number,
    aColumnStride: number,
    b: number,
    bRowStride: number,
    bColumnStride: number,
    m: number,
    n: number,
    k: number,
    beta: 0 | 1,
  ): void;

  /** How many elements {@link pack} writes for a B[k×n]. */
  packedLength(k: number, n: number): number;

  /** Copies B[k×n] into the order in which {@link gemmPacked} reads it: packed once, used at every step. */
  pack(out: number, b: number, bRowStride: number, bColumnStride: number, k: number, n: number): void;

  /** {@link gemm} with a B written by {@link pack} for the same k and n. */
  gemmPacked(
    c: number,
    cStride: number,
    a: number,
    aRowStride: number,
    aColumnStride: number,
    packed: number,
    m: number,
    n: number,
    k: number,
    beta: 0 | 1,
  ): void;

  // Rows and columns.

  /** out[i][j] += row[j] */
  addRow(out: number, outStride: number, row: number, rows: number, columns: number): void;

  /** out[j][i] = a[i][j], a[rows×columns]; `out` does not overlap `a`. */
  transpose(out: number, outStride: number, a: number, aStride: number, rows: number, columns: number): void;

  /** out[i] = table[indices[i]], a row each; an index of −1 gives a row of zeros. Indices are elements. */
  gather(
    out: number,
    outStride: number,
    table: number,
    tableStride: number,
    indices: number,
    rows: number,
    columns: number,
  ): void;

  // Elementwise arithmetic.

  /** out = a */
  copy(out: number, outStride: number, a: number, aStride: number, rows: number, columns: number): void;

  /** out = value */
  fill(out: number, outStride: number, value: number, rows: number, columns: number): void;

  /** out = a + b */
  add: Binary;

  /** out = a − b */
  sub: Binary;

  /** out = a * b */
  mul: Binary;

  /** out += a * b */
  mulAdd: Binary;

  /** out = factor * a */
  scale(
    out: number,
    outStride: number,
    a: number,
    aStride: number,
    factor: number,
    rows: number,
    columns: number,
  ): void;

  // Elementwise functions. In float32 each is within 3 ulp of the exact result, and keeps its range and its limits: σ and
  // tanh never leave [0, 1] and [−1, 1], tanh keeps the sign of zero.

  /** out = 1 / (1 + e⁻ᵃ) */
  sigmoid: Unary;

  /** out = tanh a */
  tanh: Unary;
}

/** A kernel from one block to another: out, its stride, a, its stride, rows, columns. */
export type Unary = (
  out: number,
  outStride: number,
  a: number,
  aStride: number,
  rows: number,
  columns: number,
) => void;

/** A kernel from two blocks to a third; of derivatives, a is the output y and b its gradient dy. */
export type Binary = (
  out: number,
  outStride: number,
  a: number,
  aStride: number,
  b: number,
  bStride: number,
  rows: number,
  columns: number,
) => void;
