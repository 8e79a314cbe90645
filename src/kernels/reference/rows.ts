/** Kernels that move or combine whole rows, in plain TypeScript. */
import type { Heap } from '../heap.ts';
import type { Kernels } from '../kernels.ts';

type Rows = Pick<Kernels, 'addRow' | 'transpose' | 'gather' | 'softmax' | 'logSoftmax' | 'maximumMagnitude'>;

/** The row kernels over one heap. */
export function rows(heap: Heap): Rows {
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
    addRow(out, outStride, row, count, columns) {
      const x = heap.values;
      for (let i = 0; i < count; i++)
        for (let j = 0; j < columns; j++)
          x[out + i * outStride + j] = x[out + i * outStride + j]! + x[row + j]!;
    },
    transpose(out, outStride, a, aStride, count, columns) {
      const x = heap.values;
      for (let i = 0; i < count; i++)
        for (let j = 0; j < columns; j++) x[out + j * outStride + i] = x[a + i * aStride + j]!;
    },
    gather(out, outStride, table, tableStride, indices, count, columns) {
      const x = heap.values;
      for (let i = 0; i < count; i++) {
        const index = x[indices + i]!;
        const to = out + i * outStride;
        if (index < 0) x.fill(0, to, to + columns);
        else x.copyWithin(to, table + index * tableStride, table + index * tableStride + columns);
      }
    },
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
    maximumMagnitude(a, aStride, count, columns) {
      const x = heap.values;
      let largest = 0;
      for (let i = 0; i < count; i++)
        for (let j = 0; j < columns; j++) largest = Math.max(largest, Math.abs(x[a + i * aStride + j]!));
      return largest;
    },
  };
}
