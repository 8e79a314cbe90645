/** What every metric is: a tally over batches, and its value at the end. Each metric says what it counts of one batch. */

import { checkOptions } from '../common/options.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import { backendOf, type LossOptions, lossOptions, outputSignal } from '../losses/output.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import type { DenseSignal } from '../signal/signal.ts';

/** Something measured over any number of batches. */
export interface Metric<Target extends Indices | Tensor> {
  readonly name: string;
  /** A new tally, of nothing yet. */
  begin(): Tally<Target>;
}

/** A measurement under way. */
export interface Tally<Target extends Indices | Tensor> {
  /**
   * Takes in one batch.
   *
   * @param output `[batch, time, width]` or `[batch, width]`.
   * @throws TypeError or RangeError if the output, the target or the lengths do not fit.
   */
  add(output: Tensor, target: Target, options?: LossOptions): void;
  /** The value over all batches together, however they were cut; NaN of nothing. */
  value(): number;
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
  return {
    name,
    begin() {
      let total = 0;
      let counted = 0;
      return {
        add(output, target, options = {}) {
          const where = `${name}.add`;
          checkOptions(where, options, lossOptions);
          withArena(backendOf(output, options), (arena) => {
            const signal = outputSignal(arena, where, output, options);
            const { sum, count } = shareOf(arena, where, signal, target);
            total += sum;
            counted += count;
          });
        },
        value: () => finish(total / counted),
      };
    },
  };
}
