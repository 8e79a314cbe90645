/** A token drawn by its probability. */
import type { Values } from '../kernels/heap.ts';
import type { Random } from '../random/random.ts';

/** Draws an index by ln p of each. */
export function draw(logProbabilities: Values, random: Random): number {
  let left = random.next();
  let last = 0;
  for (let i = 0; i < logProbabilities.length; i++) {
    const probability = Math.exp(logProbabilities[i]!);
    if (probability === 0) continue;
    last = i;
    left -= probability;
    if (left < 0) return i;
  }
  // What is left is rounding: it belongs to the last that is possible.
  return last;
}
