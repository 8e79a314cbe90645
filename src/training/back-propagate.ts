/** One batch forward and back: what every way of training does with a batch, or with a part of one. */

import type { Indices, Tensor } from '../common/tensor.ts';
import type { Batch } from '../data/batch.ts';
import type { Loss } from '../losses/loss.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import { type State, stateOutput } from '../signal/state.ts';
import type { Trainable } from './trainable.ts';

/** What came of a batch, beside the gradients. */
export interface BatchResult {
  readonly loss: number;
  /** What the loss, where it is a mean, is the mean of. */
  readonly weight: number;
  /** Valid time steps. */
  readonly tokens: number;
  /** The state after each sequence's last step. */
  readonly state: State | undefined;
}

/** Adds the gradients of a batch's loss to the parameters', without a copy of anything but the final state. */
export function backPropagate<Input, Target extends Tensor | Indices>(
  where: string,
  model: Trainable<Input>,
  batch: Batch<Input, Target>,
  loss: Loss<Target>,
  initial: State | undefined,
): BatchResult {
  return withArena(model.backend, (arena) => backPropagateIn(arena, where, model, batch, loss, initial));
}

/** The same in an arena of the caller's. */
export function backPropagateIn<Input, Target extends Tensor | Indices>(
  arena: Arena,
  where: string,
  model: Trainable<Input>,
  { inputs, targets, lengths, weights }: Batch<Input, Target>,
  loss: Loss<Target>,
  initial: State | undefined,
): BatchResult {
  const trace = model.recordBatch(arena, where, inputs, { lengths, state: initial });
  const lossTrace = loss.trace(arena, where, trace.output, targets, weights);
  trace.backward(lossTrace.backward(1));
  const { value, weight } = lossTrace;
  return { loss: value, weight, tokens: trace.tokens, state: trace.state && stateOutput(trace.state) };
}
