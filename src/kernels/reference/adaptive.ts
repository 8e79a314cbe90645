/** RMSProp's and Adagrad's updates in plain TypeScript. */
import type { AdaptiveKernels } from '../adaptive.ts';
import type { Heap } from '../heap.ts';

/** The updates over one heap. */
export function plainAdaptive(heap: Heap): AdaptiveKernels {
  return {
    rmsprop(w, g, square, mean, velocity, length, rate, alpha, epsilon, momentum, centered, decay) {
      const x = heap.values;
      for (let i = 0; i < length; i++) {
        const gradient = x[g + i]! + decay * x[w + i]!;
        const s = alpha * x[square + i]! + (1 - alpha) * gradient * gradient;
        const a = alpha * x[mean + i]! + (1 - alpha) * gradient;
        const v = momentum * x[velocity + i]! + gradient / (Math.sqrt(s - centered * a * a) + epsilon);
        x[square + i] = s;
        x[mean + i] = a;
        x[velocity + i] = v;
        x[w + i] = x[w + i]! - rate * v;
      }
    },
    adagrad(w, g, square, length, rate, epsilon, decay) {
      const x = heap.values;
      for (let i = 0; i < length; i++) {
        const gradient = x[g + i]! + decay * x[w + i]!;
        const s = x[square + i]! + gradient * gradient;
        x[square + i] = s;
        x[w + i] = x[w + i]! - (rate * gradient) / (Math.sqrt(s) + epsilon);
      }
    },
  };
}
