/** Keeps the best weights so far, and decides when to stop (early stopping). */
import { numberWithin, show, typeError } from '../common/errors.ts';
import { type Checks, checkOptions, count, later, magnitude, real } from '../common/options.ts';
import { Copies } from '../matrix/copies.ts';
import { checkParameters } from '../matrix/parameter.ts';
import type { Parameters } from '../optimizers/optimizer.ts';
import { checkArrays, checkOwner, namedArrays, type WeightArrays } from './weight-arrays.ts';

/** Options of {@link BestWeights}. */
export interface BestWeightsOptions {
  /** Whether a `lower` value is better, as for a loss, or a `higher` one; default `lower`. */
  readonly better?: 'lower' | 'higher' | undefined;
  /** The minimum improvement; default 0. */
  readonly margin?: number | undefined;
  /** The number of consecutive values without improvement after which it is `over`; default no limit. */
  readonly patience?: number | undefined;
}

const checks: Checks<BestWeightsOptions> = {
  better: ['lower', 'higher'],
  margin: magnitude,
  patience: (where, argument, value) => numberWithin(where, argument, value, 1, Number.POSITIVE_INFINITY),
};

/** The state of {@link BestWeights}. */
export interface BestWeightsState {
  /** The best value; undefined before the first. */
  readonly value: number | undefined;
  /** The number of consecutive values without improvement. */
  readonly waited: number;
  readonly weights: WeightArrays;
}

const stateChecks: Checks<BestWeightsState> = {
  value: real,
  waited: { required: count },
  weights: { required: later },
};

/**
 * Keeps the weights with the best validation value, to restore them at the end, and tells when to stop.
 *
 * @example
 * ```ts
 * import { BestWeights, Dense } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 1, outputSize: 1, bias: false });
 * const best = new BestWeights(dense.parameters(), { patience: 2 });
 * // `train` does this with the option `validate: { batches, metrics, best }`.
 * for (const [weight, loss] of [[1, 0.5], [2, 0.3], [3, 0.4], [4, 0.6], [5, 0.1]] as const) {
 *   dense.weight.write([weight]);
 *   best.offer(loss);
 *   if (best.over) break;
 * }
 * best.putBack();
 * dense.weight.read()[0] // → 2
 * best.value // → 0.3
 * ```
 */
export class BestWeights {
  readonly #parameters: Parameters;
  readonly #options: BestWeightsOptions;
  readonly #copies: Copies;
  #value: number | undefined;
  #waited = 0;

  /** @throws RangeError if `patience` is below 1 or `margin` is negative. */
  constructor(parameters: Parameters, options: BestWeightsOptions = {}) {
    this.#options = checkOptions('BestWeights', options, checks);
    checkParameters('BestWeights', parameters);
    this.#parameters = parameters;
    this.#copies = new Copies(Array.from(parameters.values(), ({ value }) => value));
  }

  /** The best value so far; undefined before the first. */
  get value(): number | undefined {
    return this.#value;
  }

  /** Whether `patience` consecutive values brought no improvement. */
  get over(): boolean {
    return this.#waited >= (this.#options.patience ?? Number.POSITIVE_INFINITY);
  }

  /**
   * Offers a value, and keeps a copy of the current weights if it is the best so far. NaN never is.
   *
   * @returns whether it is the best.
   */
  offer(value: number): boolean {
    if (typeof value !== 'number')
      throw typeError('BestWeights.offer', 'value', `is ${show(value)}`, 'a number, such as a validation’s');
    const { better = 'lower', margin = 0 } = this.#options;
    const sign = better === 'lower' ? 1 : -1;
    const isBest =
      this.#value === undefined ? !Number.isNaN(value) : sign * value < sign * this.#value - margin;
    if (isBest) {
      this.#value = value;
      this.#copies.keep();
    }
    this.#waited = isBest ? 0 : this.#waited + 1;
    return isBest;
  }

  /** Restores the best weights; before the first value, the initial ones. */
  putBack(): void {
    this.#copies.putBack();
    for (const parameter of this.#parameters.values()) parameter.changed();
  }

  /**
   * @throws RangeError if the parameters are not the model's.
   * @internal
   */
  checkModel(where: string, model: { parameters(): Parameters }): void {
    checkOwner(where, this.#parameters, model.parameters());
  }

  /** A copy of the best weights and their value. */
  state(): BestWeightsState {
    return {
      value: this.#value,
      waited: this.#waited,
      weights: namedArrays(this.#parameters, this.#copies),
    };
  }

  /**
   * Continues from a saved state.
   *
   * @throws RangeError if it does not belong to these parameters.
   */
  restore(state: BestWeightsState): void {
    const { value, waited, weights } = checkOptions('BestWeights.restore', state, stateChecks);
    checkArrays('BestWeights.restore', this.#parameters, weights);
    this.#value = value;
    this.#waited = waited;
    [...this.#parameters.keys()].forEach((name, i) => {
      this.#copies.matrices[i]!.write(weights[name]!);
    });
  }
}
