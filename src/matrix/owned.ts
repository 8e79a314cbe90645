/**
 * Separately allocated heap memory, freed when no matrix over it is reachable, or earlier by `release`.
 *
 * Every matrix over such a block references it, so the memory of a reachable view is never reused.
 */
import type { Backend } from '../kernels/backend.ts';
import { Matrix, type Owner } from './matrix.ts';
import { fill } from './operations.ts';

interface Address {
  readonly backend: Backend;
  readonly offset: number;
}

const registry = /* @__PURE__ */ new FinalizationRegistry<Address>(({ backend, offset }) =>
  backend.heap.free(offset),
);

class Block implements Owner {
  /** A field, because every use of a matrix reads it. */
  released = false;
  readonly #address: Address;

  constructor(address: Address) {
    this.#address = address;
    registry.register(this, address, this);
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    registry.unregister(this);
    const { backend, offset } = this.#address;
    backend.heap.free(offset);
  }
}

/** A new, uninitialised matrix in separately allocated memory. */
export function ownedBlock(backend: Backend, rows: number, columns: number): Matrix {
  const offset = backend.heap.allocate(rows * columns);
  return new Matrix(backend, offset, rows, columns, columns, new Block({ backend, offset }));
}

/** A new matrix of zeros in separately allocated memory. */
export function ownedMatrix(backend: Backend, rows: number, columns: number): Matrix {
  const matrix = ownedBlock(backend, rows, columns);
  fill(matrix, 0);
  return matrix;
}
