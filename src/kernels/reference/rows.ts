/** Copying and adding whole rows in plain TypeScript. */
import type { Heap } from '../heap.ts';
import type { RowKernels } from '../kernels.ts';

/** The row kernels of a heap. */
export function rows(heap: Heap): RowKernels {
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
    scatterAdd(table, tableStride, a, aStride, indices, count, columns) {
      const x = heap.values;
      for (let i = 0; i < count; i++) {
        const index = x[indices + i]!;
        if (index < 0) continue;
        const to = table + index * tableStride;
        for (let j = 0; j < columns; j++) x[to + j] = x[to + j]! + x[a + i * aStride + j]!;
      }
    },
  };
}
