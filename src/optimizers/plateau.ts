/** A learning-rate factor that drops when a value stops improving. */
import { show, typeError } from '../common/errors.ts';
import {
  type Checks,
  checkOptions,
  count,
  fraction,
  magnitude,
  notNegative,
  real,
} from '../common/options.ts';
import type { Schedule } from './schedules.ts';

/** Options of {@link PlateauDecay}. */
export interface PlateauDecayOptions {
  /** The factor of each drop; default 0.1. */
  readonly factor?: number | undefined;
  /** The number of consecutive values without improvement before a drop; default 10. */
  readonly patience?: number | undefined;
  /** The minimum relative improvement on the best value; default 10⁻⁴. */
  readonly threshold?: number | undefined;
  /** The number of values ignored after a drop; default 0. */
  readonly cooldown?: number | undefined;
  /** The lower bound of the factor; default 0. */
  readonly floor?: number | undefined;
  /** Whether a `lower` value is better, as for a loss, or a `higher` one; default `lower`. */
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

/** The state of {@link PlateauDecay}. */
export interface PlateauDecayState {
  readonly factor: number;
  /** The best value; undefined before the first. */
  readonly best: number | undefined;
  /** The number of consecutive values without improvement. */
  readonly waited: number;
  /** The number of values still to be ignored. */
  readonly cooling: number;
}

const stateChecks: Checks<PlateauDecayState> = {
  factor: { required: magnitude },
  best: real,
  waited: { required: count },
  cooling: { required: count },
};

/**
 * A schedule that drops when the observed values, such as validation losses, stop improving (PyTorch's
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
  /** The current factor, for any step. */
  readonly schedule: Schedule = (step) => {
    notNegative('PlateauDecay.schedule', 'step', step);
    return this.#state.factor;
  };
  readonly #options: PlateauDecayOptions;
  #state: PlateauDecayState = { factor: 1, best: undefined, waited: 0, cooling: 0 };

  /** @throws RangeError or TypeError if an option does not fit. */
  constructor(options: PlateauDecayOptions = {}) {
    this.#options = checkOptions('PlateauDecay', options, checks);
  }

  /** Observes a value. NaN counts as no improvement. */
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

  /** The state, for {@link restore}. */
  state(): PlateauDecayState {
    return this.#state;
  }

  /** Continues from a saved state. */
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
