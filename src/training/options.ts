/** The options and the progress reports of training. */
import type { AbortSignalLike } from '../async/until-aborted.ts';
import type { Targets, Tensor } from '../common/tensor.ts';
import type { Batches } from '../data/batch.ts';
import type { Objective } from '../losses/objective.ts';
import type { Metric } from '../metrics/metric.ts';
import type { State } from '../signal/state.ts';
import type { BestWeights } from './best-weights.ts';
import type { MovingAverage } from './moving-average.ts';
import type { Updated, UpdateOptions } from './update.ts';

/** How a model is evaluated during training. */
export interface Validation<Target extends Targets, Output = Tensor> {
  /** The held-out batches; iterated at each validation, so not a generator. */
  // biome-ignore lint/suspicious/noExplicitAny: the same inputs as the trained model
  readonly batches: Batches<any, Target>;
  /** Losses are metrics too. */
  readonly metrics: readonly (
    | Metric<NoInfer<Target>, number, NoInfer<Output>>
    | Objective<NoInfer<Target>, NoInfer<Output>>
  )[];
  /** The number of steps between validations; default `epoch`, the end of each epoch of an array or of `batches(…)`. */
  readonly every?: number | 'epoch' | undefined;
  /**
   * Offered the value of the first metric, with the averaged weights if there is an average. Training ends when it is `over`,
   * and the best weights are restored at the end, after an abort too, unless training ends by `break` or an error. Default none.
   */
  readonly best?: BestWeights | undefined;
}

/** Options of every training. */
export interface LoopOptions<Target extends Targets, Output = Tensor> extends UpdateOptions {
  /** A loss, or for several heads a `jointLoss`. */
  readonly loss: Objective<Target, Output>;
  /**
   * Ends the training after the current step, or while waiting for a batch. A validation that is aborted is dropped: its step has
   * none, and is the last.
   */
  readonly signal?: AbortSignalLike | undefined;
  /** The number of the first step, for resumed training; default 0. */
  readonly firstStep?: number | undefined;
  /** The number of batches per step, whose gradients are accumulated as if they were one batch; default 1. */
  readonly accumulate?: number | undefined;
  /** An average of the weights, updated after each step and used for validation; default none. */
  readonly average?: MovingAverage | undefined;
  /**
   * Validation during training, after the update of its step; default none. If it fails, the error comes before the step is
   * yielded, and the weights are those after the update.
   */
  readonly validate?: Validation<Target, Output> | undefined;
}

/** Options of `train`. */
export interface TrainOptions<Target extends Targets, Output = Tensor> extends LoopOptions<Target, Output> {
  /** The state before a first batch that `continues`, such as the `state` of a checkpoint; default zeros. */
  readonly initialState?: State | undefined;
}

/** The result of one step. */
export interface TrainingStep extends Updated {
  /** The number of the step, starting at `firstStep`. */
  readonly step: number;
  /** The epoch of its last batch, from 0; undefined unless the batches come from `batches(…)`. */
  readonly epoch: number | undefined;
  /** The loss before the step's update. */
  readonly loss: number;
  /** Valid time steps per second. */
  readonly tokensPerSecond: number;
  /** The estimated remaining time; undefined unless the batches are an array or come from `batches(…)`. */
  readonly secondsLeft: number | undefined;
  /** The metrics by name, for steps followed by a validation. */
  readonly validation: { readonly [name: string]: number } | undefined;
  /** The state after the last step of each sequence, from which a batch that `continues` starts. */
  readonly state: State | undefined;
}
