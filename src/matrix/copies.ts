/** Copies of matrices: weights to restore after a failed step, the best weights, sums of gradients. */
import type { Backend } from '../kernels/backend.ts';
import { roundUp } from '../kernels/heap.ts';
import { Matrix } from './matrix.ts';
import { copy } from './operations.ts';
import { ownedBlock } from './owned.ts';

/** A copy of each of a list of matrices. */
export class Copies {
  readonly originals: readonly Matrix[];
  /** In the order of the originals. */
  readonly matrices: readonly Matrix[];

  constructor(originals: readonly Matrix[]) {
    this.originals = originals;
    this.matrices = like(originals);
    this.keep();
  }

  /** The copies ← the originals */
  keep(): void {
    this.matrices.forEach((matrix, i) => {
      copy(matrix, this.originals[i]!);
    });
  }

  /** The originals ← the copies */
  putBack(): void {
    this.matrices.forEach((matrix, i) => {
      copy(this.originals[i]!, matrix);
    });
  }

  /** Frees the memory. The copies must not be used afterwards. */
  release(): void {
    for (const { owner } of this.matrices) owner?.release();
  }
}

/** Uninitialised matrices of the same shapes. One block per backend, since an optimiser allocates them at each step. */
function like(originals: readonly Matrix[]): Matrix[] {
  const lengths = new Map<Backend, number>();
  const starts = originals.map(({ backend, rows, columns }) => {
    const start = lengths.get(backend) ?? 0;
    lengths.set(backend, start + roundUp(rows * columns));
    return start;
  });
  const blocks = new Map(
    Array.from(lengths, ([backend, length]) => [backend, ownedBlock(backend, 1, length)]),
  );
  return originals.map(({ backend, rows, columns }, i) => {
    const { offset, owner } = blocks.get(backend)!;
    return new Matrix(backend, offset + starts[i]!, rows, columns, columns, owner);
  });
}
