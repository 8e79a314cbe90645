/**
 * Learning-rate schedules: functions from the step number, starting at 0, to a factor of the learning rate.
 *
 * Any such function is a schedule, so they combine by ordinary arithmetic: `(step) => warmup(step) * decay(step)`. They use only
 * + − * /, so every engine gives the same bits.
 */
import { rangeError } from '../common/errors.ts';
import {
  type Checks,
  callback,
  checkOptions,
  count,
  fraction,
  magnitude,
  notNegative,
  size,
} from '../common/options.ts';
import { halfCosine, power } from '../math/elementary.ts';

/**
 * Returns the factor of the optimiser's learning rate at a step, starting at 0. Those of the library take any step of at least
 * 0, whole or fractional, including infinity, and refuse all others.
 */
export type Schedule = (step: number) => number;

function checked(where: string, factor: Schedule): Schedule {
  return (step) => factor(notNegative(where, 'step', step));
}

/** Options of {@link stepDecay}. */
export interface StepDecayOptions {
  /** The number of steps between drops. */
  readonly every: number;
  /** The factor of each drop: default 0.1. */
  readonly factor?: number | undefined;
}

/** Options of {@link exponentialDecay}. */
export interface ExponentialDecayOptions {
  /** The factor of every step, such as 0.9999. */
  readonly factor: number;
}

/** Options of {@link linearWarmup}. */
export interface LinearWarmupOptions {
  /** The number of steps of the rise. */
  readonly steps: number;
  /** The schedule after the rise, with its steps counted from there: default a constant 1. */
  readonly next?: Schedule | undefined;
}

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions {
  /** The total number of training steps, including warm-up. */
  readonly steps: number;
  /** The number of steps of linear warm-up: default 0. */
  readonly warmup?: number | undefined;
  /** The factor at the end and afterwards, from 0 to 1: default 0. */
  readonly floor?: number | undefined;
}

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** The total number of training steps. */
  readonly steps: number;
  /** The share of the steps used for the rise; default 0.3. */
  readonly rise?: number | undefined;
  /** The factor at the first step; default 1/25. */
  readonly start?: number | undefined;
  /** The factor at the last step and afterwards; default 4·10⁻⁶. */
  readonly end?: number | undefined;
}

/**
 * The same factor at every step.
 *
 * @throws RangeError if the factor is negative or not finite.
 *
 * @example
 * ```ts
 * import { constant } from 'recurrent-cells';
 *
 * constant(0.5)(100) // → 0.5
 * ```
 */
export function constant(factor = 1): Schedule {
  magnitude('constant', 'factor', factor);
  return checked('constant', () => factor);
}

const stepDecayChecks: Checks<StepDecayOptions> = { every: { required: size }, factor: magnitude };

/**
 * Multiplies by a factor every `every` steps: `factor^⌊step/every⌋`.
 *
 * @throws RangeError if `every` is not a whole number of at least 1, or `factor` is negative or not finite.
 *
 * @example
 * ```ts
 * import { stepDecay } from 'recurrent-cells';
 *
 * const schedule = stepDecay({ every: 10, factor: 0.5 });
 * [0, 9, 10, 20].map(schedule) // → [1, 1, 0.5, 0.25]
 * ```
 */
export function stepDecay(options: StepDecayOptions): Schedule {
  const { every, factor = 0.1 } = checkOptions('stepDecay', options, stepDecayChecks);
  return checked('stepDecay', (step) => power(factor, Math.floor(step / every)));
}

const exponentialDecayChecks: Checks<ExponentialDecayOptions> = { factor: { required: magnitude } };

/**
 * Multiplies by a factor at every step: `factor^step`.
 *
 * @throws RangeError if `factor` is negative or not finite.
 *
 * @example
 * ```ts
 * import { exponentialDecay } from 'recurrent-cells';
 *
 * [0, 1, 2].map(exponentialDecay({ factor: 0.5 })) // → [1, 0.5, 0.25]
 * ```
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const { factor } = checkOptions('exponentialDecay', options, exponentialDecayChecks);
  return checked('exponentialDecay', (step) => power(factor, step));
}

const linearWarmupChecks: Checks<LinearWarmupOptions> = { steps: { required: size }, next: callback };

/**
 * Rises linearly, `(step + 1)/steps`, to 1 at step `steps − 1`; then `next` starts from its step 0.
 *
 * @throws RangeError if `steps` is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { linearWarmup, stepDecay } from 'recurrent-cells';
 *
 * const schedule = linearWarmup({ steps: 2, next: stepDecay({ every: 2 }) });
 * [0, 1, 2, 3, 4].map(schedule) // → [0.5, 1, 1, 1, 0.1]
 * ```
 */
export function linearWarmup(options: LinearWarmupOptions): Schedule {
  const { steps, next = constant() } = checkOptions('linearWarmup', options, linearWarmupChecks);
  return checked('linearWarmup', (step) => (step < steps ? (step + 1) / steps : next(step - steps)));
}

const cosineDecayChecks: Checks<CosineDecayOptions> = {
  steps: { required: size },
  warmup: count,
  floor: fraction,
};

/**
 * Falls along half a cosine (Loshchilov and Hutter 2016, arXiv:1608.03983, without restarts), after an optional warm-up:
 * with u = (step − warmup)/(steps − warmup), `floor + (1 − floor)·½·(1 + cos πu)`, then `floor` from step `steps` on.
 *
 * @throws RangeError if `steps` or `warmup` is not a whole number, `warmup` is not below `steps`, or `floor` is not from 0
 * to 1.
 *
 * @example
 * ```ts
 * import { cosineDecay } from 'recurrent-cells';
 *
 * const schedule = cosineDecay({ steps: 6, warmup: 2 });
 * [0, 1, 2, 4, 6].map((step) => schedule(step).toFixed(2)) // → ['0.50', '1.00', '1.00', '0.50', '0.00']
 * ```
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const { steps, warmup = 0, floor = 0 } = checkOptions('cosineDecay', options, cosineDecayChecks);
  if (warmup >= steps)
    throw rangeError('cosineDecay', 'warmup', `is ${warmup}`, `a whole number below steps, ${steps}`);
  const fall: Schedule = (step) => floor + (1 - floor) * halfCosine(Math.min(step / (steps - warmup), 1));
  return checked('cosineDecay', warmup === 0 ? fall : linearWarmup({ steps: warmup, next: fall }));
}

const oneCycleChecks: Checks<OneCycleOptions> = {
  steps: { required: size },
  rise: fraction,
  start: magnitude,
  end: magnitude,
};

/**
 * Rises from `start` to 1 and falls to `end`, each along half a cosine (Smith and Topin 2018, arXiv:1708.07120; PyTorch's
 * `OneCycleLR`, whose `max_lr` is the optimiser's learning rate).
 *
 * @throws RangeError if `steps` is not a whole number of at least 1, `rise` is not from 0 to 1, or a factor is negative.
 *
 * @example
 * ```ts
 * import { oneCycle } from 'recurrent-cells';
 *
 * const schedule = oneCycle({ steps: 11, rise: 0.5, start: 0.1, end: 0 });
 * [0, 2, 4.5, 7, 10].map((step) => schedule(step).toFixed(2)) // → ['0.10', '0.47', '1.00', '0.57', '0.00']
 * ```
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  checkOptions('oneCycle', options, oneCycleChecks);
  const { steps, rise = 0.3, start = 1 / 25, end = 4e-6 } = options;
  const top = rise * steps - 1;
  const between = (from: number, to: number, share: number) =>
    to + (from - to) * halfCosine(Math.min(Math.max(share, 0), 1));
  return checked('oneCycle', (step) =>
    step <= top && top > 0
      ? between(start, 1, step / top)
      : between(1, end, (step - top) / (steps - 1 - top)),
  );
}
