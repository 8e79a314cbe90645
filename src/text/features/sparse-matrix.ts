/**
 * A sparse matrix of documents × terms (compressed sparse rows).
 */

import { isBuiltin } from '../../common/builtin.ts';
import { rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import { instanceOf } from '../../common/instance.ts';
import { callback, count } from '../../common/options.ts';
import { type Rows, SparseRows } from './sparse-rows.ts';

/** A dense tensor as plain data. */
export interface DenseTensor {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/**
 * Compressed sparse rows: the entries of row r are those from `rowStart[r]` to `rowStart[r + 1]`, columns ascending.
 *
 * @example
 * ```ts
 * import { SparseMatrix } from 'recurrent-cells/text';
 * const matrix = SparseMatrix.fromDense([[0, 2, 0], [1, 0, 0]]);
 * [...matrix.columns]; // → [1, 0]
 * [...matrix.toDense().data]; // → [0, 2, 0, 1, 0, 0]
 * matrix.shape; // → [2, 3]
 * ```
 */
export class SparseMatrix {
  /** [rows, columns] */
  readonly shape: readonly [number, number];
  /** [rows + 1] */
  readonly rowStart: Int32Array;
  /** [entries] */
  readonly columns: Int32Array;
  /** [entries] */
  readonly values: Float64Array;

  /**
   * @throws TypeError for other array types; RangeError if they do not fit the shape or each other, or columns do not ascend within a row.
   */
  constructor(
    shape: readonly [number, number],
    rowStart: Int32Array,
    columns: Int32Array,
    values: Float64Array,
  ) {
    checkLayout('SparseMatrix', shape, rowStart, columns, values);
    this.shape = shape;
    this.rowStart = rowStart;
    this.columns = columns;
    this.values = values;
  }

  /** Converts rows of numbers of equal length. @throws TypeError or RangeError if they are not. */
  static fromDense(rows: readonly (readonly number[])[]): SparseMatrix {
    if (!Array.isArray(rows))
      throw typeError('SparseMatrix.fromDense', 'rows', `is ${show(rows)}`, 'an array of rows');
    const width = rows[0]?.length ?? 0;
    return SparseMatrix.fromRows(
      Array.from(rows, (row: unknown, r) => {
        if (!Array.isArray(row))
          throw typeError('SparseMatrix.fromDense', `row ${r}`, `is ${show(row)}`, 'an array of numbers');
        if (row.length !== width)
          throw rangeError(
            'SparseMatrix.fromDense',
            `row ${r}`,
            `has ${row.length} numbers`,
            `${width}, as the first`,
          );
        const entries = new Map<number, number>();
        for (const [column, value] of row.entries()) {
          if (typeof value !== 'number')
            throw typeError('SparseMatrix.fromDense', `row ${r}`, `has ${show(value)}`, 'numbers');
          if (value !== 0) entries.set(column, value);
        }
        return entries;
      }),
      width,
    );
  }

  /**
   * Converts one map per row, column → value.
   *
   * @throws TypeError if a row is not a map; RangeError for a column that is not a whole number below `width`.
   */
  static fromRows(rows: Iterable<ReadonlyMap<number, number>>, width: number): SparseMatrix {
    const where = 'SparseMatrix.fromRows';
    if (typeof rows?.[Symbol.iterator] !== 'function')
      throw typeError(where, 'rows', `is ${show(rows)}`, 'an iterable of Maps');
    wholeNumber(where, 'width', width, 0);
    const written = new SparseRows(where);
    for (const row of rows) {
      if (!isBuiltin(row, 'Map')) throw typeError(where, 'a row', `is ${show(row)}`, 'a Map, column → value');
      for (const [column, value] of row) {
        columnWithin(where, column, width);
        if (typeof value !== 'number') throw typeError(where, 'a row', `has ${show(value)}`, 'numbers');
      }
      for (const column of Float64Array.from(row.keys()).sort()) written.add(column, row.get(column)!);
      written.end();
    }
    return matrixOf(written, width);
  }

  /** The number of rows. */
  get rows(): number {
    return this.shape[0];
  }

  /** The number of columns. */
  get width(): number {
    return this.shape[1];
  }

  /** One row's columns and values, as views. @throws RangeError for a row out of range. */
  row(row: number): { readonly columns: Int32Array; readonly values: Float64Array } {
    if (wholeNumber('SparseMatrix.row', 'row', row, 0) >= this.rows)
      throw rangeError('SparseMatrix.row', 'row', `is ${row}`, `less than ${this.rows}`);
    const start = this.rowStart[row]!;
    const end = this.rowStart[row + 1]!;
    return { columns: this.columns.subarray(start, end), values: this.values.subarray(start, end) };
  }

  /** The dense matrix: [rows, columns]. */
  toDense(): DenseTensor {
    const data = new Float64Array(this.rows * this.width);
    for (let row = 0; row < this.rows; row++) {
      for (let i = this.rowStart[row]!; i < this.rowStart[row + 1]!; i++)
        data[row * this.width + this.columns[i]!] = this.values[i]!;
    }
    return { data, shape: [...this.shape] };
  }

  /** The same entries with new values: `change(value, column, row)`. */
  map(change: (value: number, column: number, row: number) => number): SparseMatrix {
    callback('SparseMatrix.map', 'change', change);
    const values = new Float64Array(this.values.length);
    for (let row = 0; row < this.rows; row++) {
      for (let i = this.rowStart[row]!; i < this.rowStart[row + 1]!; i++)
        values[i] = change(this.values[i]!, this.columns[i]!, row);
    }
    return new SparseMatrix(this.shape, this.rowStart, this.columns, values);
  }

  /** A selection of columns, in the given order. @throws RangeError for a column out of range or repeated. */
  pick(columns: ArrayLike<number>): SparseMatrix {
    const where = 'SparseMatrix.pick';
    if (typeof columns !== 'object' || typeof columns?.length !== 'number')
      throw typeError(where, 'columns', `is ${show(columns)}`, 'an array of numbers');
    count(where, 'columns.length', columns.length);
    const place = new Int32Array(this.width).fill(-1);
    for (let at = 0; at < columns.length; at++) {
      const column = columnWithin(where, columns[at]!, this.width);
      if (place[column] !== -1) throw rangeError(where, 'columns', `has ${column} twice`, 'each column once');
      place[column] = at;
    }
    return arranged(this, place, columns.length);
  }
}

/**
 * A matrix of the entries of `rows`: column c becomes column `place[c]`, or is left out if that is −1. The columns of a row may
 * be in any order: transposing twice sorts them all, in time proportional to the number of entries and columns.
 */
export function arranged(
  { rows, rowStart, columns, values }: Rows,
  place: Int32Array,
  width: number,
): SparseMatrix {
  const [columnEnd, rowEnd] = [new Int32Array(width + 1), new Int32Array(rows + 1)];
  for (let row = 0; row < rows; row++)
    for (let i = rowStart[row]!; i < rowStart[row + 1]!; i++) {
      const column = place[columns[i]!]!;
      if (column === -1) continue;
      columnEnd[column + 1]! += 1;
      rowEnd[row + 1]! += 1;
    }
  const entries = accumulate(columnEnd);
  accumulate(rowEnd);
  const newStart = rowEnd.slice();
  // The start of each column or row. Each entry advances it, so that in the end it is the start of the next one.
  const rowOf = new Int32Array(entries);
  const byColumn = new Float64Array(entries);
  for (let row = 0; row < rows; row++)
    for (let i = rowStart[row]!; i < rowStart[row + 1]!; i++) {
      const column = place[columns[i]!]!;
      if (column === -1) continue;
      const at = columnEnd[column]!++;
      rowOf[at] = row;
      byColumn[at] = values[i]!;
    }
  const newColumns = new Int32Array(entries);
  const newValues = new Float64Array(entries);
  let i = 0;
  for (let column = 0; column < width; column++)
    for (; i < columnEnd[column]!; i++) {
      const at = rowEnd[rowOf[i]!]!++;
      newColumns[at] = column;
      newValues[at] = byColumn[i]!;
    }
  return new SparseMatrix([rows, width], newStart, newColumns, newValues);
}

/** Replaces each number by the sum up to it, and returns the last. */
function accumulate(counts: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    sum += counts[i]!;
    counts[i] = sum;
  }
  return sum;
}

/** Makes a matrix from completed rows. */
export function matrixOf(rows: SparseRows, width: number): SparseMatrix {
  const [shape, rowStart, columns, values] = rows.layout(width);
  return new SparseMatrix(shape, rowStart, columns, values);
}

/** Checks that a value is a matrix and, if given, of this width. */
export function checkMatrix(where: string, matrix: unknown, width?: number): SparseMatrix {
  const given = instanceOf(where, 'matrix', matrix, SparseMatrix, 'a SparseMatrix, as of TermCounter');
  if (width !== undefined && given.width !== width)
    throw rangeError(where, 'matrix', `has ${given.width} columns`, `${width}, as it was fitted on`);
  return given;
}

/** Visits every entry, row by row. */
export function eachEntry(
  { rows, rowStart, columns, values }: SparseMatrix,
  visit: (value: number, column: number, row: number) => void,
): void {
  for (let row = 0; row < rows; row++) {
    for (let i = rowStart[row]!; i < rowStart[row + 1]!; i++) visit(values[i]!, columns[i]!, row);
  }
}

function columnWithin(where: string, column: number, width: number): number {
  if (Number.isInteger(column) && column >= 0 && column < width) return column;
  throw rangeError(where, 'columns', `has ${show(column)}`, `numbers from 0 to ${width - 1}`);
}

function checkLayout(
  where: string,
  shape: readonly [number, number],
  rowStart: Int32Array,
  columns: Int32Array,
  values: Float64Array,
): void {
  if (!Array.isArray(shape) || shape.length !== 2)
    throw typeError(where, 'shape', `is ${show(shape)}`, '[rows, columns]');
  const [rows, width] = [
    wholeNumber(where, 'shape[0]', shape[0], 0),
    wholeNumber(where, 'shape[1]', shape[1], 0),
  ];
  if (!isBuiltin(rowStart, 'Int32Array'))
    throw typeError(where, 'rowStart', `is ${show(rowStart)}`, 'an Int32Array');
  if (!isBuiltin(columns, 'Int32Array'))
    throw typeError(where, 'columns', `is ${show(columns)}`, 'an Int32Array');
  if (!isBuiltin(values, 'Float64Array'))
    throw typeError(where, 'values', `is ${show(values)}`, 'a Float64Array');
  const entries = columns.length;
  if (rowStart.length !== rows + 1 || rowStart[rows] !== entries)
    throw rangeError(where, 'rowStart', `has ${rowStart.length} entries`, `${rows + 1}, the last ${entries}`);
  if (values.length !== entries)
    throw rangeError(
      where,
      'values',
      `has ${values.length} entries`,
      `${entries}, one for each column index`,
    );
  const falls = rowStart.findIndex((start, row) => start < (row === 0 ? 0 : rowStart[row - 1]!));
  if (rowStart[0] !== 0 || falls !== -1)
    throw rangeError(
      where,
      'rowStart',
      `falls or begins with ${rowStart[0]}`,
      'numbers from 0 that never fall',
    );
  for (let row = 0; row < rows; row++) {
    for (let i = rowStart[row]!; i < rowStart[row + 1]!; i++) {
      const column = columnWithin(where, columns[i]!, width);
      if (i > rowStart[row]! && column <= columns[i - 1]!)
        throw rangeError(
          where,
          'columns',
          `has ${column} after ${columns[i - 1]} in row ${row}`,
          'ascending columns',
        );
    }
  }
}
