/** Losses linear in the distance: the absolute error and the quantile loss. */
import { rangeError, show, typeError } from '../common/errors.ts';
import { type Check, type Checks, checkOptions } from '../common/options.ts';
import { isRow, type Tensor } from '../common/tensor.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { copy, mul, sub } from '../matrix/operations.ts';
import { type Elements, ElementwiseLoss, perColumn } from './elementwise.ts';
import { type Loss, lasting } from './loss.ts';
import { type Reduction, reductions } from './reduction.ts';

/** Options of {@link meanAbsoluteError}. */
export interface AbsoluteErrorOptions<R extends Reduction = Reduction> {
  /** Default `mean`, over the elements. */
  readonly reduction?: R | undefined;
}

/** Options of {@link quantileLoss}. */
export interface QuantileLossOptions<R extends Reduction = Reduction> {
  /** Default `mean`, over the elements. */
  readonly reduction?: R | undefined;
  /** q above 0 and below 1, one for all features or one for each: default 0.5, the median. */
  readonly quantile?: number | ArrayLike<number> | undefined;
}

const absoluteChecks: Checks<AbsoluteErrorOptions> = { reduction: reductions };

const quantilesCheck: Check<number | ArrayLike<number>> = (where, argument, value) => {
  const own = typeof value === 'number' ? [value] : value;
  if (!isRow(own)) throw typeError(where, argument, `is ${show(value)}`, 'a number or an array of them');
  for (const q of Array.from(own as ArrayLike<number>))
    if (!(typeof q === 'number' && q > 0 && q < 1))
      throw rangeError(where, argument, `has ${show(q)}`, 'numbers above 0 and below 1');
  return value as number;
};

const quantileChecks: Checks<QuantileLossOptions> = { reduction: reductions, quantile: quantilesCheck };

/**
 * The absolute error `|x − y|` of an output x and a target y of the same shape, `[batch, time, width]` or `[batch, width]`.
 * The gradient where x = y is 0.
 *
 * Steps beyond the lengths are left out; the mean is over the remaining elements, and 0 if there are none.
 *
 * @throws RangeError if `reduction` is unknown.
 *
 * @example
 * ```ts
 * import { meanAbsoluteError, tensor } from 'recurrent-cells';
 *
 * meanAbsoluteError().measure(tensor([[1, 2]]), tensor([[4, 1]])).value // → 2
 * ```
 */
export function meanAbsoluteError<R extends Reduction = 'mean'>(
  options: AbsoluteErrorOptions<R> = {},
): Loss<Tensor, R> {
  const { reduction = 'mean' as R } = checkOptions('meanAbsoluteError', options, absoluteChecks);
  return new ElementwiseLoss('meanAbsoluteError', reduction, { ...options }, absolute);
}

/**
 * The quantile loss (Koenker and Bassett 1978) of an output x and a target y of the same shape, with d = y − x: `q·d`
 * if d > 0, otherwise `(q − 1)·d`. It is minimised by the q-quantile of the targets. For q = ½ it is half the absolute
 * error.
 *
 * Steps beyond the lengths are left out; the mean is over the remaining elements, and 0 if there are none. To forecast several
 * quantiles of one number, give the model one output for each and repeat the target.
 *
 * @throws RangeError if a quantile is not above 0 and below 1, or `reduction` is unknown; when used, if their number is not
 * the width.
 *
 * @example
 * ```ts
 * import { quantileLoss, tensor } from 'recurrent-cells';
 *
 * const loss = quantileLoss({ quantile: [0.25, 0.75], reduction: 'none' });
 * Array.from(loss.measure(tensor([[0, 0], [0, 0]]), tensor([[4, 4], [-4, -4]])).value.data) // → [1, 3, 3, 1]
 * ```
 */
export function quantileLoss<R extends Reduction = 'mean'>(
  options: QuantileLossOptions<R> = {},
): Loss<Tensor, R> {
  const { reduction = 'mean' as R, quantile = 0.5 } = checkOptions('quantileLoss', options, quantileChecks);
  const own = lasting(quantile);
  return new ElementwiseLoss(
    'quantileLoss',
    reduction,
    { ...options, quantile: own },
    (arena, x, y, where) => {
      const quantiles = perColumn(where, 'quantile', own, x.columns);
      return sloped(arena, x, y, (d, column) => {
        const q = quantiles[column]!;
        return d < 0 ? -q : d > 0 ? 1 - q : 0;
      });
    },
  );
}

/** |d|, with slope 0 at d = 0. */
export function absolute(arena: Arena, x: Matrix, y: Matrix): Elements {
  return sloped(arena, x, y, Math.sign);
}

/** Piecewise linear functions of d = x − y, given by their slopes. */
function sloped(
  arena: Arena,
  x: Matrix,
  y: Matrix,
  slopeOf: (d: number, column: number) => number,
): Elements {
  const { rows, columns } = x;
  const slope = arena.matrix(rows, columns);
  const values = arena.matrix(rows, columns);
  sub(values, x, y);
  const elements = values.backend.heap.values;
  for (let i = 0; i < rows * columns; i++)
    elements[slope.offset + i] = slopeOf(elements[values.offset + i]!, i % columns);
  mul(values, values, slope);
  return { values, slopes: (out) => copy(out, slope) };
}
