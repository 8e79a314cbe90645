/**
 * The linear map y = x·Wᵀ + b of the rows of a signal, and its backward.
 *
 * Both are made once and applied to a signal block by block. A one-hot x gathers columns of W instead of multiplying.
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
import type { DenseSignal, OneHotSignal, Signal } from './signal.ts';

/** out ← x·Wᵀ + b, of the rows of x from `row` on, the first unless given. */
export type LinearMap = (out: Matrix, x: Signal, row?: number) => void;

/**
 * The map of W [outputs, inputs] and b [1, outputs], for signals of the kind of `like`.
 *
 * @param times how many blocks it will be applied to.
 */
export function linearMap(
  arena: Arena,
  like: Signal,
  weight: Matrix,
  bias: Matrix | undefined,
  times: number,
): LinearMap {
  if (like.kind === 'oneHot') {
    const table = arena.matrix(weight.columns, weight.rows);
    transpose(table, weight);
    if (bias !== undefined) addRow(table, bias);
    return (out, x, row = 0) => gather(out, table, (x as OneHotSignal).indices.columnsFrom(row, out.rows));
  }
  const factor = repeated(arena, weight.T, times);
  return (out, x, row = 0) => {
    const values = (x as DenseSignal).values.rowsFrom(row, out.rows);
    if (bias === undefined) product(out, values, factor);
    else {
      copyRow(out, bias);
      addProduct(out, values, factor);
    }
  };
}

/** The gradient of a linear map's parameters, collected block by block. */
export interface LinearGradient {
  /** dW += dyᵀ·x, db += Σ dy, of the rows of x from `row` on, the first unless given. */
  add(dOut: Matrix, x: Signal, row?: number): void;
  /** To be called after the last block. */
  finish(): void;
}

export function linearGradient(
  arena: Arena,
  like: Signal,
  weight: Parameter,
  bias: Parameter | undefined,
): LinearGradient {
  const addBias = (dOut: Matrix) => {
    if (bias !== undefined) addColumnSums(bias.gradient, dOut);
  };
  if (like.kind === 'dense')
    return {
      add(dOut, x, row = 0) {
        addBias(dOut);
        addProduct(weight.gradient, dOut.T, (x as DenseSignal).values.rowsFrom(row, dOut.rows));
      },
      finish() {},
    };
  const { rows, columns } = weight.value;
  const dTable = arena.zeros(columns, rows);
  return {
    add(dOut, x, row = 0) {
      addBias(dOut);
      scatterAdd(dTable, dOut, (x as OneHotSignal).indices.columnsFrom(row, dOut.rows));
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
