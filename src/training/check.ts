/** Checks the arguments of a training once, before its first step. */
import { signalOption } from '../async/until-aborted.ts';
import { rangeError, show, typeError, wholeNumber } from '../common/errors.ts';
import { instanceOf, isCopy, otherCopy } from '../common/instance.ts';
import { type Check, type Checks, checkOptions, count, later, notNegative, size } from '../common/options.ts';
import type { Targets } from '../common/tensor.ts';
import { checkBatches, checkRepeatable, knowEpochs } from '../data/batch.ts';
import { backendOption } from '../kernels/backend.ts';
import { Objective } from '../losses/objective.ts';
import type { Reduction } from '../losses/reduction.ts';
import { lossMetric, type Metric } from '../metrics/metric.ts';
import { Optimizer } from '../optimizers/optimizer.ts';
import type { Schedule } from '../optimizers/schedules.ts';
import type { BestWeights } from './best-weights.ts';
import type { MovingAverage } from './moving-average.ts';
import type { LoopOptions, Validation } from './options.ts';
import type { Trainable } from './trainable.ts';

export const lossOption: Check<Objective<never, never>> = (where, argument, value) =>
  instanceOf<Objective<never, never>>(where, argument, value, Objective, 'a loss such as crossEntropy()');

const optimizerOption: Check<Optimizer> = (where, argument, value) =>
  instanceOf(where, argument, value, Optimizer, 'an optimiser such as new Adam()');

const scheduleOption: Check<Schedule> = (where, argument, value) => {
  if (typeof value === 'function') return value as Schedule;
  throw typeError(where, argument, `is ${show(value)}`, 'a function from a step to a factor');
};

/** An object with these methods. Not `instanceof`, which would add 0.7 kB of gzip to programs that use neither class. */
const having =
  <Kind extends object>(methods: readonly (keyof Kind & string)[], expected: string): Check<Kind> =>
  (where, argument, value) => {
    const given = value as Partial<Record<string, unknown>> | null;
    if (methods.every((method) => typeof given?.[method] === 'function')) return value as Kind;
    throw typeError(where, argument, `is ${show(value)}`, `${expected} of the model’s parameters`);
  };

const averageOption = /* @__PURE__ */ having<MovingAverage>(['swap', 'checkModel'], 'a MovingAverage');
const bestOption = /* @__PURE__ */ having<BestWeights>(['offer', 'checkModel'], 'BestWeights');

// biome-ignore lint/suspicious/noExplicitAny: any targets
type Loop = LoopOptions<any, any>;

export const loopChecks: Checks<Loop> = {
  loss: { required: lossOption },
  optimizer: { required: optimizerOption },
  clipNorm: notNegative,
  schedule: scheduleOption,
  signal: signalOption,
  firstStep: count,
  accumulate: size,
  average: averageOption,
  validate: later,
};

/** @throws TypeError or RangeError if an argument does not fit. */
export function checkTraining<Described extends Loop>(
  where: string,
  model: unknown,
  batches: unknown,
  options: Described,
  checks: Checks<Described>,
): void {
  checkModel(where, model);
  for (const name of ['epochs', 'batchSize', 'shuffle'])
    if (Object.hasOwn(Object(options), name))
      throw typeError(
        where,
        `option "${name}"`,
        'is unknown',
        `batches(data, { ${name} }) in place of the batches`,
      );
  const { average, validate } = checkOptions(where, options, checks);
  if (validate !== undefined) checkValidation(where, batches, validate);
  average?.checkModel(`${where}: average`, model as Trainable<unknown>);
  validate?.best?.checkModel(`${where}: validate.best`, model as Trainable<unknown>);
  checkBatches(where, batches);
}

// biome-ignore lint/suspicious/noExplicitAny: any outputs
const validationChecks: Checks<Validation<Targets, any>> = {
  batches: { required: later },
  metrics: { required: later },
  every: later,
  best: bestOption,
};

function checkValidation<Target extends Targets, Output>(
  where: string,
  batches: unknown,
  validate: Validation<Target, Output>,
): void {
  const {
    every = 'epoch',
    metrics,
    batches: heldOut,
    best,
  } = checkOptions(`${where}: validate`, validate, validationChecks);
  checkRepeatable(`${where}: validate`, heldOut);
  const [first] = checkMetrics(`${where}: validate`, metrics);
  if (best !== undefined) checkChoice(where, first);
  if (every !== 'epoch') wholeNumber(where, 'validate.every', every);
  else if (!knowEpochs(batches) && !Array.isArray(batches))
    throw rangeError(
      where,
      'validate.every',
      'is "epoch"',
      'a number of steps, since the batches do not say where an epoch ends',
    );
  const { length, steps = length } = heldOut as { length?: number; steps?: number };
  if (steps === 0) throw rangeError(where, 'validate.batches', 'is empty', 'at least one batch');
}

/** @throws RangeError or TypeError unless there is a metric with numbers as values, even of nothing. */
function checkChoice(where: string, first: Metric<never, unknown, never> | undefined): void {
  if (first === undefined)
    throw rangeError(where, 'validate.metrics', 'is empty', 'a metric to choose the best weights by');
  const value: unknown = first.begin().value();
  if (typeof value !== 'number')
    throw typeError(
      where,
      'validate.metrics[0]',
      `has values such as ${show(value)}`,
      'numbers to choose the best weights by',
    );
}

/** @throws TypeError if the model cannot be trained and evaluated. */
export function checkModel(where: string, model: unknown): void {
  const { recordBatch, infer, parameters, backend } = (model ?? {}) as Partial<Trainable<unknown>>;
  for (const method of [recordBatch, infer, parameters])
    if (typeof method !== 'function')
      throw typeError(where, 'model', `is ${show(model)}`, 'a layer, or a model such as manyToOne(…) makes');
  backendOption(where, 'model.backend', backend);
}

/**
 * Returns metrics, with losses converted to metrics.
 *
 * @throws TypeError if one is neither; RangeError if two have the same name.
 */
export function checkMetrics<Target extends Targets, Output>(
  where: string,
  metrics: readonly (Metric<Target, unknown, Output> | Objective<Target, Output>)[],
): Metric<Target, unknown, Output>[] {
  if (!Array.isArray(metrics))
    throw typeError(where, 'metrics', `is ${show(metrics)}`, 'an array of metrics and losses');
  const found = Array.from(
    metrics,
    (
      metric: Metric<Target, unknown, Output> | Objective<Target, Output>,
      i,
    ): Metric<Target, unknown, Output> => {
      if (metric instanceof Objective && !('begin' in metric)) {
        if ((metric.reduction as Reduction) === 'none')
          throw rangeError(where, `metrics[${i}]`, `${metric.name} has reduction "none"`, '"mean" or "sum"');
        return lossMetric(metric);
      }
      if (typeof (metric as Partial<Metric<Target>>)?.begin === 'function')
        return metric as Metric<Target, unknown, Output>;
      const expected = 'a metric such as accuracy(), or a loss';
      if (isCopy(metric, Objective)) throw otherCopy(where, `metrics[${i}]`, expected);
      throw typeError(where, `metrics[${i}]`, `is ${show(metric)}`, expected);
    },
  );
  const names = found.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw rangeError(where, 'metrics', `has ${show(twice)} twice`, 'a name for each');
  return found;
}
