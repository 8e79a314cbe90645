/** The metric of one head, for models with several heads. */
import { rangeError, show, typeError } from '../common/errors.ts';
import { record, text } from '../common/options.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import { Loss } from '../losses/loss.ts';
import { type HeadOptions, optionsOf } from '../losses/objective.ts';
import type { Reduction } from '../losses/reduction.ts';
import { lossMetric, type Metric } from './metric.ts';

/**
 * Measures one head of a model whose outputs and targets are records.
 *
 * @returns a metric named `head.metric`, such as `tag.accuracy`.
 * @throws TypeError if `metric` is neither a metric nor a loss; RangeError if it is a loss with reduction `none`.
 *
 * @example
 * ```ts
 * import { accuracy, headMetric, indices, tensor } from 'recurrent-cells';
 *
 * const metric = headMetric('tag', accuracy());
 * const tally = metric.begin();
 * tally.add({ tag: tensor([[0, 5], [3, 2]]) }, { tag: indices([1, 1]) });
 * [metric.name, tally.value()] // → ['tag.accuracy', 0.5]
 * ```
 */
export function headMetric<const Head extends string, Target extends Tensor | Indices, Value = number>(
  head: Head,
  metric: Metric<Target, Value> | Loss<Target>,
): Metric<{ readonly [H in Head]: Target }, Value, { readonly [H in Head]: Tensor }> {
  text('headMetric', 'head', head);
  const of = metric instanceof Loss ? (lossMetric(metric) as unknown as Metric<Target, Value>) : metric;
  if (metric instanceof Loss && (metric.reduction as Reduction) === 'none')
    throw rangeError('headMetric', 'metric', `is ${metric.name} with reduction "none"`, '"mean" or "sum"');
  if (typeof (of as Partial<typeof of> | null | undefined)?.begin !== 'function')
    throw typeError('headMetric', 'metric', `is ${show(metric)}`, 'a metric such as accuracy(), or a loss');
  const name = `${head}.${of.name}`;
  return {
    name,
    begin() {
      const tally = of.begin();
      return {
        add(outputs, targets, options: HeadOptions = {}) {
          const part = <Of>(argument: string, values: { readonly [H in Head]: Of }): Of => {
            if (Object.hasOwn(record(name, argument, values), head)) return values[head];
            throw rangeError(
              name,
              'head',
              `is ${show(head)}`,
              `one of the ${argument}, ${Object.keys(values).join(', ')}`,
            );
          };
          tally.add(part('outputs', outputs), part('targets', targets), optionsOf(name, options, head));
        },
        value: () => tally.value(),
      };
    },
  };
}
