/** One input, one output: a feedforward network. */
import { type Checks, checkOptions, size } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { Activation, activations } from '../layers/activation.ts';
import { Dense } from '../layers/dense.ts';
import { type AnyLayer, Sequential } from '../layers/sequential.ts';
import { type FeatureInput, listOf, type PlaceOptions, placeChecks, sizes } from './recurrent.ts';

/** Options of {@link oneToOne}. */
export interface OneToOneOptions<InputSize extends number, OutputSize extends number>
  extends Omit<FeatureInput<InputSize>, 'classes' | 'embeddingSize'>,
    PlaceOptions {
  /** The units of the hidden layer, or an array for several layers: default none. */
  readonly hiddenSize?: number | readonly number[] | undefined;
  /** The activation of the hidden layers: default `'tanh'`. */
  readonly activation?: 'tanh' | 'sigmoid' | 'relu' | undefined;
  readonly outputSize: OutputSize;
}

const checks = (): Checks<OneToOneOptions<number, number>> => ({
  ...placeChecks,
  inputSize: { required: size },
  hiddenSize: sizes,
  activation: activations,
  outputSize: { required: size },
});

/**
 * One-to-one: `[batch, inputSize]` → `[batch, outputSize]`, as in image classification.
 *
 *     y
 *     ▲
 *     h       h = f(W_xh x + b),  y = W_hy h + b
 *     ▲
 *     x
 *
 * Linear layers with an {@link Activation} after each but the last. It has no time axis and no state: the baseline for the
 * other four structures.
 *
 * @throws RangeError if a size is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { oneToOne, tensor } from 'recurrent-cells';
 *
 * const model = oneToOne({ inputSize: 2, hiddenSize: 4, outputSize: 3 });
 * model.infer(tensor([[1, 0]])).output.shape // → [1, 3]
 * ```
 */
export function oneToOne<const InputSize extends number, const OutputSize extends number>(
  options: OneToOneOptions<InputSize, OutputSize>,
): Sequential<
  Tensor,
  InputSize,
  OutputSize,
  readonly [batch: number, ...time: number[], features: OutputSize]
> {
  const {
    inputSize,
    hiddenSize = [],
    activation = 'tanh',
    outputSize,
    backend,
    random,
  } = checkOptions('oneToOne', options, checks());
  let width: number = inputSize;
  const hidden = listOf(hiddenSize).flatMap((units): AnyLayer[] => {
    const dense = new Dense({
      inputSize: width,
      outputSize: units,
      backend,
      random,
    });
    width = units;
    return [dense, new Activation({ kind: activation, backend })];
  });
  return new Sequential([...hidden, new Dense({ inputSize: width, outputSize, backend, random })]);
}
