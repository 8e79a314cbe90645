/** Models written for TensorFlow.js, computed by TensorFlow.js itself. */
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  Activation,
  type AnyLayer,
  Bidirectional,
  type Cell,
  Conv1d,
  Dense,
  Dropout,
  Embedding,
  float64,
  GRUCell,
  type Indices,
  LayerNorm,
  LSTMCell,
  manyToMany,
  Noise,
  OneHot,
  PeepholeLSTMCell,
  Pooling,
  Random,
  Repeat,
  Residual,
  RNNCell,
  Sequence,
  Sequential,
  type Tensor,
} from '../../src/index.ts';
import { fromTfjs, toTfjs } from '../../src/keras.ts';
import { shakeParameters } from '../laws/subjects.ts';
import { type Predict, tensorflow } from './tensorflow.ts';

const backend = float64();
const WIDTH = 3;

let predict: Predict;
beforeAll(async () => {
  predict = await tensorflow();
}, 60_000);

const plan = fc.record({
  front: fc.constantFrom('none', 'embedding', 'oneHot', 'valid', 'same', 'strided', 'repeat'),
  layers: fc.array(
    fc.record({
      cell: fc.constantFrom('tanh', 'relu', 'lstm', 'gru'),
      direction: fc.constantFrom('forward', 'both'),
      merge: fc.constantFrom('concatenate', 'sum', 'mean', 'product') as fc.Arbitrary<'sum'>,
      hiddenSize: fc.integer({ min: 1, max: 4 }),
      bias: fc.boolean(),
      after: fc.constantFrom('none', 'norm', 'plainNorm', 'dropout', 'spatial', 'tanh', 'sigmoid', 'relu'),
    }),
    { minLength: 0, maxLength: 3 },
  ),
  end: fc.constantFrom('all', 'last', 'reverse', 'mean', 'max'),
  batch: fc.integer({ min: 1, max: 3 }),
  time: fc.integer({ min: 3, max: 5 }),
  seed: fc.nat(1e6),
});
type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never;

function front({ front }: Plan): AnyLayer[] {
  const conv = { inputSize: WIDTH, outputSize: WIDTH, backend };
  switch (front) {
    case 'embedding':
      return [new Embedding({ classes: 5, outputSize: WIDTH, backend }) as AnyLayer];
    case 'oneHot':
      return [new OneHot({ classes: WIDTH, backend }) as AnyLayer];
    case 'valid':
      return [new Conv1d({ ...conv, kernelSize: 2, dilation: 2, padding: 0, bias: false }) as AnyLayer];
    case 'same':
      return [new Conv1d({ ...conv, kernelSize: 4, padding: 'same' }) as AnyLayer];
    case 'strided':
      return [new Conv1d({ ...conv, kernelSize: 2, stride: 2, padding: 'valid' }) as AnyLayer];
    case 'repeat':
      return [
        new Dense({ inputSize: WIDTH, outputSize: WIDTH, backend }) as AnyLayer,
        new Repeat({ steps: 3, backend }) as AnyLayer,
      ];
    default:
      return [];
  }
}

function build(drawn: Plan): Sequential {
  const made = front(drawn);
  let width = WIDTH;
  drawn.layers.forEach(({ cell, direction, merge, hiddenSize, bias, after }, at) => {
    const sizes = { inputSize: width, hiddenSize, bias, backend };
    const make = (): Cell<string> =>
      cell === 'lstm'
        ? new LSTMCell(sizes)
        : cell === 'gru'
          ? new GRUCell({ ...sizes, reset: 'before' })
          : new RNNCell({ ...sizes, activation: cell as 'relu' });
    const last = at === drawn.layers.length - 1 && (drawn.end === 'last' || drawn.end === 'reverse');
    const outputs = last ? ('last' as const) : ('all' as const);
    const layer: AnyLayer =
      direction === 'both'
        ? (new Bidirectional(make(), make(), { outputs, merge }) as AnyLayer)
        : new Sequence(make(), { outputs, reverse: last && drawn.end === 'reverse' });
    made.push(layer);
    width = layer.outputSize!;
    if (after === 'norm') made.push(new LayerNorm({ inputSize: width, epsilon: 1, backend }));
    else if (after === 'plainNorm')
      made.push(new LayerNorm({ inputSize: width, affine: false, epsilon: 0.1, backend }));
    else if (after === 'dropout') made.push(new Dropout({ rate: 0.5, backend }));
    else if (after === 'spatial' && !last) made.push(new Dropout({ rate: 0.5, acrossTime: true, backend }));
    else if (after === 'tanh' || after === 'sigmoid' || after === 'relu')
      made.push(new Activation({ kind: after, backend }));
  });
  if (drawn.end === 'mean' || drawn.end === 'max') {
    // Pooling takes no one-hot vectors.
    made.push(new Dense({ inputSize: width, outputSize: width, bias: false, backend }) as AnyLayer);
    made.push(new Pooling({ kind: drawn.end, backend }));
  }
  made.push(new Dense({ inputSize: width, outputSize: 2, backend }) as AnyLayer);
  const model = new Sequential(made);
  shakeParameters(model, new Random(drawn.seed));
  return model;
}

function inputOf({ front, layers, end, batch, time, seed }: Plan): Tensor | Indices {
  const random = new Random(seed + 1);
  const indices = front === 'embedding' || front === 'oneHot';
  // Without a layer over time, a model takes vectors.
  const timed =
    front !== 'repeat' && (layers.length > 0 || front !== 'none' || end === 'mean' || end === 'max');
  const shape = [batch, ...(timed ? [time] : []), ...(indices ? [] : [WIDTH])];
  const data = Float64Array.from({ length: shape.reduce((a, b) => a * b) }, () =>
    indices ? Math.floor(random.next() * WIDTH) : Math.fround(random.next() * 4 - 2),
  );
  return indices ? { data: Int32Array.from(data), shape } : { data, shape };
}

function difference(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return Array.from(a.data).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b.data[i]!)), 0);
}

test('random models give the same results in TensorFlow.js', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (drawn) => {
      const model = build(drawn);
      const x = inputOf(drawn);
      const want = model.infer(x as Tensor).output;
      // float32 against float64, through as many as three layers of weights near 1.
      expect(difference(want, await predict(toTfjs(model), x))).toBeLessThan(2e-5);
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('written models are read with the same results in float64', () => {
  fc.assert(
    fc.property(plan, (drawn) => {
      const model = build(drawn);
      const x = inputOf(drawn);
      const again = fromTfjs(toTfjs(model), { backend });
      // The file has float32 weights.
      expect(difference(model.infer(x as Tensor).output, again.infer(x))).toBeLessThan(2e-6);
    }),
    { numRuns: 100 },
  );
});

test('the models of the builders are written', async () => {
  const model = manyToMany({ classes: 4, hiddenSize: [3, 2], bidirectional: true, outputSize: 2 });
  const x = { data: Int32Array.of(0, 3, 1, 2, 2, 0), shape: [2, 3] };
  expect(
    difference(model.infer(x as never).output, await predict(toTfjs(model as AnyLayer), x)),
  ).toBeLessThan(1e-6);
});

test('an epsilon of 0 is written as one that gives 0 for a constant row', () => {
  const { 'model.json': json } = toTfjs(new LayerNorm({ inputSize: 2, epsilon: 0 }));
  const { modelTopology } = JSON.parse(new TextDecoder().decode(json as Uint8Array));
  expect(modelTopology.config.layers[1].config.epsilon).toBe(2 ** -126);
});

describe('models that TensorFlow.js cannot compute are refused by name', () => {
  const sizes = { inputSize: 2, hiddenSize: 2 };
  const recurrent = (cell: Cell<string>, options = {}) => new Sequence(cell, options) as AnyLayer;
  test.each<[AnyLayer, string]>([
    [
      new Sequential([new Dense({ inputSize: 2, outputSize: 2 }) as AnyLayer, recurrent(new GRUCell(sizes))]),
      'model has a GRUCell with reset "after" at 1, expected "before", the only one of TensorFlow.js',
    ],
    [
      recurrent(new PeepholeLSTMCell(sizes)),
      'model has a PeepholeLSTMCell, expected one of RNNCell, LSTMCell, GRUCell',
    ],
    [
      recurrent(new RNNCell(sizes), { reverse: true }),
      'model has a Sequence in reverse, expected one that gives its last output',
    ],
    [
      recurrent(new RNNCell(sizes), { noise: new Noise({ zoneout: 0.1 }) }),
      'model has a Sequence with zoneout, expected one without',
    ],
    [
      recurrent(new RNNCell(sizes), { learnInitialState: true }),
      'model has a Sequence with learnInitialState, expected one that starts from zeros',
    ],
    [
      new Bidirectional(new RNNCell(sizes), new RNNCell({ ...sizes, activation: 'relu' })) as AnyLayer,
      'model has a Bidirectional of two kinds of cells, expected one cell, as TensorFlow.js has in both directions',
    ],
    [
      new Bidirectional(new RNNCell(sizes), new PeepholeLSTMCell(sizes) as never) as AnyLayer,
      'model has a PeepholeLSTMCell at reverse, expected one of RNNCell, LSTMCell, GRUCell',
    ],
    [
      new Conv1d({ inputSize: 1, outputSize: 1, kernelSize: 2, padding: 'causal' }) as AnyLayer,
      'model has a Conv1d, expected padding "valid", or "same" with stride 1, and no stride with dilation',
    ],
    [
      new Conv1d({ inputSize: 1, outputSize: 1, kernelSize: 2, padding: 'same', stride: 2 }) as AnyLayer,
      'model has a Conv1d, expected padding "valid", or "same" with stride 1, and no stride with dilation',
    ],
    [
      new Residual(recurrent(new RNNCell(sizes)) as never) as AnyLayer,
      'model has a Residual, expected one of Activation, Bidirectional, Conv1d, Dense, Dropout, Embedding, LayerNorm, OneHot, Pooling, Repeat, Sequence',
    ],
    [new Pooling({ kind: 'max' }), 'model (Pooling) has no inputSize, expected one whose first layer has it'],
  ])('%#', (layer, message) => {
    expect(() => toTfjs(layer)).toThrow(new RangeError(`toTfjs: ${message}`));
  });

  test('a weight that float32 cannot hold', () => {
    const layer = new Dense({ inputSize: 1, outputSize: 1, backend });
    layer.weight.write([1e300]);
    expect(() => toTfjs(layer)).toThrow(
      new RangeError(
        'toTfjs: tensor "dense_0/kernel" has 1e+300, expected at most 3.4028234663852886e+38, the largest of F32',
      ),
    );
  });

  test('other values than layers', () => {
    expect(() => toTfjs({ type: 'Dense', infer() {}, architecture() {}, accepts: 1 } as never)).toThrow(
      new TypeError('toTfjs: model is an object, expected a layer: new Sequence(cell) makes one of a cell'),
    );
    expect(() => toTfjs(new RNNCell(sizes) as never)).toThrow(
      new TypeError(
        'toTfjs: model is a value of type RNNCell, expected a layer: new Sequence(cell) makes one of a cell',
      ),
    );
  });
});
