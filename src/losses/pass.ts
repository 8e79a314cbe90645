/** A computed loss and its backward pass. */

import type { Tensor } from '../common/tensor.ts';
import type { Pass } from '../signal/pass.ts';
import type { Reduction, ValueOf } from './reduction.ts';

/**
 * The record of one loss. It holds working memory until `backward`, `release` or garbage collection.
 *
 * @example
 * ```ts
 * import { meanSquaredError, tensor } from 'recurrent-cells';
 *
 * const pass = meanSquaredError().forward(tensor([[1, 2]]), tensor([[0, 4]]));
 * pass.value // → 2.5
 * pass.weight // → 2
 * Array.from(pass.backward().data) // → [1, -2]
 * ```
 */
export class LossPass<R extends Reduction = 'mean' | 'sum'> {
  /** The loss, in nats for class losses; for reduction `none`, the tensor of terms. */
  readonly value: ValueOf<R>;
  /** The total weight of the terms kept, by which a mean is divided: their number, or the sum of their class weights. */
  readonly weight: number;
  readonly #pass: Pass<ValueOf<R>, Tensor, undefined>;

  /** @internal */
  constructor(pass: Pass<ValueOf<R>, Tensor, undefined>, weight: number) {
    this.value = pass.output;
    this.weight = weight;
    this.#pass = pass;
  }

  /**
   * ∂L/∂output, shaped like the output; zero where terms are left out and beyond each length.
   *
   * The pass then releases its memory; with `retain` it keeps it, and `backward` can be called again.
   *
   * @param dLoss ∂L/∂value: default 1, or ones for reduction `none`.
   * @throws RangeError or TypeError if it does not have the shape of the value; Error if the pass has been released.
   */
  backward(dLoss?: ValueOf<R>, options: { retain?: boolean | undefined } = {}): Tensor {
    return this.#pass.backward(dLoss, undefined, options).input;
  }

  /** Releases the pass at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Releases the working memory without running the backward pass. */
  release(): void {
    this.#pass.release();
  }
}
