/** Convolution over time. */
import type { Architecture } from '../common/architecture.ts';
import { oneOf, show, typeError, weightShape, wholeNumber } from '../common/errors.ts';
import { type Check, type Checks, checkOptions, flag, size } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import type { Arena } from '../matrix/arena.ts';
import { Matrix, withColumns } from '../matrix/matrix.ts';
import { add, addColumnSums, addProduct, copyRow, fill, transpose } from '../matrix/operations.ts';
import { Parameter } from '../matrix/parameter.ts';
import {
  glorotUniform,
  type Initializer,
  initializerOption,
  startingValues,
} from '../random/initializers.ts';
import { type Random, randomOption } from '../random/random.ts';
import type { Expectation } from '../signal/checks.ts';
import type { DenseSignal } from '../signal/signal.ts';
import {
  type Conv1dPadding,
  mirroredRows,
  outputSteps,
  paddedInput,
  type Tap,
  tapsOf,
  unpadded,
  windowsOf,
} from './conv1d-rows.ts';
import { Layer } from './layer.ts';
import type { Trace } from './trace.ts';

/** Options of {@link Conv1d}. */
export interface Conv1dOptions<InputSize extends number = number, OutputSize extends number = number> {
  readonly inputSize: InputSize;
  /** The number of filters. */
  readonly outputSize: OutputSize;
  /** The number of steps a filter covers. */
  readonly kernelSize: number;
  /** The distance between them: default 1. */
  readonly dilation?: number | undefined;
  /** The distance between the positions of successive outputs: default 1. */
  readonly stride?: number | undefined;
  /**
   * `'causal'` (the default) pads before the first step only, so no output depends on later steps; `'same'` pads both ends, with
   * any odd step at the end; `'valid'` does not pad and gives (kernelSize − 1)·dilation fewer steps. A number pads both ends by that
   * many steps, two numbers the start and the end.
   */
  readonly padding?: Conv1dPadding | undefined;
  /** The padding values: zeros, or the sequence mirrored at its first and last step (`'reflect'`). Default `'zeros'`. */
  readonly paddingMode?: 'zeros' | 'reflect' | undefined;
  /** Whether there is a bias: default true. */
  readonly bias?: boolean | undefined;
  /** The compute backend: default `float32()`. */
  readonly backend?: Backend | undefined;
  /** Draws the initial weights: default the program's shared generator, seeded with 0. */
  readonly random?: Random | undefined;
  /** Initialises W as a matrix [outputSize, inputSize · kernelSize]: default `glorotUniform`. */
  readonly initializer?: Initializer | undefined;
}

/** A name, a number of steps, or two of them. */
const paddingOption: Check<Conv1dPadding> = (where, argument, value) => {
  if (typeof value === 'string') return oneOf(where, argument, value, ['causal', 'same', 'valid'] as const);
  if (typeof value === 'number') return wholeNumber(where, argument, value, 0);
  if (!Array.isArray(value) || value.length !== 2)
    throw typeError(where, argument, `is ${show(value)}`, "'causal', 'same', 'valid', a number, or two");
  const [before, after] = value as [unknown, unknown];
  return [
    wholeNumber(where, `${argument}[0]`, before, 0),
    wholeNumber(where, `${argument}[1]`, after, 0),
  ] as const;
};

const checks: Checks<Conv1dOptions> = {
  inputSize: { required: size },
  outputSize: { required: size },
  kernelSize: { required: size },
  dilation: size,
  stride: size,
  padding: paddingOption,
  paddingMode: ['zeros', 'reflect'],
  bias: flag,
  backend: backendOption,
  random: randomOption,
  initializer: initializerOption,
};

/**
 * Convolution over time: `y_t = Σ_k W_k x_{t·stride + k·dilation − before} + b`, with x = 0 beyond both ends.
 *
 * Inputs `[batch, time, inputSize]` → `[batch, time, outputSize]`; parameters `weight` `[outputSize, inputSize,
 * kernelSize]` and `bias` `[outputSize]`, as in PyTorch's `Conv1d`, which is a cross-correlation (the kernel is not flipped). A
 * sequence ends at its length, so batch padding changes nothing. n steps give
 * ⌊(n + before + after − (kernelSize − 1)·dilation − 1) / stride⌋ + 1.
 *
 * @example
 * ```ts
 * import { Conv1d, tensor } from 'recurrent-cells';
 *
 * // The difference from the previous step.
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
  readonly stride: number;
  readonly padding: Conv1dPadding;
  readonly paddingMode: 'zeros' | 'reflect';
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  /** @throws RangeError if a size is not a whole number of at least 1, or `padding` or `paddingMode` is unknown. */
  constructor(options: Conv1dOptions<InputSize, OutputSize>) {
    super();
    const {
      inputSize,
      outputSize,
      kernelSize,
      dilation = 1,
      stride = 1,
      padding = 'causal',
      paddingMode = 'zeros',
      bias = true,
      backend = float32(),
      random,
      initializer = glorotUniform,
    } = checkOptions('Conv1d', options, checks);
    this.backend = backend;
    this.inputSize = inputSize;
    this.outputSize = outputSize;
    this.kernelSize = kernelSize;
    this.dilation = dilation;
    this.stride = stride;
    this.padding = typeof padding === 'object' ? [...padding] : padding;
    this.paddingMode = paddingMode;
    const [rows, columns] = weightShape('Conv1d', 'weight', outputSize, inputSize * kernelSize);
    const shape = [outputSize, inputSize, kernelSize];
    this.weight = new Parameter(backend, shape, () =>
      startingValues('Conv1d', 'initializer', initializer, rows, columns, random),
    );
    this.bias = bias ? new Parameter(backend, [outputSize], () => new Float64Array(outputSize)) : undefined;
  }

  override parameters(): ReadonlyMap<string, Parameter> {
    const { weight, bias } = this;
    return new Map(Object.entries(bias === undefined ? { weight } : { weight, bias }));
  }

  architecture(): Architecture {
    const { type, inputSize, outputSize, kernelSize, dilation, stride, padding, paddingMode, bias } = this;
    const sizes = { inputSize, outputSize, kernelSize, dilation, stride };
    return { type, options: { ...sizes, padding, paddingMode, bias: bias !== undefined } };
  }

  record(arena: Arena, input: DenseSignal): Trace<undefined, DenseSignal> {
    const { weight, bias } = this;
    const output = this.#output(arena, input);
    const mirrored = mirroredRows(this, input);
    const x = paddedInput(arena, this, input, mirrored);
    const y = output.values;
    if (bias === undefined) fill(y, 0);
    else copyRow(y, bias.value);
    const taps = () => tapsOf(this, input.batch, x.rows / input.batch, output.time);
    const windows = windowsOf(this, x, output);
    const kernels = windows === undefined ? this.#kernels(arena, weight.value) : undefined;
    if (windows !== undefined) addProduct(y, windows, weight.value.T);
    else for (const { k, at, from } of taps()) addProduct(at(y), from(x), kernels![k]!.T);
    return {
      output,
      backward: (dOutput, _, needsInput) => {
        if (bias !== undefined && !bias.frozen) addColumnSums(bias.gradient, dOutput);
        if (!weight.frozen) this.#addWeightGradient(arena, taps(), dOutput, x);
        if (!needsInput) return {};
        const dX = arena.zeros(x.rows, x.columns);
        const apart = kernels ?? this.#kernels(arena, weight.value);
        for (const { k, at, from } of taps()) addProduct(from(dX), at(dOutput), apart[k]!);
        return { input: unpadded(arena, input, mirrored, dX) };
      },
    };
  }

  /** The output, with uninitialised values. */
  #output(arena: Arena, { batch, time: steps, timed, lengths }: DenseSignal): DenseSignal {
    const { outputSize: width } = this;
    const outputs = outputSteps(this, steps);
    const time = outputs(steps);
    const values = arena.matrix(time * batch, width);
    return { kind: 'dense', batch, time, timed, width, lengths: lengths?.map(outputs), values };
  }

  /** dW_k += dYᵀ·x, for the rows of each tap. */
  #addWeightGradient(arena: Arena, taps: readonly Tap[], dOutput: Matrix, x: Matrix): void {
    arena.scope(() => {
      const dKernels = arena.zeros(this.kernelSize, this.outputSize * this.inputSize);
      for (const { k, at, from } of taps) addProduct(this.#kernel(dKernels, k), at(dOutput).T, from(x));
      const columns = withColumns(this.weight.gradient, this.kernelSize);
      const dWeight = arena.matrix(columns.rows, columns.columns);
      transpose(dWeight, dKernels);
      add(columns, columns, dWeight);
    });
  }

  /** All W_k, [outputSize, inputSize] each, extracted from W [outputSize, inputSize, kernelSize]. */
  #kernels(arena: Arena, weight: Matrix): Matrix[] {
    const apart = arena.matrix(this.kernelSize, this.outputSize * this.inputSize);
    transpose(apart, withColumns(weight, this.kernelSize));
    return Array.from({ length: this.kernelSize }, (_, k) => this.#kernel(apart, k));
  }

  #kernel(apart: Matrix, k: number): Matrix {
    return new Matrix(apart.backend, apart.offset + k * apart.stride, this.outputSize, this.inputSize);
  }

  override expectation(where: string): Expectation {
    return { ...super.expectation(where), timed: true };
  }
}
