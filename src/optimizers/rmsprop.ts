/** RMSProp. */
import { type Checks, checkOptions, flag, fraction, magnitude } from '../common/options.ts';
import { rmsprop } from '../matrix/operations.ts';
import { Optimizer, type Update } from './optimizer.ts';
import { type SharedOptions, sharedChecks } from './settings.ts';

/** Options of {@link RMSProp}. */
export interface RMSPropOptions extends SharedOptions {
  /** η */
  readonly learningRate: number;
  /** α from 0 to 1, the decay rate of the running means; default 0.99. */
  readonly alpha?: number | undefined;
  /** ε; default 10⁻⁸. */
  readonly epsilon?: number | undefined;
  /** μ from 0 to 1; default 0. */
  readonly momentum?: number | undefined;
  /** Whether to normalise by the variance instead of the mean square; default false. */
  readonly centered?: boolean | undefined;
}

const checks = (): Checks<RMSPropOptions> => ({
  learningRate: { required: magnitude },
  alpha: fraction,
  epsilon: magnitude,
  momentum: fraction,
  centered: flag,
  ...sharedChecks,
});

/**
 * RMSProp (Tieleman and Hinton 2012; centered as Graves 2013, arXiv:1308.0850), in PyTorch's form, with ε outside the root:
 *
 *     g ← ∂L/∂w + λ·w
 *     s ← α·s + (1 − α)·g²
 *     a ← α·a + (1 − α)·g          if centered, else a = 0
 *     v ← μ·v + g / (√(s − a²) + ε)
 *     w ← w − η·v
 *
 * @example
 * ```ts
 * import { Dense, RMSProp, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 1, outputSize: 1 });
 * const weight = dense.parameters().get('weight')!;
 * weight.write([2]);
 * dense.forward(tensor([[3]])).backward(tensor([[1]]));
 * new RMSProp({ learningRate: 0.5, alpha: 0.75 }).step(dense.parameters());
 * weight.read()[0]!.toFixed(3) // → '1.000'
 * ```
 */
export class RMSProp extends Optimizer {
  readonly type = 'RMSProp';
  readonly alpha: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly centered: boolean;
  readonly slots: readonly string[];

  /** @throws RangeError if a setting is out of range; TypeError if one is unknown or has the wrong type. */
  constructor(options: RMSPropOptions) {
    const {
      learningRate,
      alpha = 0.99,
      epsilon = 1e-8,
      momentum = 0,
      centered = false,
    } = checkOptions('RMSProp', options, checks());
    super('RMSProp', learningRate, options);
    this.alpha = alpha;
    this.epsilon = epsilon;
    this.momentum = momentum;
    this.centered = centered;
    this.slots = ['square', ...(centered ? ['mean'] : []), ...(momentum > 0 ? ['velocity'] : [])];
  }

  protected update({ parameter: { value }, gradient, weightDecay: decay, rate, slot, zeros }: Update): void {
    const { alpha, epsilon, momentum, centered } = this;
    const memory = {
      square: slot('square'),
      mean: centered ? slot('mean') : zeros(),
      velocity: momentum > 0 ? slot('velocity') : zeros(),
    };
    rmsprop(value, gradient, memory, { rate, alpha, epsilon, momentum, centered, decay });
  }
}
