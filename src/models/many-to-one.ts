/** Many inputs, one output. */
import { type Checks, checkOptions, size } from '../common/options.ts';
import type { Indices, Tensor, VectorShape } from '../common/tensor.ts';
import { Dense } from '../layers/dense.ts';
import { Pooling } from '../layers/pooling.ts';
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

/** Options of {@link manyToOne} besides those of the input. */
export interface ManyToOneOptions<OutputSize extends number> extends RecurrentOptions {
  /** How the steps are reduced: the last output (`'last'`, the default), or the mean or maximum over all steps. */
  readonly pooling?: 'last' | 'mean' | 'max' | undefined;
  readonly outputSize: OutputSize;
}

const checks = (): Checks<AnyInput & ManyToOneOptions<number>> => ({
  ...inputChecks,
  ...recurrentChecks(),
  pooling: ['last', 'mean', 'max'],
  outputSize: { required: size },
});

/**
 * Many-to-one: `[batch, time, inputSize]`, or indices `[batch, time]`, → `[batch, outputSize]`.
 *
 *                 y
 *                 ▲
 *     h₁ ─▶ h₂ ─▶ h₃        h_t = φ(x_t, h_{t−1}),  y = W_hy h_T + b
 *     ▲     ▲     ▲
 *     x₁    x₂    x₃
 *
 * The structure of a document classifier and of a forecast. The output uses each sequence's own last valid step, or pools its
 * valid steps.
 *
 * @throws RangeError or TypeError if an option does not fit.
 *
 * @example
 * ```ts
 * import { indices, manyToOne } from 'recurrent-cells';
 *
 * const model = manyToOne({ classes: 10_000, embeddingSize: 32, hiddenSize: 16, outputSize: 2 });
 * model.infer(indices([[42, 7, 1], [9, 8, 0]]), { lengths: [3, 2] }).output.shape // → [2, 2]
 * ```
 */
export function manyToOne<const OutputSize extends number>(
  options: IndexInput & ManyToOneOptions<OutputSize>,
): Sequential<Indices, number, OutputSize, VectorShape<OutputSize>>;
export function manyToOne<const InputSize extends number, const OutputSize extends number>(
  options: FeatureInput<InputSize> & ManyToOneOptions<OutputSize>,
): Sequential<Tensor, InputSize, OutputSize, VectorShape<OutputSize>>;
export function manyToOne(
  options: (FeatureInput | IndexInput) & ManyToOneOptions<number>,
): Sequential<Tensor | Indices> {
  const { pooling = 'last', outputSize, backend, random } = checkOptions('manyToOne', options, checks());
  const input = inputLayer('manyToOne', options);
  const recurrent = recurrentLayers('manyToOne', input.width, options, pooling === 'last' ? 'last' : 'all');
  const pool = pooling === 'last' ? [] : [new Pooling({ kind: pooling, backend })];
  const output = new Dense({ inputSize: recurrent.width, outputSize, backend, random });
  return new Sequential([...input.layers, ...recurrent.layers, ...pool, output]);
}
