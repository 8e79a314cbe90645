/**
 * The argument checks of the operations: that matrices are matrices, and that their shapes agree.
 *
 * They run in time loops, so valid arguments cost only a few comparisons; only invalid ones are examined in detail.
 */
import { rangeError, show, typeError } from '../common/errors.ts';
import type { Matrix } from './matrix.ts';

interface Shaped {
  readonly rows: number;
  readonly columns: number;
}

/** Formats a shape for errors. */
export function shape(of: Shaped): string {
  return `[${of.rows}, ${of.columns}]`;
}

/** @throws TypeError if `of` is not a matrix. */
export function isMatrix(where: string, argument: string, of: Shaped): void {
  if (of?.rows === undefined) throw typeError(where, argument, `is ${show(of)}`, 'a Matrix');
}

/** @throws TypeError if `value` is not a number. */
export function isNumber(where: string, argument: string, value: number): void {
  if (typeof value !== 'number') throw typeError(where, argument, `is ${show(value)}`, 'a number');
}

/** @throws RangeError if `a` does not have the shape of `out`. */
export function sameShape(where: string, argument: string, a: Matrix, out: Matrix): void {
  if (a?.rows === out?.rows && a?.columns === out?.columns && out?.rows !== undefined) return;
  isMatrix(where, 'out', out);
  isMatrix(where, argument, a);
  throw rangeError(where, argument, `has shape ${shape(a)}`, `${shape(out)}, the shape of out`);
}

/** @throws RangeError if `row` is not a single row as wide as `like`. */
export function rowOf(where: string, argument: string, row: Matrix, like: Matrix): void {
  if (row?.rows === 1 && row.columns === like?.columns) return;
  isMatrix(where, argument, row);
  isMatrix(where, 'out', like);
  throw rangeError(where, argument, `has shape ${shape(row)}`, `[1, ${like.columns}]`);
}

/** @throws RangeError if `indices` is not a single row with an index per row of `of`. */
export function indicesOf(where: string, indices: Matrix, argument: string, of: Matrix): void {
  if (indices?.rows === 1 && indices.columns === of?.rows) return;
  isMatrix(where, 'indices', indices);
  isMatrix(where, argument, of);
  throw rangeError(where, 'indices', `has shape ${shape(indices)}`, `[1, ${of.rows}]`);
}

/** @throws RangeError if `column` is not a single column as long as `out`. */
export function columnOf(where: string, argument: string, column: Matrix, out: Matrix): void {
  if (column?.rows === out.rows && column.columns === 1) return;
  isMatrix(where, argument, column);
  throw rangeError(where, argument, `has shape ${shape(column)}`, `[${out.rows}, 1]`);
}

/** @throws RangeError if `table` is not as wide as `of`. */
export function tableOf(where: string, table: Matrix, of: Matrix): void {
  if (table?.columns === of.columns) return;
  isMatrix(where, 'table', table);
  throw rangeError(where, 'table', `has ${table.columns} columns`, `${of.columns}`);
}
