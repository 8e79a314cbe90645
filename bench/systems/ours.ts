/** recurrent-cells, through its public interface; with the argument `wide` or `native`, using 256-bit kernels, and BLAS for products. */
import {
  Adam,
  type AnyLayer,
  type Cell,
  crossEntropy,
  Dense,
  Embedding,
  float32,
  GRUCell,
  type Indices,
  type Loss,
  LSTMCell,
  meanSquaredError,
  OneHot,
  type Parameter,
  RNNCell,
  Sequence,
  Sequential,
  SGD,
  type Tensor,
  train,
} from 'recurrent-cells';
import { useNativeProducts, useWideKernels } from 'recurrent-cells/node';
import { type Job, serve, squareMean } from '../protocol.ts';
import type { Tensors } from '../tensors.ts';
import type { Workload } from '../workloads.ts';

const [, , , , kernels] = process.argv;
if (kernels === 'wide' || kernels === 'native') useWideKernels();
if (kernels === 'native') useNativeProducts();

const cells = { rnn: RNNCell, lstm: LSTMCell, gru: GRUCell };

function newCell({ cell, inputSize, hiddenSize }: Workload, layer: number): Cell {
  return new cells[cell]({ inputSize: layer === 0 ? inputSize : hiddenSize, hiddenSize });
}

/** Sets parameters of ours, `weightIh` and so on, from PyTorch's names. */
function load(
  parameters: ReadonlyMap<string, Parameter>,
  tensors: Tensors,
  name: (ours: string) => string,
): void {
  for (const [ours, parameter] of parameters) parameter.write(tensors.get(name(ours))!.data);
}

function loadedCell(workload: Workload, layer: number, tensors: Tensors): Cell {
  const cell = newCell(workload, layer);
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  load(cell.parameters(), tensors, (name) => `rnn.${snake(name)}_l${layer}`);
  return cell;
}

function model(workload: Workload, tensors: Tensors): Sequential<Tensor | Indices> {
  const { input, inputSize, vocabulary, layers, task, head, hiddenSize } = workload;
  const stack: AnyLayer[] = [];
  if (input === 'oneHot') stack.push(new OneHot({ classes: inputSize }));
  if (input === 'embedding') {
    const embedding = new Embedding({ classes: vocabulary!, outputSize: inputSize });
    load(embedding.parameters(), tensors, (name) => `embedding.${name}`);
    stack.push(embedding);
  }
  for (let layer = 0; layer < layers; layer++) {
    const last = layer === layers - 1 && task === 'train' && head?.outputs !== 'all';
    stack.push(new Sequence(loadedCell(workload, layer, tensors), { outputs: last ? 'last' : 'all' }));
  }
  if (head !== undefined) {
    const dense = new Dense({ inputSize: hiddenSize, outputSize: head.size });
    load(dense.parameters(), tensors, (name) => `head.${name}`);
    stack.push(dense);
  }
  return new Sequential(stack);
}

function* repeated<Item>(item: Item): Generator<Item, never> {
  for (;;) yield item;
}

function training(workload: Workload, tensors: Tensors): Job {
  const { type, learningRate } = workload.optimizer!;
  const network = model(workload, tensors);
  const loss = workload.loss === 'crossEntropy' ? crossEntropy() : meanSquaredError();
  const optimizer = type === 'sgd' ? new SGD({ learningRate }) : new Adam({ learningRate });
  const inputs = tensors.get('inputs') as Indices;
  const targets = tensors.get('targets') as Indices;
  const { clipNorm } = workload;
  const steps = train(network, repeated({ inputs, targets }), {
    loss: loss as Loss<Indices>,
    optimizer,
    clipNorm,
  });
  let last = 0;
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        const { value } = await steps.next();
        last = value!.loss;
      }
    },
    values: () => [last],
  };
}

function gradients(workload: Workload, tensors: Tensors): Job {
  const cell = loadedCell(workload, 0, tensors);
  const sequence = new Sequence(cell);
  const inputs = tensors.get('inputs') as Tensor;
  const dOutput = tensors.get('dOutput') as Tensor;
  let dInput: Tensor = inputs;
  return {
    run(times) {
      for (let i = 0; i < times; i++) {
        for (const parameter of cell.parameters().values()) parameter.clearGradient();
        dInput = sequence.forward(inputs).backward(dOutput).input;
      }
    },
    values: () => [squareMean(cell.weightHh.readGradient()), squareMean(dInput.data)],
  };
}

function inference(workload: Workload, tensors: Tensors): Job {
  const sequence = new Sequence(loadedCell(workload, 0, tensors));
  const inputs = tensors.get('inputs') as Tensor;
  let output: Tensor = inputs;
  return {
    run(times) {
      for (let i = 0; i < times; i++) output = sequence.infer(inputs).output;
    },
    values: () => [squareMean(output.data)],
  };
}

function step(workload: Workload, tensors: Tensors): Job {
  const cell = loadedCell(workload, 0, tensors) as LSTMCell;
  const { data } = tensors.get('inputs') as Tensor;
  const x: Tensor = { data, shape: [workload.batch, workload.inputSize] };
  let state = cell.initialState(workload.batch);
  return {
    run(times) {
      for (let i = 0; i < times; i++) ({ state } = cell.infer(x, { state }));
    },
    values: () => [squareMean(state.h.data), squareMean(state.c.data)],
  };
}

await serve({
  version: `recurrent-cells, ${float32().name}`,
  prepare(workload, tensors) {
    const tasks = { train: training, gradients, infer: inference, step };
    return tasks[workload.task](workload, tensors);
  },
});
