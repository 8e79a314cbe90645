/** Random zeros while training. */
import type { Architecture } from '../architecture.ts';
import { numberWithin, rangeError, requiredOptions } from '../errors.ts';
import type { Backend } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { mul } from '../matrix/operations.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { defaultRandom, type Random } from '../random/random.ts';
import { dense, type Signal } from '../signal/signal.ts';
import type { Tensor } from '../tensor.ts';
import { type Computed, Layer, type Trace } from './layer.ts';
import { denseValues } from './parts.ts';

/** Options of {@link Dropout}. */
export interface DropoutOptions {
  /** The probability of each value to become zero, in [0, 1). */
  readonly rate: number;
  /** What it computes with: `float32()` unless given. */
  readonly backend?: Backend | undefined;
  /** Where the masks are drawn from: a generator forked from the program's unless given. */
  readonly random?: Random | undefined;
}

/**
 * Sets each value to zero with probability `rate` while training, and scales the others by 1/(1 − rate), so that the
 * expectation stays; `infer` changes nothing.
 *
 * Each forward draws a new mask, for every step its own. Srivastava et al. (2014), in the inverted form.
 *
 * @example
 * ```ts
 * import { Dropout, Random, tensor } from 'recurrent-cells';
 *
 * const dropout = new Dropout({ rate: 0.5, random: new Random(1) });
 * Array.from(dropout.infer(tensor([[1, 2]])).output.data) // → [1, 2]
 * dropout.forward(tensor([[1, 1]])).output.data.every((value) => value === 0 || value === 2) // → true
 * ```
 */
export class Dropout extends Layer<Tensor, number, number, undefined> {
  readonly type = 'Dropout';
  readonly accepts = 'dense';
  /** Any width goes in, and comes out. */
  readonly preservesWidth = true;
  readonly backend: Backend;
  readonly inputSize: undefined;
  readonly outputSize: undefined;
  readonly rate: number;
  /** The generator of the masks; setting its state repeats them. */
  readonly random: Random;

  /** @throws RangeError if `rate` is not in [0, 1). */
  constructor(options: DropoutOptions) {
    super();
    const {
      rate,
      backend = float32(),
      random = defaultRandom().fork(),
    } = requiredOptions('Dropout', options, '{ rate }');
    if (numberWithin('Dropout', 'rate', rate, 0, 1) === 1)
      throw rangeError('Dropout', 'rate', 'is 1', 'less than 1: something must be left');
    this.rate = rate;
    this.backend = backend;
    this.random = random;
  }

  parameters(): ReadonlyMap<string, Parameter> {
    return new Map();
  }

  architecture(): Architecture {
    return { type: this.type, options: { rate: this.rate, state: this.random.state } };
  }

  compute(_: Arena, input: Signal): Computed {
    return { output: input, state: undefined };
  }

  record(arena: Arena, input: Signal): Trace {
    const values = denseValues('Dropout', input);
    const mask = this.#mask(arena, values);
    const out = arena.matrix(values.rows, values.columns);
    mul(out, values, mask);
    return {
      output: dense(input, out),
      state: undefined,
      backward: (dOutput) => {
        if (dOutput === undefined) return { input: undefined, state: undefined };
        const dInput = arena.matrix(values.rows, values.columns);
        mul(dInput, dOutput, mask);
        return { input: dInput, state: undefined };
      },
    };
  }

  #mask(arena: Arena, { rows, columns }: Matrix): Matrix {
    const mask = arena.matrix(rows, columns);
    const { values } = this.backend.heap;
    const kept = 1 / (1 - this.rate);
    for (let i = mask.offset; i < mask.offset + rows * columns; i++)
      values[i] = this.random.next() < this.rate ? 0 : kept;
    return mask;
  }
}
