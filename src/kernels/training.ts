/** The kernels of the way back and of the updates: what a program that only runs a model does without. */
import type { KernelSet } from './backend.ts';
import type { Binary } from './kernels.ts';
import { plainTraining } from './reference/training.ts';
import { training as binary } from './simd/binaries.generated.ts';

/** Their contract; the duties are those of {@link Kernels}. */
export interface TrainingKernels {
  /** out[j] = β·out[j] + Σᵢ a[i][j]; `out` does not overlap `a`. */
  columnSums(out: number, a: number, aStride: number, rows: number, columns: number, beta: 0 | 1): void;

  /** table[indices[i]] += a[i], in the order of i; an index of −1 is left out. Indices are elements. */
  scatterAdd(
    table: number,
    tableStride: number,
    a: number,
    aStride: number,
    indices: number,
    rows: number,
    columns: number,
  ): void;

  /** out = dy * y * (1 − y), with y = σ(x): the derivative from the output. */
  sigmoidBackward: Binary;

  /** out = dy * (1 − y²), with y = tanh x. */
  tanhBackward: Binary;

  /** Σ a², accumulated in float64, so that it does not overflow where the elements do not. */
  sumOfSquares(a: number, aStride: number, rows: number, columns: number): number;

  /** max |a|; 0 of nothing; NaN if any is NaN. */
  maximumMagnitude(a: number, aStride: number, rows: number, columns: number): number;

  // Optimisers: one update of `length` consecutive weights w from their gradients g. Each adds L2 `decay`·w to g first.
  // State starts at zero. The formulas are PyTorch's.

  /** v ← momentum·v + g; w ← w − rate·(nesterov ? g + momentum·v : v) */
  sgd(
    w: number,
    g: number,
    velocity: number,
    length: number,
    rate: number,
    momentum: number,
    nesterov: 0 | 1,
    decay: number,
  ): void;

  /**
   * w ← shrink·w; m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; w ← w − rate·m / (√v·scale + ε)
   *
   * The caller folds in the bias corrections: rate = η/(1−β₁ᵗ), scale = 1/√(1−β₂ᵗ); shrink = 1 − η·λ for AdamW, else 1.
   */
  adam(
    w: number,
    g: number,
    mean: number,
    square: number,
    length: number,
    rate: number,
    beta1: number,
    beta2: number,
    scale: number,
    epsilon: number,
    decay: number,
    shrink: number,
  ): void;
}

/** The set of them. */
export const training: KernelSet<TrainingKernels> = { binary, plain: plainTraining };
