/**
 * Builds a sparse matrix row by row in growing typed arrays.
 *
 * Plain JavaScript arrays crash the process at about 10⁸ numbers.
 */
import { rangeError } from '../../common/errors.ts';
import { MOST_INT32 } from '../../common/tensor.ts';

/** The entries of rows: those of row r are from `rowStart[r]` to `rowStart[r + 1]`. */
export interface Rows {
  readonly rows: number;
  /** [rows + 1] */
  readonly rowStart: Int32Array;
  /** [entries] */
  readonly columns: Int32Array;
  /** [entries] */
  readonly values: Float64Array;
}

/** Rows written in order. Row starts are 32-bit integers. */
export class SparseRows {
  readonly #where: string;
  readonly #most: number;
  #rowStart = new Int32Array(64); // [rows + 1], with spare capacity
  #columns = new Int32Array(1024); // [entries], with spare capacity
  #values = new Float64Array(1024); // [entries], with spare capacity
  #rows = 0;
  #entries = 0;

  constructor(where: string, most: number = MOST_INT32) {
    this.#where = where;
    this.#most = most;
  }

  /** Adds an entry to the current row. @throws RangeError beyond 2³¹ − 1 entries. */
  add(column: number, value: number): void {
    if (this.#entries === this.#columns.length || this.#entries === this.#most) this.#grow();
    this.#columns[this.#entries] = column;
    this.#values[this.#entries++] = value;
  }

  /** Ends the current row. */
  end(): void {
    if (++this.#rows === this.#rowStart.length) this.#rowStart = grown(this.#rowStart, 2 * this.#rows);
    this.#rowStart[this.#rows] = this.#entries;
  }

  /** The completed rows, as views. */
  view(): Rows {
    return {
      rows: this.#rows,
      rowStart: this.#rowStart.subarray(0, this.#rows + 1),
      columns: this.#columns.subarray(0, this.#entries),
      values: this.#values.subarray(0, this.#entries),
    };
  }

  /** The arrays of a SparseMatrix with the completed rows, whose columns must ascend. */
  layout(
    width: number,
  ): [shape: [number, number], rowStart: Int32Array, columns: Int32Array, values: Float64Array] {
    return [
      [this.#rows, width],
      this.#rowStart.slice(0, this.#rows + 1),
      this.#columns.slice(0, this.#entries),
      this.#values.slice(0, this.#entries),
    ];
  }

  #grow(): void {
    if (this.#entries >= this.#most)
      throw rangeError(this.#where, 'the matrix', `has more than ${this.#most} entries`, 'fewer, in parts');
    const room = Math.min(2 * this.#entries, this.#most);
    this.#columns = grown(this.#columns, room);
    this.#values = grown(this.#values, room);
  }
}

function grown<Store extends Int32Array | Float64Array>(store: Store, length: number): Store {
  const bigger = new (store.constructor as new (length: number) => Store)(length);
  bigger.set(store);
  return bigger;
}
