/**
 * The base of all layers: a forward pass that returns its backward pass, inference that records nothing, and parameters.
 *
 * The public methods (tensors, checks, copies) are implemented once, here. Subclasses work on signals in the heap.
 */
import type { Architecture } from '../common/architecture.ts';
import { rangeError, wholeNumber } from '../common/errors.ts';
import { type Checks, checkOptions, later } from '../common/options.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import type { Backend } from '../kernels/backend.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { type Parameter, releaseParameters } from '../matrix/parameter.ts';
import { MOST_INDICES } from '../matrix/rows.ts';
import { denseInput, gradientInput, gradientOutput, indexInput, output } from '../signal/boundary.ts';
import type { Expectation } from '../signal/checks.ts';
import { type Pass, recordPass } from '../signal/pass.ts';
import { type DenseSignal, denseOnly, type OneHotSignal, type Signal, validSteps } from '../signal/signal.ts';
import {
  type MatrixState,
  type State,
  type StateSizes,
  stateInput,
  stateOutput,
  zeroState,
} from '../signal/state.ts';
import { type BatchTrace, type Computed, type Trace, traceBackward } from './trace.ts';

/** Options passed with an input. */
export interface ForwardOptions<S> {
  /** The valid steps of each sequence, in any order: default all. Later steps have no effect. */
  readonly lengths?: readonly number[] | undefined;
  /** The initial state: default the learned one, or zeros. */
  readonly state?: S | undefined;
}

const forwardChecks: Checks<ForwardOptions<unknown>> = { lengths: later, state: later };

/** The gradient of an input: indices have none. */
export type GradientOf<Input> = Input extends Tensor ? Tensor : undefined;

/** The internal form of an input. */
export type SignalOf<Input> = Input extends Tensor ? DenseSignal : OneHotSignal;

/**
 * A layer: `forward` for training, `infer` for inference, `parameters` for the optimiser. `Also` names further internal signals
 * it accepts from a preceding layer.
 *
 * To define a custom layer, extend it and implement `record` with `recurrent-cells/matrix`. Override `compute` if inference
 * differs from training, and `parameters` if there are any.
 *
 * @example
 * ```ts
 * import { type Architecture, type Backend, float64, Layer, type Tensor, tensor, type Trace } from 'recurrent-cells';
 * import { type Arena, dense, type DenseSignal, tanh, tanhBackward } from 'recurrent-cells/matrix';
 * import { checkGradients } from 'recurrent-cells/testing';
 *
 * // y = tanh x, for any width, without state
 * class Tanh extends Layer<Tensor, number, number, undefined> {
 *   readonly type = 'Tanh';
 *   readonly accepts = 'dense';
 *   readonly preservesWidth = true;
 *   readonly inputSize = undefined;
 *   readonly outputSize = undefined;
 *   readonly backend: Backend = float64();
 *
 *   architecture(): Architecture {
 *     return { type: this.type, options: {} };
 *   }
 *
 *   record(arena: Arena, input: DenseSignal): Trace<undefined> {
 *     const { values: x } = input;
 *     const y = arena.matrix(x.rows, x.columns);
 *     tanh(y, x);
 *     return {
 *       output: dense(input, y),
 *       backward(dOutput) {
 *         const dInput = arena.matrix(x.rows, x.columns);
 *         tanhBackward(dInput, y, dOutput);
 *         return { input: dInput };
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
  Also extends Signal = never,
> {
  /** The class name, used in errors and saved files. */
  abstract readonly type: string;
  abstract readonly backend: Backend;
  /** Whether the public input is real features or indices. */
  abstract readonly accepts: Input extends Tensor ? 'dense' : 'indices';
  /** The number of features or classes of an input; undefined if any is accepted. */
  abstract readonly inputSize: InputSize | undefined;
  /** The number of features of an output; undefined if it is the input's. */
  abstract readonly outputSize: OutputSize | undefined;
  /** The size of each part of the state; undefined for a layer without state. */
  readonly stateSizes: StateSizes | undefined;

  /** Whether one-hot input from a preceding layer is accepted: a product with it gathers rows. */
  readonly takesOneHot: boolean = false;

  /** Whether each step of the public input is itself a sequence, as for `EachStep`. */
  readonly takesSequences: boolean = false;

  /** The parameters by name, such as `cell.weightIh`: default none. A parameter used twice is listed once. */
  parameters(): ReadonlyMap<string, Parameter> {
    return new Map();
  }

  /** The options and parts needed to rebuild this layer, without parameter values. */
  abstract architecture(): Architecture;

  /** The computation of `forward`, on signals. */
  abstract record(arena: Arena, input: SignalOf<Input> | Also, state: MatrixState | undefined): Trace<S>;

  /** The computation of `infer`, on signals: default that of `forward`. */
  compute(arena: Arena, input: SignalOf<Input> | Also, state: MatrixState | undefined): Computed {
    return this.record(arena, input, state);
  }

  /**
   * Computes the output and records what the backward pass needs.
   *
   * @param input `[batch, time, inputSize]` or, for layers that need no time axis, `[batch, inputSize]`; indices `[batch, time]`.
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
          const dOut = dOutput && gradientInput(arena, back, trace.output, dOutput, trace.spare);
          const dFinal = this.toMatrixState(arena, back, 'dState', dState, signal);
          const d = traceBackward(trace, dOut, dFinal, true);
          const dInput = this.#inputGradient(arena, signal, d.input);
          return { input: dInput, state: this.#stateOutput(d.state) };
        },
      };
    });
    return pass as typeof pass & { readonly output: Tensor<OutputShape> };
  }

  /**
   * Computes the output in inference mode: records nothing, and skips dropout and the like.
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

  /** Records the forward pass of a training batch: checks it and copies it into the arena. */
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

  /** The initial state of a batch if none is passed: zeros, or the learned state; undefined for a layer without state. */
  initialState(batch: number): S {
    wholeNumber(`${this.type}.initialState`, 'batch', batch);
    return (this.stateSizes && zeroState(this.backend, this.stateSizes, batch)) as S;
  }

  /** Releases the layer at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Frees the parameters' memory immediately instead of at garbage collection; later use throws. */
  release(): void {
    releaseParameters(this);
  }

  /**
   * The requirements on the public input.
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

  /** Checks a public input, called `argument` in errors, and copies it into the arena. */
  toSignal(
    arena: Arena,
    where: string,
    input: Input,
    lengths: readonly number[] | undefined,
    argument?: string,
    lengthsName: string | undefined = argument && `${argument}Lengths`,
  ): SignalOf<Input> {
    const expectation = { ...this.expectation(where), argument, lengthsName };
    const signal =
      this.accepts === 'indices'
        ? indexInput(arena, expectation, input as Indices, lengths)
        : denseInput(arena, expectation, input as Tensor, lengths);
    return signal as SignalOf<Input>;
  }

  /**
   * Copies the gradient of a public input of features to a tensor.
   *
   * @internal
   */
  inputGradient(arena: Arena, signal: Signal, gradient: Matrix): GradientOf<Input> {
    return gradientOutput(arena, signal, gradient) as GradientOf<Input>;
  }

  /**
   * Returns a preceding layer's output if this layer accepts it.
   *
   * @throws RangeError if it is one-hot where features are needed, has or lacks a time axis, or has too many steps.
   * @internal
   */
  accept(signal: Signal): Signal {
    const { type } = this;
    const { timed = signal.timed } = this.expectation(type);
    if (this.accepts === 'dense' && !this.takesOneHot) denseOnly(type, 'its input', signal);
    if (signal.batch * signal.time > MOST_INDICES)
      throw rangeError(
        type,
        'its input',
        `has ${signal.batch} sequences of ${signal.time} steps`,
        `at most ${MOST_INDICES} steps in all sequences together`,
      );
    if (timed && !signal.timed)
      throw rangeError(type, 'its input', `has shape [batch, ${signal.width}]`, '[batch, time, features]');
    if (!timed && signal.timed)
      throw rangeError(type, 'its input', `has ${signal.time} steps`, '[batch, features], without time');
    return signal;
  }

  /** Checks a public state or its gradient, and copies it into the arena. */
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

  #inputGradient(arena: Arena, signal: Signal, gradient: Matrix | undefined): GradientOf<Input> {
    if (signal.kind === 'oneHot') return undefined as GradientOf<Input>;
    return this.inputGradient(arena, signal, gradient ?? arena.zeros(signal.values.rows, signal.width));
  }
}
