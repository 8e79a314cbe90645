/** The linear map y = x·Wᵀ + b of every row of a signal, and its backward. A one-hot x gathers columns of W. */
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import {
  add,
  addColumnSums,
  addProduct,
  addRow,
  fill,
  gather,
  product,
  scatterAdd,
  transpose,
} from '../matrix/operations.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { Signal } from './signal.ts';

/** out ← x·Wᵀ + b; out is [rows of x, outputs], `weight` [outputs, inputs], `bias` [1, outputs]. */
export function linear(
  arena: Arena,
  out: Matrix,
  input: Signal,
  weight: Matrix,
  bias: Matrix | undefined,
): void {
  if (input.kind === 'dense') {
    product(out, input.values, weight.T);
    if (bias !== undefined) addRow(out, bias);
    return;
  }
  arena.scope(() => {
    const table = arena.matrix(weight.columns, weight.rows);
    transpose(table, weight);
    if (bias !== undefined) addRow(table, bias);
    gather(out, table, input.indices);
  });
}

/** dW += dyᵀ·x, db += Σ dy */
export function linearBackward(
  arena: Arena,
  dOut: Matrix,
  input: Signal,
  weight: Parameter,
  bias: Parameter | undefined,
): void {
  if (bias !== undefined) addColumnSums(bias.gradient, dOut);
  if (input.kind === 'dense') {
    addProduct(weight.gradient, dOut.T, input.values);
    return;
  }
  arena.scope(() => {
    const dTable = arena.matrix(input.width, dOut.columns);
    fill(dTable, 0);
    scatterAdd(dTable, dOut, input.indices);
    const dWeight = arena.matrix(dOut.columns, input.width);
    transpose(dWeight, dTable);
    add(weight.gradient, weight.gradient, dWeight);
  });
}

/** dx ← dy·W, new in the arena; nothing for a one-hot x, which has no gradient. */
export function linearInputGradient(
  arena: Arena,
  dOut: Matrix,
  input: Signal,
  weight: Parameter,
): Matrix | undefined {
  if (input.kind === 'oneHot') return undefined;
  const dInput = arena.matrix(input.values.rows, input.width);
  product(dInput, dOut, weight.value);
  return dInput;
}
