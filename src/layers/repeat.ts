/** Repeats an input at every step. */
import type { Architecture } from '../common/architecture.ts';
import { type Checks, checkOptions, size } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import type { Arena } from '../matrix/arena.ts';
import { add, copy } from '../matrix/operations.ts';
import type { Expectation } from '../signal/checks.ts';
import type { DenseSignal } from '../signal/signal.ts';
import { Layer } from './layer.ts';
import type { Trace } from './trace.ts';

/** Options of {@link Repeat}. */
export interface RepeatOptions {
  /** The number of steps per input. */
  readonly steps: number;
  /** The compute backend: default `float32()`. */
  readonly backend?: Backend | undefined;
}

const checks: Checks<RepeatOptions> = { steps: { required: size }, backend: backendOption };

/**
 * Repeats an input at every step: `[batch, width]` → `[batch, steps, width]`, x_t = x.
 *
 * The first layer of a one-to-many network. The gradient is the sum over the steps.
 *
 * @example
 * ```ts
 * import { Repeat, tensor } from 'recurrent-cells';
 *
 * const { output } = new Repeat({ steps: 2 }).infer(tensor([[1, 10]]));
 * Array.from(output.data) // → [1, 10, 1, 10]
 * ```
 */
export class Repeat extends Layer<Tensor, number, number, undefined> {
  readonly type = 'Repeat';
  readonly accepts = 'dense';
  readonly preservesWidth = true;
  readonly inputSize = undefined;
  readonly outputSize = undefined;
  readonly backend: Backend;
  readonly steps: number;

  /** @throws RangeError if `steps` is not a whole number of at least 1. */
  constructor(options: RepeatOptions) {
    super();
    const { steps, backend = float32() } = checkOptions('Repeat', options, checks);
    this.steps = steps;
    this.backend = backend;
  }

  architecture(): Architecture {
    return { type: this.type, options: { steps: this.steps } };
  }

  record(arena: Arena, { batch, width, values: x }: DenseSignal): Trace<undefined, DenseSignal> {
    const { steps } = this;
    const values = arena.matrix(steps * batch, width);
    for (let t = 0; t < steps; t++) copy(values.rowsFrom(t * batch, batch), x);
    return {
      output: { kind: 'dense', batch, time: steps, timed: true, width, lengths: undefined, values },
      backward: (dOutput) => {
        const dInput = arena.zeros(batch, width);
        for (let t = 0; t < steps; t++) add(dInput, dInput, dOutput.rowsFrom(t * batch, batch));
        return { input: dInput };
      },
    };
  }

  override expectation(where: string): Expectation {
    return { ...super.expectation(where), timed: false };
  }
}
