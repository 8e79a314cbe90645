/** One computation of a loss, and its backward. */

import type { Tensor } from '../common/tensor.ts';
import type { Pass } from '../signal/pass.ts';
import type { Reduction, ValueOf } from './reduction.ts';

/**
 * The record of one loss. It holds working memory until it has gone backward, is released, or is collected.
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
  /** The loss, in nats of class losses; of reduction `none`, the tensor of the terms. */
  readonly value: ValueOf<R>;
  /** The weight of the terms kept, which a mean divides by: their number, or the sum of their classes' weights. */
  readonly weight: number;
  readonly #pass: Pass<ValueOf<R>, Tensor, undefined>;

  /** @internal */
  constructor(pass: Pass<ValueOf<R>, Tensor, undefined>, weight: number) {
    this.value = pass.output;
    this.weight = weight;
    this.#pass = pass;
  }

  /**
   * ∂L/∂output, shaped like the output; zeros where terms are left out and beyond each length.
   *
   * The pass then gives its memory back; with `retain` it stays, and can go backward again.
   *
   * @param dLoss ∂L/∂value: 1, or of reduction `none` ones, unless given.
   * @throws RangeError or TypeError if it is not shaped like the value; Error if the pass is over.
   */
  backward(dLoss?: ValueOf<R>, options: { retain?: boolean | undefined } = {}): Tensor {
    return this.#pass.backward(dLoss, undefined, options).input;
  }

  /** `using pass = …` releases it. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Gives the working memory back without going backward. */
  release(): void {
    this.#pass.release();
  }
}
