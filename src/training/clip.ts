/** Gradient norms and clipping. */
import { rangeError, show } from '../common/errors.ts';
import { type Check, type Checks, checkOptions, notNegative } from '../common/options.ts';
import { exponential, logarithm } from '../math/elementary.ts';
import { withArena } from '../matrix/arena.ts';
import { clamp, maximumMagnitude, scale, sumOfSquares } from '../matrix/operations.ts';
import { checkParameters, type Parameter } from '../matrix/parameter.ts';
import { trained } from '../optimizers/optimizer.ts';

/** The norm ‖g‖_p = (Σ |g|ᵖ)^(1/p): p > 0, such as 2, or `infinity` for the largest magnitude. */
export type Norm = number | 'infinity';

/** Options of {@link clipNorm}. */
export interface ClipNormOptions {
  /** Default 2. */
  readonly norm?: Norm | undefined;
  /** ε; default 0, the textbook formula. PyTorch uses 10⁻⁶. */
  readonly epsilon?: number | undefined;
}

const checkNorm: Check<Norm> = (where, argument, value) => {
  if (value === 'infinity' || (typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY))
    return value;
  throw rangeError(where, argument, `is ${show(value)}`, 'a number above 0, or "infinity"');
};

const checks: Checks<ClipNormOptions> = { norm: checkNorm, epsilon: notNegative };

// Within this range, float64 squares neither overflow nor underflow, for sums of up to 2⁸⁰ of them.
const LARGE = 2 ** 460;
const SMALL = 2 ** -460;

/**
 * The norm of all gradients as one vector, without those of frozen parameters.
 *
 * It is NaN or infinite if a gradient is. Its powers do not overflow; the norm itself is infinite only if it exceeds the
 * largest float64, as with n equal gradients and a p so small that n^(1/p) does.
 *
 * @throws RangeError if `norm` is neither a number above 0 nor `infinity`.
 *
 * @example
 * ```ts
 * import { Dense, gradientNorm, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 2, outputSize: 1, bias: false });
 * dense.forward(tensor([[3, -4]])).backward(tensor([[1]]));
 * gradientNorm(dense.parameters()) // → 5
 * gradientNorm(dense.parameters(), 1) // → 7
 * gradientNorm(dense.parameters(), 'infinity') // → 4
 * ```
 */
export function gradientNorm(parameters: ReadonlyMap<string, Parameter>, norm: Norm = 2): number {
  checkNorm('gradientNorm', 'norm', norm);
  checkParameters('gradientNorm', parameters);
  if (norm === 'infinity') return largest(parameters);
  if (norm !== 2) return powerNorm(parameters, norm);
  const root = Math.sqrt(squares(parameters, 1));
  if (root > SMALL && root < LARGE) return root;
  const most = largest(parameters);
  if (most === 0 || !Number.isFinite(most)) return most;
  const factor = most > 1 ? 2 ** -600 : 2 ** 600;
  return Math.sqrt(squares(parameters, factor)) / factor;
}

/**
 * Scales all gradients by one factor so that their norm is at most `maxNorm` (Pascanu, Mikolov and Bengio 2013,
 * arXiv:1211.5063): `g ← min(1, maxNorm/(‖g‖ + ε))·g`.
 *
 * Gradients whose norm is NaN or infinite are left unchanged: check the result before the next step.
 *
 * @returns ‖g‖, the norm before clipping.
 * @throws RangeError if `maxNorm` or `epsilon` is negative or NaN, or `norm` is neither a number above 0 nor `infinity`.
 *
 * @example
 * ```ts
 * import { clipNorm, Dense, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 2, outputSize: 1, bias: false });
 * dense.forward(tensor([[3, -4]])).backward(tensor([[1]]));
 * clipNorm(dense.parameters(), 2.5) // → 5
 * Array.from(dense.weight.readGradient()) // → [1.5, -2]
 * ```
 */
export function clipNorm(
  parameters: ReadonlyMap<string, Parameter>,
  maxNorm: number,
  options: ClipNormOptions = {},
): number {
  const { norm = 2, epsilon = 0 } = checkOptions('clipNorm', options, checks);
  notNegative('clipNorm', 'maxNorm', maxNorm);
  checkParameters('clipNorm', parameters);
  const before = gradientNorm(parameters, norm);
  const factor = maxNorm / (before + epsilon);
  if (Number.isFinite(before) && factor < 1)
    for (const { gradient } of trained(parameters).values()) scale(gradient, gradient, factor);
  return before;
}

/**
 * Clips every element of every gradient to ±`limit`; NaN stays NaN.
 *
 * @throws RangeError if `limit` is negative or NaN.
 *
 * @example
 * ```ts
 * import { clipValue, Dense, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 2, outputSize: 1, bias: false });
 * dense.forward(tensor([[3, -0.5]])).backward(tensor([[1]]));
 * clipValue(dense.parameters(), 1);
 * Array.from(dense.weight.readGradient()) // → [1, -0.5]
 * ```
 */
export function clipValue(parameters: ReadonlyMap<string, Parameter>, limit: number): void {
  notNegative('clipValue', 'limit', limit);
  checkParameters('clipValue', parameters);
  for (const { gradient } of trained(parameters).values()) clamp(gradient, gradient, -limit, limit);
}

/** Σ (factor·g)² over all gradients. */
function squares(parameters: ReadonlyMap<string, Parameter>, factor: number): number {
  let sum = 0;
  for (const { gradient } of trained(parameters).values()) {
    const { backend, rows, columns } = gradient;
    if (factor === 1) sum += sumOfSquares(gradient);
    else
      withArena(backend, (arena) => {
        const scaled = arena.matrix(rows, columns);
        scale(scaled, gradient, factor);
        sum += sumOfSquares(scaled);
      });
  }
  return sum;
}

/** m·(Σ (|g|/m)ᵖ)^(1/p) for the largest magnitude m, so that no power overflows. */
function powerNorm(parameters: ReadonlyMap<string, Parameter>, p: number): number {
  const most = largest(parameters);
  if (most === 0 || !Number.isFinite(most)) return most;
  let sum = 0;
  for (const parameter of trained(parameters).values())
    for (const g of parameter.readGradient()) {
      const share = Math.abs(g) / most;
      if (share > 0) sum += p === 1 ? share : exponential(p * logarithm(share));
    }
  return most * (p === 1 ? sum : exponential(logarithm(sum) / p));
}

function largest(parameters: ReadonlyMap<string, Parameter>): number {
  let most = 0;
  for (const { gradient } of trained(parameters).values()) most = Math.max(most, maximumMagnitude(gradient));
  return most;
}
