/** How what came of the shards becomes what would have come of the whole batch. */
import type { Values } from '../kernels/heap.ts';
import type { Reduction } from '../losses/reduction.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { addGradients, scaleGradients } from './flat.ts';
import type { Outcome } from './messages.ts';

/**
 * Adds up, in the order of the shards: `loss = Σ α_s·loss_s` and `g = Σ α_s·g_s`, with α = 1 of a sum. A mean over weights
 * w_s has `α_s = w_s / Σ w`, which makes it the mean over all.
 *
 * @param parameters whose gradients are those of shard 0 at first, and of all afterwards.
 * @param outcomes by shard; of shards without sequences there is none.
 * @param gradients by shard, from 1.
 */
export function combine(
  parameters: ReadonlyMap<string, Parameter>,
  reduction: Reduction,
  outcomes: readonly (Outcome | undefined)[],
  gradients: readonly Values[],
): Outcome {
  const sum = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((total, outcome) => (outcome === undefined ? total : total + of(outcome)), 0);
  const weight = sum((outcome) => outcome.weight);
  // A mean of nothing is 0, as it is of each shard then.
  const factor = (outcome: Outcome) => (reduction === 'sum' || weight === 0 ? 1 : outcome.weight / weight);
  outcomes.forEach((outcome, shard) => {
    if (outcome === undefined) return;
    if (shard === 0) scaleGradients(parameters, factor(outcome));
    else addGradients(parameters, gradients[shard]!, factor(outcome));
  });
  return {
    loss: sum((outcome) => factor(outcome) * outcome.loss),
    weight,
    tokens: sum(({ tokens }) => tokens),
  };
}
