/** Adam, and Adam with decoupled weight decay. */
import { type Checks, checkOptions, magnitude } from '../common/options.ts';
import { power } from '../math/elementary.ts';
import { adam } from '../matrix/operations.ts';
import { Optimizer, type Update } from './optimizer.ts';
import { share } from './settings.ts';

/** Options of {@link Adam} and {@link AdamW}. */
export interface AdamOptions {
  /** η: 10⁻³ unless given. */
  readonly learningRate?: number | undefined;
  /** β₁, how much of the mean gradient stays: 0.9 unless given. */
  readonly beta1?: number | undefined;
  /** β₂, how much of the mean squared gradient stays: 0.999 unless given. */
  readonly beta2?: number | undefined;
  /** ε: 10⁻⁸ unless given. */
  readonly epsilon?: number | undefined;
  /** λ: 0 of Adam and 0.01 of AdamW unless given. */
  readonly weightDecay?: number | undefined;
}

const checks: Checks<AdamOptions> = {
  learningRate: magnitude,
  beta1: share,
  beta2: share,
  epsilon: magnitude,
  weightDecay: magnitude,
};

/** What the two share: all but where the weight decay goes. */
abstract class Moments extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly slots: readonly string[] = ['mean', 'square'];

  constructor(where: string, options: AdamOptions, defaultDecay: number) {
    const {
      learningRate = 1e-3,
      beta1 = 0.9,
      beta2 = 0.999,
      epsilon = 1e-8,
      weightDecay = defaultDecay,
    } = checkOptions(where, options, checks);
    super(where, learningRate);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.weightDecay = weightDecay;
  }

  /** The decay added to the gradient, and what the weight is multiplied by before the step. */
  protected abstract decay(rate: number): { added: number; shrink: number };

  protected update({ parameter: { value, gradient }, rate, step, slot }: Update): void {
    const { beta1, beta2, epsilon } = this;
    const { added, shrink } = this.decay(rate);
    adam(value, gradient, slot('mean'), slot('square'), {
      rate: rate / (1 - power(beta1, step)),
      beta1,
      beta2,
      scale: 1 / Math.sqrt(1 - power(beta2, step)),
      epsilon,
      decay: added,
      shrink,
    });
  }
}

/**
 * Adam (Kingma and Ba 2014, arXiv:1412.6980), at a parameter's step t = 1, 2, …:
 *
 *     g ← ∂L/∂w + λ·w
 *     m ← β₁·m + (1 − β₁)·g
 *     v ← β₂·v + (1 − β₂)·g²
 *     w ← w − η·m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)
 *
 * @example
 * ```ts
 * import { Adam, Dense, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 1, outputSize: 1 });
 * const weight = dense.parameters().get('weight')!;
 * weight.write([2]);
 * dense.forward(tensor([[3]])).backward(tensor([[1]]));
 * new Adam({ learningRate: 0.5 }).step(dense.parameters());
 * weight.read()[0]!.toFixed(3) // → '1.500'
 * ```
 */
export class Adam extends Moments {
  readonly type = 'Adam';

  /** @throws RangeError if a setting is out of range; TypeError if one is unknown or of another kind. */
  constructor(options: AdamOptions = {}) {
    super('Adam', options, 0);
  }

  protected decay(): { added: number; shrink: number } {
    return { added: this.weightDecay, shrink: 1 };
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2017, arXiv:1711.05101), in PyTorch's form:
 * `w ← (1 − η·λ)·w`, then {@link Adam}'s step without decay.
 *
 * @example
 * ```ts
 * import { AdamW, Dense } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 1, outputSize: 1 });
 * const weight = dense.parameters().get('weight')!;
 * weight.write([2]);
 * new AdamW({ learningRate: 0.5, weightDecay: 0.5 }).step(dense.parameters());
 * weight.read()[0] // → 1.5
 * ```
 */
export class AdamW extends Moments {
  readonly type = 'AdamW';

  /** @throws RangeError if a setting is out of range; TypeError if one is unknown or of another kind. */
  constructor(options: AdamOptions = {}) {
    super('AdamW', options, 0.01);
  }

  protected decay(rate: number): { added: number; shrink: number } {
    return { added: 0, shrink: 1 - rate * this.weightDecay };
  }
}
