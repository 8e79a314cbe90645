/** Accumulates the gradients of several batches into the gradient of their union. */
import type { Reduction } from '../losses/reduction.ts';
import { withArena } from '../matrix/arena.ts';
import { Copies } from '../matrix/copies.ts';
import { add, fill, scale } from '../matrix/operations.ts';
import type { Parameters } from '../optimizers/optimizer.ts';

/**
 * For losses L_i with weights w_i and gradients g_i: `L = Σ α_i·L_i`, `g = Σ α_i·g_i`, with α_i = w_i / Σ w for a mean and 1 for
 * a sum.
 */
export class GradientSum {
  readonly #reduction: Reduction;
  readonly #copies: Copies;
  #loss = 0;
  #weight = 0;

  constructor(parameters: Parameters, reduction: Reduction) {
    this.#reduction = reduction;
    this.#copies = new Copies(Array.from(parameters.values(), ({ gradient }) => gradient));
    for (const total of this.#copies.matrices) fill(total, 0);
  }

  /** Adds the gradients that a batch left in the parameters. */
  add(loss: number, weight: number): void {
    const factor = this.#reduction === 'sum' ? 1 : weight;
    this.#loss += factor * loss;
    this.#weight += weight;
    this.#copies.matrices.forEach((total, i) => {
      const gradient = this.#copies.originals[i]!;
      withArena(total.backend, (arena) => {
        const part = arena.matrix(total.rows, total.columns);
        scale(part, gradient, factor);
        add(total, total, part);
      });
    });
  }

  /** Writes the sum to the parameters' gradients, starts a new sum, and returns the loss. */
  finish(): number {
    const factor = this.#reduction === 'sum' ? 1 : this.#weight === 0 ? 0 : 1 / this.#weight;
    const loss = factor * this.#loss;
    this.#copies.matrices.forEach((total, i) => {
      scale(this.#copies.originals[i]!, total, factor);
      fill(total, 0);
    });
    this.#loss = 0;
    this.#weight = 0;
    return loss;
  }

  /** Releases the memory. */
  release(): void {
    this.#copies.release();
  }
}
