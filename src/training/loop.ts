/**
 * The training loop, common to single- and multi-threaded training.
 *
 * The caller provides the computation of a batch's gradients; the loop does everything around it.
 */
import { breathe } from '../async/breathe.ts';
import { untilAborted } from '../async/until-aborted.ts';
import type { Targets } from '../common/tensor.ts';
import { type Batch, type Batches, checkBatch } from '../data/batch.ts';
import { trained } from '../optimizers/optimizer.ts';
import type { State } from '../signal/state.ts';
import { measure } from './evaluate.ts';
import { GradientSum } from './gradient-sum.ts';
import type { LoopOptions, TrainingStep } from './options.ts';
import { Progress } from './progress.ts';
import type { Trainable } from './trainable.ts';
import { Updater } from './update.ts';

/** The result of a batch, whose gradients are then in the parameters. */
export interface Computed {
  readonly loss: number;
  /** The total weight of the loss's terms, by which a mean is divided. */
  readonly weight: number;
  /** Valid time steps. */
  readonly tokens: number;
  readonly state?: State | undefined;
}

/** Computes the loss and the gradients of a batch; undefined if aborted. */
type Compute<Item> = (batch: Item, step: number) => Computed | Promise<Computed | undefined>;

/** The accumulated results of the current step's batches. */
interface Group {
  readonly count: number;
  readonly last: Computed;
  readonly batch: object;
  readonly tokens: number;
  readonly milliseconds: number;
}

/** Yields each step after its update. */
export async function* trainingLoop<Input, Target extends Targets, Output>(
  where: string,
  model: Trainable<Input, Output>,
  batches: Batches<Input, Target>,
  options: LoopOptions<Target, Output>,
  compute: Compute<Batch<Input, Target>>,
): AsyncGenerator<TrainingStep, void, undefined> {
  const { signal, firstStep = 0, accumulate = 1, average, loss } = options;
  const best = options.validate?.best;
  const parameters = trained(model.parameters());
  const updater = new Updater(where, parameters, options);
  const sum = accumulate > 1 ? new GradientSum(parameters, loss.reduction) : undefined;
  const progress = new Progress(batches);
  let step = firstStep;
  let group: Group | undefined;

  const finish = async ({ last, batch, tokens, milliseconds }: Group): Promise<TrainingStep> => {
    const started = performance.now();
    const value = sum === undefined ? last.loss : sum.finish();
    const updated = updater.update(step, value, batch);
    average?.update();
    const tokensPerSecond = (1000 * tokens) / (milliseconds + performance.now() - started);
    const validation = progress.validates(step, options.validate)
      ? await validate(where, step, model, options)
      : undefined;
    const { epoch, secondsLeft } = progress;
    const { state } = last;
    return { step, epoch, loss: value, ...updated, tokensPerSecond, secondsLeft, validation, state };
  };

  try {
    // A resumed training may already be over.
    for await (const batch of best?.over ? [] : untilAborted(batches, signal)) {
      checkBatch(`${where}: step ${step}`, batch);
      const started = performance.now();
      const last = await compute(batch, step);
      if (last === undefined) break;
      sum?.add(last.loss, last.weight);
      progress.count();
      group = joined(group, last, batch, performance.now() - started);
      if (group.count < accumulate) continue;
      yield await finish(group);
      group = undefined;
      step++;
      if (best?.over) break;
      await breathe();
    }
    if (group !== undefined && !signal?.aborted) yield await finish(group);
    if (best?.value !== undefined) best.putBack();
  } finally {
    sum?.release();
  }
}

function joined(group: Group | undefined, last: Computed, batch: object, milliseconds: number): Group {
  return {
    count: (group?.count ?? 0) + 1,
    last,
    batch,
    tokens: (group?.tokens ?? 0) + last.tokens,
    milliseconds: (group?.milliseconds ?? 0) + milliseconds,
  };
}

/**
 * Evaluates the model, with the averaged weights if there is an average, and keeps these if they are the best.
 *
 * @returns undefined, with nothing kept, if aborted.
 */
async function validate<Input, Target extends Targets, Output>(
  where: string,
  step: number,
  model: Trainable<Input, Output>,
  { validate: wanted, average, signal }: LoopOptions<Target, Output>,
): Promise<TrainingStep['validation']> {
  const { batches, metrics, best } = wanted!;
  average?.swap();
  try {
    const values = await measure(`${where}: step ${step}: validate`, model, batches, metrics, signal);
    if (values !== undefined) best?.offer(values[metrics[0]!.name]!);
    return values;
  } finally {
    average?.swap();
  }
}
