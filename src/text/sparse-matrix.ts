/**
 * A matrix of documents × terms that holds only what isn't zero (compressed sparse rows).
 *
 * Answers for the layout and for reading it; what the values mean, their maker says.
 */
import { rangeError, show, typeError, wholeNumber } from '../errors.ts';

/** A dense tensor as plain data. */
export interface DenseTensor {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/**
 * Compressed sparse rows: row r's entries are those from `rowStart[r]` to `rowStart[r + 1]`, columns ascending.
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

  /** @throws RangeError if the arrays don't fit the shape or each other. */
  constructor(
    shape: readonly [number, number],
    rowStart: Int32Array,
    columns: Int32Array,
    values: Float64Array,
  ) {
    if (rowStart.length !== shape[0] + 1 || rowStart[shape[0]] !== columns.length)
      throw rangeError(
        'SparseMatrix',
        'rowStart',
        `has ${rowStart.length} entries`,
        `${shape[0] + 1}, the last ${columns.length}`,
      );
    if (columns.length !== values.length)
      throw rangeError(
        'SparseMatrix',
        'values',
        `has ${values.length} entries`,
        `${columns.length}, one for each column index`,
      );
    const outside = columns.find((column) => column < 0 || column >= shape[1]);
    if (outside !== undefined)
      throw rangeError('SparseMatrix', 'columns', `has ${outside}`, `numbers from 0 to ${shape[1] - 1}`);
    this.shape = shape;
    this.rowStart = rowStart;
    this.columns = columns;
    this.values = values;
  }

  /** From rows of numbers, all of one length. @throws TypeError or RangeError if they are not. */
  static fromDense(rows: readonly (readonly number[])[]): SparseMatrix {
    const width = rows[0]?.length ?? 0;
    return SparseMatrix.fromRows(
      rows.map((row, r) => {
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

  /** From one map a row, column → value. */
  static fromRows(rows: Iterable<ReadonlyMap<number, number>>, width: number): SparseMatrix {
    const rowStart = [0];
    const columns: number[] = [];
    const values: number[] = [];
    for (const row of rows) {
      for (const column of Int32Array.from(row.keys()).sort()) {
        columns.push(column);
        values.push(row.get(column)!);
      }
      rowStart.push(columns.length);
    }
    const shape = [rowStart.length - 1, width] as const;
    return new SparseMatrix(
      shape,
      Int32Array.from(rowStart),
      Int32Array.from(columns),
      Float64Array.from(values),
    );
  }

  /** The number of rows. */
  get rows(): number {
    return this.shape[0];
  }

  /** The number of columns. */
  get width(): number {
    return this.shape[1];
  }

  /** One row's columns and values, as views. @throws RangeError for a row that isn't there. */
  row(row: number): { readonly columns: Int32Array; readonly values: Float64Array } {
    if (wholeNumber('SparseMatrix.row', 'row', row, 0) >= this.rows)
      throw rangeError('SparseMatrix.row', 'row', `is ${row}`, `less than ${this.rows}`);
    const start = this.rowStart[row]!;
    const end = this.rowStart[row + 1]!;
    return { columns: this.columns.subarray(start, end), values: this.values.subarray(start, end) };
  }

  /** All of it, zeros too: [rows, columns]. */
  toDense(): DenseTensor {
    const data = new Float64Array(this.rows * this.width);
    for (let row = 0; row < this.rows; row++) {
      for (let i = this.rowStart[row]!; i < this.rowStart[row + 1]!; i++)
        data[row * this.width + this.columns[i]!] = this.values[i]!;
    }
    return { data, shape: [...this.shape] };
  }

  /** The same entries with other values: `change(value, column, row)`. */
  map(change: (value: number, column: number, row: number) => number): SparseMatrix {
    const values = new Float64Array(this.values.length);
    for (let row = 0; row < this.rows; row++) {
      for (let i = this.rowStart[row]!; i < this.rowStart[row + 1]!; i++)
        values[i] = change(this.values[i]!, this.columns[i]!, row);
    }
    return new SparseMatrix(this.shape, this.rowStart, this.columns, values);
  }

  /** The given columns alone, in the given order. @throws RangeError for a column that isn't there. */
  pick(columns: ArrayLike<number>): SparseMatrix {
    const place = new Map<number, number>();
    for (const [at, column] of Array.from(columns).entries()) {
      if (!(column >= 0 && column < this.width))
        throw rangeError(
          'SparseMatrix.pick',
          'columns',
          `has ${show(column)}`,
          `numbers from 0 to ${this.width - 1}`,
        );
      place.set(column, at);
    }
    const rows = Array.from({ length: this.rows }, (_, r) => {
      const { columns: held, values } = this.row(r);
      const row = new Map<number, number>();
      for (const [i, column] of held.entries()) {
        const at = place.get(column);
        if (at !== undefined) row.set(at, values[i]!);
      }
      return row;
    });
    return SparseMatrix.fromRows(rows, columns.length);
  }
}
