/** Kernels that move or combine whole rows, in plain TypeScript. */
import type { Heap } from '../heap.ts';
import type { Kernels } from '../kernels.ts';

type Rows = Pick<
  Kernels,
  | 'addRow'
  | 'columnSums'
  | 'transpose'
  | 'gather'
  | 'scatterAdd'
  | 'softmax'
  | 'logSoftmax'
  | 'normalize'
  | 'normalizeBackward'
  | 'sumOfSquares'
  | 'maximumMagnitude'
>;

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
    columnSums(out, a, aStride, count, columns, beta) {
      const x = heap.values;
      for (let j = 0; j < columns; j++) {
        let sum = beta === 0 ? 0 : x[out + j]!;
        for (let i = 0; i < count; i++) sum += x[a + i * aStride + j]!;
        x[out + j] = sum;
      }
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
    normalize(out, outStride, inverseDeviation, inverseDeviationStride, a, aStride, epsilon, count, columns) {
      if (columns === 0) return;
      const x = heap.values;
      for (let i = 0; i < count; i++) {
        const [from, to, d] = [
          a + i * aStride,
          out + i * outStride,
          inverseDeviation + i * inverseDeviationStride,
        ];
        let mean = 0;
        for (let j = 0; j < columns; j++) mean += x[from + j]!;
        mean /= columns;
        let variance = 0;
        for (let j = 0; j < columns; j++) variance += (x[from + j]! - mean) ** 2;
        const spread = variance / columns + epsilon;
        x[d] = spread === 0 ? 0 : 1 / Math.sqrt(spread);
        for (let j = 0; j < columns; j++) x[to + j] = (x[from + j]! - mean) * x[d]!;
      }
    },
    normalizeBackward(
      out,
      outStride,
      y,
      yStride,
      inverseDeviation,
      inverseDeviationStride,
      dy,
      dyStride,
      count,
      columns,
    ) {
      const x = heap.values;
      for (let i = 0; i < count; i++) {
        const [of, from, to] = [y + i * yStride, dy + i * dyStride, out + i * outStride];
        const d = x[inverseDeviation + i * inverseDeviationStride]!;
        let [mean, slope] = [0, 0];
        for (let j = 0; j < columns; j++) {
          mean += x[from + j]! / columns;
          slope += (x[from + j]! * x[of + j]!) / columns;
        }
        for (let j = 0; j < columns; j++) x[to + j] = d * (x[from + j]! - mean - x[of + j]! * slope);
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
