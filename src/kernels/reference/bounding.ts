/** Bounds in plain TypeScript. */
import type { BoundingKernels } from '../bounding.ts';
import type { Heap } from '../heap.ts';
import { binaryOver, unaryOver } from './elementwise.ts';

/** The kernels over one heap. */
export function plainBounding(heap: Heap): BoundingKernels {
  const unary = unaryOver(heap);
  return {
    relu: unary((a) => Math.max(a, 0)),
    // The larger of a and 0 is taken out, so that e never overflows and a large negative a keeps its digits.
    softplus: unary((a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)))),
    clamp(out, outStride, a, aStride, least, most, rows, columns) {
      unary((value) => Math.min(Math.max(value, least), most))(out, outStride, a, aStride, rows, columns);
    },
    reluBackward: binaryOver(heap)((y, dy) => (y > 0 ? dy : 0)),
  };
}
