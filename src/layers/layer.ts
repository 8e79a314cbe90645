/**
 * What every layer is: a forward that returns its own backward, an inference that records nothing, and parameters.
 *
 * The public face (tensors, checks, copies) is written once, here. A layer itself works on signals in the heap.
 */
import type { Architecture } from '../common/architecture.ts';
import { wholeNumber } from '../common/errors.ts';
import { type Checks, checkOptions, later } from '../common/options.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import type { Backend } from '../kernels/backend.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { type Parameter, releaseParameters } from '../matrix/parameter.ts';
import { denseInput, gradientInput, gradientOutput, indexInput, output } from '../signal/boundary.ts';
import type { Expectation } from '../signal/checks.ts';
import { type Pass, recordPass } from '../signal/pass.ts';
import { type DenseSignal, type Signal, validSteps } from '../signal/signal.ts';
import {
  type MatrixState,
  type State,
  type StateSizes,
  stateInput,
  stateOutput,
  zeroState,
} from '../signal/state.ts';

/** What may come with an input. */
export interface ForwardOptions<S> {
  /** The valid steps of each sequence, in any order; all are unless given. What lies beyond has no effect. */
  readonly lengths?: readonly number[] | undefined;
  /** The state to start from: zeros unless given, or what the layer has learned. */
  readonly state?: S | undefined;
}

const forwardChecks: Checks<ForwardOptions<unknown>> = { lengths: later, state: later };

/** The gradient of an input: indices have none. */
export type GradientOf<Input> = Input extends Tensor ? Tensor : undefined;

/** What a layer computed in the heap. */
export interface Computed {
  readonly output: Signal;
  /** The state after each sequence's last step; undefined for a layer without state. */
  readonly state: MatrixState | undefined;
}

/** What a layer computed in the heap, and its way back. */
export interface Trace extends Computed {
  /** Whether the way back does without the output, so that its gradient may take its place. */
  readonly spare?: boolean | undefined;
  /**
   * Adds to the parameters' gradients and returns those of the input and the initial state.
   *
   * @param dOutput zeros beyond each length; undefined where the loss does not depend on the output.
   * @param needsInput whether the caller wants the input's gradient.
   */
  backward(
    dOutput: Matrix | undefined,
    dState: MatrixState | undefined,
    needsInput: boolean,
  ): { readonly input: Matrix | undefined; readonly state: MatrixState | undefined };
}

/** A batch computed in the heap, as training takes it, and its way back to the parameters. */
export interface BatchTrace extends Computed {
  /** Valid time steps. */
  readonly tokens: number;
  /** Adds to the parameters' gradients. */
  backward(dOutput: Matrix): unknown;
}

/**
 * A layer: `forward` for training, `infer` for use, `parameters` to be trained.
 *
 * To make one of your own, extend it and write `record` and `compute` in the terms of `recurrent-cells/matrix`.
 *
 * @example
 * ```ts
 * import { type Architecture, type Backend, type Computed, float64, Layer, tensor, type Trace } from 'recurrent-cells';
 * import { type Arena, dense, type DenseSignal, type Signal, tanh, tanhBackward } from 'recurrent-cells/matrix';
 * import { checkGradients } from 'recurrent-cells/testing';
 *
 * // y = tanh x, of any width
 * class Tanh extends Layer {
 *   readonly type = 'Tanh';
 *   readonly accepts = 'dense';
 *   readonly preservesWidth = true;
 *   readonly inputSize = undefined;
 *   readonly outputSize = undefined;
 *   readonly backend: Backend = float64();
 *
 *   parameters() {
 *     return new Map();
 *   }
 *
 *   architecture(): Architecture {
 *     return { type: this.type, options: {} };
 *   }
 *
 *   compute(arena: Arena, input: Signal): Computed {
 *     return this.record(arena, input);
 *   }
 *
 *   record(arena: Arena, input: Signal): Trace {
 *     const { values: x } = input as DenseSignal;
 *     const y = arena.matrix(x.rows, x.columns);
 *     tanh(y, x);
 *     return {
 *       output: dense(input, y),
 *       state: undefined,
 *       backward(dOutput) {
 *         if (dOutput === undefined) return { input: undefined, state: undefined };
 *         const dInput = arena.matrix(x.rows, x.columns);
 *         tanhBackward(dInput, y, dOutput);
 *         return { input: dInput, state: undefined };
 *       },
 *     };
 *   }
 * }
 *
 * checkGradients(new Tanh(), tensor([[[0.1, -0.2], [2, 3]]])).worst.error < 1e-6 // → true
 * ```
 */
export abstract class Layer<
  Input extends Tensor | Indices = Tensor,
  InputSize extends number = number,
  OutputSize extends number = number,
  S extends State | undefined = State | undefined,
  OutputShape extends readonly number[] = readonly number[],
> {
  /** The class's name, in errors and saved files. */
  abstract readonly type: string;
  abstract readonly backend: Backend;
  /** Whether the public input is real features, or indices. */
  abstract readonly accepts: Input extends Tensor ? 'dense' : 'indices';
  /** The features, or classes, of an input; undefined where any will do. */
  abstract readonly inputSize: InputSize | undefined;
  /** The features of an output; undefined where it is the input's. */
  abstract readonly outputSize: OutputSize | undefined;
  /** The size of each part of the state; undefined for a layer without state. */
  readonly stateSizes: StateSizes | undefined;

  /** The parameters by name, such as `cell.weightIh`. A parameter used twice is listed once. */
  abstract parameters(): ReadonlyMap<string, Parameter>;

  /** How to build this layer again; the parameters' values are not part of it. */
  abstract architecture(): Architecture;

  /** The computation of `forward`, on signals. */
  abstract record(arena: Arena, input: Signal, state: MatrixState | undefined): Trace;

  /** The computation of `infer`, on signals. */
  abstract compute(arena: Arena, input: Signal, state: MatrixState | undefined): Computed;

  /**
   * Computes the output and records what the way back needs.
   *
   * @param input `[batch, time, inputSize]` or, of layers that need no time axis, `[batch, inputSize]`; indices `[batch, time]`.
   * @throws RangeError or TypeError if the input, the lengths, the state or an option do not fit.
   */
  forward(
    input: Input,
    options: ForwardOptions<S> = {},
  ): Pass<Tensor, GradientOf<Input>, S> & { readonly output: Tensor<OutputShape> } {
    const where = `${this.type}.forward`;
    const { lengths, state } = checkOptions(where, options, forwardChecks);
    const pass: Pass<Tensor, GradientOf<Input>, S> = recordPass(where, this, (arena) => {
      const signal = this.toSignal(arena, where, input, lengths);
      const trace = this.record(arena, signal, this.toMatrixState(arena, where, 'state', state, signal));
      return {
        output: output(arena, trace.output),
        state: this.#stateOutput(trace.state),
        backward: (dOutput, dState) => {
          const back = `${this.type}.backward`;
          const place = trace.spare ? (trace.output as DenseSignal).values : undefined;
          const dOut = dOutput && gradientInput(arena, back, trace.output, dOutput, place);
          const d = trace.backward(dOut, this.toMatrixState(arena, back, 'dState', dState, signal), true);
          return { input: this.#gradient(arena, signal, d.input), state: this.#stateOutput(d.state) };
        },
      };
    });
    return pass as typeof pass & { readonly output: Tensor<OutputShape> };
  }

  /**
   * Computes the output and records nothing; what only training does, such as dropout, is left out.
   *
   * @param input as for `forward`.
   * @throws RangeError or TypeError if the input, the lengths, the state or an option do not fit.
   */
  infer(
    input: Input,
    options: ForwardOptions<S> = {},
  ): { readonly output: Tensor<OutputShape>; readonly state: S } {
    const where = `${this.type}.infer`;
    const { lengths, state } = checkOptions(where, options, forwardChecks);
    return withArena(this.backend, (arena) => {
      const signal = this.toSignal(arena, where, input, lengths);
      const result = this.compute(arena, signal, this.toMatrixState(arena, where, 'state', state, signal));
      return {
        output: output(arena, result.output) as Tensor<OutputShape>,
        state: this.#stateOutput(result.state),
      };
    });
  }

  /** Checks a batch, copies it into the arena, and records it: what training calls. */
  recordBatch(
    arena: Arena,
    where: string,
    input: Input,
    { lengths, state }: ForwardOptions<State> = {},
  ): BatchTrace {
    const signal = this.toSignal(arena, where, input, lengths);
    const trace = this.record(arena, signal, this.toMatrixState(arena, where, 'state', state, signal));
    return {
      output: trace.output,
      state: trace.state,
      tokens: validSteps(signal),
      backward: (dOutput) => trace.backward(dOutput, undefined, false),
    };
  }

  /** The state that a batch starts from where none is given: zeros, unless it is learned; undefined for a layer without state. */
  initialState(batch: number): S {
    wholeNumber(`${this.type}.initialState`, 'batch', batch);
    return (this.stateSizes && zeroState(this.backend, this.stateSizes, batch)) as S;
  }

  /** `using model = …` releases it. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Gives the memory of the parameters back now, and not when they are collected; whatever uses them afterwards throws. */
  release(): void {
    releaseParameters(this);
  }

  /**
   * What the public input must be.
   *
   * @internal
   */
  expectation(where: string): Expectation {
    return {
      where,
      width: this.inputSize,
      widthName: this.accepts === 'indices' ? 'classes' : 'inputSize',
    };
  }

  /** Checks a public input, which an error calls `argument`, and copies it into the arena. */
  toSignal(
    arena: Arena,
    where: string,
    input: Input,
    lengths: readonly number[] | undefined,
    argument?: string,
  ): Signal {
    const lengthsName = argument && `${argument}Lengths`;
    const expectation = { ...this.expectation(where), argument, lengthsName };
    return this.accepts === 'indices'
      ? indexInput(arena, expectation, input as Indices, lengths)
      : denseInput(arena, expectation, input as Tensor, lengths);
  }

  /** Checks a public state, or its gradient, and copies it into the arena. */
  toMatrixState(
    arena: Arena,
    where: string,
    argument: string,
    state: State | undefined,
    { batch }: Signal,
  ): MatrixState | undefined {
    if (state === undefined) return undefined;
    return stateInput(arena, where, argument, state, this.stateSizes ?? {}, batch);
  }

  #stateOutput(state: MatrixState | undefined): S {
    return (state && stateOutput(state)) as S;
  }

  #gradient(arena: Arena, signal: Signal, gradient: Matrix | undefined): GradientOf<Input> {
    if (signal.kind === 'oneHot') return undefined as GradientOf<Input>;
    const values = gradient ?? arena.zeros(signal.values.rows, signal.width);
    return gradientOutput(arena, signal, values) as GradientOf<Input>;
  }
}
