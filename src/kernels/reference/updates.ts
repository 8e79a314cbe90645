/** Optimiser updates in plain TypeScript. */
import type { Heap } from '../heap.ts';
import type { UpdateKernels } from '../kernels.ts';

/** The update kernels of a heap. */
export function updates(heap: Heap): UpdateKernels {
  return {
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
