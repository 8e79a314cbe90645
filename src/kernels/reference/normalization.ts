/** Normalisation in plain TypeScript. */
import type { Heap, Values } from '../heap.ts';
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
        const unit = unitOf(x, from, columns, epsilon);
        let mean = 0;
        for (let j = 0; j < columns; j++) mean += x[from + j]! * unit;
        mean /= columns;
        // The mean is rounded. If features are nearly equal, its rounding error is as large as their deviations.
        let rest = 0;
        for (let j = 0; j < columns; j++) rest += x[from + j]! * unit - mean;
        rest /= columns;
        let variance = 0;
        for (let j = 0; j < columns; j++) variance += (x[from + j]! * unit - mean - rest) ** 2;
        const spread = variance / columns + epsilon * unit * unit;
        x[d] = spread === 0 ? 0 : unit / Math.sqrt(spread);
        const factor = x[d]! / unit;
        for (let j = 0; j < columns; j++) x[to + j] = (x[from + j]! * unit - mean - rest) * factor;
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

/**
 * A power of two, by which a row is multiplied so that squares neither overflow nor, without ε, underflow: 1 for all but extreme
 * features.
 */
function unitOf(x: Values, from: number, columns: number, epsilon: number): number {
  let largest = 0;
  for (let j = 0; j < columns; j++) largest = Math.max(largest, Math.abs(x[from + j]!));
  if (largest > 2 ** 480) return 2 ** -600;
  return largest < 2 ** -480 && epsilon === 0 ? 2 ** 500 : 1;
}
