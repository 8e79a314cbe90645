/** One recorded computation of attention, which goes backward. */
import { rangeError } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { gradientInput } from '../signal/boundary.ts';
import { checkTensor } from '../signal/checks.ts';
import type { Pass } from '../signal/pass.ts';
import type { DenseSignal } from '../signal/signal.ts';

/** The gradients of what attention looked at, each shaped like it. */
export interface AttentionGradients {
  readonly query: Tensor;
  /** Where there were no values of their own, through the values too. */
  readonly keys: Tensor;
  /** Undefined where the keys were the values. */
  readonly values: Tensor | undefined;
}

interface Attending {
  readonly output?: Tensor | undefined;
  readonly weights?: Tensor | undefined;
}

/**
 * The record of one attention. It holds working memory until it has gone backward, is released, or is collected.
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
  /** `[batch, queries, keys]`, each row of sum 1: what each query looks at. */
  readonly weights: Tensor;
  readonly #pass: Pass<Attending, AttentionGradients, undefined>;

  /** @internal */
  constructor(pass: Pass<Attending, AttentionGradients, undefined>) {
    this.output = pass.output.output!;
    this.weights = pass.output.weights!;
    this.#pass = pass;
  }

  /**
   * Adds to the gradient of every parameter, and returns those of query, keys and values.
   *
   * The pass then gives its memory back; with `retain` it stays, and can go backward again.
   *
   * @param dOutput ∂L/∂output; none if the loss depends on the weights alone.
   * @param dWeights ∂L/∂weights; none if the loss does not depend on them.
   * @throws RangeError if a gradient's shape is not that of what it belongs to; Error if the pass is over.
   */
  backward(
    dOutput?: Tensor,
    dWeights?: Tensor,
    options: { retain?: boolean | undefined } = {},
  ): AttentionGradients {
    return this.#pass.backward({ output: dOutput, weights: dWeights }, undefined, options).input;
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
