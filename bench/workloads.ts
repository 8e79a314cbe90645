/** The workloads: their sizes, and the floating-point operations of their matrix products. */

/** One workload; T time steps, B batch, D inputs, H hidden units. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly cell: 'rnn' | 'lstm' | 'gru';
  readonly layers: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly batch: number;
  readonly time: number;
  /** Indices as one-hot vectors, indices into an embedding of `inputSize` columns, or real features. */
  readonly input: 'oneHot' | 'embedding' | 'dense';
  /** One training step; the gradients of weights and inputs; the outputs; one step with carried state. */
  readonly task: 'train' | 'gradients' | 'infer' | 'step';
  /** The number of rows of the embedding. */
  readonly vocabulary?: number;
  /** The linear layer on every output, or on the last. */
  readonly head?: { readonly size: number; readonly outputs: 'all' | 'last' };
  readonly loss?: 'crossEntropy' | 'squaredError';
  readonly optimizer?: { readonly type: 'sgd' | 'adam'; readonly learningRate: number };
  readonly clipNorm?: number;
}

// Large enough for a visible decrease of the loss in one step, by which gradients are compared.
const sgd = { type: 'sgd', learningRate: 0.5 } as const;
const gates = { rnn: 1, gru: 3, lstm: 4 };

const square = (hiddenSize: number, inputSize: number): Workload => ({
  name: `W7-${hiddenSize}`,
  title: `LSTM ${inputSize}→${hiddenSize}, batch 32, 50 steps, forward and backward`,
  cell: 'lstm',
  layers: 1,
  inputSize,
  hiddenSize,
  batch: 32,
  time: 50,
  input: 'dense',
  task: 'gradients',
});

export const workloads: readonly Workload[] = [
  {
    name: 'W1',
    title: 'LSTM 128, one-hot 65, batch 32, 64 steps, softmax at each step, SGD',
    cell: 'lstm',
    layers: 1,
    inputSize: 65,
    hiddenSize: 128,
    batch: 32,
    time: 64,
    input: 'oneHot',
    task: 'train',
    head: { size: 65, outputs: 'all' },
    loss: 'crossEntropy',
    optimizer: sgd,
  },
  {
    name: 'W2',
    title: 'two LSTMs of 256, one-hot 65, batch 64, 100 steps, softmax at each step, SGD',
    cell: 'lstm',
    layers: 2,
    inputSize: 65,
    hiddenSize: 256,
    batch: 64,
    time: 100,
    input: 'oneHot',
    task: 'train',
    head: { size: 65, outputs: 'all' },
    loss: 'crossEntropy',
    optimizer: sgd,
  },
  {
    name: 'W3',
    title: 'embedding 10,000×64, GRU 64, dense 2 on the last output, batch 32, 200 steps, SGD',
    cell: 'gru',
    layers: 1,
    inputSize: 64,
    hiddenSize: 64,
    batch: 32,
    time: 200,
    input: 'embedding',
    task: 'train',
    vocabulary: 10_000,
    head: { size: 2, outputs: 'last' },
    loss: 'crossEntropy',
    optimizer: sgd,
  },
  {
    name: 'W4',
    title: 'tanh RNN 32→128, batch 16, 50 steps, squared error on the last output, SGD',
    cell: 'rnn',
    layers: 1,
    inputSize: 32,
    hiddenSize: 128,
    batch: 16,
    time: 50,
    input: 'dense',
    task: 'train',
    loss: 'squaredError',
    optimizer: sgd,
  },
  {
    name: 'W5',
    title: 'LSTM 64→256, batch 1, one step with carried state, inference',
    cell: 'lstm',
    layers: 1,
    inputSize: 64,
    hiddenSize: 256,
    batch: 1,
    time: 1,
    input: 'dense',
    task: 'step',
  },
  {
    name: 'W6',
    title: 'LSTM 128→512, batch 32, 100 steps, inference',
    cell: 'lstm',
    layers: 1,
    inputSize: 128,
    hiddenSize: 512,
    batch: 32,
    time: 100,
    input: 'dense',
    task: 'infer',
  },
  square(64, 64),
  square(256, 64),
  square(1024, 1024),
  {
    name: 'W8',
    title: 'LSTM 192, one-hot 83, batch 10, 50 steps, softmax at each step, clipped Adam',
    cell: 'lstm',
    layers: 1,
    inputSize: 83,
    hiddenSize: 192,
    batch: 10,
    time: 50,
    input: 'oneHot',
    task: 'train',
    head: { size: 83, outputs: 'all' },
    loss: 'crossEntropy',
    optimizer: { type: 'adam', learningRate: 0.002 },
    clipNorm: 5,
  },
];

/** The gates of a workload's cell. */
export function gateCount({ cell }: Workload): number {
  return gates[cell];
}

/**
 * The floating-point operations of the required matrix products, 2·M·N·K each.
 *
 * A one-hot input costs nothing, since its product gathers rows; the gradient of an input counts only where it is needed.
 */
export function productFlops(workload: Workload): number {
  const { layers, inputSize, hiddenSize, batch, time, input, task, head } = workload;
  const rows = time * batch;
  const wide = gateCount(workload) * hiddenSize;
  const backward = task === 'train' || task === 'gradients';
  let flops = 0;
  for (let layer = 0; layer < layers; layer++) {
    const product = 2 * rows * wide;
    flops += product * hiddenSize * (backward ? 3 : 1);
    if (layer > 0) flops += product * hiddenSize * (backward ? 3 : 1);
    else if (input !== 'oneHot') {
      const needsInputGradient = input === 'embedding' || task === 'gradients';
      flops += product * inputSize * (backward ? (needsInputGradient ? 3 : 2) : 1);
    }
  }
  if (head !== undefined) flops += 2 * (head.outputs === 'all' ? rows : batch) * hiddenSize * head.size * 3;
  return flops;
}
