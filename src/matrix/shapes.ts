/** The checks that every operation makes: that the shapes of its matrices agree. */
import { rangeError } from '../common/errors.ts';
import type { Matrix } from './matrix.ts';

/** A shape as errors show it. */
export function shape(of: { rows: number; columns: number }): string {
  return `[${of.rows}, ${of.columns}]`;
}

/** @throws RangeError if `a` is not shaped like `out`. */
export function sameShape(where: string, argument: string, a: Matrix, out: Matrix): void {
  if (a.rows === out.rows && a.columns === out.columns) return;
  throw rangeError(where, argument, `has shape ${shape(a)}`, `${shape(out)}, the shape of out`);
}

/** @throws RangeError if `row` is not one row of `columns`. */
export function rowOf(where: string, argument: string, row: Matrix, columns: number): void {
  if (row.rows === 1 && row.columns === columns) return;
  throw rangeError(where, argument, `has shape ${shape(row)}`, `[1, ${columns}]`);
}

/** @throws RangeError if `column` is not one column of `rows`. */
export function columnOf(where: string, argument: string, column: Matrix, rows: number): void {
  if (column.rows === rows && column.columns === 1) return;
  throw rangeError(where, argument, `has shape ${shape(column)}`, `[${rows}, 1]`);
}

/** @throws RangeError if `table` has not `columns`. */
export function tableOf(where: string, table: Matrix, columns: number): void {
  if (table.columns !== columns)
    throw rangeError(where, 'table', `has ${table.columns} columns`, `${columns}`);
}
