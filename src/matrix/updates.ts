/**
 * The updates of the optimisers: w from its gradient g and what is remembered of it, all of one shape and without gaps
 * between rows. Each adds L2 `decay`·w to g first. The formulas are PyTorch's.
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

/** The constants of {@link adam}, the corrections of its means folded in. */
export interface AdamConstants {
  /** η/(1 − β₁ᵗ) */
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** 1/√(1 − β₂ᵗ) */
  readonly scale: number;
  readonly epsilon: number;
  readonly decay: number;
  /** What w is multiplied by first: 1 − η·λ of AdamW, else 1. */
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

/** How many elements each has. */
function lengthOf(where: string, w: Matrix, others: { readonly [name: string]: Matrix }): number {
  for (const [name, matrix] of Object.entries({ w, ...others })) {
    if (matrix.rows !== w.rows || matrix.columns !== w.columns)
      throw rangeError(where, name, `has shape ${shape(matrix)}`, `${shape(w)}, the shape of w`);
    if (matrix.stride !== matrix.columns)
      throw rangeError(where, name, `has rows ${matrix.stride} apart`, `${shape(w)} without gaps`);
  }
  return w.rows * w.columns;
}
