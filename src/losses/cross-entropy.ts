/** The cross-entropy of classes, from logits or log-probabilities. */
import { type Checks, checkOptions, fraction, integer } from '../common/options.ts';
import type { Indices } from '../common/tensor.ts';
import { ClassLoss } from './class-loss.ts';
import { type Loss, lasting, weights } from './loss.ts';
import { type Reduction, reductions } from './reduction.ts';

/** Options of {@link negativeLogLikelihood}. */
export interface NegativeLogLikelihoodOptions<R extends Reduction = Reduction> {
  /** Default `mean`, over the rows kept, weighted by class weight. */
  readonly reduction?: R | undefined;
  /** w, the weight of each class, such as `classWeights(…)` of `recurrent-cells/text` returns: default 1. */
  readonly classWeights?: ArrayLike<number> | undefined;
  /** The target of rows to leave out: default none. PyTorch uses −100. */
  readonly ignoreIndex?: number | undefined;
}

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions<R extends Reduction = Reduction>
  extends NegativeLogLikelihoodOptions<R> {
  /** ε from 0 to 1, the share of the target spread evenly over all classes: default 0. */
  readonly labelSmoothing?: number | undefined;
}

const likelihoodChecks: Checks<NegativeLogLikelihoodOptions> = {
  reduction: reductions,
  classWeights: weights,
  ignoreIndex: integer,
};

const crossEntropyChecks = (): Checks<CrossEntropyOptions> => ({
  ...likelihoodChecks,
  labelSmoothing: fraction,
});

/**
 * The softmax cross-entropy, in nats, of logits and class targets. With p = ln softmax(logits), C classes, target k,
 * smoothing ε and weights w, a row's term is `−(1 − ε)·w_k·p_k − (ε/C)·Σ_c w_c·p_c`; the mean is the sum of the terms
 * divided by the sum of `w_k`, which without weights is the number of rows (as in PyTorch).
 *
 * Logits `[batch, time, classes]` with targets `[batch, time]`, or `[batch, classes]` with `[batch]`. Steps beyond the
 * lengths and targets equal to `ignoreIndex` are left out and get no gradient. The mean of no rows is 0, with gradient 0.
 *
 * @throws RangeError if `labelSmoothing` is not from 0 to 1, a weight is not a finite number of at least 0, or `reduction`
 * is unknown; when used, if a target is not a class or the number of weights is not the number of classes.
 *
 * @example
 * ```ts
 * import { crossEntropy, indices, tensor } from 'recurrent-cells';
 *
 * const logits = tensor([[[0, 0], [5, 1]]]);
 * const pass = crossEntropy({ ignoreIndex: -1 }).forward(logits, indices([[1, -1]]));
 * pass.value // → 0.6931471805599453
 * Array.from(pass.backward().data) // → [0.5, -0.5, 0, 0]
 * ```
 */
export function crossEntropy<R extends Reduction = 'mean'>(
  options: CrossEntropyOptions<R> = {},
): Loss<Indices, R> {
  const {
    reduction = 'mean' as R,
    labelSmoothing: smoothing = 0,
    classWeights,
    ignoreIndex,
  } = checkOptions('crossEntropy', options, crossEntropyChecks());
  const own = lasting(classWeights);
  const settings = { logits: true, smoothing, classWeights: own, ignoreIndex };
  return new ClassLoss('crossEntropy', reduction, settings, { ...options, classWeights: own });
}

/**
 * The negative log-likelihood, in nats, of log-probabilities and class targets: a row's term is `−w_k·output_k`; the mean
 * is the sum of the terms divided by the sum of `w_k`. Use {@link crossEntropy} if the output is logits.
 *
 * Shapes, lengths, `ignoreIndex` and the mean of no rows are as for {@link crossEntropy}.
 *
 * @throws RangeError if a weight is not a finite number of at least 0, or `reduction` is unknown; when used, if a target
 * is not a class or the number of weights is not the number of classes.
 *
 * @example
 * ```ts
 * import { indices, negativeLogLikelihood, tensor } from 'recurrent-cells';
 *
 * const output = tensor([[-0.5, -1], [-2, -0.25]]);
 * negativeLogLikelihood().measure(output, indices([0, 1])).value // → 0.375
 * ```
 */
export function negativeLogLikelihood<R extends Reduction = 'mean'>(
  options: NegativeLogLikelihoodOptions<R> = {},
): Loss<Indices, R> {
  const {
    reduction = 'mean' as R,
    classWeights,
    ignoreIndex,
  } = checkOptions('negativeLogLikelihood', options, likelihoodChecks);
  const own = lasting(classWeights);
  const settings = { logits: false, smoothing: 0, classWeights: own, ignoreIndex };
  return new ClassLoss('negativeLogLikelihood', reduction, settings, { ...options, classWeights: own });
}
