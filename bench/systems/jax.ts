/**
 * jax-js on its WebAssembly device: the model written with its operations, and the whole step compiled by `jit` during
 * preparation.
 *
 * Its ownership rules require a `.ref` for every use of an array but the last.
 */
import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { type Job, serve, squareMean } from '../protocol.ts';
import type { Tensors } from '../tensors.ts';
import type { Workload } from '../workloads.ts';

type Weights = { [name: string]: np.Array };
type State = { h: np.Array; c: np.Array };
/** Adam's moments and number of steps. */
type Moments = { m: Weights; v: Weights; t: np.Array };

await init('wasm');
defaultDevice('wasm');

function toArray(tensors: Tensors, name: string): np.Array {
  const { data, shape } = tensors.get(name)!;
  const dtype = data instanceof Int32Array ? np.int32 : np.float32;
  return np.array(data, { dtype }).reshape([...shape]);
}

const given = new Set(['inputs', 'targets', 'dOutput']);
const weightsOf = (tensors: Tensors): Weights =>
  Object.fromEntries(
    [...tensors.keys()].filter((name) => !given.has(name)).map((name) => [name, toArray(tensors, name)]),
  );

/** `x Wᵀ + b` for `[…, columns]`. */
function linear(x: np.Array, weight: np.Array, bias: np.Array): np.Array {
  return np.matmul(x, weight.transpose()).add(bias);
}

/** One step of a cell; `p` is the input projection and `q` the recurrent projection, including biases. */
function advance({ cell, hiddenSize: size }: Workload, p: np.Array, q: np.Array, state: State): State {
  const part = (of: np.Array, gate: number) => of.ref.slice([], [gate * size, (gate + 1) * size]);
  if (cell === 'rnn') {
    state.h.dispose();
    return { h: np.tanh(p.add(q)), c: state.c };
  }
  if (cell === 'gru') {
    const r = nn.sigmoid(part(p, 0).add(part(q, 0)));
    const z = nn.sigmoid(part(p, 1).add(part(q, 1)));
    const n = np.tanh(part(p, 2).add(r.mul(part(q, 2))));
    p.dispose();
    q.dispose();
    return { h: n.ref.add(z.mul(state.h.sub(n))), c: state.c };
  }
  state.h.dispose();
  const gates = p.add(q);
  const i = nn.sigmoid(part(gates, 0));
  const f = nn.sigmoid(part(gates, 1));
  const g = np.tanh(part(gates, 2));
  const o = nn.sigmoid(part(gates, 3));
  gates.dispose();
  const c = f.mul(state.c).add(i.mul(g));
  return { h: o.mul(np.tanh(c.ref)), c };
}

/** The states h of a layer at all steps; `x` is `[time, batch, features]`. */
function unroll(workload: Workload, layer: number, weights: Weights, x: np.Array): np.Array[] {
  const { batch, hiddenSize, time } = workload;
  const weight = (name: string) => weights[`rnn.${name}_l${layer}`]!.ref;
  const p = linear(x, weight('weight_ih'), weight('bias_ih'));
  const outputs: np.Array[] = [];
  let state = { h: np.zeros([batch, hiddenSize]), c: np.zeros([batch, hiddenSize]) };
  for (let t = 0; t < time; t++) {
    const q = linear(state.h.ref, weight('weight_hh'), weight('bias_hh'));
    state = advance(workload, p.ref.slice(t), q, state);
    outputs.push(state.h.ref);
  }
  p.dispose();
  state.h.dispose();
  state.c.dispose();
  return outputs;
}

/** The model's output, `[time, batch, …]` or `[batch, …]` of the last step; `inputs` are batch-major. */
function model(workload: Workload, weights: Weights, inputs: np.Array): np.Array {
  const { input, inputSize, layers, task, head } = workload;
  let x = input === 'dense' ? inputs.transpose([1, 0, 2]) : inputs.transpose([1, 0]);
  if (input === 'oneHot') x = nn.oneHot(x, inputSize);
  if (input === 'embedding') x = np.take(weights['embedding.weight']!.ref, x, 0);
  let outputs: np.Array[] = [];
  for (let layer = 0; layer < layers; layer++) {
    outputs = unroll(workload, layer, weights, x);
    const last = layer === layers - 1 && task === 'train' && head?.outputs !== 'all';
    x = last ? outputs.pop()! : np.stack(outputs);
    if (last) for (const output of outputs) output.dispose();
  }
  return head === undefined ? x : linear(x, weights['head.weight']!.ref, weights['head.bias']!.ref);
}

function lossOf(workload: Workload, output: np.Array, targets: np.Array): np.Array {
  if (workload.loss === 'squaredError') return np.square(output.sub(targets)).mean();
  const turned = targets.ndim === 2 ? targets.transpose([1, 0]) : targets;
  const picked = nn.oneHot(turned, workload.head!.size).mul(nn.logSoftmax(output, -1));
  return picked.sum(-1).mean().neg();
}

function sumOfSquares(weights: Weights): np.Array {
  return Object.values(weights)
    .map((weight) => np.square(weight.ref).sum())
    .reduce((sum, term) => sum.add(term));
}

/** One optimiser step, clipped by the global norm if the workload requires it. */
function update(
  { optimizer, clipNorm }: Workload,
  weights: Weights,
  dWeights: Weights,
  moments: Moments,
): [Weights, Moments] {
  let d = dWeights;
  if (clipNorm !== undefined) {
    const factor = np.minimum(1, np.array(clipNorm).div(np.sqrt(sumOfSquares(d))));
    d = mapped(d, (gradient) => gradient.mul(factor.ref));
    factor.dispose();
  }
  const rate = optimizer!.learningRate;
  if (optimizer!.type === 'sgd')
    return [mapped(weights, (weight, name) => weight.sub(d[name]!.mul(rate))), moments];
  const t = moments.t.add(1);
  const m = mapped(moments.m, (value, name) => value.mul(0.9).add(d[name]!.ref.mul(0.1)));
  const v = mapped(moments.v, (value, name) => value.mul(0.999).add(np.square(d[name]!).mul(0.001)));
  const unbiased = (value: np.Array, beta: number) =>
    value.ref.div(np.subtract(1, np.exp(t.ref.mul(Math.log(beta)))));
  const next = mapped(weights, (weight, name) =>
    weight.sub(
      unbiased(m[name]!, 0.9)
        .mul(rate)
        .div(np.sqrt(unbiased(v[name]!, 0.999)).add(1e-8)),
    ),
  );
  return [next, { m, v, t }];
}

function mapped(weights: Weights, map: (weight: np.Array, name: string) => np.Array): Weights {
  return Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, map(weight, name)]));
}

function training(workload: Workload, tensors: Tensors): Job {
  const inputs = toArray(tensors, 'inputs');
  const targets = toArray(tensors, 'targets');
  const step = jit((weights: Weights, moments: Moments, x: np.Array, y: np.Array) => {
    const loss = (w: Weights) => {
      const value = lossOf(workload, model(workload, w, x.ref), y.ref);
      return value;
    };
    const [value, d] = valueAndGrad(loss)(tree.ref(weights)) as [np.Array, Weights];
    x.dispose();
    y.dispose();
    return [value, ...update(workload, weights, d, moments)] as [np.Array, Weights, Moments];
  });
  let weights = weightsOf(tensors);
  const zeros = () =>
    workload.optimizer!.type === 'adam' ? mapped(weights, (weight) => np.zeros(weight.shape)) : {};
  let moments: Moments = { m: zeros(), v: zeros(), t: np.array(0) };
  let last = 0;
  const [value, ...rest] = step(tree.ref(weights), tree.ref(moments), inputs.ref, targets.ref);
  value.dataSync();
  tree.dispose(rest);
  return {
    run(times) {
      for (let i = 0; i < times; i++) {
        const [value, nextWeights, nextMoments] = step(weights, moments, inputs.ref, targets.ref);
        weights = nextWeights;
        moments = nextMoments;
        last = value.dataSync()[0]!;
      }
    },
    values: () => [last],
  };
}

function gradients(workload: Workload, tensors: Tensors): Job {
  const weights = weightsOf(tensors);
  const inputs = toArray(tensors, 'inputs');
  const dOutput = toArray(tensors, 'dOutput').transpose([1, 0, 2]);
  const step = jit((w: Weights, x: np.Array, d: np.Array) => {
    const product = (both: { w: Weights; x: np.Array }) => model(workload, both.w, both.x).mul(d.ref).sum();
    const result = valueAndGrad(product)({ w, x });
    d.dispose();
    return result;
  });
  let last: ArrayLike<number>[] = [];
  const [value, d] = step(tree.ref(weights), inputs.ref, dOutput.ref);
  (value as np.Array).dataSync();
  tree.dispose(d);
  return {
    run(times) {
      for (let i = 0; i < times; i++) {
        const [value, d] = step(tree.ref(weights), inputs.ref, dOutput.ref) as [
          np.Array,
          { w: Weights; x: np.Array },
        ];
        value.dispose();
        const { 'rnn.weight_hh_l0': dWeightHh, ...others } = d.w;
        for (const other of Object.values(others)) other.dispose();
        last = [dWeightHh!.dataSync(), d.x.dataSync()];
      }
    },
    values: () => last.map(squareMean),
  };
}

function inference(workload: Workload, tensors: Tensors): Job {
  const weights = weightsOf(tensors);
  const inputs = toArray(tensors, 'inputs');
  const forward = jit((w: Weights, x: np.Array) => {
    const output = model(workload, w, x);
    tree.dispose(w);
    return output;
  });
  let last: ArrayLike<number> = [];
  forward(tree.ref(weights), inputs.ref).dataSync();
  return {
    run(times) {
      for (let i = 0; i < times; i++) last = forward(tree.ref(weights), inputs.ref).dataSync();
    },
    values: () => [squareMean(last)],
  };
}

function step(workload: Workload, tensors: Tensors): Job {
  const { batch, inputSize, hiddenSize } = workload;
  const weights = weightsOf(tensors);
  const x = toArray(tensors, 'inputs').reshape([batch, inputSize]);
  const cell = jit((w: Weights, input: np.Array, state: State) => {
    const p = linear(input, w['rnn.weight_ih_l0']!, w['rnn.bias_ih_l0']!);
    const q = linear(state.h.ref, w['rnn.weight_hh_l0']!, w['rnn.bias_hh_l0']!);
    return advance(workload, p, q, state);
  });
  let state: State = { h: np.zeros([batch, hiddenSize]), c: np.zeros([batch, hiddenSize]) };
  let last: ArrayLike<number> = [];
  return {
    run(times) {
      for (let i = 0; i < times; i++) {
        state = cell(tree.ref(weights), x.ref, state);
        last = state.h.ref.dataSync();
      }
    },
    values: () => [squareMean(last), squareMean(state.c.ref.dataSync())],
  };
}

await serve({
  version: 'jax-js 0.1.25 (wasm)',
  prepare(workload, tensors) {
    const tasks = { train: training, gradients, infer: inference, step };
    return tasks[workload.task](workload, tensors);
  },
});
