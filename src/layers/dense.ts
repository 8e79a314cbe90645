/** The linear layer. */
import type { Architecture } from '../common/architecture.ts';
import { weightShape } from '../common/errors.ts';
import { type Checks, checkOptions, flag, size } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import type { Arena } from '../matrix/arena.ts';
import { product } from '../matrix/operations.ts';
import { Parameter } from '../matrix/parameter.ts';
import {
  glorotUniform,
  type Initializer,
  initializerOption,
  startingValues,
} from '../random/initializers.ts';
import { type Random, randomOption } from '../random/random.ts';
import { linearGradient, linearMap } from '../signal/linear.ts';
import { type DenseSignal, dense, type OneHotSignal, type Signal } from '../signal/signal.ts';
import { Layer } from './layer.ts';
import type { Trace } from './trace.ts';

/** Options of {@link Dense}. */
export interface DenseOptions<InputSize extends number = number, OutputSize extends number = number> {
  readonly inputSize: InputSize;
  readonly outputSize: OutputSize;
  /** Whether there is a bias: default true. */
  readonly bias?: boolean | undefined;
  /** The compute backend: default `float32()`. */
  readonly backend?: Backend | undefined;
  /** Draws the initial weights: default the program's shared generator, seeded with 0. */
  readonly random?: Random | undefined;
  /** Initialises W: default `glorotUniform`. */
  readonly initializer?: Initializer | undefined;
}

const denseChecks: Checks<DenseOptions> = {
  inputSize: { required: size },
  outputSize: { required: size },
  bias: flag,
  backend: backendOption,
  random: randomOption,
  initializer: initializerOption,
};

/**
 * The linear layer, applied at every step of a sequence or to a single vector: `y_t = W x_t + b`.
 *
 * Inputs `[batch, time, inputSize]` or `[batch, inputSize]`; parameters `weight` `[outputSize, inputSize]` and `bias`
 * `[outputSize]`, as in PyTorch's `Linear`. It serves as the output layer `y_t = W_hy h_t` of a recurrent network.
 *
 * @example
 * ```ts
 * import { Dense, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 2, outputSize: 1 });
 * dense.parameters().get('weight')!.write([2, 3]);
 * Array.from(dense.infer(tensor([[1, 10]])).output.data) // → [32]
 * ```
 */
export class Dense<
  const InputSize extends number = number,
  const OutputSize extends number = number,
> extends Layer<Tensor, InputSize, OutputSize, undefined, readonly number[], OneHotSignal> {
  readonly type = 'Dense';
  readonly accepts = 'dense';
  override readonly takesOneHot = true;
  readonly backend: Backend;
  readonly inputSize: InputSize;
  readonly outputSize: OutputSize;
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  /** @throws RangeError if a size is not a whole number of at least 1. */
  constructor(options: DenseOptions<InputSize, OutputSize>) {
    super();
    const {
      inputSize,
      outputSize,
      bias = true,
      backend = float32(),
      random,
      initializer = glorotUniform,
    } = checkOptions('Dense', options, denseChecks);
    this.backend = backend;
    this.inputSize = inputSize;
    this.outputSize = outputSize;
    const shape = weightShape('Dense', 'weight', outputSize, inputSize);
    this.weight = new Parameter(backend, shape, () =>
      startingValues('Dense', 'initializer', initializer, outputSize, inputSize, random),
    );
    this.bias = bias ? new Parameter(backend, [outputSize], () => new Float64Array(outputSize)) : undefined;
  }

  override parameters(): ReadonlyMap<string, Parameter> {
    const { weight, bias } = this;
    return new Map(
      bias === undefined
        ? [['weight', weight]]
        : [
            ['weight', weight],
            ['bias', bias],
          ],
    );
  }

  architecture(): Architecture {
    const { type, inputSize, outputSize, bias } = this;
    return { type, options: { inputSize, outputSize, bias: bias !== undefined } };
  }

  record(arena: Arena, input: Signal): Trace<undefined, DenseSignal> {
    const { weight, bias } = this;
    const values = arena.matrix(input.time * input.batch, this.outputSize);
    linearMap(arena, input, weight.value, bias?.value, 1)(values, 0);
    return {
      output: dense(input, values),
      backward: (dOutput, _, needsInput) => {
        const gradient = linearGradient(arena, input, weight, bias);
        gradient.add(dOutput, 0);
        gradient.finish();
        if (!needsInput || input.kind === 'oneHot') return {};
        const dInput = arena.matrix(dOutput.rows, this.inputSize);
        product(dInput, dOutput, weight.value);
        return { input: dInput };
      },
    };
  }
}
