/** The forward and backward pass of one batch, or of a part of one. */

import type { Targets } from '../common/tensor.ts';
import type { Batch } from '../data/batch.ts';
import type { Objective } from '../losses/objective.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import { type State, stateOutput } from '../signal/state.ts';
import type { Trainable } from './trainable.ts';

/** The result of a batch, besides the gradients. */
export interface BatchResult {
  readonly loss: number;
  /** The total weight of the loss's terms, by which a mean is divided. */
  readonly weight: number;
  /** Valid time steps. */
  readonly tokens: number;
  /** The state after each sequence's last step. */
  readonly state: State | undefined;
}

/** Adds the gradients of a batch's loss to the parameters' gradients, copying nothing but the final state. */
export function backPropagate<Input, Target extends Targets, Output>(
  where: string,
  model: Trainable<Input, Output>,
  batch: Batch<Input, Target>,
  loss: Objective<Target, Output>,
  initial: State | undefined,
): BatchResult {
  return withArena(model.backend, (arena) => backPropagateIn(arena, where, model, batch, loss, initial));
}

/** The same, in the caller's arena. */
export function backPropagateIn<Input, Target extends Targets, Output>(
  arena: Arena,
  where: string,
  model: Trainable<Input, Output>,
  { inputs, targets, lengths, weights }: Batch<Input, Target>,
  loss: Objective<Target, Output>,
  initial: State | undefined,
): BatchResult {
  const trace = model.recordBatch(arena, where, inputs, { lengths, state: initial });
  const lossTrace = loss.trace(arena, where, trace.output, targets, weights);
  trace.backward(lossTrace.backward(1));
  const { value, weight } = lossTrace;
  return { loss: value, weight, tokens: trace.tokens, state: trace.state && stateOutput(trace.state) };
}
