/** The moving average of weights, which often generalises better than the last weights. */
import { numberWithin } from '../common/errors.ts';
import { type Checks, checkOptions } from '../common/options.ts';
import { withArena } from '../matrix/arena.ts';
import { Copies } from '../matrix/copies.ts';
import { add, copy, scale } from '../matrix/operations.ts';
import { checkParameters } from '../matrix/parameter.ts';
import type { Parameters } from '../optimizers/optimizer.ts';
import { checkArrays, checkOwner, namedArrays, type WeightArrays } from './weight-arrays.ts';

/** Options of {@link MovingAverage}. */
export interface MovingAverageOptions {
  /** The decay rate of the average, from 0 to 1; default 0.999. */
  readonly decay?: number | undefined;
}

const checks: Checks<MovingAverageOptions> = {
  decay: (where, argument, value) => numberWithin(where, argument, value, 0, 1),
};

/**
 * The exponential moving average of a model's weights (Polyak and Juditsky 1992), `average ← d·average + (1 − d)·w`,
 * initialised with the weights. `train` updates it after each step if it is passed as the option `average`.
 *
 * @example
 * ```ts
 * import { Dense, MovingAverage } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 1, outputSize: 1, bias: false });
 * dense.weight.write([4]);
 * const average = new MovingAverage(dense.parameters(), { decay: 0.75 });
 * dense.weight.write([8]);
 * average.update();
 * average.swap(); // the model has the average
 * dense.weight.read()[0] // → 5
 * average.swap(); // and its own weights again
 * dense.weight.read()[0] // → 8
 * ```
 */
export class MovingAverage {
  readonly decay: number;
  readonly #parameters: Parameters;
  readonly #copies: Copies;

  /** @throws RangeError if `decay` is not from 0 to 1. */
  constructor(parameters: Parameters, options: MovingAverageOptions = {}) {
    const { decay = 0.999 } = checkOptions('MovingAverage', options, checks);
    checkParameters('MovingAverage', parameters);
    this.decay = decay;
    this.#parameters = parameters;
    this.#copies = new Copies(Array.from(parameters.values(), ({ value }) => value));
  }

  /** Updates the average with the current weights. */
  update(): void {
    this.#copies.matrices.forEach((average, i) => {
      const value = this.#copies.originals[i]!;
      withArena(value.backend, (arena) => {
        const part = arena.matrix(value.rows, value.columns);
        scale(part, value, 1 - this.decay);
        scale(average, average, this.decay);
        add(average, average, part);
      });
    });
  }

  /** Swaps the weights and their average, to evaluate or save the average and then continue training. */
  swap(): void {
    this.#copies.matrices.forEach((average, i) => {
      const value = this.#copies.originals[i]!;
      withArena(value.backend, (arena) => {
        const kept = arena.matrix(value.rows, value.columns);
        copy(kept, value);
        copy(value, average);
        copy(average, kept);
      });
    });
    for (const parameter of this.#parameters.values()) parameter.changed();
  }

  /**
   * @throws RangeError if the parameters are not the model's.
   * @internal
   */
  checkModel(where: string, model: { parameters(): Parameters }): void {
    checkOwner(where, this.#parameters, model.parameters());
  }

  /** A copy of the average, by parameter name. */
  state(): WeightArrays {
    return namedArrays(this.#parameters, this.#copies);
  }

  /**
   * Continues from a copy of the average.
   *
   * @throws RangeError if it does not belong to these parameters.
   */
  restore(state: WeightArrays): void {
    checkArrays('MovingAverage.restore', this.#parameters, state);
    [...this.#parameters.keys()].forEach((name, i) => {
      this.#copies.matrices[i]!.write(state[name]!);
    });
  }
}
