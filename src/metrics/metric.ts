/** What every metric is: a tally over batches, and its value at the end. Each metric says what it counts of one batch. */

import { checkOptions } from '../common/options.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import type { Loss, Measured } from '../losses/loss.ts';
import { backendOf, type LossOptions, lossChecks, outputSignal } from '../losses/output.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import type { DenseSignal } from '../signal/signal.ts';

/** Something measured over any number of batches. */
export interface Metric<Target extends Indices | Tensor, Value = number> {
  readonly name: string;
  /** A new tally, of nothing yet. */
  begin(): Tally<Target, Value>;
}

/** A measurement under way. */
export interface Tally<Target extends Indices | Tensor, Value = number> {
  /**
   * Takes in one batch.
   *
   * @param output `[batch, time, width]` or `[batch, width]`.
   * @throws TypeError or RangeError if the output, the target or the lengths do not fit.
   */
  add(output: Tensor, target: Target, options?: LossOptions): void;
  /** The value over all batches together, however they were cut; NaN of nothing. */
  value(): Value;
}

/** How a metric counts: what it has counted so far, how it takes in a batch, and what comes of it. */
export interface Counting<Target, Counted, Value> {
  begin(): Counted;
  count(counted: Counted, arena: Arena, where: string, output: DenseSignal, target: Target): void;
  value(counted: Counted): Value;
}

/** A metric from how it counts. */
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

/** What one batch adds to a mean. */
export interface Share {
  readonly sum: number;
  /** How many steps, or elements, it is the sum over. */
  readonly count: number;
}

/** A metric that is a function of a mean over all steps, or elements, of all batches. */
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

/** The mean of a loss whose reduction is the sum, over all terms of all batches. */
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

/** A loss as a metric: its mean over all batches together, each term by its weight, or its sum. */
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
