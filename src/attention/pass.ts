/** A recorded forward pass of attention and its backward pass. */
import { rangeError } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { gradientInput } from '../signal/boundary.ts';
import { checkTensor } from '../signal/checks.ts';
import type { Pass } from '../signal/pass.ts';
import type { DenseSignal } from '../signal/signal.ts';

/** The gradients of the attention inputs, each with the shape of its input. */
export interface AttentionGradients {
  readonly query: Tensor;
  /** Includes the gradient through the values if the keys served as values. */
  readonly keys: Tensor;
  /** Undefined if the keys served as values. */
  readonly values: Tensor | undefined;
}

interface Attending {
  readonly output?: Tensor | undefined;
  readonly weights?: Tensor | undefined;
}

/**
 * A recorded forward pass. It holds working memory until `backward`, `release` or garbage collection.
 *
 * @example
 * ```ts
 * import { Attention, tensor } from 'recurrent-cells';
 *
 * const attention = new Attention({ score: 'dot', querySize: 1, keySize: 1 });
 * const pass = attention.forward({ query: tensor([[[0]]]), keys: tensor([[[1], [3]]]) });
 * Array.from(pass.output.data) // → [2]
 * Array.from(pass.weights.data) // → [0.5, 0.5]
 * const { query, keys } = pass.backward(tensor([[[1]]]));
 * Array.from(query.data) // → [1]
 * Array.from(keys.data) // → [0.5, 0.5]
 * ```
 */
export class AttentionPass {
  /** `[batch, queries, valueSize]` */
  readonly output: Tensor;
  /** `[batch, queries, keys]` The attention weights; each row sums to 1, or is 0 if the sequence has no valid key. */
  readonly weights: Tensor;
  readonly #pass: Pass<Attending, AttentionGradients, undefined>;

  /** @internal */
  constructor(pass: Pass<Attending, AttentionGradients, undefined>) {
    this.output = pass.output.output!;
    this.weights = pass.output.weights!;
    this.#pass = pass;
  }

  /**
   * Adds to the gradient of every parameter, and returns the gradients of query, keys and values.
   *
   * The pass then releases its memory; with `retain` it keeps it, and `backward` can be called again.
   *
   * @param dOutput ∂L/∂output; omit it if the loss depends only on the weights.
   * @param dWeights ∂L/∂weights; omit it if the loss does not depend on them.
   * @throws RangeError if a gradient has the wrong shape; Error if the pass has been released.
   */
  backward(
    dOutput?: Tensor,
    dWeights?: Tensor,
    options: { retain?: boolean | undefined } = {},
  ): AttentionGradients {
    return this.#pass.backward({ output: dOutput, weights: dWeights }, undefined, options).input;
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

/** Checks upstream gradients and copies them into the arena. */
export function attentionGradient(
  arena: Arena,
  context: DenseSignal,
  { weights }: { readonly weights: Tensor },
  d: Attending,
): { readonly dContext: Matrix | undefined; readonly dWeights: Matrix | undefined } {
  const where = 'Attention.backward';
  const dContext = d.output && gradientInput(arena, where, context, d.output);
  if (d.weights === undefined) return { dContext, dWeights: undefined };
  checkTensor(where, 'dWeights', d.weights, 'real');
  const [batch, queries, keys] = weights.shape;
  if (d.weights.shape.join() !== weights.shape.join())
    throw rangeError(
      where,
      'dWeights',
      `has shape [${d.weights.shape.join(', ')}]`,
      `[${weights.shape.join(', ')}], the weights'`,
    );
  const dWeights = arena.matrix(batch! * queries!, keys!);
  dWeights.write(d.weights.data);
  return { dContext, dWeights };
}
