/**
 * The optimisers' updates of w from its gradient g and the optimiser's state, all of one shape with contiguous rows.
 * Each first adds L2 `decay`·w to g. The formulas are PyTorch's.
 */
import { rangeError } from '../common/errors.ts';
import type { Matrix } from './matrix.ts';
import { shape } from './shapes.ts';

/** The constants of {@link sgd}. */
export interface SgdConstants {
  readonly rate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly decay: number;
}

/** v ← momentum·v + g; w ← w − rate·(nesterov ? g + momentum·v : v) */
export function sgd(w: Matrix, g: Matrix, velocity: Matrix, of: SgdConstants): void {
  const length = lengthOf('sgd', w, { g, velocity });
  const { sgd } = w.backend.kernels;
  sgd(w.offset, g.offset, velocity.offset, length, of.rate, of.momentum, of.nesterov ? 1 : 0, of.decay);
}

/** The constants of {@link adam}, including the bias corrections. */
export interface AdamConstants {
  /** η/(1 − β₁ᵗ) */
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** 1/√(1 − β₂ᵗ) */
  readonly scale: number;
  readonly epsilon: number;
  readonly decay: number;
  /** The factor applied to w first: 1 − η·λ for AdamW, otherwise 1. */
  readonly shrink: number;
}

/** w ← shrink·w; m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; w ← w − rate·m / (√v·scale + ε) */
export function adam(w: Matrix, g: Matrix, mean: Matrix, square: Matrix, of: AdamConstants): void {
  const length = lengthOf('adam', w, { g, mean, square });
  w.backend.kernels.adam(
    w.offset,
    g.offset,
    mean.offset,
    square.offset,
    length,
    of.rate,
    of.beta1,
    of.beta2,
    of.scale,
    of.epsilon,
    of.decay,
    of.shrink,
  );
}

/** {@link adam} with the largest v so far instead of v. Rarely used, so it has no kernel. */
export function amsgrad(
  w: Matrix,
  g: Matrix,
  mean: Matrix,
  square: Matrix,
  largest: Matrix,
  of: AdamConstants,
): void {
  const length = lengthOf('amsgrad', w, { g, mean, square, largest });
  const x = w.backend.heap.values;
  for (let i = 0; i < length; i++) {
    const weight = x[w.offset + i]!;
    const gradient = x[g.offset + i]! + of.decay * weight;
    const m = of.beta1 * x[mean.offset + i]! + (1 - of.beta1) * gradient;
    const v = of.beta2 * x[square.offset + i]! + (1 - of.beta2) * gradient * gradient;
    const most = Math.max(x[largest.offset + i]!, v);
    x[mean.offset + i] = m;
    x[square.offset + i] = v;
    x[largest.offset + i] = most;
    x[w.offset + i] = of.shrink * weight - (of.rate * m) / (Math.sqrt(most) * of.scale + of.epsilon);
  }
}

/** The constants of {@link nadam}. */
export interface NadamConstants {
  /** η·(1 − μₜ)/(1 − Πᵢ₌₁…ₜ μᵢ), of the gradient */
  readonly gradientRate: number;
  /** η·μₜ₊₁/(1 − Πᵢ₌₁…ₜ₊₁ μᵢ), of the mean */
  readonly meanRate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** 1/√(1 − β₂ᵗ) */
  readonly scale: number;
  readonly epsilon: number;
  readonly decay: number;
}

/** m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; w ← w − (gradientRate·g + meanRate·m) / (√v·scale + ε). It has no kernel. */
export function nadam(w: Matrix, g: Matrix, mean: Matrix, square: Matrix, of: NadamConstants): void {
  const length = lengthOf('nadam', w, { g, mean, square });
  const x = w.backend.heap.values;
  for (let i = 0; i < length; i++) {
    const weight = x[w.offset + i]!;
    const gradient = x[g.offset + i]! + of.decay * weight;
    const m = of.beta1 * x[mean.offset + i]! + (1 - of.beta1) * gradient;
    const v = of.beta2 * x[square.offset + i]! + (1 - of.beta2) * gradient * gradient;
    x[mean.offset + i] = m;
    x[square.offset + i] = v;
    const step = of.gradientRate * gradient + of.meanRate * m;
    x[w.offset + i] = weight - step / (Math.sqrt(v) * of.scale + of.epsilon);
  }
}

/** The constants of {@link lion}. */
export interface LionConstants {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** The factor applied to w first: 1 − η·λ. */
  readonly shrink: number;
}

/** w ← shrink·w − rate·sign(β₁m + (1−β₁)g); m ← β₂m + (1−β₂)g. It has no kernel. */
export function lion(w: Matrix, g: Matrix, mean: Matrix, of: LionConstants): void {
  const length = lengthOf('lion', w, { g, mean });
  const x = w.backend.heap.values;
  for (let i = 0; i < length; i++) {
    const gradient = x[g.offset + i]!;
    const m = x[mean.offset + i]!;
    const direction = Math.sign(of.beta1 * m + (1 - of.beta1) * gradient);
    x[w.offset + i] = of.shrink * x[w.offset + i]! - of.rate * direction;
    x[mean.offset + i] = of.beta2 * m + (1 - of.beta2) * gradient;
  }
}

/** The constants of {@link rmsprop}. */
export interface RmspropConstants {
  readonly rate: number;
  readonly alpha: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly centered: boolean;
  readonly decay: number;
}

/** s ← α·s + (1−α)g²; a ← α·a + (1−α)g; v ← momentum·v + g / (√(s − centered·a²) + ε); w ← w − rate·v */
export function rmsprop(
  w: Matrix,
  g: Matrix,
  { square, mean, velocity }: { readonly square: Matrix; readonly mean: Matrix; readonly velocity: Matrix },
  of: RmspropConstants,
): void {
  const length = lengthOf('rmsprop', w, { g, square, mean, velocity });
  w.backend.kernels.rmsprop(
    w.offset,
    g.offset,
    square.offset,
    mean.offset,
    velocity.offset,
    length,
    of.rate,
    of.alpha,
    of.epsilon,
    of.momentum,
    of.centered ? 1 : 0,
    of.decay,
  );
}

/** The constants of {@link adagrad}. */
export interface AdagradConstants {
  readonly rate: number;
  readonly epsilon: number;
  readonly decay: number;
}

/** s ← s + g²; w ← w − rate·g / (√s + ε) */
export function adagrad(w: Matrix, g: Matrix, square: Matrix, of: AdagradConstants): void {
  const length = lengthOf('adagrad', w, { g, square });
  const { adagrad } = w.backend.kernels;
  adagrad(w.offset, g.offset, square.offset, length, of.rate, of.epsilon, of.decay);
}

/** The number of elements of each. */
function lengthOf(where: string, w: Matrix, others: { readonly [name: string]: Matrix }): number {
  for (const [name, matrix] of Object.entries({ w, ...others })) {
    if (matrix.rows !== w.rows || matrix.columns !== w.columns)
      throw rangeError(where, name, `has shape ${shape(matrix)}`, `${shape(w)}, the shape of w`);
    if (matrix.stride !== matrix.columns)
      throw rangeError(where, name, `has rows ${matrix.stride} apart`, `${shape(w)} without gaps`);
  }
  return w.rows * w.columns;
}
