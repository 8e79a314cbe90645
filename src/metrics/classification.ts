/** Classification metrics beyond accuracy: confusion matrix, precision, recall and F₁. */
import { type Checks, checkOptions, size } from '../common/options.ts';
import type { Indices } from '../common/tensor.ts';
import { type Averaging, averagings, combined, each, type Ratio, ratios } from './averaging.ts';
import { type Counting, countingMetric, type Metric, meanMetric } from './metric.ts';
import { type ClassMetricOptions, classMetricChecks } from './metrics.ts';
import { largest } from './predictions.ts';
import { eachRow } from './terms.ts';

/** Options of {@link topAccuracy}. */
export interface TopAccuracyOptions extends ClassMetricOptions {
  /** k: the target's score must be among the `k` largest. */
  readonly k: number;
}

/** Options of {@link precision}, {@link recall} and {@link f1}. */
export interface AveragedOptions<A extends Averaging = Averaging> extends ClassMetricOptions {
  /**
   * `macro`, the mean over the classes that occur among targets or predictions; `micro`, over all steps; `none`, an
   * array with a value per class. Default `macro`.
   */
  readonly average?: A | undefined;
}

/** A number, or one per class. */
export type AveragedValue<A extends Averaging> = A extends 'none' ? number[] : number;

const topChecks = (): Checks<TopAccuracyOptions> => ({ ...classMetricChecks, k: { required: size } });
const averagedChecks = (): Checks<AveragedOptions> => ({
  ...classMetricChecks,
  average: averagings,
});

/**
 * The share of steps whose target score is among the `k` largest; the first of equal scores counts as larger.
 *
 * Every valid step of every batch counts once, or by its weight.
 *
 * @throws RangeError if `k` is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { indices, tensor, topAccuracy } from 'recurrent-cells';
 *
 * const tally = topAccuracy({ k: 2 }).begin();
 * tally.add(tensor([[1, 3, 2], [1, 3, 2]]), indices([2, 0]));
 * tally.value() // → 0.5
 * ```
 */
export function topAccuracy(options: TopAccuracyOptions): Metric<Indices> {
  const { k, ignoreIndex } = checkOptions('topAccuracy', options, topChecks());
  return meanMetric('topAccuracy', (batch) => {
    let [sum, count] = [0, 0];
    eachRow(batch, ignoreIndex, (scores, wanted, weight) => {
      const own = scores[wanted]!;
      let before = 0;
      scores.forEach((score, j) => {
        if (!(score < own || (score === own && j >= wanted))) before++;
      });
      count += weight;
      if (before < k) sum += weight;
    });
    return { sum, count };
  });
}

/**
 * The confusion matrix: row k, column j counts the steps of class k that are predicted as class j, or sums their weights.
 * A step with a NaN score is in no column.
 *
 * @example
 * ```ts
 * import { confusionMatrix, indices, tensor } from 'recurrent-cells';
 *
 * const tally = confusionMatrix().begin();
 * tally.add(tensor([[2, 1], [0, 1], [0, 1]]), indices([0, 0, 1]));
 * tally.value() // → [[1, 1], [0, 1]]
 * ```
 */
export function confusionMatrix(options: ClassMetricOptions = {}): Metric<Indices, number[][]> {
  const { ignoreIndex } = checkOptions('confusionMatrix', options, classMetricChecks);
  return countingMetric('confusionMatrix', {
    ...confusion(ignoreIndex),
    value: ({ matrix }) => matrix.map((row) => [...row]),
  });
}

/**
 * Precision: the share of the steps predicted as a class that belong to it; 0 if none is predicted.
 *
 * @throws RangeError if `average` is unknown.
 *
 * @example
 * ```ts
 * import { indices, precision, tensor } from 'recurrent-cells';
 *
 * const tally = precision({ average: 'none' }).begin();
 * tally.add(tensor([[2, 1], [0, 1], [0, 1]]), indices([0, 0, 1]));
 * tally.value() // → [1, 0.5]
 * ```
 */
export function precision<A extends Averaging = 'macro'>(
  options: AveragedOptions<A> = {},
): Metric<Indices, AveragedValue<A>> {
  return averaged('precision', options, ratios.precision);
}

/**
 * Recall: the share of the steps of a class that are predicted as such; 0 if the class does not occur.
 *
 * @throws RangeError if `average` is unknown.
 *
 * @example
 * ```ts
 * import { indices, recall, tensor } from 'recurrent-cells';
 *
 * const tally = recall({ average: 'none' }).begin();
 * tally.add(tensor([[2, 1], [0, 1], [0, 1]]), indices([0, 0, 1]));
 * tally.value() // → [0.5, 1]
 * ```
 */
export function recall<A extends Averaging = 'macro'>(
  options: AveragedOptions<A> = {},
): Metric<Indices, AveragedValue<A>> {
  return averaged('recall', options, ratios.recall);
}

/**
 * F₁, the harmonic mean of {@link precision} and {@link recall}: `2·right/(taken + wanted)`.
 *
 * @throws RangeError if `average` is unknown.
 *
 * @example
 * ```ts
 * import { f1, indices, tensor } from 'recurrent-cells';
 *
 * const tally = f1().begin();
 * tally.add(tensor([[2, 1], [0, 1], [0, 1]]), indices([0, 0, 1]));
 * tally.value().toFixed(4) // → '0.6667'
 * ```
 */
export function f1<A extends Averaging = 'macro'>(
  options: AveragedOptions<A> = {},
): Metric<Indices, AveragedValue<A>> {
  return averaged('f1', options, ratios.f1);
}

interface Confusion {
  matrix: number[][];
  /** The steps of each target that are in no column, by weight. */
  lost: number[];
}

function confusion(
  ignoreIndex: number | undefined,
): Pick<Counting<Indices, Confusion, never>, 'begin' | 'count'> {
  return {
    begin: () => ({ matrix: [], lost: [] }),
    count(counted, batch) {
      const steps: [wanted: number, found: number, weight: number][] = [];
      eachRow(batch, ignoreIndex, (scores, wanted, weight) => {
        steps.push([wanted, largest(scores), weight]);
      });
      while (counted.matrix.length < batch.output.width) {
        for (const row of counted.matrix) row.push(0);
        counted.matrix.push(Array(counted.matrix.length + 1).fill(0));
        counted.lost.push(0);
      }
      for (const [wanted, found, weight] of steps) {
        if (found < 0) counted.lost[wanted]! += weight;
        else counted.matrix[wanted]![found]! += weight;
      }
    },
  };
}

function averaged<A extends Averaging>(
  name: string,
  options: AveragedOptions<A>,
  ratio: Ratio,
): Metric<Indices, AveragedValue<A>> {
  const { ignoreIndex, average = 'macro' as Averaging } = checkOptions(name, options, averagedChecks());
  return countingMetric(name, {
    ...confusion(ignoreIndex),
    value({ matrix, lost }) {
      const classes = matrix.map((row, k) => ({
        right: row[k]!,
        taken: matrix.reduce((sum, other) => sum + other[k]!, 0),
        wanted: row.reduce((sum, count) => sum + count, lost[k]!),
      }));
      const value = average === 'none' ? each(classes, ratio) : combined(classes, average, ratio);
      return value as AveragedValue<A>;
    },
  });
}
