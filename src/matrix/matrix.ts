/**
 * A matrix is an address: where in a backend's heap its rows lie.
 *
 * Views share memory with what they were taken from, and stay right when the heap grows. A matrix in an arena is good as
 * long as the arena is in use; one in memory of its own keeps that memory, and so do its views.
 */
import { type Backend, newValues } from '../kernels/backend.ts';
import type { Values } from '../kernels/heap.ts';

/** Memory that lives as long as a matrix over it is held, unless it is released before. */
export interface Owner {
  readonly released: boolean;
  /** Gives the memory back now; every matrix over it then refuses to be used. */
  release(): void;
}

/** What a product reads: a matrix or its transpose. */
export interface Factor {
  readonly backend: Backend;
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowStride: number;
  readonly columnStride: number;
  /** Whose memory it is; undefined in an arena. */
  readonly owner?: Owner | undefined;
}

/**
 * A block of a backend's heap: `rows` × `columns` elements, rows `stride` elements apart.
 *
 * @example
 * ```ts
 * import { Dense } from 'recurrent-cells';
 *
 * const { value } = new Dense({ inputSize: 3, outputSize: 2 }).weight;
 * value.write([1, 2, 3, 4, 5, 6]);
 * Array.from(value.rowsFrom(1, 1).read()) // → [4, 5, 6]
 * Array.from(value.columnsFrom(1, 2).read()) // → [2, 3, 5, 6]
 * [value.T.rows, value.T.columns] // → [3, 2]
 * ```
 */
export class Matrix implements Factor {
  readonly backend: Backend;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  readonly owner: Owner | undefined;
  #offset: number;

  constructor(
    backend: Backend,
    offset: number,
    rows: number,
    columns: number,
    stride: number = columns,
    owner?: Owner | undefined,
  ) {
    this.backend = backend;
    this.#offset = offset;
    this.rows = rows;
    this.columns = columns;
    this.stride = stride;
    this.owner = owner;
  }

  /**
   * Where the first element is, counted in elements from the start of the heap.
   *
   * @throws Error if the memory has been released.
   */
  get offset(): number {
    if (this.owner?.released)
      throw new Error('Matrix: its memory has been released, expected no use of a model after that');
    return this.#offset;
  }

  /** How many elements apart two rows are: the stride. */
  get rowStride(): number {
    return this.stride;
  }

  /** How many elements apart two columns are: 1. */
  get columnStride(): number {
    return 1;
  }

  /** The transpose, as a factor of a product: nothing is moved. */
  get T(): Factor {
    return {
      backend: this.backend,
      offset: this.offset,
      rows: this.columns,
      columns: this.rows,
      rowStride: 1,
      columnStride: this.stride,
      owner: this.owner,
    };
  }

  /** The view of `count` rows from row `start`, `step` rows apart: with the batch as `step`, those of one sequence. */
  rowsFrom(start: number, count: number, step = 1): Matrix {
    const { backend, offset, columns, stride, owner } = this;
    return new Matrix(backend, offset + start * stride, count, columns, step * stride, owner);
  }

  /** The view of `count` columns from column `start`. */
  columnsFrom(start: number, count: number): Matrix {
    return new Matrix(this.backend, this.offset + start, this.rows, count, this.stride, this.owner);
  }

  /** Moves this view by `rows` rows, up if negative: how a time loop walks a block without making new views. */
  advance(rows: number): void {
    this.#offset += rows * this.stride;
  }

  /** A copy of the elements, row by row, outside the heap. */
  read(): Values {
    const { offset, rows, columns, stride } = this;
    const values = this.backend.heap.values;
    if (stride === columns) return values.slice(offset, offset + rows * columns);
    const copy = newValues(this.backend, rows * columns);
    for (let i = 0; i < rows; i++)
      copy.set(values.subarray(offset + i * stride, offset + i * stride + columns), i * columns);
    return copy;
  }

  /** Overwrites the elements with `source`, row by row. */
  write(source: ArrayLike<number>): void {
    const { offset, rows, columns, stride } = this;
    const values = this.backend.heap.values;
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) values[offset + i * stride + j] = source[i * columns + j]!;
  }
}
