/** Lion: fixed-size steps along the sign of the momentum. */
import { type Checks, checkOptions, magnitude } from '../common/options.ts';
import { lion } from '../matrix/operations.ts';
import { Optimizer, type Update } from './optimizer.ts';
import { type SharedOptions, share, sharedChecks } from './settings.ts';

/** Options of {@link Lion}. */
export interface LionOptions extends SharedOptions {
  /** η; default 10⁻⁴. A good value is a third to a tenth of Adam's. */
  readonly learningRate?: number | undefined;
  /** β₁, the weight of the momentum in the step's direction; default 0.9. */
  readonly beta1?: number | undefined;
  /** β₂, the decay rate of the momentum; default 0.99. */
  readonly beta2?: number | undefined;
}

const checks = (): Checks<LionOptions> => ({
  learningRate: magnitude,
  beta1: share,
  beta2: share,
  ...sharedChecks,
});

/**
 * Lion (Chen et al. 2023, arXiv:2302.06675), with decoupled weight decay:
 *
 *     w ← (1 − η·λ)·w − η·sign(β₁·m + (1 − β₁)·g)
 *     m ← β₂·m + (1 − β₂)·g
 *
 * It keeps half as much state as Adam.
 *
 * @example
 * ```ts
 * import { Dense, Lion, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 1, outputSize: 1 });
 * const weight = dense.parameters().get('weight')!;
 * weight.write([2]);
 * dense.forward(tensor([[3]])).backward(tensor([[1]]));
 * new Lion({ learningRate: 0.5 }).step(dense.parameters());
 * weight.read()[0] // → 1.5
 * ```
 */
export class Lion extends Optimizer {
  readonly type = 'Lion';
  readonly beta1: number;
  readonly beta2: number;
  readonly slots: readonly string[] = ['mean'];

  /** @throws RangeError if a setting is out of range; TypeError if one is unknown or has the wrong type. */
  constructor(options: LionOptions = {}) {
    const { learningRate = 1e-4, beta1 = 0.9, beta2 = 0.99 } = checkOptions('Lion', options, checks());
    super('Lion', learningRate, options);
    this.beta1 = beta1;
    this.beta2 = beta2;
  }

  protected update({ parameter: { value }, gradient, weightDecay, rate, slot }: Update): void {
    const { beta1, beta2 } = this;
    lion(value, gradient, slot('mean'), { rate, beta1, beta2, shrink: 1 - rate * weightDecay });
  }
}
