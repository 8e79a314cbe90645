/** The kernels that keep values above a bound, sharply or softly, or between two. */
import type { KernelSet } from './backend.ts';
import type { Binary, Unary } from './kernels.ts';
import { plainBounding } from './reference/bounding.ts';
import { bounding as binary } from './simd/binaries.generated.ts';

/** Their contract; the duties are those of {@link Kernels}. */
export interface BoundingKernels {
  /** out = max(a, 0) */
  relu: Unary;

  /** out = ln(1 + eᵃ) */
  softplus: Unary;

  /** out = min(max(a, least), most); NaN stays NaN. */
  clamp(
    out: number,
    outStride: number,
    a: number,
    aStride: number,
    least: number,
    most: number,
    rows: number,
    columns: number,
  ): void;

  /** out = dy where y > 0, else 0, with y = relu x: the derivative at 0 is 0. */
  reluBackward: Binary;
}

/** The set of them. */
export const bounding: KernelSet<BoundingKernels> = { binary, plain: plainBounding };
