/** Reductions in plain TypeScript. */
import type { Heap } from '../heap.ts';
import type { ReductionKernels } from '../kernels.ts';

/** The reduction kernels of a heap. */
export function reductions(heap: Heap): ReductionKernels {
  return {
    columnSums(out, a, aStride, count, columns, beta) {
      const x = heap.values;
      for (let j = 0; j < columns; j++) {
        let sum = beta === 0 ? 0 : x[out + j]!;
        for (let i = 0; i < count; i++) sum += x[a + i * aStride + j]!;
        x[out + j] = sum;
      }
    },
    sumOfSquares(a, aStride, count, columns) {
      const x = heap.values;
      let sum = 0;
      for (let i = 0; i < count; i++) for (let j = 0; j < columns; j++) sum += x[a + i * aStride + j]! ** 2;
      return sum;
    },
    maximumMagnitude(a, aStride, count, columns) {
      const x = heap.values;
      let largest = 0;
      for (let i = 0; i < count; i++)
        for (let j = 0; j < columns; j++) largest = Math.max(largest, Math.abs(x[a + i * aStride + j]!));
      return largest;
    },
  };
}
