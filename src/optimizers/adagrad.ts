/** Adagrad. */
import { type Checks, checkOptions, magnitude } from '../common/options.ts';
import { adagrad, fill } from '../matrix/operations.ts';
import { Optimizer, type Update } from './optimizer.ts';
import { type SharedOptions, sharedChecks } from './settings.ts';

/** Options of {@link Adagrad}. */
export interface AdagradOptions extends SharedOptions {
  /** η */
  readonly learningRate: number;
  /** ε; default 10⁻¹⁰. */
  readonly epsilon?: number | undefined;
  /** κ, the decay of the learning rate, which is η/(1 + (t − 1)·κ) at step t; default 0. */
  readonly learningRateDecay?: number | undefined;
  /** The initial sum of squares s; default 0. */
  readonly initialAccumulator?: number | undefined;
}

const checks = (): Checks<AdagradOptions> => ({
  learningRate: { required: magnitude },
  epsilon: magnitude,
  learningRateDecay: magnitude,
  initialAccumulator: magnitude,
  ...sharedChecks,
});

/**
 * Adagrad (Duchi, Hazan and Singer 2011), in PyTorch's form; for update t = 1, 2, … of a parameter:
 *
 *     g ← ∂L/∂w + λ·w
 *     s ← s + g²
 *     w ← w − η/(1 + (t − 1)·κ) · g / (√s + ε)
 *
 * @example
 * ```ts
 * import { Adagrad, Dense, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 1, outputSize: 1 });
 * const weight = dense.parameters().get('weight')!;
 * weight.write([2]);
 * dense.forward(tensor([[3]])).backward(tensor([[1]]));
 * new Adagrad({ learningRate: 0.5 }).step(dense.parameters());
 * weight.read()[0]!.toFixed(3) // → '1.500'
 * ```
 */
export class Adagrad extends Optimizer {
  readonly type = 'Adagrad';
  readonly epsilon: number;
  readonly learningRateDecay: number;
  readonly initialAccumulator: number;
  readonly slots: readonly string[] = ['square'];

  /** @throws RangeError if a setting is out of range; TypeError if one is unknown or has the wrong type. */
  constructor(options: AdagradOptions) {
    const {
      learningRate,
      epsilon = 1e-10,
      learningRateDecay = 0,
      initialAccumulator = 0,
    } = checkOptions('Adagrad', options, checks());
    super('Adagrad', learningRate, options);
    this.epsilon = epsilon;
    this.learningRateDecay = learningRateDecay;
    this.initialAccumulator = initialAccumulator;
  }

  protected update({ parameter: { value }, gradient, weightDecay: decay, rate, step, slot }: Update): void {
    const square = slot('square');
    if (step === 1) fill(square, this.initialAccumulator);
    const slowed = rate / (1 + (step - 1) * this.learningRateDecay);
    adagrad(value, gradient, square, { rate: slowed, epsilon: this.epsilon, decay });
  }
}
