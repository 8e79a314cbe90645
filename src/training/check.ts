/** What a training is given, checked once before its first step. */
import { numberWithin, rangeError, requiredOptions, show, typeError, wholeNumber } from '../common/errors.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import { checkBatches } from '../data/batch.ts';
import { BatchSet } from '../data/batches.ts';
import { Loss } from '../losses/loss.ts';
import type { Reduction } from '../losses/reduction.ts';
import { lossMetric, type Metric } from '../metrics/metric.ts';
import { Optimizer } from '../optimizers/optimizer.ts';
import { MovingAverage } from './moving-average.ts';
import type { LoopOptions, Validation } from './options.ts';
import type { Trainable } from './trainable.ts';

/** @throws TypeError or RangeError if something is not what a training needs. */
export function checkTraining<Target extends Tensor | Indices>(
  where: string,
  model: unknown,
  batches: unknown,
  options: LoopOptions<Target>,
): void {
  checkModel(where, model);
  requiredOptions(where, options, '{ loss, optimizer }');
  const { loss, optimizer, clipNorm, schedule, signal, firstStep, accumulate, average, validate } = options;
  if (!(loss instanceof Loss))
    throw typeError(where, 'loss', `is ${show(loss)}`, 'a loss such as crossEntropy()');
  if (!(optimizer instanceof Optimizer))
    throw typeError(where, 'optimizer', `is ${show(optimizer)}`, 'an optimiser such as new Adam()');
  if (clipNorm !== undefined) numberWithin(where, 'clipNorm', clipNorm, 0, Number.POSITIVE_INFINITY);
  if (schedule !== undefined && typeof schedule !== 'function')
    throw typeError(where, 'schedule', `is ${show(schedule)}`, 'a function from a step to a factor');
  if (signal !== undefined && typeof signal?.addEventListener !== 'function')
    throw typeError(where, 'signal', `is ${show(signal)}`, 'an AbortSignal');
  if (firstStep !== undefined) wholeNumber(where, 'firstStep', firstStep, 0);
  if (accumulate !== undefined) wholeNumber(where, 'accumulate', accumulate);
  if (average !== undefined && !(average instanceof MovingAverage))
    throw typeError(where, 'average', `is ${show(average)}`, 'a MovingAverage of the model’s parameters');
  if (validate !== undefined) checkValidation(where, batches, validate);
  checkBatches(where, batches);
}

function checkValidation<Target extends Tensor | Indices>(
  where: string,
  batches: unknown,
  validate: Validation<Target>,
): void {
  const { every = 'epoch', metrics } = requiredOptions(where, validate, '{ batches, metrics }');
  checkMetrics(`${where}: validate`, metrics);
  if (every !== 'epoch') wholeNumber(where, 'validate.every', every);
  else if (!(batches instanceof BatchSet) && !Array.isArray(batches))
    throw rangeError(
      where,
      'validate.every',
      'is "epoch"',
      'a number of steps, since the batches do not say where an epoch ends',
    );
}

/** @throws TypeError if a model cannot be trained and evaluated. */
export function checkModel(where: string, model: unknown): void {
  const { recordBatch, infer, parameters } = (model ?? {}) as Partial<Trainable<unknown>>;
  for (const method of [recordBatch, infer, parameters])
    if (typeof method !== 'function')
      throw typeError(where, 'model', `is ${show(model)}`, 'a layer, or a model such as manyToOne(…) makes');
}

/**
 * Passes metrics on, losses as metrics.
 *
 * @throws TypeError if one is neither; RangeError if two have one name.
 */
export function checkMetrics<Target extends Tensor | Indices>(
  where: string,
  metrics: readonly (Metric<Target> | Loss<Target>)[],
): Metric<Target>[] {
  if (!Array.isArray(metrics))
    throw typeError(where, 'metrics', `is ${show(metrics)}`, 'an array of metrics and losses');
  const found = metrics.map((metric: Metric<Target> | Loss<Target>, i) => {
    if (metric instanceof Loss) {
      if ((metric.reduction as Reduction) === 'none')
        throw rangeError(where, `metrics[${i}]`, `${metric.name} has reduction "none"`, '"mean" or "sum"');
      return lossMetric(metric);
    }
    if (typeof metric?.begin === 'function') return metric;
    throw typeError(where, `metrics[${i}]`, `is ${show(metric)}`, 'a metric such as accuracy(), or a loss');
  });
  const names = found.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw rangeError(where, 'metrics', `has ${show(twice)} twice`, 'a name for each');
  return found;
}
