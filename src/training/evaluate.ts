/** Evaluation: metrics of a model on held-out batches. */

import { breathe } from '../async/breathe.ts';
import { type AbortSignalLike, untilAborted } from '../async/until-aborted.ts';
import { rangeError } from '../common/errors.ts';
import type { Targets } from '../common/tensor.ts';
import { type Batches, checkBatch, checkBatches } from '../data/batch.ts';
import type { HeadOptions, Objective } from '../losses/objective.ts';
import type { LossOptions } from '../losses/output.ts';
import type { Metric } from '../metrics/metric.ts';
import type { State } from '../signal/state.ts';
import { checkMetrics, checkModel } from './check.ts';
import type { Trainable } from './trainable.ts';

/** The value type of a metric or loss. */
// biome-ignore lint/suspicious/noExplicitAny: any targets
export type ValueOfMeasure<Measure> = Measure extends Metric<any, infer Value, any> ? Value : number;

/**
 * Runs a model over batches and returns the value of each metric over all of them, by name.
 *
 * Every valid step counts once, whatever its batch. The model runs in inference mode: nothing is recorded, and there is no
 * dropout.
 *
 * @param metrics metrics and losses with distinct names. The value of a loss is its mean, or sum, over all batches.
 * @throws TypeError if the model, the batches or the metrics have the wrong type; RangeError if two metrics have the same name.
 *
 * @example
 * ```ts
 * import { accuracy, Dense, evaluate, indices, tensor } from 'recurrent-cells';
 *
 * const model = new Dense({ inputSize: 1, outputSize: 2 });
 * model.parameters().get('weight')!.write([1, -1]);
 * const batch = { inputs: tensor([[3], [-2], [5]]), targets: indices([0, 1, 1], [3]) };
 * const { accuracy: share } = await evaluate(model, [batch, batch], [accuracy()]);
 * share!.toFixed(3) // → '0.667'
 * ```
 */
export async function evaluate<
  Input,
  Target extends Targets,
  Output,
  // biome-ignore lint/suspicious/noExplicitAny: each metric has its own type of value
  Measure extends Metric<Target, any, Output> | Objective<Target, Output>,
>(
  model: Trainable<Input, Output>,
  batches: Batches<Input, Target>,
  metrics: readonly Measure[],
): Promise<{ [name: string]: ValueOfMeasure<Measure> }> {
  return (await measure('evaluate', model, batches, metrics))!;
}

/** {@link evaluate}, for `where` in errors, which name the batch; undefined if `signal` is aborted. */
export async function measure<
  Input,
  Target extends Targets,
  Output,
  // biome-ignore lint/suspicious/noExplicitAny: each metric has its own type of value
  Measure extends Metric<Target, any, Output> | Objective<Target, Output>,
>(
  where: string,
  model: Trainable<Input, Output>,
  batches: Batches<Input, Target>,
  metrics: readonly Measure[],
  signal?: AbortSignalLike | undefined,
): Promise<{ [name: string]: ValueOfMeasure<Measure> } | undefined> {
  checkModel(where, model);
  const wanted = checkMetrics<Target, Output>(where, metrics);
  checkBatches(where, batches);
  const tallies = wanted.map((metric) => metric.begin());
  let state: State | undefined;
  let count = 0;
  for await (const batch of untilAborted(batches, signal)) {
    checkBatch(`${where}: batch ${count}`, batch);
    const { inputs, targets, lengths, weights, continues } = batch;
    try {
      const result = model.infer(inputs, { lengths, state: continues ? state : undefined });
      state = result.state;
      const options = { lengths: result.lengths ?? lengths, weights } as LossOptions | HeadOptions;
      for (const tally of tallies) tally.add(result.output, targets, options);
    } catch (error) {
      if (error instanceof Error) error.message = `${where}: batch ${count}: ${error.message}`;
      throw error;
    }
    count++;
    await breathe();
  }
  if (signal?.aborted) return undefined;
  if (count === 0) throw rangeError(where, 'batches', 'is empty', 'at least one batch');
  return Object.fromEntries(wanted.map(({ name }, at) => [name, tallies[at]!.value()])) as {
    [name: string]: ValueOfMeasure<Measure>;
  };
}
