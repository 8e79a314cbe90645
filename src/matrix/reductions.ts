/** Reductions of a matrix to one number. */
import type { Matrix } from './matrix.ts';
import { isMatrix } from './shapes.ts';

/** Σ a², summed in float64, so that squares of float32 elements do not overflow */
export function sumOfSquares(a: Matrix): number {
  isMatrix('sumOfSquares', 'a', a);
  return a.backend.kernels.sumOfSquares(a.offset, a.stride, a.rows, a.columns);
}

/** max |a|: 0 for an empty matrix, NaN if an element is NaN */
export function maximumMagnitude(a: Matrix): number {
  isMatrix('maximumMagnitude', 'a', a);
  return a.backend.kernels.maximumMagnitude(a.offset, a.stride, a.rows, a.columns);
}
