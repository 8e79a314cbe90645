/** TensorFlow.js: its own recurrent layers, and `minimize` for training; backend cpu or wasm by the third argument. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Job, serve, squareMean } from '../protocol.ts';
import type { Tensors } from '../tensors.ts';
import type { Workload } from '../workloads.ts';

const backend = process.argv[4]!;
if (backend === 'wasm') {
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(entry), '/'));
}
await tf.setBackend(backend);
await tf.ready();

// The default, orthogonalisation of all gates by Gram–Schmidt, takes minutes; the values are overwritten anyway.
const recurrentInitializer = 'glorotNormal';

function recurrent(workload: Workload, layer: number, returnSequences: boolean): tfl.layers.Layer {
  const { cell, hiddenSize, inputSize, time } = workload;
  const shared = {
    units: hiddenSize,
    returnSequences,
    recurrentInitializer,
    ...(layer === 0 && workload.input !== 'embedding' ? { inputShape: [time, inputSize] } : {}),
  } as const;
  if (cell === 'rnn') return tfl.layers.simpleRNN(shared);
  const gated = { ...shared, recurrentActivation: 'sigmoid' } as const;
  return cell === 'lstm' ? tfl.layers.lstm(gated) : tfl.layers.gru(gated);
}

function build(workload: Workload): tfl.Sequential {
  const { layers, task, head, input, inputSize, vocabulary, time } = workload;
  const all = task !== 'train' || head?.outputs === 'all';
  const model = tfl.sequential();
  if (input === 'embedding')
    model.add(tfl.layers.embedding({ inputDim: vocabulary!, outputDim: inputSize, inputLength: time }));
  for (let layer = 0; layer < layers; layer++)
    model.add(recurrent(workload, layer, all || layer < layers - 1));
  if (head !== undefined) model.add(tfl.layers.dense({ units: head.size }));
  return model;
}

const toTensor = (tensors: Tensors, name: string) => {
  const { data, shape } = tensors.get(name)!;
  return tf.tensor(data, [...shape]);
};

/** PyTorch's weights in Keras's layout: transposed, and one bias, the sum of the two. */
function load(model: tfl.Sequential, workload: Workload, tensors: Tensors): void {
  const weights: tf.Tensor[] = [];
  if (workload.vocabulary !== undefined) weights.push(toTensor(tensors, 'embedding.weight'));
  for (let layer = 0; layer < workload.layers; layer++)
    weights.push(
      tf.transpose(toTensor(tensors, `rnn.weight_ih_l${layer}`)),
      tf.transpose(toTensor(tensors, `rnn.weight_hh_l${layer}`)),
      tf.add(toTensor(tensors, `rnn.bias_ih_l${layer}`), toTensor(tensors, `rnn.bias_hh_l${layer}`)),
    );
  if (workload.head !== undefined)
    weights.push(tf.transpose(toTensor(tensors, 'head.weight')), toTensor(tensors, 'head.bias'));
  model.setWeights(weights);
}

function training(workload: Workload, model: tfl.Sequential, inputs: tf.Tensor, tensors: Tensors): Job {
  const { type, learningRate } = workload.optimizer!;
  const optimizer = type === 'sgd' ? tf.train.sgd(learningRate) : tf.train.adam(learningRate);
  const given = toTensor(tensors, 'targets');
  const targets =
    workload.loss === 'crossEntropy' ? tf.oneHot(tf.cast(given, 'int32'), workload.head!.size) : given;
  const lossOf = () => {
    const output = model.apply(inputs, { training: true }) as tf.Tensor;
    const loss =
      workload.loss === 'crossEntropy'
        ? tf.losses.softmaxCrossEntropy(targets, output)
        : tf.losses.meanSquaredError(targets, output);
    return loss as tf.Scalar;
  };
  let last = 0;
  return {
    run(times) {
      for (let i = 0; i < times; i++) {
        last = tf.tidy(() => {
          const { value, grads } = tf.variableGrads(lossOf);
          optimizer.applyGradients(clipped(grads, workload.clipNorm) as typeof grads as never);
          return value.dataSync()[0]!;
        });
      }
    },
    values: () => [last],
  };
}

function clipped(gradients: tf.NamedTensorMap, clipNorm: number | undefined): tf.NamedTensorMap {
  if (clipNorm === undefined) return gradients;
  const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
  const factor = tf.minimum(1, tf.div(clipNorm, tf.sqrt(tf.addN(squares))));
  return Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, factor)]),
  );
}

function gradients(model: tfl.Sequential, inputs: tf.Tensor, tensors: Tensors): Job {
  const dOutput = toTensor(tensors, 'dOutput');
  const weights = model.trainableWeights.map((weight) => weight.read());
  const wanted = [...weights, inputs];
  const product = () =>
    tf.sum(tf.mul(model.apply(inputs, { training: true }) as tf.Tensor, dOutput)) as tf.Scalar;
  let last: tf.Tensor[] = [];
  return {
    run(times) {
      for (let i = 0; i < times; i++) {
        tf.dispose(last);
        last = tf.tidy(() => tf.engine().gradients(product, wanted).grads);
      }
    },
    // Gradients of the recurrent weights and of the inputs.
    values: () => [last[1]!, last[3]!].map((gradient) => squareMean(gradient.dataSync())),
  };
}

function inference(model: tfl.Sequential, inputs: tf.Tensor): Job {
  let last: ArrayLike<number> = [];
  return {
    run(times) {
      for (let i = 0; i < times; i++) {
        const output = tf.tidy(() => model.apply(inputs) as tf.Tensor);
        last = output.dataSync();
        output.dispose();
      }
    },
    values: () => [squareMean(last)],
  };
}

/** One step of the layer, without the layer, which would rebuild its loop at every call. */
function step(workload: Workload, tensors: Tensors): Job {
  const { batch, hiddenSize, inputSize } = workload;
  const kernel = tf.concat([toTensor(tensors, 'rnn.weight_ih_l0'), toTensor(tensors, 'rnn.weight_hh_l0')], 1);
  // basicLSTMCell has the gates in the order i, g, f, o.
  const [i, f, g, o] = tf.split(kernel, 4, 0);
  const weight = tf.transpose(tf.concat([i!, g!, f!, o!], 0)) as tf.Tensor2D;
  const sum = tf.add(toTensor(tensors, 'rnn.bias_ih_l0'), toTensor(tensors, 'rnn.bias_hh_l0'));
  const [bi, bf, bg, bo] = tf.split(sum, 4, 0);
  const bias = tf.concat([bi!, bg!, bf!, bo!], 0) as tf.Tensor1D;
  const x = tf.reshape(toTensor(tensors, 'inputs'), [batch, inputSize]) as tf.Tensor2D;
  const forgetBias = tf.scalar(0);
  let c = tf.zeros<tf.Rank.R2>([batch, hiddenSize]);
  let h = tf.zeros<tf.Rank.R2>([batch, hiddenSize]);
  let read: ArrayLike<number> = [];
  return {
    run(times) {
      for (let n = 0; n < times; n++) {
        const [nextC, nextH] = tf.tidy(() => tf.basicLSTMCell(forgetBias, weight, bias, x, c, h));
        tf.dispose([c, h]);
        c = nextC;
        h = nextH;
        read = h.dataSync();
      }
    },
    values: () => [squareMean(read), squareMean(c.dataSync())],
  };
}

await serve({
  version: `tfjs ${tf.version_core} (${backend})`,
  differs: ({ task, cell }) => {
    if (cell === 'gru') return 'reset gate before the product';
    return task === 'train' ? 'one bias instead of two: its biases move half as far in a step' : undefined;
  },
  prepare(workload, tensors) {
    if (workload.task === 'step') return step(workload, tensors);
    const model = build(workload);
    if (workload.input === 'embedding') model.build([workload.batch, workload.time]);
    load(model, workload, tensors);
    const given = toTensor(tensors, 'inputs');
    const inputs =
      workload.input === 'oneHot'
        ? tf.cast(tf.oneHot(tf.cast(given, 'int32'), workload.inputSize), 'float32')
        : given;
    if (workload.task === 'train') return training(workload, model, inputs, tensors);
    return workload.task === 'gradients' ? gradients(model, inputs, tensors) : inference(model, inputs);
  },
});
