/** The best weights so far, and when to stop looking for better ones. */
import { numberWithin, show, typeError } from '../common/errors.ts';
import { type Checks, checkOptions, count, later, magnitude, real } from '../common/options.ts';
import { Copies } from '../matrix/copies.ts';
import { checkParameters } from '../matrix/parameter.ts';
import type { Parameters } from '../optimizers/optimizer.ts';
import { checkArrays, namedArrays, type WeightArrays } from './weight-arrays.ts';

/** Options of {@link BestWeights}. */
export interface BestWeightsOptions {
  /** Whether a `lower` value is better, as of a loss, or a `higher` one; default `lower`. */
  readonly better?: 'lower' | 'higher' | undefined;
  /** By how much a value must be better to count; default 0. */
  readonly margin?: number | undefined;
  /** After how many values in a row that are no better it is `over`; default never. */
  readonly patience?: number | undefined;
}

const checks: Checks<BestWeightsOptions> = {
  better: ['lower', 'higher'],
  margin: magnitude,
  patience: (where, argument, value) => numberWithin(where, argument, value, 1, Number.POSITIVE_INFINITY),
};

/** What {@link BestWeights} remembers. */
export interface BestWeightsState {
  /** The best value; undefined before the first. */
  readonly value: number | undefined;
  /** How many values in a row were no better. */
  readonly waited: number;
  readonly weights: WeightArrays;
}

const stateChecks: Checks<BestWeightsState> = {
  value: real,
  waited: { required: count },
  weights: { required: later },
};

/**
 * Keeps the weights that had the best value of a validation, to put them back at the end, and says when to stop.
 *
 * @example
 * ```ts
 * import { BestWeights, Dense } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 1, outputSize: 1, bias: false });
 * const best = new BestWeights(dense.parameters(), { patience: 2 });
 * // In place of a training: `if (validation !== undefined) best.offer(validation.crossEntropy)`
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
    this.#copies.keep();
  }

  /** The best value so far; undefined before the first. */
  get value(): number | undefined {
    return this.#value;
  }

  /** Whether as many values in a row as `patience` were no better. */
  get over(): boolean {
    return this.#waited >= (this.#options.patience ?? Number.POSITIVE_INFINITY);
  }

  /**
   * Takes a value in, and keeps the weights as they are now if it is the best so far. NaN never is.
   *
   * @returns whether it is.
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

  /** Puts the best weights back into the model; before the first value, those at the start. */
  putBack(): void {
    this.#copies.putBack();
    for (const parameter of this.#parameters.values()) parameter.changed();
  }

  /** A copy of the best weights, and of what they were judged by. */
  state(): BestWeightsState {
    return {
      value: this.#value,
      waited: this.#waited,
      weights: namedArrays(this.#parameters, this.#copies),
    };
  }

  /**
   * Goes on from what was kept.
   *
   * @throws RangeError if it is not of these parameters.
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
