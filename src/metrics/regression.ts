/** Regression metrics, and the ROC AUC of scores. */
import { rangeError } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';
import { meanSquaredError } from '../losses/squared.ts';
import { countingMetric, type Metric, meanOf } from './metric.ts';
import { eachElement, elementWeights } from './terms.ts';

/**
 * The root of the mean of (x − y)² over the elements of outputs x and targets y.
 *
 * Every element of every valid step of every batch counts once, or by its weight.
 *
 * @example
 * ```ts
 * import { rootMeanSquaredError, tensor } from 'recurrent-cells';
 *
 * const tally = rootMeanSquaredError().begin();
 * tally.add(tensor([[3, 0]]), tensor([[0, 3]]));
 * tally.value() // → 3
 * ```
 */
export function rootMeanSquaredError(): Metric<Tensor> {
  const loss = meanSquaredError({ reduction: 'sum' });
  return meanOf('rootMeanSquaredError', loss, elementWeights, Math.sqrt);
}

/**
 * R², the coefficient of determination: 1 − Σ (x − y)² / Σ (y − ȳ)² over the elements of outputs x and targets y, with ȳ the
 * mean of all targets. 1 is perfect, 0 no better than ȳ; NaN if all targets are equal.
 *
 * Every element of every valid step of every batch counts once, or by its weight.
 *
 * @example
 * ```ts
 * import { rSquared, tensor } from 'recurrent-cells';
 *
 * const tally = rSquared().begin();
 * tally.add(tensor([[1], [2]]), tensor([[1], [2]]));
 * tally.add(tensor([[4]]), tensor([[3]]));
 * tally.value() // → 0.5
 * ```
 */
export function rSquared(): Metric<Tensor> {
  return countingMetric('rSquared', {
    begin: () => ({ residual: 0, weight: 0, mean: 0, squares: 0 }),
    count(counted, batch) {
      eachElement(batch, (x, y, weight) => {
        counted.residual += weight * (x - y) ** 2;
        // Welford's algorithm, weighted (West 1979): a plain sum of squares would lose all digits for targets far from 0.
        counted.weight += weight;
        const before = y - counted.mean;
        counted.mean += (weight * before) / counted.weight;
        counted.squares += weight * before * (y - counted.mean);
      });
    },
    value: ({ residual, squares }) => (squares === 0 ? Number.NaN : 1 - residual / squares),
  });
}

/**
 * The area under the ROC curve: the share of pairs of a positive (target 1) and a negative (target 0) in which the positive has
 * the higher score; ties count half. A pair weighs the product of its weights. NaN unless both occur. It keeps all scores until `value` is called.
 *
 * Every element of every valid step of every batch counts once, or by its weight.
 *
 * @example
 * ```ts
 * import { rocAuc, tensor } from 'recurrent-cells';
 *
 * const tally = rocAuc().begin();
 * tally.add(tensor([[0.1], [0.4], [0.35], [0.8]]), tensor([[0], [0], [1], [1]]));
 * tally.value() // → 0.75
 * ```
 */
export function rocAuc(): Metric<Tensor> {
  return countingMetric('rocAuc', {
    begin: (): Mark[] => [],
    count(marks, batch) {
      const own: Mark[] = [];
      eachElement(batch, (x, y, weight) => {
        if (y !== 0 && y !== 1) throw rangeError(batch.where, 'targets', `has ${y}`, '0 and 1 alone');
        own.push({ x, yes: y * weight, no: (1 - y) * weight });
      });
      for (const mark of own) marks.push(mark);
    },
    value: (marks) => area(marks),
  });
}

/** A score, and its weight as a positive or a negative. */
interface Mark {
  readonly x: number;
  readonly yes: number;
  readonly no: number;
}

/** The weight of pairs in the right order among all pairs (Mann and Whitney 1947). */
function area(marks: readonly Mark[]): number {
  if (marks.some(({ x }) => Number.isNaN(x))) return Number.NaN;
  const sorted = [...marks].sort((a, b) => a.x - b.x);
  let [right, yes, no] = [0, 0, 0];
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    let [tiedYes, tiedNo] = [0, 0];
    for (end = start; end < sorted.length && sorted[end]!.x === sorted[start]!.x; end++) {
      tiedYes += sorted[end]!.yes;
      tiedNo += sorted[end]!.no;
    }
    right += tiedYes * (no + tiedNo / 2);
    yes += tiedYes;
    no += tiedNo;
  }
  return right / (yes * no);
}
