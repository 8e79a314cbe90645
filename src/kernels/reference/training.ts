/** The kernels of training in plain TypeScript. */
import type { Heap } from '../heap.ts';
import type { TrainingKernels } from '../training.ts';
import { binaryOver } from './elementwise.ts';

/** The kernels over one heap. */
export function plainTraining(heap: Heap): TrainingKernels {
  const binary = binaryOver(heap);
  return {
    columnSums(out, a, aStride, count, columns, beta) {
      const x = heap.values;
      for (let j = 0; j < columns; j++) {
        let sum = beta === 0 ? 0 : x[out + j]!;
        for (let i = 0; i < count; i++) sum += x[a + i * aStride + j]!;
        x[out + j] = sum;
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
    sigmoidBackward: binary((y, dy) => dy * y * (1 - y)),
    tanhBackward: binary((y, dy) => dy * (1 - y * y)),
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
    sgd(w, g, velocity, length, rate, momentum, nesterov, decay) {
      const x = heap.values;
      for (let i = 0; i < length; i++) {
        const gradient = x[g + i]! + decay * x[w + i]!;
        const v = momentum * x[velocity + i]! + gradient;
        x[velocity + i] = v;
        x[w + i] = x[w + i]! - rate * (nesterov === 1 ? gradient + momentum * v : v);
      }
    },
    adam(w, g, mean, square, length, rate, beta1, beta2, scale, epsilon, decay, shrink) {
      const x = heap.values;
      for (let i = 0; i < length; i++) {
        const gradient = x[g + i]! + decay * x[w + i]!;
        const m = beta1 * x[mean + i]! + (1 - beta1) * gradient;
        const v = beta2 * x[square + i]! + (1 - beta2) * gradient * gradient;
        x[mean + i] = m;
        x[square + i] = v;
        x[w + i] = shrink * x[w + i]! - (rate * m) / (Math.sqrt(v) * scale + epsilon);
      }
    },
  };
}
