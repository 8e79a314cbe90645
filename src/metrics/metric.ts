/** The interface of metrics: a running tally over batches and its value. Each metric defines what it counts in one batch. */

import { checkOptions } from '../common/options.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import type { Loss, Measured } from '../losses/loss.ts';
import { backendOf, type LossOptions, lossChecks, outputSignal } from '../losses/output.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import type { DenseSignal } from '../signal/signal.ts';

/** A quantity measured over any number of batches. */
export interface Metric<Target extends Indices | Tensor, Value = number> {
  readonly name: string;
  /** Starts a new, empty tally. */
  begin(): Tally<Target, Value>;
}

/** A running measurement. */
export interface Tally<Target extends Indices | Tensor, Value = number> {
  /**
   * Adds one batch.
   *
   * @param output `[batch, time, width]` or `[batch, width]`.
   * @throws TypeError or RangeError if the output, the target or the lengths do not fit.
   */
  add(output: Tensor, target: Target, options?: LossOptions): void;
  /** The value over all batches, however they were divided; NaN if nothing was counted. */
  value(): Value;
}

/** The implementation of a metric: its initial count, the addition of a batch, and the final value. */
export interface Counting<Target, Counted, Value> {
  begin(): Counted;
  count(counted: Counted, arena: Arena, where: string, output: DenseSignal, target: Target): void;
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
        add(output, target, options = {}) {
          const where = `${name}.add`;
          checkOptions(where, options, lossChecks);
          withArena(backendOf(output, options), (arena) => {
            const signal = outputSignal(arena, where, output, options);
            counting.count(counted, arena, where, signal, target);
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
  /** The number of steps or elements in the sum. */
  readonly count: number;
}

/** A metric computed from a mean over all steps or elements of all batches. */
export function meanMetric<Target extends Indices | Tensor>(
  name: string,
  shareOf: (arena: Arena, where: string, output: DenseSignal, target: Target) => Share,
  finish: (mean: number) => number = (mean) => mean,
): Metric<Target> {
  return countingMetric(name, {
    begin: () => ({ sum: 0, count: 0 }),
    count(total, arena, where, output, target) {
      const { sum, count } = shareOf(arena, where, output, target);
      total.sum += sum;
      total.count += count;
    },
    value: ({ sum, count }) => finish(sum / count),
  });
}

/** The mean over all terms of all batches, from a loss with reduction `sum`. */
export function meanOf<Target extends Indices | Tensor>(
  name: string,
  loss: Loss<Target, 'sum'>,
  finish?: (mean: number) => number,
): Metric<Target> {
  return meanMetric(
    name,
    (arena, where, output, target) => {
      const { value, weight } = loss.trace(arena, where, output, target);
      return { sum: value, count: weight };
    },
    finish,
  );
}

/** A loss as a metric: its mean over all batches, weighted by term, or its sum. */
export function lossMetric<Target extends Indices | Tensor>(loss: Loss<Target>): Metric<Target> {
  const { name, reduction } = loss;
  const begin = (): Tally<Target> => {
    let total = 0;
    let weights = 0;
    return {
      add(output, target, options = {}) {
        const { value, weight } = loss.measure(output, target, options) as Measured;
        total += reduction === 'sum' ? value : value * weight;
        weights += weight;
      },
      value: () => (reduction === 'sum' ? total : total / weights),
    };
  };
  return { name, begin };
}
