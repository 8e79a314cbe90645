/**
 * The linear map y = x·Wᵀ + b on the rows of a signal, and its backward pass.
 *
 * Both are prepared once per signal and applied block by block. For a one-hot x, they gather columns of W instead of multiplying.
 */
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import {
  add,
  addColumnSums,
  addProduct,
  addRow,
  copyRow,
  gather,
  product,
  scatterAdd,
  transpose,
} from '../matrix/operations.ts';
import { repeated } from '../matrix/packed.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { Signal } from './signal.ts';

/** out [rows, outputs] ← x·Wᵀ + b, for as many rows of x, starting at `row`, as `out` has. */
export type LinearMap = (out: Matrix, row: number) => void;

/**
 * The map of x by W [outputs, inputs] and b [1, outputs].
 *
 * @param times the number of blocks it will be applied to.
 */
export function linearMap(
  arena: Arena,
  x: Signal,
  weight: Matrix,
  bias: Matrix | undefined,
  times: number,
): LinearMap {
  if (x.kind === 'oneHot') {
    const table = arena.matrix(weight.columns, weight.rows);
    transpose(table, weight);
    if (bias !== undefined) addRow(table, bias);
    return (out, row) => gather(out, table, x.indices.columnsFrom(row, out.rows));
  }
  const factor = repeated(arena, weight.T, times);
  return (out, row) => {
    const values = x.values.rowsFrom(row, out.rows);
    if (bias === undefined) product(out, values, factor);
    else {
      copyRow(out, bias);
      addProduct(out, values, factor);
    }
  };
}

/** The gradients of a linear map's parameters, accumulated block by block. */
export interface LinearGradient {
  /** dW += dyᵀ·x, db += Σ dy [rows, outputs], for as many rows of x, starting at `row`, as dy has. */
  add(dOut: Matrix, row: number): void;
  /** Must be called after the last block. */
  finish(): void;
}

export function linearGradient(
  arena: Arena,
  x: Signal,
  weight: Parameter,
  bias: Parameter | undefined,
): LinearGradient {
  const addBias = (dOut: Matrix) => {
    if (bias !== undefined && !bias.frozen) addColumnSums(bias.gradient, dOut);
  };
  if (x.kind === 'dense')
    return {
      add(dOut, row) {
        addBias(dOut);
        if (!weight.frozen) addProduct(weight.gradient, dOut.T, x.values.rowsFrom(row, dOut.rows));
      },
      finish() {},
    };
  if (weight.frozen) return { add: addBias, finish() {} };
  const { rows, columns } = weight.value;
  const dTable = arena.zeros(columns, rows);
  return {
    add(dOut, row) {
      addBias(dOut);
      scatterAdd(dTable, dOut, x.indices.columnsFrom(row, dOut.rows));
    },
    finish() {
      arena.scope(() => {
        const dWeight = arena.matrix(rows, columns);
        transpose(dWeight, dTable);
        add(weight.gradient, weight.gradient, dWeight);
      });
    },
  };
}
