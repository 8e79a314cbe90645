/** The convolution over time: features of neighbouring steps, ahead of a recurrent layer. */
import type { Architecture } from '../common/architecture.ts';
import { oneOf, rangeError, requiredOptions, weightShape, wholeNumber } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';
import type { Backend } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import type { Arena } from '../matrix/arena.ts';
import { Matrix } from '../matrix/matrix.ts';
import { add, addColumnSums, addProduct, copy, copyRow, fill, transpose } from '../matrix/operations.ts';
import { Parameter } from '../matrix/parameter.ts';
import { glorotUniform, type Initializer, startingValues } from '../random/initializers.ts';
import type { Random } from '../random/random.ts';
import { clearPadding } from '../signal/boundary.ts';
import type { Expectation } from '../signal/checks.ts';
import type { DenseSignal, Signal } from '../signal/signal.ts';
import { type Computed, Layer, type Trace } from './layer.ts';
import { denseValues } from './parts.ts';

/** What a {@link Conv1d} sees beyond the ends of a sequence. */
export type Conv1dPadding = 'causal' | 'same' | 'valid';

/** Options of {@link Conv1d}. */
export interface Conv1dOptions<InputSize extends number = number, OutputSize extends number = number> {
  readonly inputSize: InputSize;
  /** The number of filters. */
  readonly outputSize: OutputSize;
  /** How many steps a filter sees. */
  readonly kernelSize: number;
  /** How far apart they are: 1 unless given. */
  readonly dilation?: number | undefined;
  /**
   * Zeros before the first step, so that nothing is seen before its time (`'causal'`, the default), or at both ends
   * (`'same'`, the odd one at the end), or none (`'valid'`): there are then (kernelSize − 1)·dilation fewer steps.
   */
  readonly padding?: Conv1dPadding | undefined;
  /** Whether there is a bias: true unless given. */
  readonly bias?: boolean | undefined;
  /** What it computes with: `float32()` unless given. */
  readonly backend?: Backend | undefined;
  /** Where starting weights are drawn from: one generator for the program, seeded with 0, unless given. */
  readonly random?: Random | undefined;
  /** Of W, as a matrix of [outputSize, inputSize · kernelSize]: `glorotUniform` unless given. */
  readonly initializer?: Initializer | undefined;
}

/**
 * The convolution over time: `y_t = Σ_k W_k x_{t + k·dilation − left} + b`, x being 0 beyond both ends.
 *
 * Inputs `[batch, time, inputSize]` → `[batch, time, outputSize]`; parameters `weight` `[outputSize, inputSize,
 * kernelSize]` and `bias` `[outputSize]`, as PyTorch's `Conv1d` (which does not turn the kernel round: a
 * cross-correlation). A sequence ends at its length, so padding changes nothing. There is no stride.
 *
 * @example
 * ```ts
 * import { Conv1d, tensor } from 'recurrent-cells';
 *
 * // The difference to the step before.
 * const difference = new Conv1d({ inputSize: 1, outputSize: 1, kernelSize: 2 });
 * difference.weight.write([-1, 1]);
 * Array.from(difference.infer(tensor([[[1], [3], [8]]])).output.data) // → [1, 2, 5]
 * ```
 */
export class Conv1d<
  const InputSize extends number = number,
  const OutputSize extends number = number,
> extends Layer<Tensor, InputSize, OutputSize, undefined> {
  readonly type = 'Conv1d';
  readonly accepts = 'dense';
  readonly backend: Backend;
  readonly inputSize: InputSize;
  readonly outputSize: OutputSize;
  readonly kernelSize: number;
  readonly dilation: number;
  readonly padding: Conv1dPadding;
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  /** @throws RangeError if a size is not a whole number of at least 1, or `padding` is unknown. */
  constructor(options: Conv1dOptions<InputSize, OutputSize>) {
    super();
    const example = '{ inputSize, outputSize, kernelSize }';
    const {
      inputSize,
      outputSize,
      kernelSize,
      backend = float32(),
    } = requiredOptions('Conv1d', options, example);
    const { dilation = 1, padding = 'causal', bias = true } = options;
    const { random, initializer = glorotUniform } = options;
    wholeNumber('Conv1d', 'inputSize', inputSize);
    wholeNumber('Conv1d', 'outputSize', outputSize);
    this.backend = backend;
    this.inputSize = inputSize;
    this.outputSize = outputSize;
    this.kernelSize = wholeNumber('Conv1d', 'kernelSize', kernelSize);
    this.dilation = wholeNumber('Conv1d', 'dilation', dilation);
    this.padding = oneOf('Conv1d', 'padding', padding, ['causal', 'same', 'valid']);
    const [rows, columns] = weightShape('Conv1d', 'weight', outputSize, inputSize * kernelSize);
    const shape = [outputSize, inputSize, kernelSize];
    this.weight = new Parameter(backend, shape, () =>
      startingValues('Conv1d', 'initializer', initializer, rows, columns, random),
    );
    this.bias = bias ? new Parameter(backend, [outputSize], () => new Float64Array(outputSize)) : undefined;
  }

  parameters(): ReadonlyMap<string, Parameter> {
    const { weight, bias } = this;
    return new Map(Object.entries(bias === undefined ? { weight } : { weight, bias }));
  }

  architecture(): Architecture {
    const { type, inputSize, outputSize, kernelSize, dilation, padding, bias } = this;
    const options = { inputSize, outputSize, kernelSize, dilation, padding, bias: bias !== undefined };
    return { type, options };
  }

  compute(arena: Arena, input: Signal): Computed {
    return this.record(arena, input);
  }

  record(arena: Arena, input: Signal): Trace {
    const { weight, bias } = this;
    const x = this.#bounded(arena, input);
    const output = this.#extent(arena, input);
    const y = output.values;
    const kernels = this.#kernels(arena, weight.value);
    if (bias === undefined) fill(y, 0);
    else copyRow(y, bias.value);
    const taps = this.#taps(input, output);
    for (const { k, from, at, rows } of taps)
      addProduct(y.rowsFrom(at, rows), x.rowsFrom(from, rows), kernels[k]!.T);
    return {
      output,
      state: undefined,
      backward: (dOutput, _, needsInput) => {
        if (dOutput === undefined) return { input: undefined, state: undefined };
        if (bias !== undefined) addColumnSums(bias.gradient, dOutput);
        arena.scope(() => {
          const dKernels = arena.zeros(this.kernelSize, this.outputSize * this.inputSize);
          for (const { k, from, at, rows } of taps)
            addProduct(this.#kernel(dKernels, k), dOutput.rowsFrom(at, rows).T, x.rowsFrom(from, rows));
          const columns = columnsOf(weight.gradient, this.kernelSize);
          const dWeight = arena.matrix(columns.rows, columns.columns);
          transpose(dWeight, dKernels);
          add(columns, columns, dWeight);
        });
        if (!needsInput) return { input: undefined, state: undefined };
        const dInput = arena.zeros(x.rows, x.columns);
        for (const { k, from, at, rows } of taps)
          addProduct(dInput.rowsFrom(from, rows), dOutput.rowsFrom(at, rows), kernels[k]!);
        if (input.lengths !== undefined) clearPadding(dInput, input.lengths, input.batch, input.time);
        return { input: dInput, state: undefined };
      },
    };
  }

  /** The input, zero beyond each length where a filter looks ahead. */
  #bounded(arena: Arena, input: Signal): Matrix {
    const x = denseValues('Conv1d', input);
    if (this.padding !== 'same' || input.lengths === undefined) return x;
    const bounded = arena.matrix(x.rows, x.columns);
    copy(bounded, x);
    clearPadding(bounded, input.lengths, input.batch, input.time);
    return bounded;
  }

  /** The output, not yet written. */
  #extent(arena: Arena, { batch, time: steps, timed, lengths: given }: Signal): DenseSignal {
    if (!timed)
      throw rangeError(
        'Conv1d',
        'its input',
        `has shape [batch, ${this.inputSize}]`,
        '[batch, time, features]',
      );
    const reach = this.padding === 'valid' ? (this.kernelSize - 1) * this.dilation : 0;
    const time = steps - reach;
    if (reach > 0 && time < 1)
      throw rangeError(
        'Conv1d',
        'its input',
        `has ${steps} steps`,
        `more than ${reach}, what its kernel spans`,
      );
    const lengths = given?.map((length) => Math.max(length - reach, 0));
    const values = arena.matrix(time * batch, this.outputSize);
    return { kind: 'dense', batch, time, timed, width: this.outputSize, lengths, values };
  }

  /** For each k, the rows of the input that it multiplies and the rows of the output that it is added to. */
  #taps(input: Signal, output: Signal): { k: number; from: number; at: number; rows: number }[] {
    const { kernelSize, dilation, padding } = this;
    const reach = (kernelSize - 1) * dilation;
    const left = { causal: reach, same: Math.floor(reach / 2), valid: 0 }[padding];
    return Array.from({ length: kernelSize }, (_, k) => {
      const shift = k * dilation - left;
      const first = Math.max(0, -shift);
      const last = Math.min(output.time, input.time - shift);
      const rows = Math.max(last - first, 0) * input.batch;
      return { k, from: (first + shift) * input.batch, at: first * input.batch, rows };
    }).filter(({ rows }) => rows > 0);
  }

  /** W_k of all k, [outputSize, inputSize] each, cut out of W [outputSize, inputSize, kernelSize]. */
  #kernels(arena: Arena, weight: Matrix): Matrix[] {
    const apart = arena.matrix(this.kernelSize, this.outputSize * this.inputSize);
    transpose(apart, columnsOf(weight, this.kernelSize));
    return Array.from({ length: this.kernelSize }, (_, k) => this.#kernel(apart, k));
  }

  #kernel(apart: Matrix, k: number): Matrix {
    return new Matrix(apart.backend, apart.offset + k * apart.stride, this.outputSize, this.inputSize);
  }

  override expectation(where: string): Expectation {
    return { ...super.expectation(where), timed: true };
  }
}

/** A block without gaps, seen with another number of columns. */
function columnsOf({ backend, offset, rows, columns }: Matrix, wanted: number): Matrix {
  return new Matrix(backend, offset, (rows * columns) / wanted, wanted);
}
