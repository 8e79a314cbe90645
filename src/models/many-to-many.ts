/** Many inputs, one output per input: the aligned structure. */
import { type Checks, checkOptions, size } from '../common/options.ts';
import type { Indices, StepsShape, Tensor } from '../common/tensor.ts';
import { Dense } from '../layers/dense.ts';
import { Sequential } from '../layers/sequential.ts';
import {
  type AnyInput,
  type FeatureInput,
  type IndexInput,
  inputChecks,
  inputLayer,
  type RecurrentOptions,
  recurrentChecks,
  recurrentLayers,
} from './recurrent.ts';

/** Options of {@link manyToMany} besides those of the input. */
export interface ManyToManyOptions<OutputSize extends number> extends RecurrentOptions {
  readonly outputSize: OutputSize;
}

const checks = (): Checks<AnyInput & ManyToManyOptions<number>> => ({
  ...inputChecks,
  ...recurrentChecks(),
  outputSize: { required: size },
});

/**
 * Many-to-many, aligned: `[batch, time, inputSize]`, or indices `[batch, time]`, → `[batch, time, outputSize]`.
 *
 *     y₁    y₂    y₃
 *     ▲     ▲     ▲
 *     h₁ ─▶ h₂ ─▶ h₃        h_t = φ(x_t, h_{t−1}),  y_t = W_hy h_t + b
 *     ▲     ▲     ▲
 *     x₁    x₂    x₃
 *
 * The structure of a language model, where y_t predicts x_{t+1}, and, with `bidirectional`, of a tagger.
 *
 * @throws RangeError or TypeError if an option does not fit.
 *
 * @example
 * ```ts
 * import { GRUCell, indices, manyToMany } from 'recurrent-cells';
 *
 * const model = manyToMany({ classes: 27, hiddenSize: [16, 8], cell: GRUCell, outputSize: 27 });
 * model.infer(indices([[0, 5, 26]])).output.shape // → [1, 3, 27]
 * ```
 */
export function manyToMany<const OutputSize extends number>(
  options: IndexInput & ManyToManyOptions<OutputSize>,
): Sequential<Indices, number, OutputSize, StepsShape<OutputSize>>;
export function manyToMany<const InputSize extends number, const OutputSize extends number>(
  options: FeatureInput<InputSize> & ManyToManyOptions<OutputSize>,
): Sequential<Tensor, InputSize, OutputSize, StepsShape<OutputSize>>;
export function manyToMany(
  options: (FeatureInput | IndexInput) & ManyToManyOptions<number>,
): Sequential<Tensor | Indices> {
  const { outputSize, backend, random } = checkOptions('manyToMany', options, checks());
  const input = inputLayer('manyToMany', options);
  const recurrent = recurrentLayers('manyToMany', input.width, options, 'all');
  const output = new Dense({ inputSize: recurrent.width, outputSize, backend, random });
  return new Sequential([...input.layers, ...recurrent.layers, output]);
}
