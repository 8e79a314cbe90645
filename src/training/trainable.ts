/** What training and evaluation need of a model. */

import type { Tensor } from '../common/tensor.ts';
import type { Backend } from '../kernels/backend.ts';
import type { BatchTrace, ForwardOptions } from '../layers/layer.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { State, StateSizes } from '../signal/state.ts';

/** A model that can be trained and evaluated: every layer, and an `EncoderDecoder`. */
export interface Trainable<Input> {
  readonly backend: Backend;
  /** The size of each part of the state that a batch may go on from; none without. */
  readonly stateSizes?: StateSizes | undefined;
  /** The parameters by name. */
  parameters(): ReadonlyMap<string, Parameter>;
  /** Records a batch: its output, and how gradients go back. */
  recordBatch(arena: Arena, where: string, inputs: Input, options: ForwardOptions<State>): BatchTrace;
  /** The output alone, and the valid steps of each sequence where the inputs themselves say them. */
  infer(
    inputs: Input,
    // biome-ignore lint/suspicious/noExplicitAny: each layer has a state of its own
    options: ForwardOptions<any>,
  ): {
    readonly output: Tensor;
    readonly state: State | undefined;
    readonly lengths?: readonly number[] | undefined;
  };
}
