/** The kernels of layer normalisation. */
import type { KernelSet } from './backend.ts';
import { plainNormalization } from './reference/normalization.ts';
import { normalization as binary } from './simd/binaries.generated.ts';

/** Their contract; the duties are those of {@link Kernels}. */
export interface NormalizationKernels {
  /**
   * Row by row, out = (a − μ) · d with d = 1 / √(σ² + ε) kept for {@link normalizeBackward}; μ and σ² are the mean and the
   * mean square deviation of the row. Where σ² + ε is 0, so is d.
   */
  normalize(
    out: number,
    outStride: number,
    inverseDeviation: number,
    inverseDeviationStride: number,
    a: number,
    aStride: number,
    epsilon: number,
    rows: number,
    columns: number,
  ): void;

  /** Row by row, out = d · (dy − mean(dy) − y · mean(dy * y)), with y and d from {@link normalize}. */
  normalizeBackward(
    out: number,
    outStride: number,
    y: number,
    yStride: number,
    inverseDeviation: number,
    inverseDeviationStride: number,
    dy: number,
    dyStride: number,
    rows: number,
    columns: number,
  ): void;
}

/** The set of them. */
export const normalization: KernelSet<NormalizationKernels> = { binary, plain: plainNormalization };
