/** Adagrad. */
import { type Checks, checkOptions, magnitude } from '../common/options.ts';
import { adagrad } from '../matrix/operations.ts';
import { Optimizer, type Update } from './optimizer.ts';

/** Options of {@link Adagrad}. */
export interface AdagradOptions {
  /** η */
  readonly learningRate: number;
  /** ε: 10⁻¹⁰ unless given. */
  readonly epsilon?: number | undefined;
  /** λ, added to the gradient as λ·w: 0 unless given. */
  readonly weightDecay?: number | undefined;
}

const checks: Checks<AdagradOptions> = {
  learningRate: { required: magnitude },
  epsilon: magnitude,
  weightDecay: magnitude,
};

/**
 * Adagrad (Duchi, Hazan and Singer 2011), in PyTorch's form:
 *
 *     g ← ∂L/∂w + λ·w
 *     s ← s + g²
 *     w ← w − η·g / (√s + ε)
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
  readonly weightDecay: number;
  readonly slots: readonly string[] = ['square'];

  /** @throws RangeError if a setting is out of range; TypeError if one is unknown or of another kind. */
  constructor(options: AdagradOptions) {
    const { learningRate, epsilon = 1e-10, weightDecay = 0 } = checkOptions('Adagrad', options, checks);
    super('Adagrad', learningRate);
    this.epsilon = epsilon;
    this.weightDecay = weightDecay;
  }

  protected update({ parameter: { value, gradient }, rate, slot }: Update): void {
    const { epsilon, weightDecay: decay } = this;
    adagrad(value, gradient, slot('square'), { rate, epsilon, decay });
  }
}
