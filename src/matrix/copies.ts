/** Copies of matrices: weights to restore after a failed step, the best weights, sums of gradients. */
import type { Matrix } from './matrix.ts';
import { copy } from './operations.ts';
import { ownedMatrix } from './owned.ts';

/** A copy for each of a list of matrices, zeros until `keep` is called. */
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

  /** Frees the memory. The copies must not be used afterwards. */
  release(): void {
    for (const { owner } of this.matrices) owner?.release();
  }
}
