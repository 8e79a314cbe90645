/** Stochastic gradient descent. */
import { rangeError } from '../common/errors.ts';
import { type Checks, checkOptions, flag, fraction, magnitude } from '../common/options.ts';
import { scale, sgd } from '../matrix/operations.ts';
import { Optimizer, type Update } from './optimizer.ts';
import { type SharedOptions, sharedChecks } from './settings.ts';

/** Options of {@link SGD}. */
export interface SGDOptions extends SharedOptions {
  /** η */
  readonly learningRate: number;
  /** μ from 0 to 1; default 0. */
  readonly momentum?: number | undefined;
  /** Whether to use Nesterov momentum; default false. */
  readonly nesterov?: boolean | undefined;
  /** τ, the share of the gradient that is not added to the velocity, from the second step on; default 0. */
  readonly dampening?: number | undefined;
}

const checks = (): Checks<SGDOptions> => ({
  learningRate: { required: magnitude },
  momentum: fraction,
  nesterov: flag,
  dampening: fraction,
  ...sharedChecks,
});

/**
 * Stochastic gradient descent, with momentum (Sutskever et al. 2013) in PyTorch's form, where η multiplies the velocity:
 *
 *     g ← ∂L/∂w + λ·w
 *     v ← μ·v + (1 − τ)·g          at the first step v ← g
 *     w ← w − η·v                  Nesterov: w ← w − η·(g + μ·v)
 *
 * @example
 * ```ts
 * import { Dense, SGD, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 1, outputSize: 1 });
 * const weight = dense.parameters().get('weight')!;
 * weight.write([2]);
 * dense.forward(tensor([[3]])).backward(tensor([[1]]));
 * new SGD({ learningRate: 0.5 }).step(dense.parameters());
 * weight.read()[0] // → 0.5
 * ```
 */
export class SGD extends Optimizer {
  readonly type = 'SGD';
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly dampening: number;
  readonly slots: readonly string[];

  /**
   * @throws RangeError if a setting is out of range, or `nesterov` is set without momentum or with dampening; TypeError if one is
   * unknown or has the wrong type.
   */
  constructor(options: SGDOptions) {
    const {
      learningRate,
      momentum = 0,
      nesterov = false,
      dampening = 0,
    } = checkOptions('SGD', options, checks());
    super('SGD', learningRate, options);
    this.momentum = momentum;
    this.nesterov = nesterov;
    this.dampening = dampening;
    if (nesterov && momentum === 0)
      throw rangeError('SGD', 'momentum', 'is 0', 'a number above 0, since nesterov is true');
    if (nesterov && dampening > 0)
      throw rangeError('SGD', 'dampening', `is ${dampening}`, '0, since nesterov is true');
    this.slots = momentum > 0 ? ['velocity'] : [];
  }

  protected update({ parameter: { value }, gradient, weightDecay, rate, step, slot, zeros }: Update): void {
    const { momentum, nesterov, dampening } = this;
    const velocity = momentum > 0 ? slot('velocity') : zeros();
    const enters = momentum > 0 && step > 1 ? 1 - dampening : 1;
    let own = gradient;
    if (enters !== 1) {
      own = zeros();
      scale(own, gradient, enters);
    }
    sgd(value, own, velocity, { rate, momentum, nesterov, decay: enters * weightDecay });
  }
}
