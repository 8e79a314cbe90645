/** What a metric counts in a batch: the rows or elements of its valid steps, each with its weight. */
import { rangeError, show } from '../common/errors.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import { classTargets } from '../losses/class-targets.ts';
import { elements } from '../losses/elementwise.ts';
import { timeMajor } from '../losses/order.ts';
import type { Arena } from '../matrix/arena.ts';
import type { DenseSignal } from '../signal/signal.ts';

/** One batch, with its output in the heap. */
export interface MetricBatch<Target> {
  readonly arena: Arena;
  readonly where: string;
  readonly output: DenseSignal;
  readonly target: Target;
  /** The weight of each term, shaped like the target; undefined if each counts once. */
  readonly weights: Tensor | undefined;
}

/**
 * Visits the scores, the target and the weight of each row. Rows of weight 0 are left out.
 *
 * @throws before the first visit: TypeError or RangeError if the target or the weights do not fit.
 */
export function eachRow(
  batch: MetricBatch<Indices>,
  ignoreIndex: number | undefined,
  visit: (scores: Float32Array | Float64Array, wanted: number, weight: number) => void,
): void {
  const { arena, where, output, target } = batch;
  const classes = classTargets(where, output, target, ignoreIndex);
  const weights = termWeights(batch, (i) => classes[i]! >= 0);
  const { offset, columns } = output.values;
  const { values } = arena.backend.heap;
  classes.forEach((wanted, i) => {
    const weight = weights?.[i] ?? 1;
    if (wanted < 0 || weight === 0) return;
    const start = offset + i * columns;
    visit(values.subarray(start, start + columns), wanted, weight);
  });
}

/**
 * Visits each output x, target y and weight. Elements of weight 0 are left out.
 *
 * @throws before the first visit: TypeError or RangeError if the target or the weights do not fit.
 */
export function eachElement(
  batch: MetricBatch<Tensor>,
  visit: (x: number, y: number, weight: number) => void,
): void {
  const { arena, where, output, target } = batch;
  const wanted = elements(arena, where, output, target);
  const weights = elementWeights(batch);
  const { values } = arena.backend.heap;
  const counts = validElements(output);
  for (let i = 0; i < wanted.rows * output.width; i++) {
    const weight = weights?.[i] ?? 1;
    if (counts(i) && weight !== 0)
      visit(values[output.values.offset + i]!, values[wanted.offset + i]!, weight);
  }
}

/** The weights of rows whose target was checked, time-major, 0 where left out; undefined if each counts once. */
export function rowWeights(
  batch: MetricBatch<Indices>,
  ignoreIndex: number | undefined,
): Float64Array | undefined {
  if (batch.weights === undefined) return undefined;
  const classes = classTargets(batch.where, batch.output, batch.target, ignoreIndex);
  return termWeights(batch, (i) => classes[i]! >= 0);
}

/** {@link rowWeights}, of elements. */
export function elementWeights(batch: MetricBatch<Tensor>): Float64Array | undefined {
  return termWeights(batch, validElements(batch.output));
}

/** Whether the element at an index, time-major, is of a valid step. */
function validElements({ batch, time, width, lengths }: DenseSignal): (i: number) => boolean {
  return (i) => {
    const row = Math.floor(i / width);
    return Math.floor(row / batch) < (lengths?.[row % batch] ?? time);
  };
}

function termWeights(
  { where, output, target, weights }: MetricBatch<Indices | Tensor>,
  counts: (i: number) => boolean,
): Float64Array | undefined {
  if (weights === undefined) return undefined;
  const { shape } = target;
  const of = "the target's";
  const ordered = { where, argument: 'weights', shape, of, why: ` of shape [${shape.join(', ')}], ${of}` };
  return timeMajor(weights, ordered, output).map((weight, i) => {
    if (!counts(i)) return 0;
    if (weight >= 0 && Number.isFinite(weight)) return weight;
    throw rangeError(where, 'weights', `has ${show(weight)}`, 'finite numbers of at least 0');
  });
}
