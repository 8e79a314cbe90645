/** Activation functions as layers. */
import type { Architecture } from '../common/architecture.ts';
import { type Checks, checkOptions } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import type { Arena } from '../matrix/arena.ts';
import { relu, reluBackward, sigmoid, sigmoidBackward, tanh, tanhBackward } from '../matrix/operations.ts';
import { type DenseSignal, dense } from '../signal/signal.ts';
import { Layer } from './layer.ts';
import type { Trace } from './trace.ts';

/** An activation function by name. */
export type ActivationKind = 'tanh' | 'sigmoid' | 'relu';

export const activations: readonly ActivationKind[] = ['tanh', 'sigmoid', 'relu'];

/** y = f(x), and dx from y and dy. */
const functions: { readonly [kind in ActivationKind]: readonly [typeof tanh, typeof tanhBackward] } = {
  tanh: [tanh, tanhBackward],
  sigmoid: [sigmoid, sigmoidBackward],
  relu: [relu, reluBackward],
};

/** Options of {@link Activation}. */
export interface ActivationOptions {
  readonly kind: ActivationKind;
  /** The compute backend: default `float32()`. */
  readonly backend?: Backend | undefined;
}

const checks: Checks<ActivationOptions> = {
  kind: { required: activations },
  backend: backendOption,
};

/**
 * Applies tanh, σ or max(x, 0) to each element. Any shape; it has no parameters.
 *
 * Cells have built-in activations; use this layer between `Dense` layers.
 *
 * @example
 * ```ts
 * import { Activation, tensor } from 'recurrent-cells';
 *
 * const { output } = new Activation({ kind: 'relu' }).infer(tensor([[-1, 2]]));
 * Array.from(output.data) // → [0, 2]
 * ```
 */
export class Activation extends Layer<Tensor, number, number, undefined> {
  readonly type = 'Activation';
  readonly accepts = 'dense';
  readonly preservesWidth = true;
  readonly inputSize = undefined;
  readonly outputSize = undefined;
  readonly backend: Backend;
  readonly kind: ActivationKind;

  /** @throws RangeError if `kind` is unknown. */
  constructor(options: ActivationOptions) {
    super();
    const { kind, backend = float32() } = checkOptions('Activation', options, checks);
    this.kind = kind;
    this.backend = backend;
  }

  architecture(): Architecture {
    return { type: this.type, options: { kind: this.kind } };
  }

  record(arena: Arena, input: DenseSignal): Trace<undefined, DenseSignal> {
    const [f, fBackward] = functions[this.kind];
    const { values: x } = input;
    const y = arena.matrix(x.rows, x.columns);
    f(y, x);
    return {
      output: dense(input, y),
      backward: (dOutput) => {
        const dInput = arena.matrix(x.rows, x.columns);
        fBackward(dInput, y, dOutput);
        return { input: dInput };
      },
    };
  }
}
