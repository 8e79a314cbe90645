/** The base of losses with one term per element of the output. */
import { rangeError } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { mul, scale } from '../matrix/operations.ts';
import { clearPadding, denseInput, shapeOf } from '../signal/boundary.ts';
import { checkTensor } from '../signal/checks.ts';
import { type DenseSignal, validSteps } from '../signal/signal.ts';
import { Loss, type Terms } from './loss.ts';
import type { LossSettings } from './objective.ts';
import type { Reduction } from './reduction.ts';

/** The terms for an output x and a target y, [rows, width] each, and their slopes. */
export interface Elements {
  readonly values: Matrix;
  /** out ← ∂term/∂x */
  slopes(out: Matrix): void;
}

/** The formula of an elementwise loss. */
export type ElementRule = (arena: Arena, x: Matrix, y: Matrix, where: string) => Elements;

/** A loss with one term per element of the output; the target has the output's shape. */
export class ElementwiseLoss<R extends Reduction> extends Loss<Tensor, R> {
  readonly #rule: ElementRule;

  constructor(name: string, reduction: R, options: LossSettings, rule: ElementRule) {
    super(name, reduction, options);
    this.#rule = rule;
  }

  terms(arena: Arena, where: string, output: DenseSignal, target: Tensor): Terms {
    const { batch, time, width, lengths, values: x } = output;
    const { values, slopes } = this.#rule(arena, x, elements(arena, where, output, target), where);
    const masked = (matrix: Matrix) => {
      if (lengths !== undefined) clearPadding(matrix, lengths, batch, time);
      return matrix;
    };
    const rows = validSteps(output);
    return {
      values: masked(values).read(),
      weight: rows * width,
      gradient(dTerms) {
        const out = arena.matrix(x.rows, width);
        slopes(out);
        if (typeof dTerms === 'number') scale(out, out, dTerms);
        else {
          const factors = arena.matrix(x.rows, width);
          factors.write(dTerms);
          mul(out, out, factors);
        }
        return masked(out);
      },
    };
  }
}

/** Copies a target with the output's shape into the arena. */
export function elements(arena: Arena, where: string, output: DenseSignal, target: Tensor): Matrix {
  const { width, timed, lengths } = output;
  checkTensor(where, 'targets', target, 'real');
  const expected = shapeOf(output).join(', ');
  if (target.shape.join(', ') !== expected)
    throw rangeError(
      where,
      'targets',
      `has shape [${target.shape.join(', ')}]`,
      `[${expected}], the output's`,
    );
  const expectation = { where, argument: 'targets', width, widthName: 'width', timed };
  return denseInput(arena, expectation, target, lengths).values;
}

/** One number for each column of an output, from an option that is one number for all columns or an array. */
export function perColumn(
  where: string,
  option: string,
  value: number | ArrayLike<number>,
  columns: number,
): ArrayLike<number> {
  if (typeof value === 'number') return new Array<number>(columns).fill(value);
  if (value.length === columns) return value;
  throw rangeError(where, option, `has ${value.length} entries`, `${columns}, the output's width`);
}
