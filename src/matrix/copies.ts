/** Copies of matrices, kept aside: what a step may have to put back, the best weights, sums of gradients. */
import type { Matrix } from './matrix.ts';
import { copy } from './operations.ts';
import { ownedMatrix } from './owned.ts';

/** A matrix for each of some others, zeros until they are first kept. */
export class Copies {
  readonly originals: readonly Matrix[];
  /** In the order of the originals. */
  readonly matrices: readonly Matrix[];

  constructor(originals: readonly Matrix[]) {
    this.originals = originals;
    this.matrices = originals.map(({ backend, rows, columns }) => ownedMatrix(backend, rows, columns));
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

  /** Gives the memory back now. The copies must not be used again. */
  release(): void {
    for (const { owner } of this.matrices) owner?.release();
  }
}
