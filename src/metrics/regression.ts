/** Regression metrics, and the ROC AUC of scores. */
import { rangeError } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';
import { elements } from '../losses/elementwise.ts';
import { meanSquaredError } from '../losses/squared.ts';
import type { Arena } from '../matrix/arena.ts';
import type { DenseSignal } from '../signal/signal.ts';
import { countingMetric, type Metric, meanOf } from './metric.ts';

/**
 * The root of the mean of (x − y)² over the elements of outputs x and targets y.
 *
 * Every element of every valid step of every batch counts once.
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
  return meanOf('rootMeanSquaredError', meanSquaredError({ reduction: 'sum' }), Math.sqrt);
}

/**
 * R², the coefficient of determination: 1 − Σ (x − y)² / Σ (y − ȳ)² over the elements of outputs x and targets y, with ȳ the
 * mean of all targets. 1 is perfect, 0 no better than ȳ; NaN if all targets are equal.
 *
 * Every element of every valid step of every batch counts once.
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
    begin: () => ({ residual: 0, count: 0, mean: 0, squares: 0 }),
    count(counted, arena, where, output, target) {
      eachElement(arena, where, output, target, (x, y) => {
        counted.residual += (x - y) ** 2;
        // Welford's algorithm: a plain sum of squares would lose all digits for targets far from 0.
        counted.count++;
        const before = y - counted.mean;
        counted.mean += before / counted.count;
        counted.squares += before * (y - counted.mean);
      });
    },
    value: ({ residual, squares }) => (squares === 0 ? Number.NaN : 1 - residual / squares),
  });
}

/**
 * The area under the ROC curve: the share of pairs of a positive (target 1) and a negative (target 0) in which the positive has
 * the higher score; ties count half. NaN unless both occur. It keeps all scores until `value` is called.
 *
 * Every element of every valid step of every batch counts once.
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
    begin: () => ({ yes: [] as number[], no: [] as number[] }),
    count({ yes, no }, arena, where, output, target) {
      eachElement(arena, where, output, target, (x, y) => {
        if (y !== 0 && y !== 1) throw rangeError(where, 'targets', `has ${y}`, '0 and 1 alone');
        (y === 1 ? yes : no).push(x);
      });
    },
    value: ({ yes, no }) => area(yes, no),
  });
}

/** From the ranks of the positives among all scores, with mean ranks for ties (Mann and Whitney 1947). */
function area(yes: readonly number[], no: readonly number[]): number {
  const all = [...yes.map((x) => ({ x, of: 1 })), ...no.map((x) => ({ x, of: 0 }))].sort((a, b) => a.x - b.x);
  if (yes.length === 0 || no.length === 0 || all.some(({ x }) => Number.isNaN(x))) return Number.NaN;
  let ranks = 0;
  for (let start = 0, end = 0; start < all.length; start = end) {
    let own = 0;
    for (end = start; end < all.length && all[end]!.x === all[start]!.x; end++) own += all[end]!.of;
    ranks += own * ((start + 1 + end) / 2);
  }
  return (ranks - (yes.length * (yes.length + 1)) / 2) / (yes.length * no.length);
}

/** Visits each output and target of the valid steps. */
function eachElement(
  arena: Arena,
  where: string,
  output: DenseSignal,
  target: Tensor,
  visit: (x: number, y: number) => void,
): void {
  const wanted = elements(arena, where, output, target);
  const { batch, time, width, lengths } = output;
  const { values } = arena.backend.heap;
  for (let b = 0; b < batch; b++)
    for (let t = 0; t < (lengths?.[b] ?? time); t++)
      for (let k = 0; k < width; k++) {
        const at = (t * batch + b) * width + k;
        visit(values[output.values.offset + at]!, values[wanted.offset + at]!);
      }
}
