/** The interface of models for training and evaluation. */

import type { Tensor } from '../common/tensor.ts';
import type { Lengths } from '../data/batch.ts';
import type { Backend } from '../kernels/backend.ts';
import type { OutputGradients, OutputSignals } from '../losses/objective.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { MatrixState, State, StateSizes } from '../signal/state.ts';

/** A batch computed in the heap for training, and its backward pass. */
export interface TrainableTrace {
  /** The output, or the outputs by head. */
  readonly output: OutputSignals;
  readonly state?: MatrixState | undefined;
  /** Valid time steps. */
  readonly tokens: number;
  /** Adds to the parameters' gradients. */
  backward(dOutput: OutputGradients): unknown;
}

/** The options of one batch. */
export interface TrainableOptions {
  readonly lengths?: Lengths | undefined;
  readonly state?: State | undefined;
}

/** A model that can be trained and evaluated: every layer, a `Graph`, and an `EncoderDecoder`. */
export interface Trainable<Input, Output = Tensor> {
  readonly backend: Backend;
  /** The size of each part of the state that a batch can continue from; undefined without state. */
  readonly stateSizes?: StateSizes | undefined;
  /** The parameters by name. */
  parameters(): ReadonlyMap<string, Parameter>;
  /** Records the forward pass of a batch. */
  recordBatch(arena: Arena, where: string, inputs: Input, options?: TrainableOptions): TrainableTrace;
  /** The output, and the valid steps of each sequence if the inputs contain them. */
  infer(
    inputs: Input,
    // biome-ignore lint/suspicious/noExplicitAny: as for `recordBatch`; each layer has its own state type
    options?: any,
  ): {
    readonly output: Output;
    readonly state: State | undefined;
    readonly lengths?: Lengths | undefined;
  };
}
