/** CTC by its definition: all alignments, one by one. */
import type { Tensor } from '../../src/index.ts';

/** The probability of every labelling, by its labels joined with commas, of the first `length` steps of a sequence. */
export function labellings(logits: Tensor, b: number, length: number, blank: number): Map<string, number> {
  const [, time, classes] = logits.shape as [number, number, number];
  const found = new Map<string, number>();
  const extend = (t: number, labels: readonly number[], last: number, probability: number) => {
    if (t === length) {
      found.set(labels.join(), (found.get(labels.join()) ?? 0) + probability);
      return;
    }
    const start = (b * time + t) * classes;
    const weights = Array.from(logits.data.subarray(start, start + classes), Math.exp);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, k) => {
      const says = k !== blank && k !== last;
      extend(t + 1, says ? [...labels, k] : labels, k, (probability * weight) / total);
    });
  };
  extend(0, [], blank, 1);
  return found;
}
