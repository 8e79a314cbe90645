/** Learned initial states. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  Bidirectional,
  Dense,
  float64,
  GRUCell,
  LSTMCell,
  Noise,
  Random,
  Residual,
  Sequence,
  type SequenceOptions,
  SGD,
  sequential,
  tensor,
} from '../../src/index.ts';
import { checkGradients } from '../../src/testing.ts';
import { clearGradients } from '../laws/compare.ts';
import { cells, drawn, drawnState, shakeParameters } from '../laws/subjects.ts';

const backend = float64();
const learned = { learnInitialState: true } as const;
const lstm = new LSTMCell({ inputSize: 1, hiddenSize: 2, backend });
const gru = new GRUCell({ inputSize: 1, hiddenSize: 2, backend });
const x = tensor([
  [[1], [2], [3]],
  [[4], [5], [6]],
]);

test.each(cells)('%s: gradients match central differences in every mode', (_, make) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom('all' as const, 'last' as const),
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom<SequenceOptions>({}, { recompute: 1 }),
      fc.constantFrom(0, 0.3),
      fc.nat(),
      (batch, time, outputs, reverse, varying, options, rate, seed) => {
        const random = new Random(seed);
        const cell = make({ inputSize: 2, hiddenSize: 3, backend, random });
        const masks = random.fork();
        const { state } = masks;
        const noise = new Noise({ recurrentDropout: rate, zoneout: rate, random: masks });
        const layer = new Sequence(cell, { ...learned, ...options, outputs, reverse, noise });
        shakeParameters(layer, random);
        const lengths = Array.from({ length: batch }, () => random.integer(time + 1));
        const { worst, errors } = checkGradients(layer, drawn(random, [batch, time, 2]), {
          state: 'learned',
          before: () => {
            masks.state = state;
          },
          ...(varying ? { lengths } : {}),
        });
        expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-6);
        expect(errors.map(({ name }) => name)).toContain('parameter initial.h');
      },
    ),
    { numRuns: 20 },
  );
});

test('is a parameter for each part of the state and each direction, initially zero', () => {
  const layer = new Sequence(lstm, learned);
  const parameters = [...layer.parameters()].slice(4);
  expect(parameters.map(([name, { shape }]) => [name, shape])).toEqual([
    ['initial.h', [2]],
    ['initial.c', [2]],
  ]);
  expect(layer.infer(x)).toEqual(new Sequence(lstm).infer(x));
  const both = new Bidirectional(gru, gru, learned);
  expect([...both.parameters().keys()].slice(4)).toEqual(['forward.initial.h', 'reverse.initial.h']);
});

test('is where every sequence starts, and what initialState returns, also for nested layers', () => {
  const layer = new Sequence(lstm, learned);
  const zeros = layer.initialState(2);
  expect(zeros).toEqual(lstm.initialState(2));
  shakeParameters(layer, new Random(1));
  const state = layer.initialState(2);
  const h = layer.initial!.parameters().get('h')!.read();
  expect(Array.from(state.h.data)).toEqual([...h, ...h]);
  expect(layer.infer(x)).toEqual(layer.infer(x, { state }));
  expect(layer.forward(x, { lengths: [0, 3] }).state.c.data.slice(0, 2)).toEqual(state.c.data.slice(0, 2));
  expect(layer.infer(x).output).not.toEqual(layer.infer(x, { state: zeros }).output);

  const both = new Bidirectional(gru, gru, learned);
  const model = sequential(layer, new Dense({ inputSize: 2, outputSize: 1, backend }), both);
  shakeParameters(model, new Random(2));
  expect(model.initialState(2)).toEqual({ 0: layer.initialState(2), 2: both.initialState(2) });
  expect(both.initialState(2).forward).not.toEqual(both.initialState(2).reverse);
  expect(both.infer(x)).toEqual(both.infer(x, { state: both.initialState(2) }));
  expect(model.infer(x)).toEqual(model.infer(x, { state: model.initialState(2) }));
  const cell = new GRUCell({ inputSize: 2, hiddenSize: 2, backend });
  const residual = new Residual(new Sequence(cell, learned));
  shakeParameters(residual, new Random(3));
  expect(residual.initialState(2)).toEqual(residual.layer.initialState(2));
  expect(residual.initialState(2)).not.toEqual(cell.initialState(2));
  for (const of of [layer, both, model])
    expect(() => of.initialState(0)).toThrow(
      new RangeError(`${of.type}.initialState: batch is 0, expected a whole number of at least 1`),
    );
});

test('is replaced by a given state, and then has no gradient', () => {
  const layer = new Sequence(lstm, learned);
  const state = drawnState(new Random(3), layer.initialState(2));
  const want = layer.infer(x, { state });
  shakeParameters({ parameters: () => layer.initial!.parameters() }, new Random(4));
  expect(layer.infer(x, { state })).toEqual(want);
  const gradients = () =>
    [...layer.initial!.parameters().values()].map((of) => Array.from(of.readGradient()));
  clearGradients(layer);
  const pass = layer.forward(x, { state });
  pass.backward(pass.output);
  expect(gradients()).toEqual([
    [0, 0],
    [0, 0],
  ]);
  const own = layer.forward(x);
  own.backward(own.output);
  expect(
    gradients()
      .flat()
      .every((value) => value !== 0),
  ).toBe(true);
});

test('is trained by an optimiser', () => {
  const layer = new Sequence(gru, learned);
  const pass = layer.forward(x);
  clearGradients(layer);
  pass.backward(pass.output);
  new SGD({ learningRate: 0.1 }).step(layer.parameters());
  expect(layer.initialState(1).h.data.every((value) => value !== 0)).toBe(true);
});
