/** Adam with Nesterov momentum. */
import { type Checks, checkOptions, magnitude } from '../common/options.ts';
import { power } from '../math/elementary.ts';
import { nadam } from '../matrix/operations.ts';
import { Optimizer, type Update } from './optimizer.ts';
import { type SharedOptions, share, sharedChecks } from './settings.ts';

/** Options of {@link NAdam}. */
export interface NAdamOptions extends SharedOptions {
  /** η; default 2·10⁻³. */
  readonly learningRate?: number | undefined;
  /** β₁, the decay rate of the mean gradient; default 0.9. */
  readonly beta1?: number | undefined;
  /** β₂, the decay rate of the mean squared gradient; default 0.999. */
  readonly beta2?: number | undefined;
  /** ε; default 10⁻⁸. */
  readonly epsilon?: number | undefined;
  /** ψ, how fast the momentum approaches β₁; default 4·10⁻³. */
  readonly momentumDecay?: number | undefined;
}

const checks = (): Checks<NAdamOptions> => ({
  learningRate: magnitude,
  beta1: share,
  beta2: share,
  epsilon: magnitude,
  momentumDecay: magnitude,
  ...sharedChecks,
});

/**
 * NAdam (Dozat 2016), in PyTorch's form; for update t = 1, 2, … of a parameter:
 *
 *     g ← ∂L/∂w + λ·w
 *     μₜ = β₁·(1 − ½·0.96^(t·ψ))
 *     m ← β₁·m + (1 − β₁)·g
 *     v ← β₂·v + (1 − β₂)·g²
 *     w ← w − η·(μₜ₊₁·m/(1 − Πᵢ₌₁…ₜ₊₁ μᵢ) + (1 − μₜ)·g/(1 − Πᵢ₌₁…ₜ μᵢ)) / (√(v/(1 − β₂ᵗ)) + ε)
 *
 * @example
 * ```ts
 * import { Dense, NAdam, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 1, outputSize: 1 });
 * const before = dense.weight.read()[0]!;
 * dense.forward(tensor([[3]])).backward(tensor([[1]]));
 * new NAdam({ learningRate: 0.5 }).step(dense.parameters());
 * dense.weight.read()[0]! < before // → true
 * ```
 */
export class NAdam extends Optimizer {
  readonly type = 'NAdam';
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly momentumDecay: number;
  readonly slots: readonly string[] = ['mean', 'square'];
  /** Πᵢ₌₁…ₜ μᵢ, indexed by t. */
  readonly #products: number[] = [1];

  /** @throws RangeError if a setting is out of range; TypeError if one is unknown or has the wrong type. */
  constructor(options: NAdamOptions = {}) {
    const {
      learningRate = 2e-3,
      beta1 = 0.9,
      beta2 = 0.999,
      epsilon = 1e-8,
      momentumDecay = 4e-3,
    } = checkOptions('NAdam', options, checks());
    super('NAdam', learningRate, options);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.momentumDecay = momentumDecay;
  }

  protected update({ parameter: { value }, gradient, weightDecay: decay, rate, step, slot }: Update): void {
    const { beta1, beta2, epsilon } = this;
    nadam(value, gradient, slot('mean'), slot('square'), {
      gradientRate: (rate * (1 - this.#momentum(step))) / (1 - this.#product(step)),
      meanRate: (rate * this.#momentum(step + 1)) / (1 - this.#product(step + 1)),
      beta1,
      beta2,
      scale: 1 / Math.sqrt(1 - power(beta2, step)),
      epsilon,
      decay,
    });
  }

  /** μₜ */
  #momentum(t: number): number {
    return this.beta1 * (1 - power(0.96, t * this.momentumDecay) / 2);
  }

  #product(t: number): number {
    const products = this.#products;
    while (products.length <= t) products.push(products.at(-1)! * this.#momentum(products.length));
    return products[t]!;
  }
}
