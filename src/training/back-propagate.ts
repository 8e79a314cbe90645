/** One batch forward and back: what every way of training does with a batch, or with a part of one. */
import type { Layer } from '../layers/layer.ts';
import type { Loss } from '../losses/loss.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import { type State, stateOutput } from '../signal/state.ts';
import type { Indices, Tensor } from '../tensor.ts';
import type { Batch } from './batch.ts';

/** What came of a batch, beside the gradients. */
export interface Propagated {
  readonly loss: number;
  /** What the loss, where it is a mean, is the mean of. */
  readonly weight: number;
  /** Valid time steps. */
  readonly tokens: number;
  /** The state after each sequence's last step. */
  readonly state: State | undefined;
}

/** Adds the gradients of a batch's loss to the parameters', without a copy of anything but the final state. */
export function backPropagate<Input extends Tensor | Indices, Target extends Tensor | Indices>(
  where: string,
  // biome-ignore lint/suspicious/noExplicitAny: widths and states play no part here
  model: Layer<Input, any, any, any>,
  batch: Batch<Input, Target>,
  loss: Loss<Target>,
  initial: State | undefined,
): Propagated {
  return withArena(model.backend, (arena) => backPropagateIn(arena, where, model, batch, loss, initial));
}

/** The same in an arena of the caller's. */
export function backPropagateIn<Input extends Tensor | Indices, Target extends Tensor | Indices>(
  arena: Arena,
  where: string,
  // biome-ignore lint/suspicious/noExplicitAny: widths and states play no part here
  model: Layer<Input, any, any, any>,
  { inputs, targets, lengths }: Batch<Input, Target>,
  loss: Loss<Target>,
  initial: State | undefined,
): Propagated {
  const signal = model.toSignal(arena, where, inputs, lengths);
  const trace = model.record(arena, signal, model.toMatrixState(arena, where, 'state', initial, signal));
  const lossTrace = loss.trace(arena, where, trace.output, targets);
  trace.backward(lossTrace.backward(1), undefined, false);
  const { batch, time } = signal;
  const tokens = signal.lengths?.reduce((sum, length) => sum + length, 0) ?? batch * time;
  const { value, weight } = lossTrace;
  return { loss: value, weight, tokens, state: trace.state && stateOutput(trace.state) };
}
