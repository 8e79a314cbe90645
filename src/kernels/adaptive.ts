/** The kernels of RMSProp and Adagrad; SGD and Adam are in the set of training. */
import type { KernelSet } from './backend.ts';
import { plainAdaptive } from './reference/adaptive.ts';
import { adaptive as binary } from './simd/binaries.generated.ts';

/** Their contract: updates as in {@link TrainingKernels}. */
export interface AdaptiveKernels {
  /**
   * s ← α·s + (1−α)g²; a ← α·a + (1−α)g; v ← momentum·v + g / (√(s − centered·a²) + ε); w ← w − rate·v
   */
  rmsprop(
    w: number,
    g: number,
    square: number,
    mean: number,
    velocity: number,
    length: number,
    rate: number,
    alpha: number,
    epsilon: number,
    momentum: number,
    centered: 0 | 1,
    decay: number,
  ): void;

  /** s ← s + g²; w ← w − rate·g / (√s + ε) */
  adagrad(
    w: number,
    g: number,
    square: number,
    length: number,
    rate: number,
    epsilon: number,
    decay: number,
  ): void;
}

/** The set of them. */
export const adaptive: KernelSet<AdaptiveKernels> = { binary, plain: plainAdaptive };
