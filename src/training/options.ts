/** What a training is told, and what it tells. */
import type { AbortSignalLike } from '../async/until-aborted.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import type { Batches } from '../data/batch.ts';
import type { Loss } from '../losses/loss.ts';
import type { Metric } from '../metrics/metric.ts';
import type { State } from '../signal/state.ts';
import type { MovingAverage } from './moving-average.ts';
import type { Updated, UpdateOptions } from './update.ts';

/** How a model is evaluated while it is trained. */
export interface Validation<Target extends Tensor | Indices> {
  /** What the model is evaluated on; iterated each time, so no generator. */
  // biome-ignore lint/suspicious/noExplicitAny: the model that is trained takes the same inputs
  readonly batches: Batches<any, Target>;
  /** Losses are metrics too. */
  readonly metrics: readonly (Metric<Target> | Loss<Target>)[];
  /** After how many steps, each time; default `epoch`, at the end of each epoch of an array or of `batches(…)`. */
  readonly every?: number | 'epoch' | undefined;
}

/** Options of every training. */
export interface LoopOptions<Target extends Tensor | Indices> extends UpdateOptions {
  readonly loss: Loss<Target>;
  /** Ends the training after the step under way, or while it waits for a batch. */
  readonly signal?: AbortSignalLike | undefined;
  /** The number of the first step, of a training that goes on; default 0. */
  readonly firstStep?: number | undefined;
  /** How many batches make one step: its gradient is that of all of them as one batch; default 1. */
  readonly accumulate?: number | undefined;
  /** An average of the weights, updated after each step and evaluated in their place; default none. */
  readonly average?: MovingAverage | undefined;
  /** Default: the model is not evaluated. */
  readonly validate?: Validation<Target> | undefined;
}

/** Options of `train`. */
export interface TrainOptions<Target extends Tensor | Indices> extends LoopOptions<Target> {
  /** What a first batch that `continues` goes on from, such as the `state` of a checkpoint; default zeros. */
  readonly initialState?: State | undefined;
}

/** What one step did. */
export interface TrainingStep extends Updated {
  /** The number of the step, the first being `firstStep`. */
  readonly step: number;
  /** The epoch of its last batch, from 0; undefined unless batches are of `batches(…)`. */
  readonly epoch: number | undefined;
  /** The loss before the step's update. */
  readonly loss: number;
  /** Valid time steps of the batch a second. */
  readonly tokensPerSecond: number;
  /** How long the rest will take at the speed so far; undefined unless batches are an array or of `batches(…)`. */
  readonly secondsLeft: number | undefined;
  /** The metrics by name, after the steps that end in a validation. */
  readonly validation: { readonly [name: string]: number } | undefined;
  /** The state after the last step of each sequence, from which a batch that `continues` goes on. */
  readonly state: State | undefined;
}
