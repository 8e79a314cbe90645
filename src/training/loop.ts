/**
 * The loop of every training: batches in, steps out.
 *
 * Answers for what happens around the gradients of a batch; how they are computed, by one thread or several, is the
 * caller's affair.
 */
import { breathe } from '../async/breathe.ts';
import { type AbortSignalLike, untilAborted } from '../async/until-aborted.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import { type Batch, type Batches, checkBatch } from '../data/batch.ts';
import type { Loss } from '../losses/loss.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { type Updated, type UpdateOptions, Updater } from './update.ts';

/** Options of `train`. */
export interface TrainOptions<Target extends Tensor | Indices> extends UpdateOptions {
  readonly loss: Loss<Target>;
  /** Ends the training after the step under way, or while it waits for a batch. */
  readonly signal?: AbortSignalLike | undefined;
  /** The number of the first step, of a training that goes on: 0 unless given. */
  readonly firstStep?: number | undefined;
}

/** What one step did. */
export interface TrainingStep extends Updated {
  /** The number of the step, the first being `firstStep`. */
  readonly step: number;
  /** The loss before the step's update. */
  readonly loss: number;
  /** Valid time steps of the batch a second. */
  readonly tokensPerSecond: number;
}

/** What came of a batch, whose gradients are then those of the parameters. */
export interface Computed {
  readonly loss: number;
  /** Valid time steps. */
  readonly tokens: number;
}

/** Computes the loss and the gradients of a batch; undefined if it was aborted meanwhile. */
type Compute<Item> = (batch: Item, step: number) => Computed | Promise<Computed | undefined>;

/** Yields each step when its update is done. */
export async function* trainingLoop<Input, Target extends Tensor | Indices>(
  where: string,
  parameters: ReadonlyMap<string, Parameter>,
  batches: Batches<Input, Target>,
  options: TrainOptions<Target>,
  compute: Compute<Batch<Input, Target>>,
): AsyncGenerator<TrainingStep, void, undefined> {
  const { signal, firstStep = 0 } = options;
  const updater = new Updater(where, parameters, options);
  try {
    let step = firstStep;
    for await (const batch of untilAborted(batches, signal)) {
      checkBatch(where, batch);
      const started = performance.now();
      const result = await compute(batch, step);
      if (result === undefined) return;
      const updated = updater.update(step, result.loss, batch);
      const tokensPerSecond = (1000 * result.tokens) / (performance.now() - started);
      yield { step, loss: result.loss, ...updated, tokensPerSecond };
      step++;
      await breathe();
    }
  } finally {
    updater.release();
  }
}
