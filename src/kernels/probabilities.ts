/** The kernels that make probabilities, or their logarithms, of scores. In float32 exp is within 3 ulp, and exp(−∞) = 0. */
import type { KernelSet } from './backend.ts';
import type { Unary } from './kernels.ts';
import { plainProbabilities } from './reference/probabilities.ts';
import { probabilities as binary } from './simd/binaries.generated.ts';

/** Their contract; the duties are those of {@link Kernels}. */
export interface ProbabilityKernels {
  /** out = eᵃ */
  exp: Unary;

  /** out[i] = eᵃ⁽ⁱ⁾ / Σⱼ eᵃ⁽ⁱ⁾ⱼ, row by row, of any finite magnitude. */
  softmax: Unary;

  /** out[i] = a[i] − ln Σⱼ eᵃ⁽ⁱ⁾ⱼ, row by row, of any finite magnitude. */
  logSoftmax: Unary;
}

/** The set of them. */
export const probabilities: KernelSet<ProbabilityKernels> = { binary, plain: plainProbabilities };
