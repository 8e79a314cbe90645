/** The results of a layer in the heap, and their backward passes. */
import type { Matrix } from '../matrix/matrix.ts';
import type { Signal } from '../signal/signal.ts';
import type { MatrixState, State } from '../signal/state.ts';

/** The result of a layer in the heap. */
export interface Computed<Output extends Signal = Signal> {
  readonly output: Output;
  /** The state after each sequence's last step; undefined for a layer without state. */
  readonly state?: MatrixState | undefined;
}

/** The gradients of a layer's inputs. */
export interface TraceGradients {
  /** ∂L/∂input [time·batch, width]; undefined if not needed, for indices, or if no gradient flows. */
  readonly input?: Matrix | undefined;
  /** ∂L/∂(initial state); undefined for a layer without state. */
  readonly state?: MatrixState | undefined;
}

/** The result of a layer in the heap, and its backward pass. S is the layer's state. */
export interface Trace<S extends State | undefined = State | undefined, Output extends Signal = Signal>
  extends Computed<Output> {
  /** The values of the output if the backward pass does not need them: their memory may be reused for their gradient. */
  readonly spare?: Matrix | undefined;
  /**
   * Adds to the parameters' gradients and returns those of the input and the initial state.
   *
   * @param dOutput [time·batch, width], zeros beyond each length; undefined if the loss depends only on the state.
   * @param needsInput whether the caller needs the input's gradient.
   */
  backward(
    dOutput: S extends undefined ? Matrix : Matrix | undefined,
    dState: MatrixState | undefined,
    needsInput: boolean,
  ): TraceGradients;
}

/** Runs the backward pass of a trace; without state, an undefined output gradient gives no gradients. */
export function traceBackward(
  trace: Trace<State | undefined>,
  dOutput: Matrix | undefined,
  dState: MatrixState | undefined,
  needsInput: boolean,
): TraceGradients {
  if (dOutput === undefined && trace.state === undefined) return {};
  return trace.backward(dOutput, dState, needsInput);
}

/** A batch computed in the heap for training, and its backward pass. */
export interface BatchTrace extends Computed {
  /** Valid time steps. */
  readonly tokens: number;
  /** Adds to the parameters' gradients. */
  backward(dOutput: Matrix): unknown;
}
