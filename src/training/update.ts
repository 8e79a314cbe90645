/** The update at the end of a step: checks and clips gradients, changes weights, and explains what is not finite. */
import { isBuiltin } from '../common/builtin.ts';
import { real } from '../common/options.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { maximumMagnitude } from '../matrix/operations.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { NotFinite } from '../optimizers/memory.ts';
import { Optimizer } from '../optimizers/optimizer.ts';
import type { Schedule } from '../optimizers/schedules.ts';
import { clipNorm, gradientNorm } from './clip.ts';

/** How weights are updated. */
export interface UpdateOptions {
  readonly optimizer: Optimizer;
  /** θ of g ← min(1, θ/‖g‖)·g over all gradients together; default no clipping. */
  readonly clipNorm?: number | undefined;
  /** The factor of the learning rate by step, starting at 0; default 1. */
  readonly schedule?: Schedule | undefined;
}

/** The result of an update. */
export interface Updated {
  /** ‖g‖ over all parameters, before clipping. */
  readonly gradientNorm: number;
  /** The learning rate of the update. */
  readonly learningRate: number;
}

/** Ends each step of a training. */
export class Updater {
  readonly #where: string;
  readonly #parameters: ReadonlyMap<string, Parameter>;
  readonly #options: UpdateOptions;

  /** @param where the caller, named in errors. */
  constructor(where: string, parameters: ReadonlyMap<string, Parameter>, options: UpdateOptions) {
    this.#where = where;
    this.#parameters = parameters;
    this.#options = options;
  }

  /**
   * Clips the gradients and updates the weights.
   *
   * @param batch the source of the gradients, for errors.
   * @throws Error if the loss, the gradient, the updated weights or the optimiser's state is not finite; weights and state are
   * then those before it.
   */
  update(step: number, loss: number, batch: object): Updated {
    const { optimizer, clipNorm: most, schedule = () => 1 } = this.#options;
    const parameters = this.#parameters;
    const norm = most === undefined ? gradientNorm(parameters) : clipNorm(parameters, most);
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) throw this.#notFinite(step, loss, norm, batch);
    const learningRate = optimizer.learningRate * real(this.#where, `schedule(${step})`, schedule(step));
    // A custom `state` method may cover more than the slots, which `step` restores itself.
    const own = optimizer.state === Optimizer.prototype.state ? undefined : optimizer.state(parameters);
    try {
      optimizer.step(parameters, learningRate);
    } catch (error) {
      if (own !== undefined) optimizer.restore(parameters, own);
      if (!(error instanceof NotFinite)) throw error;
      throw new Error(
        `${this.#where}: step ${step}: ${error.what} not finite (learning rate ${learningRate}, gradient norm ${norm}); the weights and the optimiser's memory are those before it`,
      );
    }
    return { gradientNorm: norm, learningRate };
  }

  #notFinite(step: number, loss: number, norm: number, batch: object): Error {
    return new Error(
      `${this.#where}: step ${step}: the loss is ${loss} and the gradient norm ${norm}, expected finite numbers; ${this.#cause(batch)}; the weights are those before it`,
    );
  }

  /** Finds the cause, not its effects: a weight or input that is not finite makes every gradient not finite. */
  #cause(batch: object): string {
    const weight = firstNotFinite(this.#parameters, ({ value }) => value);
    if (weight !== undefined) return `${weight} itself is not finite`;
    const data = notFiniteData(batch);
    if (data !== undefined) return `all weights are finite, and ${data}`;
    const gradient = firstNotFinite(this.#parameters, ({ gradient }) => gradient);
    if (gradient !== undefined)
      return `all weights are finite, and the first gradient that is not is that of ${gradient}`;
    return 'all weights and gradients are finite';
  }
}

/** The first number of a batch that is not finite, and its place. */
function notFiniteData(values: object, path = ''): string | undefined {
  for (const [name, value] of Object.entries(values)) {
    const { data } = (value ?? {}) as { data?: unknown };
    if (isBuiltin(data, 'Float32Array', 'Float64Array')) {
      const at = data.findIndex((item) => !Number.isFinite(item));
      if (at >= 0) return `${path}${name} has ${data[at]} at place ${at} of its data`;
    } else if (path === '' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const found = notFiniteData(value, `${name}.`);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function firstNotFinite(
  parameters: ReadonlyMap<string, Parameter>,
  matrixOf: (parameter: Parameter) => Matrix,
): string | undefined {
  for (const [name, parameter] of parameters)
    if (!Number.isFinite(maximumMagnitude(matrixOf(parameter)))) return name;
  return undefined;
}
