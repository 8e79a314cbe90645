/** The squared error. */
import { type Checks, checkOptions } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { mul, scale, sub } from '../matrix/operations.ts';
import { ElementwiseLoss } from './elementwise.ts';
import type { Loss } from './loss.ts';
import { type Reduction, reductions } from './reduction.ts';

/** Options of {@link meanSquaredError}. */
export interface SquaredErrorOptions<R extends Reduction = Reduction> {
  /** Default `mean`, over the elements. */
  readonly reduction?: R | undefined;
}

const checks: Checks<SquaredErrorOptions> = { reduction: reductions };

/**
 * The squared error `(x − y)²` of an output x and a target y of the same shape, `[batch, time, width]` or `[batch, width]`.
 *
 * Steps beyond the lengths are left out; the mean is over the remaining elements, and 0 if there are none.
 *
 * @throws RangeError if `reduction` is unknown.
 *
 * @example
 * ```ts
 * import { meanSquaredError, tensor } from 'recurrent-cells';
 *
 * const output = tensor([[[1], [2]], [[4], [9]]]);
 * const target = tensor([[[0], [0]], [[0], [0]]]);
 * meanSquaredError().measure(output, target, { lengths: [2, 1] }).value // → 7
 * meanSquaredError({ reduction: 'sum' }).measure(output, target).value // → 102
 * ```
 */
export function meanSquaredError<R extends Reduction = 'mean'>(
  options: SquaredErrorOptions<R> = {},
): Loss<Tensor, R> {
  const { reduction = 'mean' as R } = checkOptions('meanSquaredError', options, checks);
  return new ElementwiseLoss('meanSquaredError', reduction, { ...options }, (arena, x, y) => {
    const difference = arena.matrix(x.rows, x.columns);
    const values = arena.matrix(x.rows, x.columns);
    sub(difference, x, y);
    mul(values, difference, difference);
    return { values, slopes: (out) => scale(out, difference, 2) };
  });
}
