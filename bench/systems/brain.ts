/**
 * brain.js: character networks (`recurrent.LSTM`) and numeric series (`recurrent.RNNTimeStep`), trained one sequence at a time
 * with an update after each, by its own rule. One of our runs corresponds to `batch` of its patterns.
 */
import brain from 'brain.js';
import { type Job, serve } from '../protocol.ts';
import type { Tensors } from '../tensors.ts';
import type { Workload } from '../workloads.ts';

/** The part of a network's interface in use; the package's types hide the loss of `trainPattern` behind generics. */
interface Network<Pattern> {
  initialize(): void;
  trainPattern(pattern: Pattern, logErrorRate?: boolean): number;
}

function patterns<Item>(batch: number, make: (row: number) => Item): Item[] {
  return Array.from({ length: batch }, (_, row) => make(row));
}

function job<Pattern>(network: Network<Pattern>, sequences: readonly Pattern[]): Job {
  network.initialize();
  let last = 0;
  return {
    run(times) {
      for (let i = 0; i < times; i++)
        for (const sequence of sequences) last = network.trainPattern(sequence, true);
    },
    values: () => [last],
  };
}

function prepare(workload: Workload, tensors: Tensors): Job {
  const { batch, time, inputSize, hiddenSize, layers, cell, input, task } = workload;
  const { data } = tensors.get('inputs')!;
  const hiddenLayers = Array.from({ length: layers }, () => hiddenSize);
  if (task !== 'train') throw new Error('its state cannot be carried, nor its gradients read');
  if (input === 'oneHot') {
    const options = { hiddenLayers, inputSize, inputRange: inputSize, outputSize: inputSize };
    const network = new brain.recurrent.LSTM(options) as unknown as Network<number[]>;
    return job(
      network,
      patterns(batch, (row) => Array.from(data.subarray(row * time, (row + 1) * time))),
    );
  }
  if (input === 'embedding' || cell !== 'rnn') throw new Error('it has no embedding of another width');
  const network = new brain.recurrent.RNNTimeStep({
    inputSize,
    hiddenLayers,
    outputSize: inputSize,
    // With its default it diverges on these series within two patterns.
    learningRate: 1e-4,
  }) as unknown as Network<Float32Array[]>;
  return job(
    network,
    patterns(batch, (row) =>
      patterns(
        time,
        (t) => data.slice((row * time + t) * inputSize, (row * time + t + 1) * inputSize) as Float32Array,
      ),
    ),
  );
}

await serve({
  version: 'brain.js 2.0.0-beta.24',
  ownWeights: true,
  differs: ({ input }) =>
    input === 'oneHot'
      ? 'one sequence at a time, its own update after each'
      : 'one sequence at a time, its own update after each; predicts its next input at every step',
  prepare,
});
