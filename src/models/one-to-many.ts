/** One input, many outputs. */
import { type Checks, checkOptions, size } from '../common/options.ts';
import type { StepsShape, Tensor } from '../common/tensor.ts';
import { Dense } from '../layers/dense.ts';
import { Repeat } from '../layers/repeat.ts';
import { Sequential } from '../layers/sequential.ts';
import { type FeatureInput, type RecurrentOptions, recurrentChecks, recurrentLayers } from './recurrent.ts';

/** Options of {@link oneToMany}. */
export interface OneToManyOptions<InputSize extends number, OutputSize extends number>
  extends Omit<FeatureInput<InputSize>, 'classes' | 'embeddingSize'>,
    RecurrentOptions {
  /** The number of outputs. */
  readonly steps: number;
  readonly outputSize: OutputSize;
}

const checks = (): Checks<OneToManyOptions<number, number>> => ({
  ...recurrentChecks(),
  inputSize: { required: size },
  steps: { required: size },
  outputSize: { required: size },
});

/**
 * One-to-many: `[batch, inputSize]` → `[batch, steps, outputSize]`.
 *
 *     y₁    y₂    y₃
 *     ▲     ▲     ▲
 *     h₁ ─▶ h₂ ─▶ h₃        h_t = φ(x, h_{t−1}),  y_t = W_hy h_t + b
 *     ▲     ▲     ▲
 *     x ────┴─────┘
 *
 * The input is repeated at every step. If each output should be the next input, as in generating a sentence word by word, use
 * a {@link manyToMany} model with the input as its first step, and `generate`.
 *
 * @throws RangeError or TypeError if an option does not fit.
 *
 * @example
 * ```ts
 * import { oneToMany, tensor } from 'recurrent-cells';
 *
 * const model = oneToMany({ inputSize: 2, hiddenSize: 8, steps: 5, outputSize: 1 });
 * model.infer(tensor([[1, 0], [0, 1]])).output.shape // → [2, 5, 1]
 * ```
 */
export function oneToMany<const InputSize extends number, const OutputSize extends number>(
  options: OneToManyOptions<InputSize, OutputSize>,
): Sequential<Tensor, InputSize, OutputSize, StepsShape<OutputSize>> {
  const { inputSize, steps, outputSize, backend, random } = checkOptions('oneToMany', options, checks());
  const repeat = new Repeat({ steps, backend });
  const recurrent = recurrentLayers('oneToMany', inputSize, options, 'all');
  const output = new Dense({ inputSize: recurrent.width, outputSize, backend, random });
  return new Sequential([repeat, ...recurrent.layers, output]);
}
