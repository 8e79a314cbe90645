/** Adam and AdamW. */
import { type Checks, checkOptions, flag, magnitude } from '../common/options.ts';
import { power } from '../math/elementary.ts';
import { adam, amsgrad } from '../matrix/operations.ts';
import { Optimizer, type Update } from './optimizer.ts';
import { type SharedOptions, share, sharedChecks } from './settings.ts';

/** Options of {@link Adam} and {@link AdamW}. */
export interface AdamOptions extends SharedOptions {
  /** η; default 10⁻³. */
  readonly learningRate?: number | undefined;
  /** β₁, the decay rate of the mean gradient; default 0.9. */
  readonly beta1?: number | undefined;
  /** β₂, the decay rate of the mean squared gradient; default 0.999. */
  readonly beta2?: number | undefined;
  /** ε; default 10⁻⁸. */
  readonly epsilon?: number | undefined;
  /** Whether to divide by the largest v so far (Reddi, Kale and Kumar 2018, arXiv:1904.09237); default `false`. */
  readonly amsgrad?: boolean | undefined;
}

const checks = (): Checks<AdamOptions> => ({
  learningRate: magnitude,
  beta1: share,
  beta2: share,
  epsilon: magnitude,
  amsgrad: flag,
  ...sharedChecks,
});

/** The common base of Adam and AdamW, which differ only in where weight decay is applied. */
abstract class Moments extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
  readonly slots: readonly string[];

  constructor(where: string, options: AdamOptions, defaultDecay: number) {
    const {
      learningRate = 1e-3,
      beta1 = 0.9,
      beta2 = 0.999,
      epsilon = 1e-8,
      weightDecay = defaultDecay,
      amsgrad = false,
    } = checkOptions(where, options, checks());
    super(where, learningRate, { ...options, weightDecay });
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.amsgrad = amsgrad;
    this.slots = ['mean', 'square', ...(amsgrad ? ['largest'] : [])];
  }

  /** The decay λ added to the gradient, and the factor of the weight before the step. */
  protected abstract decay(rate: number, weightDecay: number): { decay: number; shrink: number };

  protected update({ parameter: { value }, gradient, weightDecay, rate, step, slot }: Update): void {
    const { beta1, beta2, epsilon } = this;
    const constants = {
      rate: rate / (1 - power(beta1, step)),
      beta1,
      beta2,
      scale: 1 / Math.sqrt(1 - power(beta2, step)),
      epsilon,
      ...this.decay(rate, weightDecay),
    };
    if (this.amsgrad) amsgrad(value, gradient, slot('mean'), slot('square'), slot('largest'), constants);
    else adam(value, gradient, slot('mean'), slot('square'), constants);
  }
}

/**
 * Adam (Kingma and Ba 2014, arXiv:1412.6980); for update t = 1, 2, … of a parameter:
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

  /** @throws RangeError if a setting is out of range; TypeError if one is unknown or has the wrong type. */
  constructor(options: AdamOptions = {}) {
    super('Adam', options, 0);
  }

  protected decay(_: number, weightDecay: number): { decay: number; shrink: number } {
    return { decay: weightDecay, shrink: 1 };
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

  /** @throws RangeError if a setting is out of range; TypeError if one is unknown or has the wrong type. */
  constructor(options: AdamOptions = {}) {
    super('AdamW', options, 0.01);
  }

  protected decay(rate: number, weightDecay: number): { decay: number; shrink: number } {
    return { decay: 0, shrink: 1 - rate * weightDecay };
  }
}
