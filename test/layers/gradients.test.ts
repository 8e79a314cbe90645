/** The laws of layers, for every layer and for stacks of them. Those of sequences are in `laws`. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Activation,
  type AnyLayer,
  type Backend,
  Bidirectional,
  Conv1d,
  Dense,
  Dropout,
  Embedding,
  float32,
  float64,
  GRUCell,
  type Indices,
  LayerNorm,
  LSTMCell,
  Noise,
  OneHot,
  Pooling,
  Random,
  Repeat,
  Residual,
  RNNCell,
  Sequence,
  Sequential,
  type State,
  type Tensor,
} from '../../src/index.ts';
import { randomsOf } from '../../src/random/randoms.ts';
import { checkGradients } from '../../src/testing.ts';
import {
  clearGradients,
  expectClose,
  expectCloseStates,
  expectCloseValues,
  parameterGradients,
  stateRows,
} from '../laws/compare.ts';
import { drawn, drawnState, shakeParameters } from '../laws/subjects.ts';

interface Sizes {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
  readonly backend: Backend;
  readonly random: Random;
}

const place = ({ backend, random }: Sizes) => ({ backend, random });
const lstm = ({ backend, random }: Sizes, inputSize: number, hiddenSize: number) =>
  new LSTMCell({ inputSize, hiddenSize, backend, random });
const gru = ({ backend, random }: Sizes, inputSize: number, hiddenSize: number) =>
  new GRUCell({ inputSize, hiddenSize, backend, random });
const dense = ({ backend, random }: Sizes, inputSize: number, outputSize: number, bias = true) =>
  new Dense({ inputSize, outputSize, bias, backend, random });

/** Every layer, and stacks that combine them. */
const subjects: readonly [name: string, make: (sizes: Sizes) => AnyLayer][] = [
  ['Dense', (s) => dense(s, s.inputs, s.outputs)],
  ['Dense without bias', (s) => dense(s, s.inputs, s.outputs, false)],
  [
    'Embedding',
    ({ inputs, outputs, backend, random }) =>
      new Embedding({ classes: inputs, outputSize: outputs, backend, random }),
  ],
  ['OneHot', ({ inputs, backend }) => new OneHot({ classes: inputs, backend })],
  ['Dropout', ({ backend, random }) => new Dropout({ rate: 0.4, backend, random: random.fork() })],
  [
    'Dropout across time',
    ({ backend, random }) => new Dropout({ rate: 0.4, acrossTime: true, backend, random: random.fork() }),
  ],
  ['Bidirectional', (s) => new Bidirectional(gru(s, s.inputs, s.hidden), gru(s, s.inputs, s.outputs))],
  [
    'Bidirectional, last outputs',
    (s) => new Bidirectional(lstm(s, s.inputs, s.hidden), lstm(s, s.inputs, s.hidden), { outputs: 'last' }),
  ],
  ...(['sum', 'mean', 'product'] as const).map((merge): [string, (sizes: Sizes) => AnyLayer] => [
    `Bidirectional, ${merge}`,
    (s) => new Bidirectional(gru(s, s.inputs, s.hidden), gru(s, s.inputs, s.hidden), { merge }),
  ]),
  ['Activation', ({ backend }) => new Activation({ kind: 'sigmoid', backend })],
  ['Pooling, mean', ({ backend }) => new Pooling({ kind: 'mean', backend })],
  ['Pooling, max', ({ backend }) => new Pooling({ kind: 'max', backend })],
  ['LayerNorm', ({ inputs, backend }) => new LayerNorm({ inputSize: inputs, epsilon: 0.1, backend })],
  [
    'LayerNorm, plain',
    (s) => new LayerNorm({ inputSize: s.inputs, epsilon: 0.1, affine: false, backend: s.backend }),
  ],
  ['Residual', (s) => new Residual(new Sequence(lstm(s, s.inputs, s.inputs)))],
  ...(['causal', 'same'] as const).map((padding): [string, (sizes: Sizes) => AnyLayer] => [
    `Conv1d, ${padding}`,
    ({ inputs, outputs, hidden, ...s }) =>
      new Conv1d({ inputSize: inputs, outputSize: outputs, kernelSize: hidden, dilation: 2, padding, ...s }),
  ]),
  [
    'Embedding, Conv1d without bias, GRU',
    (s) =>
      new Sequential([
        new Embedding({ classes: s.inputs, outputSize: s.outputs, backend: s.backend, random: s.random }),
        new Conv1d({
          inputSize: s.outputs,
          outputSize: s.hidden,
          kernelSize: 1,
          padding: 'valid',
          bias: false,
          ...place(s),
        }),
        new Sequence(gru(s, s.hidden, s.hidden)),
      ]),
  ],
  [
    'last LSTM, Repeat, GRU',
    (s) =>
      new Sequential([
        new Sequence(lstm(s, s.inputs, s.hidden), { outputs: 'last' }),
        new Repeat({ steps: 3, backend: s.backend }),
        new Sequence(gru(s, s.hidden, s.outputs)),
      ]),
  ],
  [
    'Bidirectional, noisy',
    (s) =>
      new Bidirectional(lstm(s, s.inputs, s.hidden), lstm(s, s.inputs, s.hidden), {
        noise: new Noise({ recurrentDropout: 0.3, zoneout: 0.2, random: s.random.fork() }),
      }),
  ],
  [
    'OneHot, Dense',
    (s) =>
      new Sequential([new OneHot({ classes: s.inputs, backend: s.backend }), dense(s, s.inputs, s.outputs)]),
  ],
  [
    'OneHot, LSTM, Dense',
    (s) =>
      new Sequential([
        new OneHot({ classes: s.inputs, backend: s.backend }),
        new Sequence(lstm(s, s.inputs, s.hidden)),
        dense(s, s.hidden, s.outputs),
      ]),
  ],
  [
    'OneHot, Bidirectional, reverse GRU',
    (s) =>
      new Sequential([
        new OneHot({ classes: s.inputs, backend: s.backend }),
        new Bidirectional(lstm(s, s.inputs, s.hidden), lstm(s, s.inputs, s.hidden)),
        new Sequence(gru(s, 2 * s.hidden, s.outputs), { reverse: true }),
      ]),
  ],
  [
    'Embedding, Dropout, GRU, last LSTM, Dense',
    (s) =>
      new Sequential([
        new Embedding({ classes: s.inputs, outputSize: s.outputs, backend: s.backend, random: s.random }),
        new Dropout({ rate: 0.3, backend: s.backend, random: s.random.fork() }),
        new Sequence(gru(s, s.outputs, s.hidden)),
        new Sequence(lstm(s, s.hidden, s.hidden), { outputs: 'last' }),
        dense(s, s.hidden, s.outputs),
      ]),
  ],
  [
    'one LSTM and one Dense, each used twice',
    (s) => {
      const cell = lstm(s, s.hidden, s.hidden);
      const shared = dense(s, s.hidden, s.hidden);
      const sequence = new Sequence(cell);
      return new Sequential([
        dense(s, s.inputs, s.hidden),
        shared,
        sequence,
        shared,
        sequence,
        new Sequence(cell, { reverse: true }),
      ]);
    },
  ],
  [
    'one cell in both directions',
    (s) => {
      const cell = gru(s, s.inputs, s.hidden);
      return new Bidirectional(cell, cell);
    },
  ],
  [
    'learned initial states, in both directions and within a residual',
    (s) => {
      const learned = { learnInitialState: true };
      const both = new Bidirectional(lstm(s, s.inputs, s.hidden), lstm(s, s.inputs, s.hidden), learned);
      return new Sequential([both, new Residual(new Sequence(gru(s, 2 * s.hidden, 2 * s.hidden), learned))]);
    },
  ],
  [
    'a stack in a stack',
    (s) =>
      new Sequential([
        new Sequential([dense(s, s.inputs, s.hidden), new Sequence(gru(s, s.hidden, s.hidden))]),
        new Sequence(
          new RNNCell({
            inputSize: s.hidden,
            hiddenSize: s.outputs,
            backend: s.backend,
            random: s.random,
          }),
        ),
      ]),
  ],
];

const problem = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  time: fc.integer({ min: 1, max: 4 }),
  inputs: fc.integer({ min: 1, max: 4 }),
  hidden: fc.integer({ min: 1, max: 4 }),
  outputs: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
});

type Problem = typeof problem extends fc.Arbitrary<infer P> ? P : never;

describe.each(subjects)('%s', (_, make) => {
  function setup({ batch, time, seed, ...sizes }: Problem, backend: Backend = float64()) {
    const random = new Random(seed);
    const layer = make({ ...sizes, backend, random });
    shakeParameters(layer, random);
    const width = layer.inputSize ?? sizes.inputs;
    const x: Tensor | Indices =
      layer.accepts === 'indices'
        ? {
            data: Int32Array.from({ length: batch * time }, () => random.integer(width)),
            shape: [batch, time],
          }
        : drawn(random, [batch, time, width]);
    const zero: State | undefined = layer.initialState(batch);
    const state = zero && drawnState(random, zero);
    const dState = zero && drawnState(random, zero);
    const lengths = Array.from({ length: batch }, () => random.integer(time + 1));
    const masks = randomsOf(layer).map((random) => ({ random, state: random.state }));
    /** Makes every forward draw the same masks. */
    const before = () => {
      for (const mask of masks) mask.random.state = mask.state;
    };
    return { random, layer, x, state, dState, lengths, before };
  }

  test('gradients match central differences', () => {
    fc.assert(
      fc.property(
        problem,
        fc.boolean(),
        fc.constantFrom('given', 'drawn', 'learned'),
        (shape, varying, start) => {
          const { layer, x, state, lengths, before } = setup(shape);
          const check = () =>
            checkGradients(layer, x, {
              before,
              random: new Random(shape.seed),
              ...(varying ? { lengths } : {}),
              state: start === 'learned' ? start : start === 'given' ? state : undefined,
            }).worst;
          if (layer instanceof OneHot) {
            expect(check).toThrow(
              new RangeError(
                'checkGradients: subject has no gradient, expected a real input, a state or parameters',
              ),
            );
            return;
          }
          const worst = check();
          expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-6);
        },
      ),
      { numRuns: 15 },
    );
  });

  test('a batch gives the results of its rows alone', () => {
    fc.assert(
      fc.property(problem, (shape) => {
        const { layer, x, state, lengths } = setup(shape);
        const whole = layer.infer(x, { state, lengths });
        for (let b = 0; b < shape.batch; b++) {
          const size = x.data.length / shape.batch;
          const row = { data: x.data.slice(b * size, (b + 1) * size), shape: [1, ...x.shape.slice(1)] };
          const alone = layer.infer(row, {
            state: state && stateRows(state, b, b + 1),
            lengths: [lengths[b]!],
          });
          const width = whole.output.data.length / shape.batch;
          expectCloseValues(alone.output.data, whole.output.data.slice(b * width, (b + 1) * width));
          if (whole.state) expectCloseStates(alone.state, stateRows(whole.state as State, b, b + 1));
        }
      }),
      { numRuns: 10 },
    );
  });

  test('padding changes nothing', () => {
    fc.assert(
      fc.property(problem, (shape) => {
        const { random, layer, x, state, dState, lengths, before } = setup(shape);
        let dOutput: Tensor | undefined;
        const run = (input: Tensor | Indices) => {
          clearGradients(layer);
          before();
          const pass = layer.forward(input, { state, lengths });
          dOutput ??= drawn(random, pass.output.shape);
          const d = pass.backward(dOutput, dState);
          return [pass.output, pass.state, d.input, d.state, parameterGradients(layer)];
        };
        const data = x.data.slice();
        const width = x.shape[2] ?? 1;
        lengths.forEach((length, b) => {
          const spoilt = x.data instanceof Int32Array ? 1e6 : Number.NaN;
          data.fill(spoilt, (b * shape.time + length) * width, (b + 1) * shape.time * width);
        });
        const want = run(x);
        expect(run({ data, shape: x.shape } as Tensor)).toEqual(want);
      }),
      { numRuns: 10 },
    );
  });

  test('infer equals forward without dropout, and float32 matches float64 up to rounding', () => {
    fc.assert(
      fc.property(problem, (shape) => {
        const double = setup(shape);
        const single = setup(shape, float32());
        const { x, state, dState, lengths } = double;
        const values = [...double.layer.parameters().values()].map((parameter) => parameter.read());
        [...single.layer.parameters().values()].forEach((parameter, i) => {
          parameter.write(values[i]!);
        });
        const inferred = double.layer.infer(x, { state, lengths });
        expectClose(single.layer.infer(x, { state, lengths }).output, inferred.output, 1e-4);
        double.before();
        single.before();
        const want = double.layer.forward(x, { state, lengths });
        const got = single.layer.forward(x, { state, lengths });
        if (randomsOf(double.layer).length === 0) expectClose(inferred.output, want.output);
        expectClose(got.output, want.output, 1e-4);
        const dOutput = drawn(double.random, want.output.shape);
        const dWant = want.backward(dOutput, dState);
        const dGot = got.backward(dOutput, dState);
        if (dWant.input !== undefined) expectClose(dGot.input as Tensor, dWant.input as Tensor, 1e-3);
        if (dWant.state !== undefined) expectCloseStates(dGot.state, dWant.state, 1e-3);
        expectCloseValues(parameterGradients(single.layer), parameterGradients(double.layer), 1e-3);
      }),
      { numRuns: 10 },
    );
  });
});
