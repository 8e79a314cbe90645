/** Probabilities in plain TypeScript. */
import type { Heap } from '../heap.ts';
import type { ProbabilityKernels } from '../kernels.ts';

/** The probability kernels of a heap. */
export function probabilities(heap: Heap): ProbabilityKernels {
  /** The largest element of a row, and Σ exp(element − largest). */
  function logSumExp(start: number, columns: number): { largest: number; sum: number } {
    const x = heap.values;
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < columns; j++) largest = Math.max(largest, x[start + j]!);
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += Math.exp(x[start + j]! - largest);
    return { largest, sum };
  }

  return {
    softmax(out, outStride, a, aStride, count, columns) {
      const x = heap.values;
      for (let i = 0; i < count; i++) {
        const { largest, sum } = logSumExp(a + i * aStride, columns);
        for (let j = 0; j < columns; j++)
          x[out + i * outStride + j] = Math.exp(x[a + i * aStride + j]! - largest) / sum;
      }
    },
    logSoftmax(out, outStride, a, aStride, count, columns) {
      const x = heap.values;
      for (let i = 0; i < count; i++) {
        const { largest, sum } = logSumExp(a + i * aStride, columns);
        for (let j = 0; j < columns; j++)
          x[out + i * outStride + j] = x[a + i * aStride + j]! - largest - Math.log(sum);
      }
    },
  };
}
