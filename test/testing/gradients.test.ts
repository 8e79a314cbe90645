import { describe, expect, test } from 'vitest';
import {
  Cell,
  Dense,
  Dropout,
  float32,
  float64,
  LSTMCell,
  Random,
  type Rule,
  Sequence,
  tensor,
} from '../../src/index.ts';
import type { Arena } from '../../src/matrix/arena.ts';
import { add, scale } from '../../src/matrix/operations.ts';
import type { Signal } from '../../src/signal/signal.ts';
import { type Checkable, checkGradients } from '../../src/testing.ts';

const backend = float64();
const random = () => new Random(1);
const x = tensor([
  [0.3, -0.7],
  [0.2, 0.9],
]);

/** A Dense layer whose backward is right except for what `spoil` changes. */
function spoiled(spoil: (dense: Dense, input: Float64Array) => void): Checkable {
  const dense = new Dense({ inputSize: 2, outputSize: 3, backend, random: random() });
  return {
    type: 'Spoiled',
    backend,
    parameters: () => dense.parameters(),
    forward(given, options) {
      const pass = dense.forward(given, options);
      return {
        output: pass.output,
        state: pass.state,
        release: () => pass.release(),
        backward(dOutput: typeof x) {
          const d = pass.backward(dOutput);
          spoil(dense, d.input.data as Float64Array);
          return d;
        },
      };
    },
  };
}

describe('an error in one element of a backward pass is found, with its position', () => {
  test('in a parameter', () => {
    const { worst, errors } = checkGradients(
      spoiled(({ weight }) => {
        const gradient = weight.readGradient();
        gradient[5]! += 0.01;
        weight.gradient.write(gradient);
      }),
      x,
    );
    expect(worst).toMatchObject({ name: 'parameter weight', index: [2, 1] });
    expect(worst.error).toBeGreaterThan(1e-4);
    expect(worst.backward - worst.numerical).toBeCloseTo(0.01, 6);
    for (const { name, error } of errors) if (name !== worst.name) expect(error).toBeLessThan(1e-6);
  });

  test('in the input', () => {
    const { worst } = checkGradients(
      spoiled((_, input) => {
        input[2] = -input[2]!;
      }),
      x,
    );
    expect(worst).toMatchObject({ name: 'input', index: [1, 0] });
  });

  test('as NaN, whatever else is wrong', () => {
    const { worst } = checkGradients(
      spoiled((_, input) => {
        input[1] = Number.NaN;
        input[3]! += 1000;
      }),
      x,
    );
    expect(worst).toMatchObject({ name: 'input', index: [0, 1], error: Number.POSITIVE_INFINITY });
  });

  test('in a custom layer that forgets a factor', () => {
    class Doubled extends Dense {
      override record(arena: Arena, input: Signal) {
        const trace = super.record(arena, input);
        if (trace.output.kind === 'dense') scale(trace.output.values, trace.output.values, 2);
        return trace;
      }
    }
    const { errors } = checkGradients(new Doubled({ inputSize: 2, outputSize: 1, backend }), x);
    expect(errors.map(({ error }) => error)).toEqual(errors.map(() => expect.closeTo(0.5, 6)));
  });
});

test('reports the input, each state and each parameter', () => {
  const cell = new LSTMCell({ inputSize: 2, hiddenSize: 2, backend, random: random() });
  const { errors } = checkGradients(new Sequence(cell), tensor([[[1, 2]]]), { state: cell.initialState(1) });
  expect(errors.map(({ name }) => name)).toEqual([
    'input',
    'state.h',
    'state.c',
    'parameter cell.weightIh',
    'parameter cell.weightHh',
    'parameter cell.biasIh',
    'parameter cell.biasHh',
  ]);
});

describe('a learned initial state', () => {
  const layer = new Sequence(new LSTMCell({ inputSize: 2, hiddenSize: 2, backend, random: random() }), {
    learnInitialState: true,
  });
  const input = tensor([
    [
      [1, 2],
      [0, 1],
    ],
  ]);

  test('is checked as a parameter, without a given state', () => {
    const { worst, errors } = checkGradients(layer, input, { state: 'learned' });
    expect(errors.map(({ name }) => name)).toEqual([
      'input',
      ...['weightIh', 'weightHh', 'biasIh', 'biasHh'].map((name) => `parameter cell.${name}`),
      'parameter initial.h',
      'parameter initial.c',
    ]);
    expect(worst.error).toBeLessThan(1e-6);
  });

  test('a state of another name is refused', () =>
    expect(() => checkGradients(layer, input, { state: 'own' as 'learned' })).toThrow(
      new RangeError('checkGradients: state is "own", expected one of "learned"'),
    ));
});

test('leaves input, state and weights unchanged', () => {
  const cell = new LSTMCell({ inputSize: 2, hiddenSize: 2, backend, random: random() });
  const state = cell.initialState(2);
  const kept = structuredClone([x, state, [...cell.parameters().values()].map((p) => p.read())]);
  checkGradients(cell, x, { state });
  expect([x, state, [...cell.parameters().values()].map((p) => p.read())]).toEqual(kept);
});

test('`before` resets what changes between forward passes', () => {
  const dropout = new Dropout({ rate: 0.5, backend, random: random() });
  const { state } = dropout.random;
  const before = () => {
    dropout.random.state = state;
  };
  expect(checkGradients(dropout, x, { before }).worst.error).toBeLessThan(1e-6);
  expect(checkGradients(dropout, x).worst.error).toBeGreaterThan(1e-3);
});

test('a state of strings is refused', () => {
  const layer = new Sequence(new LSTMCell({ inputSize: 1, hiddenSize: 1, backend: float64() }));
  const state = { h: { data: ['a'], shape: ['b'] }, c: 'x' } as never;
  expect(() => checkGradients(layer, tensor([[[1]]]), { state })).toThrow('checkGradients: state');
});

test('float32 is refused', () =>
  expect(() => checkGradients(new Dense({ inputSize: 2, outputSize: 1 }), x)).toThrow(
    new RangeError(`checkGradients: subject computes in ${float32().name}, expected float64()`),
  ));

describe('a cell with a wrong gradient of the previous state', () => {
  /** h_t = a_t + 0.5 * h_{t−1}, with a backward that multiplies by `factor` instead of 0.5. */
  class Leaky extends Cell<'h'> {
    constructor(factor: number) {
      const rule: Rule<'a', 'h', 'half'> = {
        gates: ['a'],
        states: ['h'],
        kept: ['half'],
        separateRecurrent: false,
        stages: [
          {
            gates: ['a'],
            from: 'h',
            activate({ prev, next, gates: { a }, kept: { half } }) {
              scale(half, prev.h, 0.5);
              add(next.h, a, half);
            },
            activateBackward(_, d) {
              scale(d.gates.a, d.next.h, 1);
              scale(d.prev.h, d.next.h, factor);
            },
          },
        ],
      };
      super('Leaky', rule, { inputSize: 2, hiddenSize: 3, backend, random: random() });
    }
  }

  test.each(['cell', 'sequence'])('is found without a given state: %s', (kind) => {
    const check = (factor: number) =>
      kind === 'cell'
        ? checkGradients(new Leaky(factor), x)
        : checkGradients(new Sequence(new Leaky(factor)), tensor([[[0.3, -0.7]]]));
    expect(check(0.5).worst.error).toBeLessThan(1e-6);
    expect(check(0.4).worst).toMatchObject({ name: 'state.h' });
    expect(check(0.4).worst.error).toBeGreaterThan(1e-3);
  });
});
