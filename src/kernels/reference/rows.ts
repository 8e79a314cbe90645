/** Kernels that move or combine whole rows, in plain TypeScript. */
import type { Heap } from '../heap.ts';
import type { Kernels } from '../kernels.ts';

type Rows = Pick<Kernels, 'addRow' | 'transpose' | 'gather'>;

/** The row kernels over one heap. */
export function rows(heap: Heap): Rows {
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
  };
}
