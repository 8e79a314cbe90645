/** Random models that ONNX can express, and inputs for them. */
import * as fc from 'fast-check';
import {
  Activation,
  type AnyLayer,
  type Backend,
  Bidirectional,
  type Cell,
  Conv1d,
  Dense,
  Dropout,
  Embedding,
  GRUCell,
  LayerNorm,
  LSTMCell,
  OneHot,
  PeepholeLSTMCell,
  Pooling,
  Random,
  Repeat,
  Residual,
  RNNCell,
  Sequence,
  Sequential,
} from '../../src/index.ts';
import { shakeParameters } from '../laws/subjects.ts';

const cells = {
  tanh: (s: Sizes) => new RNNCell(s),
  relu: (s: Sizes) => new RNNCell({ ...s, activation: 'relu' }),
  lstm: (s: Sizes) => new LSTMCell(s),
  peephole: (s: Sizes) => new PeepholeLSTMCell(s),
  after: (s: Sizes) => new GRUCell(s),
  before: (s: Sizes) => new GRUCell({ ...s, reset: 'before' }),
};
interface Sizes {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly bias: boolean;
  readonly backend: Backend;
}

export const plan = fc.record({
  front: fc.constantFrom('none', 'embedding', 'oneHot', 'causal', 'strided', 'repeat', 'mirrored'),
  layers: fc.array(
    fc.record({
      cell: fc.constantFrom('tanh', 'relu', 'lstm', 'peephole', 'after', 'before') as fc.Arbitrary<
        keyof typeof cells
      >,
      direction: fc.constantFrom('forward', 'reverse', 'both'),
      merge: fc.constantFrom('concatenate', 'sum', 'mean', 'product') as fc.Arbitrary<'sum'>,
      hiddenSize: fc.integer({ min: 1, max: 4 }),
      bias: fc.boolean(),
      learnInitialState: fc.boolean(),
      around: fc.boolean(),
      after: fc.constantFrom('none', 'norm', 'plainNorm', 'dropout', 'tanh', 'sigmoid', 'relu'),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  end: fc.constantFrom('all', 'last', 'mean', 'max'),
  lengths: fc.boolean(),
  states: fc.boolean(),
  batch: fc.integer({ min: 1, max: 3 }),
  time: fc.integer({ min: 3, max: 6 }),
  seed: fc.nat(1e6),
});

export type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never;

const WIDTH = 3;

export function build({ front, layers, end, seed }: Plan, backend: Backend): Sequential {
  const made: AnyLayer[] = [];
  const conv = { inputSize: WIDTH, outputSize: WIDTH, backend };
  if (front === 'embedding') made.push(new Embedding({ classes: 5, outputSize: WIDTH, backend }));
  if (front === 'oneHot') made.push(new OneHot({ classes: WIDTH, backend }));
  if (front === 'causal') made.push(new Conv1d({ ...conv, kernelSize: 3, dilation: 2, bias: false }));
  if (front === 'strided') made.push(new Conv1d({ ...conv, kernelSize: 3, stride: 2, padding: [0, 2] }));
  if (front === 'mirrored')
    made.push(new Conv1d({ ...conv, kernelSize: 4, padding: 2, paddingMode: 'reflect' }));
  if (front === 'repeat') made.push(new Repeat({ steps: 4, backend }));
  let width = WIDTH;
  layers.forEach(({ cell, direction, merge, hiddenSize, bias, learnInitialState, after, ...layer }, at) => {
    // One-hot vectors are never materialised, so nothing can be added to them.
    const around = layer.around && (at > 0 || front !== 'oneHot');
    const make = (): Cell<string> =>
      cells[cell]({ inputSize: width, hiddenSize: around ? width : hiddenSize, bias, backend });
    const outputs = at === layers.length - 1 && end === 'last' ? ('last' as const) : ('all' as const);
    const options = { outputs, learnInitialState };
    const recurrent: AnyLayer =
      direction === 'both'
        ? (new Bidirectional(make(), make(), { ...options, merge }) as AnyLayer)
        : new Sequence(make(), { ...options, reverse: direction === 'reverse' });
    made.push(
      around && outputs === 'all' && recurrent.outputSize === width ? new Residual(recurrent) : recurrent,
    );
    width = recurrent.outputSize!;
    if (after === 'norm') made.push(new LayerNorm({ inputSize: width, epsilon: 1, backend }));
    else if (after === 'plainNorm')
      made.push(new LayerNorm({ inputSize: width, affine: false, epsilon: 0.1, backend }));
    else if (after === 'dropout') made.push(new Dropout({ rate: 0.5, backend }));
    else if (after !== 'none') made.push(new Activation({ kind: after as 'tanh', backend }));
  });
  if (end === 'mean' || end === 'max') made.push(new Pooling({ kind: end, backend }));
  made.push(new Dense({ inputSize: width, outputSize: 2, backend }));
  const model = new Sequential(made);
  shakeParameters(model, new Random(seed));
  return model;
}

/** Lengths are possible if the first layer takes sequences and does not mirror them. */
export const hasLengths = ({ front, lengths }: Plan): boolean =>
  lengths && front !== 'repeat' && front !== 'mirrored';

/** The input of a model: numbers, shape and lengths. */
export function inputOf({ front, batch, time, seed, ...rest }: Plan) {
  const random = new Random(seed + 1);
  const indices = front === 'embedding' || front === 'oneHot';
  const shape = front === 'repeat' ? [batch, WIDTH] : indices ? [batch, time] : [batch, time, WIDTH];
  const count = shape.reduce((a, b) => a * b);
  const data = Float64Array.from({ length: count }, () =>
    indices ? Math.floor(random.next() * WIDTH) : Math.fround(random.next() * 4 - 2),
  );
  const lengths = hasLengths({ front, batch, time, seed, ...rest })
    ? Array.from({ length: batch }, () => Math.floor(random.next() * (time + 1)))
    : undefined;
  const x = indices ? { data: Int32Array.from(data), shape } : { data, shape };
  return { x, lengths };
}
