/** What a whole matrix comes to: one number. */
import type { Matrix } from './matrix.ts';
import { isMatrix } from './shapes.ts';

/** Σ a², added up in float64, so that it does not overflow where float32 elements do not */
export function sumOfSquares(a: Matrix): number {
  isMatrix('sumOfSquares', 'a', a);
  return a.backend.kernels.sumOfSquares(a.offset, a.stride, a.rows, a.columns);
}

/** max |a|: 0 of nothing, NaN if an element is NaN */
export function maximumMagnitude(a: Matrix): number {
  isMatrix('maximumMagnitude', 'a', a);
  return a.backend.kernels.maximumMagnitude(a.offset, a.stride, a.rows, a.columns);
}
