/** Heap memory that lives as long as an object: given back when the garbage collector finds the object gone. */
import type { Backend } from '../kernels/backend.ts';
import { Matrix } from './matrix.ts';
import { fill } from './operations.ts';

const registry = /* @__PURE__ */ new FinalizationRegistry<{ backend: Backend; offset: number }>(
  ({ backend, offset }) => backend.heap.free(offset),
);

/** A new matrix of zeros whose memory is `owner`'s. */
export function ownedMatrix(owner: object, backend: Backend, rows: number, columns: number): Matrix {
  const offset = backend.heap.allocate(rows * columns);
  registry.register(owner, { backend, offset });
  const matrix = new Matrix(backend, offset, rows, columns);
  fill(matrix, 0);
  return matrix;
}
