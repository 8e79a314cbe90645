/** Convolution over time. */
import type { Architecture } from '../common/architecture.ts';
import { oneOf, rangeError, show, typeError, weightShape, wholeNumber } from '../common/errors.ts';
import { type Check, type Checks, checkOptions, flag, size } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import type { Arena } from '../matrix/arena.ts';
import { Matrix } from '../matrix/matrix.ts';
import { add, addColumnSums, addProduct, copy, copyRow, fill, transpose } from '../matrix/operations.ts';
import { Parameter } from '../matrix/parameter.ts';
import {
  glorotUniform,
  type Initializer,
  initializerOption,
  startingValues,
} from '../random/initializers.ts';
import { type Random, randomOption } from '../random/random.ts';
import { clearPadding } from '../signal/boundary.ts';
import type { Expectation } from '../signal/checks.ts';
import type { DenseSignal } from '../signal/signal.ts';
import { Layer, type Trace } from './layer.ts';

/** The padding of a {@link Conv1d}, in steps: by name, at both ends, or before and after. */
export type Conv1dPadding = 'causal' | 'same' | 'valid' | number | readonly [before: number, after: number];

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
    const { values: given } = input;
    const output = this.#extent(arena, input);
    const mirrored = this.paddingMode === 'reflect' ? this.#mirrored(input) : [];
    const x = this.#padded(arena, input, given, mirrored);
    const y = output.values;
    if (bias === undefined) fill(y, 0);
    else copyRow(y, bias.value);
    const taps = () => this.#taps(input.batch, x.rows / input.batch, output.time);
    const windows = this.#windows(x, output);
    const kernels = windows === undefined ? this.#kernels(arena, weight.value) : undefined;
    if (windows !== undefined) addProduct(y, windows, weight.value.T);
    else for (const { k, at, from } of taps()) addProduct(at(y), from(x), kernels![k]!.T);
    return {
      output,
      backward: (dOutput, _, needsInput) => {
        if (bias !== undefined && !bias.frozen) addColumnSums(bias.gradient, dOutput);
        if (!weight.frozen)
          arena.scope(() => {
            const dKernels = arena.zeros(this.kernelSize, this.outputSize * this.inputSize);
            for (const { k, at, from } of taps())
              addProduct(this.#kernel(dKernels, k), at(dOutput).T, from(x));
            const columns = columnsOf(weight.gradient, this.kernelSize);
            const dWeight = arena.matrix(columns.rows, columns.columns);
            transpose(dWeight, dKernels);
            add(columns, columns, dWeight);
          });
        if (!needsInput) return {};
        const dX = arena.zeros(x.rows, x.columns);
        const apart = kernels ?? this.#kernels(arena, weight.value);
        for (const { k, at, from } of taps()) addProduct(from(dX), at(dOutput), apart[k]!);
        let dInput = dX;
        if (mirrored.length > 0) {
          dInput = arena.zeros(given.rows, given.columns);
          for (const { at, from } of mirrored) add(from(dInput), from(dInput), at(dX));
        }
        if (input.lengths !== undefined) clearPadding(dInput, input.lengths, input.batch, input.time);
        return { input: dInput };
      },
    };
  }

  /** The input as the filters see it: mirrored, or zero beyond each length if a filter looks ahead. */
  #padded(arena: Arena, input: DenseSignal, given: Matrix, mirrored: readonly Move[]): Matrix {
    const [before, after] = this.#margins();
    if (mirrored.length > 0) {
      const padded = arena.zeros(given.rows + (before + after) * input.batch, given.columns);
      for (const { at, from } of mirrored) copy(at(padded), from(given));
      return padded;
    }
    if (after === 0 || input.lengths === undefined) return given;
    const bounded = arena.matrix(given.rows, given.columns);
    copy(bounded, given);
    clearPadding(bounded, input.lengths, input.batch, input.time);
    return bounded;
  }

  /** The numbers of padding steps before the first and after the last step. */
  #margins(): readonly [before: number, after: number] {
    const { padding } = this;
    const reach = (this.kernelSize - 1) * this.dilation;
    if (padding === 'causal') return [reach, 0];
    if (padding === 'same') return [Math.floor(reach / 2), reach - Math.floor(reach / 2)];
    if (padding === 'valid') return [0, 0];
    return typeof padding === 'number' ? [padding, padding] : padding;
  }

  /** The source row in the input for each row of a mirrored input. */
  #mirrored({ batch, time, lengths }: DenseSignal): Move[] {
    const [before, after] = this.#margins();
    const moves = [rowsMove(before * batch, 0, time * batch)];
    for (let b = 0; b < batch; b++) {
      const length = lengths?.[b] ?? time;
      if (length === 0) continue;
      if (length <= Math.max(before, after))
        throw rangeError(
          'Conv1d',
          'its input',
          `has a sequence of ${length} steps`,
          `more than ${Math.max(before, after)}, as many as are mirrored`,
        );
      for (let i = 1; i <= before; i++) moves.push(rowsMove((before - i) * batch + b, i * batch + b, 1));
      for (let i = 1; i <= after; i++)
        moves.push(rowsMove((before + length - 1 + i) * batch + b, (length - 1 - i) * batch + b, 1));
    }
    return moves;
  }

  /** The extent of the output, with uninitialised values. */
  #extent(arena: Arena, { batch, time: steps, timed, lengths: given }: DenseSignal): DenseSignal {
    const [before, after] = this.#margins();
    // The steps that a filter spans beyond its first, minus the padding.
    const reach = (this.kernelSize - 1) * this.dilation - before - after;
    const outputs = (length: number) =>
      length === 0 ? 0 : Math.max(Math.floor((length - reach - 1) / this.stride) + 1, 0);
    const time = outputs(steps);
    if (reach > 0 && time < 1)
      throw rangeError(
        'Conv1d',
        'its input',
        `has ${steps} steps`,
        `more than ${reach}, what its kernel spans`,
      );
    const values = arena.matrix(time * batch, this.outputSize);
    return {
      kind: 'dense',
      batch,
      time,
      timed,
      width: this.outputSize,
      lengths: given?.map(outputs),
      values,
    };
  }

  /** For each k, the input rows that W_k multiplies and the output rows to which the product is added. */
  #taps(batch: number, steps: number, time: number): (Move & { readonly k: number })[] {
    const { kernelSize, dilation, stride } = this;
    const before = this.paddingMode === 'reflect' ? 0 : this.#margins()[0];
    return Array.from({ length: kernelSize }, (_, k) => {
      const shift = k * dilation - before;
      const first = Math.max(0, Math.ceil(-shift / stride));
      const last = Math.min(time, Math.floor((steps - 1 - shift) / stride) + 1);
      const count = Math.max(last - first, 0);
      const from = first * stride + shift;
      if (stride === 1) return [{ k, ...rowsMove(first * batch, from * batch, count * batch) }];
      return Array.from({ length: batch }, (_, b) => ({
        k,
        at: (rows: Matrix) => rows.rowsFrom(first * batch + b, count, batch),
        from: (rows: Matrix) => rows.rowsFrom(from * batch + b, count, stride * batch),
        count,
      }));
    })
      .flat()
      .filter(({ count }) => count > 0);
  }

  /**
   * The windows of all filters, [time, kernelSize], as one view of a single signal with overlapping rows, so that a short-time
   * Fourier transform is one product. Undefined with dilation, or beyond the ends.
   */
  #windows(x: Matrix, { batch, time }: DenseSignal): Matrix | undefined {
    const { kernelSize, stride } = this;
    const single = batch === 1 && this.inputSize === 1 && this.dilation === 1 && x.stride === 1;
    const inside = (time - 1) * stride + kernelSize <= x.rows;
    if (stride === 1 || !single || !inside || (this.#margins()[0] > 0 && this.paddingMode === 'zeros'))
      return undefined;
    return new Matrix(x.backend, x.offset, time, kernelSize, stride, x.owner);
  }

  /** All W_k, [outputSize, inputSize] each, extracted from W [outputSize, inputSize, kernelSize]. */
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

/** Rows of one matrix mapped to as many rows of another. */
interface Move {
  readonly at: (rows: Matrix) => Matrix;
  readonly from: (rows: Matrix) => Matrix;
  readonly count: number;
}

function rowsMove(at: number, from: number, count: number): Move {
  return { at: (rows) => rows.rowsFrom(at, count), from: (rows) => rows.rowsFrom(from, count), count };
}

/** A contiguous block, viewed with another number of columns. */
function columnsOf({ backend, offset, rows, columns }: Matrix, wanted: number): Matrix {
  return new Matrix(backend, offset, (rows * columns) / wanted, wanted);
}
