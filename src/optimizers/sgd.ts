/** Stochastic gradient descent. */
import { rangeError } from '../common/errors.ts';
import { type Checks, checkOptions, flag, fraction, magnitude } from '../common/options.ts';
import { sgd } from '../matrix/operations.ts';
import { Optimizer, type Update } from './optimizer.ts';

/** Options of {@link SGD}. */
export interface SGDOptions {
  /** η */
  readonly learningRate: number;
  /** μ from 0 to 1: 0 unless given. */
  readonly momentum?: number | undefined;
  /** Whether the step looks ahead along the momentum: false unless given. */
  readonly nesterov?: boolean | undefined;
  /** λ, added to the gradient as λ·w: 0 unless given. */
  readonly weightDecay?: number | undefined;
}

const checks: Checks<SGDOptions> = {
  learningRate: { required: magnitude },
  momentum: fraction,
  nesterov: flag,
  weightDecay: magnitude,
};

/**
 * Stochastic gradient descent, with momentum (Sutskever et al. 2013) in PyTorch's form, where η multiplies the velocity:
 *
 *     g ← ∂L/∂w + λ·w
 *     v ← μ·v + g
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
  readonly weightDecay: number;
  readonly slots: readonly string[];

  /**
   * @throws RangeError if a setting is out of range, or `nesterov` is without momentum; TypeError if one is unknown or of
   * another kind.
   */
  constructor(options: SGDOptions) {
    const {
      learningRate,
      momentum = 0,
      nesterov = false,
      weightDecay = 0,
    } = checkOptions('SGD', options, checks);
    super('SGD', learningRate);
    this.momentum = momentum;
    this.nesterov = nesterov;
    this.weightDecay = weightDecay;
    if (nesterov && momentum === 0)
      throw rangeError('SGD', 'momentum', 'is 0', 'a number above 0, since nesterov is true');
    this.slots = momentum > 0 ? ['velocity'] : [];
  }

  protected update({ parameter: { value, gradient }, rate, slot, zeros }: Update): void {
    const { momentum, nesterov, weightDecay: decay } = this;
    const velocity = momentum > 0 ? slot('velocity') : zeros();
    sgd(value, gradient, velocity, { rate, momentum, nesterov, decay });
  }
}
