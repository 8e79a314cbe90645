/** The update that ends a step: gradients checked and clipped, weights changed, and put back if that broke them. */
import { numberWithin } from '../common/errors.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { copy, maximumMagnitude } from '../matrix/operations.ts';
import { ownedMatrix } from '../matrix/owned.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Schedule } from '../optimizers/schedules.ts';
import { clipNorm, gradientNorm } from './clip.ts';

/** How weights are updated. */
export interface UpdateOptions {
  readonly optimizer: Optimizer;
  /** θ of g ← min(1, θ/‖g‖)·g over all gradients together; they are not clipped unless given. */
  readonly clipNorm?: number | undefined;
  /** A factor for the optimiser's learning rate, by step, the first being 0; 1 unless given. */
  readonly schedule?: Schedule | undefined;
}

/** What an update was. */
export interface Updated {
  /** ‖g‖ over all parameters, before clipping. */
  readonly gradientNorm: number;
  /** The learning rate of the update. */
  readonly learningRate: number;
}

/**
 * The function that ends each step of a training.
 *
 * @param where the place that an error names.
 * @returns throws an Error if the loss, the gradient or the updated weights are not finite; the weights are then those
 * before.
 */
export function updater(
  where: string,
  parameters: ReadonlyMap<string, Parameter>,
  { optimizer, clipNorm: most, schedule = () => 1 }: UpdateOptions,
): (step: number, loss: number) => Updated {
  if (most !== undefined) numberWithin(where, 'clipNorm', most, 0, Number.POSITIVE_INFINITY);
  const kept = keeper(parameters);
  return (step, loss) => {
    const norm = most === undefined ? gradientNorm(parameters) : clipNorm(parameters, most);
    if (!Number.isFinite(loss) || !Number.isFinite(norm))
      throw notFinite(where, step, loss, norm, parameters);
    const learningRate = optimizer.learningRate * schedule(step);
    kept.keep();
    optimizer.step(parameters, learningRate);
    const broken = firstNotFinite(parameters, ({ value }) => value);
    if (broken !== undefined) {
      kept.putBack();
      throw new Error(
        `${where}: step ${step}: the update made ${broken} not finite (learning rate ${learningRate}, gradient norm ${norm}); the weights are those before it`,
      );
    }
    return { gradientNorm: norm, learningRate };
  };
}

/** A second copy of the weights. */
function keeper(parameters: ReadonlyMap<string, Parameter>): { keep(): void; putBack(): void } {
  const copies = [...parameters.values()].map((parameter) => {
    const { backend, rows, columns } = parameter.value;
    return { parameter, copy: ownedMatrix(backend, rows, columns) };
  });
  return {
    keep() {
      for (const kept of copies) copy(kept.copy, kept.parameter.value);
    },
    putBack() {
      for (const kept of copies) {
        copy(kept.parameter.value, kept.copy);
        kept.parameter.changed();
      }
    },
  };
}

function notFinite(
  where: string,
  step: number,
  loss: number,
  norm: number,
  parameters: ReadonlyMap<string, Parameter>,
): Error {
  // The cause comes before its effects: a weight that is not finite spoils every gradient.
  const weight = firstNotFinite(parameters, ({ value }) => value);
  const gradient = firstNotFinite(parameters, ({ gradient }) => gradient);
  const concerned =
    weight !== undefined
      ? `${weight} itself is not finite`
      : gradient !== undefined
        ? `all weights are finite, and the first gradient that is not is that of ${gradient}`
        : 'all weights and gradients are finite';
  return new Error(
    `${where}: step ${step}: the loss is ${loss} and the gradient norm ${norm}, expected finite numbers; ${concerned}; the weights are those before it`,
  );
}

function firstNotFinite(
  parameters: ReadonlyMap<string, Parameter>,
  matrixOf: (parameter: Parameter) => Matrix,
): string | undefined {
  for (const [name, parameter] of parameters)
    if (!Number.isFinite(maximumMagnitude(matrixOf(parameter)))) return name;
  return undefined;
}
