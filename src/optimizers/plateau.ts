/** A learning rate that falls where nothing gets better. */
import { show, typeError } from '../common/errors.ts';
import { type Checks, checkOptions, count, fraction, magnitude, real } from '../common/options.ts';
import type { Schedule } from './schedules.ts';

/** Options of {@link PlateauDecay}. */
export interface PlateauDecayOptions {
  /** What each drop multiplies by; default 0.1. */
  readonly factor?: number | undefined;
  /** How many values in a row may be no better before a drop; default 10. */
  readonly patience?: number | undefined;
  /** By which share of the best value another must be better to count; default 10⁻⁴. */
  readonly threshold?: number | undefined;
  /** How many values after a drop are not counted; default 0. */
  readonly cooldown?: number | undefined;
  /** Where the factor ends; default 0. */
  readonly floor?: number | undefined;
  /** Whether a `lower` value is better, as of a loss, or a `higher` one; default `lower`. */
  readonly better?: 'lower' | 'higher' | undefined;
}

const checks: Checks<PlateauDecayOptions> = {
  factor: fraction,
  patience: count,
  threshold: fraction,
  cooldown: count,
  floor: fraction,
  better: ['lower', 'higher'],
};

/** What {@link PlateauDecay} remembers. */
export interface PlateauDecayState {
  readonly factor: number;
  /** The best value; undefined before the first. */
  readonly best: number | undefined;
  /** How many values in a row were no better. */
  readonly waited: number;
  /** How many values are still not counted. */
  readonly cooling: number;
}

const stateChecks: Checks<PlateauDecayState> = {
  factor: { required: magnitude },
  best: real,
  waited: { required: count },
  cooling: { required: count },
};

/**
 * A schedule that drops when values that it is told, such as a validation's loss, get no better (PyTorch's
 * `ReduceLROnPlateau`).
 *
 * @example
 * ```ts
 * import { PlateauDecay } from 'recurrent-cells';
 *
 * const plateau = new PlateauDecay({ factor: 0.5, patience: 1 });
 * // `train(model, batches, { schedule: plateau.schedule, … })`
 * const factors = [];
 * for (const loss of [1, 0.9, 0.9, 0.9, 0.8]) {
 *   plateau.observe(loss);
 *   factors.push(plateau.schedule(0));
 * }
 * factors // → [1, 1, 1, 0.5, 0.5]
 * ```
 */
export class PlateauDecay {
  /** The factor as it is now, whatever the step. */
  readonly schedule: Schedule = () => this.#state.factor;
  readonly #options: PlateauDecayOptions;
  #state: PlateauDecayState = { factor: 1, best: undefined, waited: 0, cooling: 0 };

  /** @throws RangeError or TypeError if an option does not fit. */
  constructor(options: PlateauDecayOptions = {}) {
    this.#options = checkOptions('PlateauDecay', options, checks);
  }

  /** Takes a value in. NaN is no better. */
  observe(value: number): void {
    if (typeof value !== 'number')
      throw typeError('PlateauDecay.observe', 'value', `is ${show(value)}`, 'a number');
    const { factor = 0.1, patience = 10, cooldown = 0, floor = 0 } = this.#options;
    const state = this.#state;
    const better = this.#isBetter(value);
    const cooling = Math.max(0, state.cooling - 1);
    const waited = better || state.cooling > 0 ? 0 : state.waited + 1;
    const best = better ? value : state.best;
    this.#state =
      waited > patience
        ? { factor: Math.max(state.factor * factor, floor), best, waited: 0, cooling: cooldown }
        : { factor: state.factor, best, waited, cooling };
  }

  /** What it remembers, for {@link restore}. */
  state(): PlateauDecayState {
    return this.#state;
  }

  /** Goes on from what was kept. */
  restore(state: PlateauDecayState): void {
    const { factor, best, waited, cooling } = checkOptions('PlateauDecay.restore', state, stateChecks);
    this.#state = { factor, best, waited, cooling };
  }

  #isBetter(value: number): boolean {
    const { threshold = 1e-4, better = 'lower' } = this.#options;
    const { best } = this.#state;
    if (best === undefined) return !Number.isNaN(value);
    return better === 'lower' ? value < best * (1 - threshold) : value > best * (1 + threshold);
  }
}
