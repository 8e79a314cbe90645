/** Normalisation in plain TypeScript. */
import type { Heap } from '../heap.ts';
import type { NormalizationKernels } from '../kernels.ts';

/** The normalisation kernels of a heap. */
export function normalization(heap: Heap): NormalizationKernels {
  return {
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
        // The mean is rounded. If features are nearly equal, its rounding error is as large as their deviations.
        let rest = 0;
        for (let j = 0; j < columns; j++) rest += x[from + j]! - mean;
        rest /= columns;
        let variance = 0;
        for (let j = 0; j < columns; j++) variance += (x[from + j]! - mean - rest) ** 2;
        const spread = variance / columns + epsilon;
        x[d] = spread === 0 ? 0 : 1 / Math.sqrt(spread);
        for (let j = 0; j < columns; j++) x[to + j] = (x[from + j]! - mean - rest) * x[d]!;
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
  };
}
