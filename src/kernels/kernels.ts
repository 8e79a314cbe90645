/**
 * The contract of the numeric kernels: their formulas, addresses and edge cases.
 *
 * Kernels see only numbers. An *offset* counts elements from the start of the heap; a *block* of `rows` × `columns`
 * has an offset and a stride, the distance between the starts of two rows (stride ≥ columns). Outputs come first. An input's
 * stride may be 0: its one row is read for every row.
 *
 * Unless a kernel says otherwise:
 * - an output block may be identical to an input block (same offset and stride) and may not overlap it otherwise;
 * - nothing outside the output block is written;
 * - zero rows or columns are valid and do nothing;
 * - NaN in an input gives NaN in every output element that depends on it.
 *
 * Implemented by `reference/` (plain TypeScript, any element type, one file per section) and `simd/` (WebAssembly,
 * float32).
 */
export interface Kernels
  extends ProductKernels,
    RowKernels,
    ElementwiseKernels,
    ReductionKernels,
    ProbabilityKernels,
    NormalizationKernels,
    UpdateKernels {}

/** Matrix products. A matrix read by a product has two strides; swapping them transposes it. */
export interface ProductKernels {
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

  /** The number of elements that {@link pack} writes for B[k×n]. */
  packedLength(k: number, n: number): number;

  /** Copies B[k×n] into the order in which {@link gemmPacked} reads it. Worthwhile if B is used several times. */
  pack(out: number, b: number, bRowStride: number, bColumnStride: number, k: number, n: number): void;

  /** {@link gemm} with B written by {@link pack} for the same k and n. */
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
}

/** Copying and adding whole rows. */
export interface RowKernels {
  /** out[i][j] += row[j] */
  addRow(out: number, outStride: number, row: number, rows: number, columns: number): void;

  /** out[j][i] = a[i][j], a[rows×columns]; `out` does not overlap `a`. */
  transpose(out: number, outStride: number, a: number, aStride: number, rows: number, columns: number): void;

  /** out[i] = table[indices[i]], row by row; index −1 gives a row of zeros. Indices are stored as elements. */
  gather(
    out: number,
    outStride: number,
    table: number,
    tableStride: number,
    indices: number,
    rows: number,
    columns: number,
  ): void;

  /** table[indices[i]] += a[i], in the order of i; index −1 is skipped. Indices are stored as elements. */
  scatterAdd(
    table: number,
    tableStride: number,
    a: number,
    aStride: number,
    indices: number,
    rows: number,
    columns: number,
  ): void;
}

/**
 * Elementwise functions. In float32, `sigmoid`, `tanh`, `exp` and `softplus` are within 3 ulp of the exact result and
 * keep its range and limits: σ and tanh never leave [0, 1] and [−1, 1], tanh keeps the sign of zero, exp(−∞) = 0.
 */
export interface ElementwiseKernels {
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

  /** out = min(max(a, least), most); NaN stays NaN. */
  clamp(
    out: number,
    outStride: number,
    a: number,
    aStride: number,
    least: number,
    most: number,
    rows: number,
    columns: number,
  ): void;

  /** out = max(a, 0) */
  relu: Unary;

  /** out = 1 / (1 + e⁻ᵃ) */
  sigmoid: Unary;

  /** out = tanh a */
  tanh: Unary;

  /** out = eᵃ */
  exp: Unary;

  /** out = ln(1 + eᵃ) */
  softplus: Unary;

  /** out = dy * y * (1 − y), with y = σ(x): the derivative in terms of the output. */
  sigmoidBackward: Binary;

  /** out = dy * (1 − y²), with y = tanh x. */
  tanhBackward: Binary;

  /** out = dy where y > 0, else 0, with y = relu x: the derivative at 0 is 0. */
  reluBackward: Binary;
}

/** Reductions of a block to a number or a row. */
export interface ReductionKernels {
  /** out[j] = β·out[j] + Σᵢ a[i][j]; `out` does not overlap `a`. */
  columnSums(out: number, a: number, aStride: number, rows: number, columns: number, beta: 0 | 1): void;

  /** Σ a², accumulated in float64, so that it cannot overflow in float32. */
  sumOfSquares(a: number, aStride: number, rows: number, columns: number): number;

  /** max |a|; 0 for an empty block; NaN if any element is NaN. */
  maximumMagnitude(a: number, aStride: number, rows: number, columns: number): number;
}

/** Probabilities from logits. */
export interface ProbabilityKernels {
  /** out[i] = eᵃ⁽ⁱ⁾ / Σⱼ eᵃ⁽ⁱ⁾ⱼ, row by row, for finite values of any magnitude. */
  softmax: Unary;

  /** out[i] = a[i] − ln Σⱼ eᵃ⁽ⁱ⁾ⱼ, row by row, for finite values of any magnitude. +∞ makes its row NaN, as in softmax. */
  logSoftmax: Unary;
}

/** Layer normalisation. */
export interface NormalizationKernels {
  /**
   * Row by row, out = (a − μ) · d with d = 1 / √(σ² + ε), stored for {@link normalizeBackward}; μ and σ² are the mean and the
   * mean square deviation of the row. If σ² + ε is 0, d is 0.
   */
  normalize(
    out: number,
    outStride: number,
    inverseDeviation: number,
    inverseDeviationStride: number,
    a: number,
    aStride: number,
    epsilon: number,
    rows: number,
    columns: number,
  ): void;

  /** Row by row, out = d · (dy − mean(dy) − y · mean(dy * y)), with y and d from {@link normalize}. */
  normalizeBackward(
    out: number,
    outStride: number,
    y: number,
    yStride: number,
    inverseDeviation: number,
    inverseDeviationStride: number,
    dy: number,
    dyStride: number,
    rows: number,
    columns: number,
  ): void;
}

/**
 * One update of `length` consecutive weights w from their gradients g, after adding the L2 term `decay`·w to g. State starts
 * at zero. The formulas are PyTorch's.
 */
export interface UpdateKernels {
  /** v ← momentum·v + g; w ← w − rate·(nesterov ? g + momentum·v : v) */
  sgd(
    w: number,
    g: number,
    velocity: number,
    length: number,
    rate: number,
    momentum: number,
    nesterov: 0 | 1,
    decay: number,
  ): void;

  /**
   * w ← shrink·w; m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; w ← w − rate·m / (√v·scale + ε)
   *
   * The caller includes the bias corrections: rate = η/(1−β₁ᵗ), scale = 1/√(1−β₂ᵗ); shrink = 1 − η·λ for AdamW, otherwise 1.
   */
  adam(
    w: number,
    g: number,
    mean: number,
    square: number,
    length: number,
    rate: number,
    beta1: number,
    beta2: number,
    scale: number,
    epsilon: number,
    decay: number,
    shrink: number,
  ): void;

  /**
   * s ← α·s + (1−α)g²; a ← α·a + (1−α)g; v ← momentum·v + g / (√(s − centered·a²) + ε); w ← w − rate·v
   */
  rmsprop(
    w: number,
    g: number,
    square: number,
    mean: number,
    velocity: number,
    length: number,
    rate: number,
    alpha: number,
    epsilon: number,
    momentum: number,
    centered: 0 | 1,
    decay: number,
  ): void;

  /** s ← s + g²; w ← w − rate·g / (√s + ε) */
  adagrad(
    w: number,
    g: number,
    square: number,
    length: number,
    rate: number,
    epsilon: number,
    decay: number,
  ): void;
}

/** A kernel with one input block: out, its stride, a, its stride, rows, columns. */
export type Unary = (
  out: number,
  outStride: number,
  a: number,
  aStride: number,
  rows: number,
  columns: number,
) => void;

/** A kernel with two input blocks; in derivatives, a is the output y and b its gradient dy. */
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
