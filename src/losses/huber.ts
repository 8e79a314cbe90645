/** Losses that are quadratic near zero and linear beyond, which bounds the gradient of outliers. */
import { numberWithin } from '../common/errors.ts';
import { type Check, type Checks, checkOptions } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, clamp, copy, mul, scale, sub } from '../matrix/operations.ts';
import { absolute } from './absolute.ts';
import { type Elements, ElementwiseLoss } from './elementwise.ts';
import type { Loss } from './loss.ts';
import { type Reduction, reductions } from './reduction.ts';

// Within these limits, δ·d is neither subnormal nor infinite in float32 for any realistic d.
const LEAST = 1e-12;
const MOST = 1e12;

/** Options of {@link huber}. */
export interface HuberOptions<R extends Reduction = Reduction> {
  /** Default `mean`, over the elements. */
  readonly reduction?: R | undefined;
  /** δ, where the loss changes from quadratic to linear: default 1. */
  readonly delta?: number | undefined;
}

/** Options of {@link smoothL1}. */
export interface SmoothL1Options<R extends Reduction = Reduction> {
  /** Default `mean`, over the elements. */
  readonly reduction?: R | undefined;
  /** β, where the loss changes from quadratic to linear: default 1; 0 gives the absolute error. */
  readonly beta?: number | undefined;
}

const bend: Check<number> = (where, argument, value) => numberWithin(where, argument, value, LEAST, MOST);

const huberChecks: Checks<HuberOptions> = { reduction: reductions, delta: bend };

const smoothL1Checks: Checks<SmoothL1Options> = {
  reduction: reductions,
  beta: (where, argument, value) => (value === 0 ? 0 : bend(where, argument, value)),
};

/**
 * The Huber loss of an output x and a target y of the same shape, with d = x − y: `d²/2` if |d| ≤ δ, else `δ(|d| − δ/2)`.
 *
 * Steps beyond the lengths are left out; the mean is over the remaining elements, and 0 if there are none.
 *
 * @throws RangeError if `delta` is not from 10⁻¹² to 10¹², or `reduction` is unknown.
 *
 * @example
 * ```ts
 * import { huber, tensor } from 'recurrent-cells';
 *
 * const loss = huber({ delta: 2, reduction: 'none' });
 * Array.from(loss.measure(tensor([[1, -3]]), tensor([[0, 0]])).value.data) // → [0.5, 4]
 * ```
 */
export function huber<R extends Reduction = 'mean'>(options: HuberOptions<R> = {}): Loss<Tensor, R> {
  const { reduction = 'mean' as R, delta = 1 } = checkOptions('huber', options, huberChecks);
  return new ElementwiseLoss('huber', reduction, { ...options }, (arena, x, y) =>
    rounded(arena, x, y, delta),
  );
}

/**
 * The smooth absolute error of an output x and a target y of the same shape, with d = x − y: `d²/(2β)` if |d| < β, else
 * `|d| − β/2`. It equals {@link huber} with δ = β, divided by β, so its slope far from zero is ±1 for every β.
 *
 * Steps beyond the lengths are left out; the mean is over the remaining elements, and 0 if there are none.
 *
 * @throws RangeError if `beta` is neither 0 nor from 10⁻¹² to 10¹², or `reduction` is unknown.
 *
 * @example
 * ```ts
 * import { smoothL1, tensor } from 'recurrent-cells';
 *
 * const loss = smoothL1({ beta: 2, reduction: 'none' });
 * Array.from(loss.measure(tensor([[1, -3]]), tensor([[0, 0]])).value.data) // → [0.25, 2]
 * ```
 */
export function smoothL1<R extends Reduction = 'mean'>(options: SmoothL1Options<R> = {}): Loss<Tensor, R> {
  const { reduction = 'mean' as R, beta = 1 } = checkOptions('smoothL1', options, smoothL1Checks);
  return new ElementwiseLoss('smoothL1', reduction, { ...options }, (arena, x, y) => {
    if (beta === 0) return absolute(arena, x, y);
    const { values, slopes } = rounded(arena, x, y, beta);
    scale(values, values, 1 / beta);
    return {
      values,
      slopes(out) {
        slopes(out);
        scale(out, out, 1 / beta);
      },
    };
  });
}

/** The Huber loss without a case distinction: c·(d − c/2), where c is d limited to ±δ and also the slope. */
function rounded(arena: Arena, x: Matrix, y: Matrix, delta: number): Elements {
  const { rows, columns } = x;
  const [slope, half, values] = [0, 0, 0].map(() => arena.matrix(rows, columns)) as [Matrix, Matrix, Matrix];
  sub(values, x, y);
  clamp(slope, values, -delta, delta);
  scale(half, slope, -0.5);
  add(values, values, half);
  mul(values, values, slope);
  return { values, slopes: (out) => copy(out, slope) };
}
