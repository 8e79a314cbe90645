/** The interface of models for training and evaluation. */

import type { Tensor } from '../common/tensor.ts';
import type { Backend } from '../kernels/backend.ts';
import type { BatchTrace, ForwardOptions } from '../layers/layer.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { State, StateSizes } from '../signal/state.ts';

/** A model that can be trained and evaluated: every layer, and an `EncoderDecoder`. */
export interface Trainable<Input> {
  readonly backend: Backend;
  /** The size of each part of the state that a batch can continue from; undefined without state. */
  readonly stateSizes?: StateSizes | undefined;
  /** The parameters by name. */
  parameters(): ReadonlyMap<string, Parameter>;
  /** Records the forward pass of a batch. */
  recordBatch(arena: Arena, where: string, inputs: Input, options: ForwardOptions<State>): BatchTrace;
  /** The output, and the valid steps of each sequence if the inputs contain them. */
  infer(
    inputs: Input,
    // biome-ignore lint/suspicious/noExplicitAny: each layer has its own state type
    options: ForwardOptions<any>,
  ): {
    readonly output: Tensor;
    readonly state: State | undefined;
    readonly lengths?: readonly number[] | undefined;
  };
}
