/** The cross-entropy of independent binary outputs. */
import { rangeError } from '../common/errors.ts';
import { type Checks, checkOptions } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { mul, mulAdd, scale, sigmoid, softplus } from '../matrix/operations.ts';
import { ElementwiseLoss, perColumn } from './elementwise.ts';
import { type Loss, lasting, weights as weightsOption } from './loss.ts';
import { type Reduction, reductions } from './reduction.ts';

/** Options of {@link binaryCrossEntropy}. */
export interface BinaryCrossEntropyOptions<R extends Reduction = Reduction> {
  /** Default `mean`, over the elements. */
  readonly reduction?: R | undefined;
  /** p, the weight of positives relative to negatives, one for all features or one for each: default 1. */
  readonly positiveWeight?: number | ArrayLike<number> | undefined;
}

const checks: Checks<BinaryCrossEntropyOptions> = {
  reduction: reductions,
  positiveWeight(where, argument, value) {
    const own = typeof value === 'number' ? [value] : value;
    weightsOption(where, argument, own);
    return value as number;
  },
};

/**
 * The cross-entropy, in nats, of logits x and targets y in [0, 1] of the same shape:
 * `p·y·softplus(−x) + (1 − y)·softplus(x)`, which equals `−p·y·ln σ(x) − (1 − y)·ln(1 − σ(x))` and is stable for large |x|.
 *
 * Shapes `[batch, time, width]` or `[batch, width]`. Steps beyond the lengths are left out; the mean is over the remaining
 * elements, and 0 if there are none.
 *
 * @throws RangeError if a `positiveWeight` is not a finite number of at least 0, or `reduction` is unknown; when used, if
 * their number is not the width, or a target is not in [0, 1].
 *
 * @example
 * ```ts
 * import { binaryCrossEntropy, tensor } from 'recurrent-cells';
 *
 * const pass = binaryCrossEntropy({ positiveWeight: 3 }).forward(tensor([[0, 0]]), tensor([[1, 0]]));
 * pass.value.toFixed(4) // → '1.3863'
 * Array.from(pass.backward().data) // → [-0.75, 0.25]
 * ```
 */
export function binaryCrossEntropy<R extends Reduction = 'mean'>(
  options: BinaryCrossEntropyOptions<R> = {},
): Loss<Tensor, R> {
  const { reduction = 'mean' as R, positiveWeight = 1 } = checkOptions('binaryCrossEntropy', options, checks);
  const own = lasting(positiveWeight);
  return new ElementwiseLoss(
    'binaryCrossEntropy',
    reduction,
    { ...options, positiveWeight: own },
    (arena, x, y, where) => {
      const { rows, columns } = x;
      const weights = perColumn(where, 'positiveWeight', own, columns);
      const block = () => arena.matrix(rows, columns);
      const [opposite, positive, negative, values, part] = [block(), block(), block(), block(), block()];
      scale(opposite, x, -1);
      checkTargets(where, y);
      split(positive, negative, y, weights);
      softplus(values, x);
      mul(values, values, negative);
      softplus(part, opposite);
      mulAdd(values, part, positive);
      return {
        values,
        slopes(out) {
          sigmoid(out, x);
          mul(out, out, negative);
          sigmoid(part, opposite);
          scale(part, part, -1);
          mulAdd(out, part, positive);
        },
      };
    },
  );
}

/** PyTorch takes any target; but outside [0, 1] the loss is unbounded below, and training diverges. */
function checkTargets(where: string, y: Matrix): void {
  const { values } = y.backend.heap;
  for (let i = 0; i < y.rows * y.columns; i++) {
    const target = values[y.offset + i]!;
    if (!(target >= 0 && target <= 1))
      throw rangeError(where, 'targets', `has ${target}`, 'numbers from 0 to 1');
  }
}

/** positive ← p·y, negative ← 1 − y; rows are contiguous. */
function split(positive: Matrix, negative: Matrix, y: Matrix, weights: ArrayLike<number>): void {
  const { values } = y.backend.heap;
  for (let i = 0; i < y.rows * y.columns; i++) {
    const target = values[y.offset + i]!;
    values[positive.offset + i] = weights[i % y.columns]! * target;
    values[negative.offset + i] = 1 - target;
  }
}
