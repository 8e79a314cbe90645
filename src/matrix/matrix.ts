/**
 * A matrix is an address: the position of its rows in a backend's heap.
 *
 * Views share memory with their source, and stay valid when the heap grows. A matrix in an arena is valid while
 * the arena is in use; a matrix with separate memory keeps that memory alive, and so do its views.
 */
import { type Backend, newValues } from '../kernels/backend.ts';
import type { Values } from '../kernels/heap.ts';

/** Memory that lives as long as a matrix over it is reachable, or until it is released. */
export interface Owner {
  readonly released: boolean;
  /** Frees the memory; any use of a matrix over it then throws. */
  release(): void;
}

/** A factor of a product: a matrix or its transpose. */
export interface Factor {
  readonly backend: Backend;
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowStride: number;
  readonly columnStride: number;
  /** The owner of its memory; undefined in an arena. */
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
   * The position of the first element, in elements from the start of the heap.
   *
   * @throws Error if the memory has been released.
   */
  get offset(): number {
    if (this.owner?.released)
      throw new Error('Matrix: its memory has been released, expected no use of a model after that');
    return this.#offset;
  }

  /** The distance between two rows in elements: the stride. */
  get rowStride(): number {
    return this.stride;
  }

  /** The distance between two columns in elements: 1. */
  get columnStride(): number {
    return 1;
  }

  /** The transpose as a factor of a product; no data is moved. */
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

  /** A view of `count` rows from row `start`, `step` rows apart: with the batch size as `step`, the rows of one sequence. */
  rowsFrom(start: number, count: number, step = 1): Matrix {
    const { backend, offset, columns, stride, owner } = this;
    return new Matrix(backend, offset + start * stride, count, columns, step * stride, owner);
  }

  /** A view of `count` columns from column `start`. */
  columnsFrom(start: number, count: number): Matrix {
    return new Matrix(this.backend, this.offset + start, this.rows, count, this.stride, this.owner);
  }

  /** Moves this view by `rows` rows, up if negative, so that a time loop traverses a block without creating views. */
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

/** A matrix with contiguous rows, viewed with another number of columns. */
export function withColumns({ backend, offset, rows, columns, owner }: Matrix, wanted: number): Matrix {
  return new Matrix(backend, offset, (rows * columns) / wanted, wanted, wanted, owner);
}
