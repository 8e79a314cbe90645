/** Dropout. */
import type { Architecture } from '../common/architecture.ts';
import { type Checks, checkOptions, flag } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { copy, mul } from '../matrix/operations.ts';
import { ownGenerator, type Random, randomOption } from '../random/random.ts';
import { type DenseSignal, dense } from '../signal/signal.ts';
import { Layer } from './layer.ts';
import { drawMask, dropoutRate } from './noise.ts';
import type { Computed, Trace } from './trace.ts';

/** Options of {@link Dropout}. */
export interface DropoutOptions {
  /** The probability of zeroing each value, in [0, 1). */
  readonly rate: number;
  /** Whether one mask serves all steps of a sequence, instead of one per step: default false. */
  readonly acrossTime?: boolean | undefined;
  /** The compute backend: default `float32()`. */
  readonly backend?: Backend | undefined;
  /** Draws the masks: default a generator forked from the program's shared one. */
  readonly random?: Random | undefined;
}

const checks: Checks<DropoutOptions> = {
  rate: { required: dropoutRate },
  acrossTime: flag,
  backend: backendOption,
  random: randomOption,
};

/**
 * Zeroes each value with probability `rate` in training, and scales the others by 1/(1 − rate) to preserve the expectation;
 * `infer` changes nothing.
 *
 * Each forward pass draws new masks, one per step. Srivastava et al. (2014), in the inverted form. With
 * `acrossTime` one mask serves all steps of a sequence, as Gal and Ghahramani (2016), arXiv:1512.05287, do for the inputs
 * and outputs of recurrent layers; {@link Noise} implements their recurrent part.
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
  /** Accepts any width, and preserves it. */
  readonly preservesWidth = true;
  readonly backend: Backend;
  readonly inputSize: undefined;
  readonly outputSize: undefined;
  readonly rate: number;
  readonly acrossTime: boolean;
  /** The generator of the masks; setting its state repeats them. */
  readonly random: Random;

  /** @throws RangeError if `rate` is not in [0, 1). */
  constructor(options: DropoutOptions) {
    super();
    const {
      rate,
      acrossTime = false,
      backend = float32(),
      random,
    } = checkOptions('Dropout', options, checks);
    this.rate = rate;
    this.acrossTime = acrossTime;
    this.backend = backend;
    this.random = ownGenerator('Dropout', random);
  }

  architecture(): Architecture {
    const { type, rate, acrossTime, random } = this;
    return { type, options: { rate, acrossTime, state: random.state } };
  }

  override compute(_: Arena, input: DenseSignal): Computed {
    return { output: input };
  }

  record(arena: Arena, input: DenseSignal): Trace<undefined, DenseSignal> {
    const { values } = input;
    const mask = this.#mask(arena, values, input.batch);
    const out = arena.matrix(values.rows, values.columns);
    mul(out, values, mask);
    return {
      output: dense(input, out),
      backward: (dOutput) => {
        const dInput = arena.matrix(values.rows, values.columns);
        mul(dInput, dOutput, mask);
        return { input: dInput };
      },
    };
  }

  #mask(arena: Arena, { rows, columns }: Matrix, batch: number): Matrix {
    const mask = arena.matrix(rows, columns);
    const drawn = this.acrossTime ? Math.min(batch, rows) : rows;
    drawMask(mask.rowsFrom(0, drawn), this.random, this.rate, 0, 1 / (1 - this.rate));
    for (let row = drawn; row < rows; row += drawn) copy(mask.rowsFrom(row, drawn), mask.rowsFrom(0, drawn));
    return mask;
  }
}
