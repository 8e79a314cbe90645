/** Evaluation: metrics of a model over batches it is not trained on. */

import { breathe } from '../async/breathe.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import { type Batches, checkBatch, checkBatches } from '../data/batch.ts';
import type { Loss } from '../losses/loss.ts';
import type { Metric } from '../metrics/metric.ts';
import type { State } from '../signal/state.ts';
import { checkMetrics, checkModel } from './check.ts';
import type { Trainable } from './trainable.ts';

/** What comes of a metric, or of a loss. */
// biome-ignore lint/suspicious/noExplicitAny: the targets play no part here
export type ValueOfMeasure<Measure> = Measure extends Metric<any, infer Value> ? Value : number;

/**
 * Runs a model over batches and gives the value of each metric over all of them together, by its name.
 *
 * Every valid step counts once, whatever batch it is in. Nothing is recorded, and what only training does, such as
 * dropout, is left out.
 *
 * @param metrics whose names differ. A loss is one too: its mean, or sum, over all batches together.
 * @throws TypeError if the model, the batches or the metrics are none; RangeError if two metrics have one name.
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
  Target extends Tensor | Indices,
  // biome-ignore lint/suspicious/noExplicitAny: each metric has a value of its own kind
  Measure extends Metric<Target, any> | Loss<Target>,
>(
  model: Trainable<Input>,
  batches: Batches<Input, Target>,
  metrics: readonly Measure[],
): Promise<{ [name: string]: ValueOfMeasure<Measure> }> {
  checkModel('evaluate', model);
  const wanted = checkMetrics('evaluate', metrics);
  checkBatches('evaluate', batches);
  const tallies = wanted.map((metric) => metric.begin());
  let state: State | undefined;
  for await (const batch of batches) {
    checkBatch('evaluate', batch);
    const { inputs, targets, lengths, weights, continues } = batch;
    const result = model.infer(inputs, { lengths, state: continues ? state : undefined });
    state = result.state;
    for (const tally of tallies)
      tally.add(result.output, targets, { lengths: result.lengths ?? lengths, weights });
    await breathe();
  }
  return Object.fromEntries(wanted.map(({ name }, at) => [name, tallies[at]!.value()])) as {
    [name: string]: ValueOfMeasure<Measure>;
  };
}
