/** The interface of metrics: a running tally over batches and its value. Each metric defines what it counts in one batch. */

import { checkOptions } from '../common/options.ts';
import type { Indices, Targets, Tensor } from '../common/tensor.ts';
import type { Loss } from '../losses/loss.ts';
import type { HeadOptions, Objective } from '../losses/objective.ts';
import { backendOf, type LossOptions, lossChecks, outputSignal } from '../losses/output.ts';
import { withArena } from '../matrix/arena.ts';
import type { MetricBatch } from './terms.ts';

/** A quantity measured over any number of batches. */
export interface Metric<Target extends Targets, Value = number, Output = Tensor> {
  readonly name: string;
  /** Starts a new, empty tally. */
  begin(): Tally<Target, Value, Output>;
}

/** A running measurement. */
export interface Tally<Target extends Targets, Value = number, Output = Tensor> {
  /**
   * Adds one batch.
   *
   * @param output `[batch, time, width]` or `[batch, width]`, or such tensors by head.
   * @param options `weights` count each step or element by its weight, as scikit-learn's `sample_weight` does; they are finite
   * and at least 0.
   * @throws TypeError or RangeError if the output, the target or the lengths do not fit.
   */
  add(output: Output, target: Target, options?: LossOptions | HeadOptions): void;
  /** The value over all batches, however they were divided; NaN if nothing was counted. */
  value(): Value;
}

/** The implementation of a metric: its initial count, the addition of a batch, and the final value. */
export interface Counting<Target, Counted, Value> {
  begin(): Counted;
  /** If it throws, nothing was counted. */
  count(counted: Counted, batch: MetricBatch<Target>): void;
  value(counted: Counted): Value;
}

/** Makes a metric from its implementation. */
export function countingMetric<Target extends Indices | Tensor, Counted, Value>(
  name: string,
  counting: Counting<Target, Counted, Value>,
): Metric<Target, Value> {
  return {
    name,
    begin() {
      const counted = counting.begin();
      return {
        add(output, target, options: LossOptions = {}) {
          const where = `${name}.add`;
          checkOptions(where, options, lossChecks);
          withArena(backendOf(output, options), (arena) => {
            const signal = outputSignal(arena, where, output, options);
            counting.count(counted, { arena, where, output: signal, target, weights: options.weights });
          });
        },
        value: () => counting.value(counted),
      };
    },
  };
}

/** The contribution of one batch to a mean. */
export interface Share {
  readonly sum: number;
  /** The total weight of the steps or elements in the sum: their number, if each counts once. */
  readonly count: number;
}

/** A metric computed from a mean over all steps or elements of all batches. */
export function meanMetric<Target extends Indices | Tensor>(
  name: string,
  shareOf: (batch: MetricBatch<Target>) => Share,
  finish: (mean: number) => number = (mean) => mean,
): Metric<Target> {
  return countingMetric(name, {
    begin: () => ({ sum: 0, count: 0 }),
    count(total, batch) {
      const { sum, count } = shareOf(batch);
      total.sum += sum;
      total.count += count;
    },
    value: ({ sum, count }) => finish(sum / count),
  });
}

/** The mean over all terms of all batches, from a loss with reduction `sum`. `weightsOf` gives the weights of a batch that has any. */
export function meanOf<Target extends Indices | Tensor>(
  name: string,
  loss: Loss<Target, 'sum'>,
  weightsOf: (batch: MetricBatch<Target>) => Float64Array | undefined,
  finish?: (mean: number) => number,
): Metric<Target> {
  return meanMetric(
    name,
    (batch) => {
      const { arena, where, output, target, weights } = batch;
      const { value, weight } = loss.trace(arena, where, output, target, weights);
      return { sum: value, count: weightsOf(batch)?.reduce((sum, own) => sum + own, 0) ?? weight };
    },
    finish,
  );
}

/** A loss as a metric: its mean over all batches, weighted by term, or its sum. */
export function lossMetric<Target extends Targets, Output>(
  loss: Objective<Target, Output>,
): Metric<Target, number, Output> {
  const { name, reduction } = loss;
  const begin = (): Tally<Target, number, Output> => {
    let total = 0;
    let weights = 0;
    return {
      add(output, target, options = {}) {
        const { value, weight } = loss.measure(output, target, options);
        total += reduction === 'sum' ? value : value * weight;
        weights += weight;
      },
      value: () => (reduction === 'sum' ? total : total / weights),
    };
  };
  return { name, begin };
}
