/** The adding problem of Hochreiter and Schmidhuber (1997). */
import type { Batch, Random, Tensor } from 'recurrent-cells';

/** Sequences `[batch, time, 2]` of a number and a mark, and the sums of the two marked numbers `[batch, 1]`. */
export function addingProblem(random: Random, batch: number, time: number): Batch<Tensor, Tensor> {
  const inputs = new Float32Array(batch * time * 2);
  const targets = new Float32Array(batch);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < time; t++) inputs[(b * time + t) * 2] = random.next();
    // One mark in each half, so that one is always far from the end.
    const half = Math.floor(time / 2);
    for (const t of [random.integer(half), half + random.integer(time - half)]) {
      inputs[(b * time + t) * 2 + 1] = 1;
      targets[b]! += inputs[(b * time + t) * 2]!;
    }
  }
  return { inputs: { data: inputs, shape: [batch, time, 2] }, targets: { data: targets, shape: [batch, 1] } };
}
