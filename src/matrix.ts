/**
 * The building blocks of custom cells, layers and losses: matrices in a backend's heap, and operations on them.
 *
 * Outputs come first, and every operation checks its shapes. A {@link Matrix} owns no memory: a pass allocates from its
 * {@link Arena}, which frees everything at once. Layers exchange a {@link Signal}, time-major: row
 * t·batch + b is step t of sequence b.
 *
 * See `Cell` for how to write a cell, and `Layer` for a layer.
 *
 * @example
 * ```ts
 * import { LSTMCell } from 'recurrent-cells';
 * import { fill } from 'recurrent-cells/matrix';
 *
 * const { weightIh } = new LSTMCell({ inputSize: 2, hiddenSize: 3 });
 * // The forget gate's rows, the second of four blocks: a view, so writing to it changes the weight.
 * const forget = weightIh.value.rowsFrom(3, 3);
 * fill(forget, 0);
 * weightIh.changed();
 * Array.from(weightIh.read().slice(6, 12)) // → [0, 0, 0, 0, 0, 0]
 * ```
 *
 * @module recurrent-cells/matrix
 */
export type { Backend, DType } from './kernels/backend.ts';
export type { Heap, Storage, Values } from './kernels/heap.ts';
export type {
  Binary,
  ElementwiseKernels,
  Kernels,
  NormalizationKernels,
  ProbabilityKernels,
  ProductKernels,
  ReductionKernels,
  RowKernels,
  Unary,
  UpdateKernels,
} from './kernels/kernels.ts';
export type { Arena } from './matrix/arena.ts';
export { type Factor, Matrix } from './matrix/matrix.ts';
export {
  add,
  addColumnSums,
  addProduct,
  addRow,
  clamp,
  copy,
  copyRow,
  exp,
  fill,
  gather,
  logSoftmax,
  maximumMagnitude,
  mul,
  mulAdd,
  normalize,
  normalizeBackward,
  product,
  relu,
  reluBackward,
  scale,
  scatterAdd,
  sigmoid,
  sigmoidBackward,
  softmax,
  softplus,
  sub,
  sumOfSquares,
  tanh,
  tanhBackward,
  transpose,
} from './matrix/operations.ts';
export { Packed } from './matrix/packed.ts';
export { Parameter } from './matrix/parameter.ts';
export type { Expectation } from './signal/checks.ts';
export {
  type DenseSignal,
  dense,
  type OneHotSignal,
  type Signal,
  type SignalExtent,
} from './signal/signal.ts';
export type { MatrixState, StateSizes, Tree } from './signal/state.ts';
