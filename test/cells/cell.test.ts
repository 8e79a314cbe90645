import { describe, expect, test } from 'vitest';
import {
  Cell,
  type CellOptions,
  float32,
  float64,
  GRUCell,
  LayerNormGRUCell,
  LayerNormLSTMCell,
  LSTMCell,
  ProjectedLSTMCell,
  Random,
  RNNCell,
  type Rule,
  Sequence,
  tensor,
  zeros,
} from '../../src/index.ts';
import { mul, scale, tanh, tanhBackward } from '../../src/matrix/operations.ts';
import { checkGradients } from '../../src/testing.ts';

const cells = [
  ['RNNCell', RNNCell, 1],
  ['LSTMCell', LSTMCell, 4],
  ['GRUCell', GRUCell, 3],
] as const;

describe.each(cells)('%s', (type, Class, gates) => {
  const make = (options: Partial<CellOptions> = {}) =>
    new Class({ inputSize: 5, hiddenSize: 4, random: new Random(1), backend: float64(), ...options });

  test('has PyTorch’s parameters', () => {
    expect([...make().parameters()].map(([name, { shape }]) => [name, shape])).toEqual([
      ['weightIh', [gates * 4, 5]],
      ['weightHh', [gates * 4, 4]],
      ['biasIh', [gates * 4]],
      ['biasHh', [gates * 4]],
    ]);
    expect([...make({ bias: false }).parameters().keys()]).toEqual(['weightIh', 'weightHh']);
  });

  test('starts with orthogonal recurrent weights and Glorot’s input weights, gate by gate', () => {
    const cell = make();
    const recurrent = cell.weightHh.read();
    for (let g = 0; g < gates; g++)
      for (let a = 0; a < 4; a++)
        for (let b = 0; b < 4; b++) {
          let sum = 0;
          for (let i = 0; i < 4; i++)
            sum += recurrent[(g * 4 + a) * 4 + i]! * recurrent[(g * 4 + b) * 4 + i]!;
          expect(sum).toBeCloseTo(a === b ? 1 : 0, 13);
        }
    const bound = Math.sqrt(6 / (5 + 4));
    const input = cell.weightIh.read();
    expect(input.every((value) => Math.abs(value) <= bound)).toBe(true);
    expect(new Set(input).size).toBe(input.length);
  });

  test('draws its weights from its generator alone', () => {
    const values = (cell: Cell) => [...cell.parameters().values()].map((parameter) => parameter.read());
    expect(values(make())).toEqual(values(make()));
    expect(values(make({ random: new Random(2) }))).not.toEqual(values(make()));
  });

  test('starts with the weights that its options specify', () => {
    const cell = make({
      inputInitializer: zeros,
      recurrentInitializer: (rows, columns) => new Float64Array(rows * columns).fill(7),
    });
    expect(cell.weightIh.read().every((value) => value === 0)).toBe(true);
    expect(cell.weightHh.read().every((value) => value === 7)).toBe(true);
  });

  test('computes in float32 by default, and starts from a zero state', () => {
    const cell = new Class({ inputSize: 1, hiddenSize: 2 });
    expect(cell.backend).toBe(float32());
    for (const part of Object.values(cell.initialState(3)))
      expect(part).toEqual({ data: new Float32Array(6), shape: [3, 2] });
  });

  test('refuses invalid sizes and initialisers', () => {
    expect(() => make({ inputSize: 0 })).toThrow(
      new RangeError(`${type}: inputSize is 0, expected a whole number of at least 1`),
    );
    expect(() => make({ hiddenSize: '4' as unknown as number })).toThrow(
      new TypeError(`${type}: hiddenSize is "4", expected a whole number of at least 1`),
    );
    expect(() => make({ inputInitializer: () => new Float64Array(3) })).toThrow(
      new RangeError(`${type}: inputInitializer gave 3 values, expected 20`),
    );
    expect(() => make({ recurrentInitializer: () => new Float64Array(17) })).toThrow(
      new RangeError(`${type}: recurrentInitializer gave 17 values, expected 16`),
    );
  });
});

test('only the forget gate of an LSTM starts with a bias of 1', () => {
  const { biasIh, biasHh } = new LSTMCell({ inputSize: 1, hiddenSize: 2 });
  expect(Array.from(biasIh!.read())).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
  expect(biasHh!.read().every((value) => value === 0)).toBe(true);
  for (const Class of [RNNCell, GRUCell])
    expect(new Class({ inputSize: 1, hiddenSize: 2 }).biasIh!.read().every((value) => value === 0)).toBe(
      true,
    );
});

test('options of single cells are limited to their choices', () => {
  const sizes = { inputSize: 1, hiddenSize: 1 };
  expect(() => new RNNCell({ ...sizes, activation: 'sine' as 'tanh' })).toThrow(
    new RangeError('RNNCell: activation is "sine", expected one of "tanh", "relu"'),
  );
  expect(() => new GRUCell({ ...sizes, reset: 'never' as 'after' })).toThrow(
    new RangeError('GRUCell: reset is "never", expected one of "after", "before"'),
  );
});

test('state is the only option of forward and infer', () => {
  const cell = new LSTMCell({ inputSize: 1, hiddenSize: 1 });
  const x = tensor([[1]]);
  const state = cell.initialState(1);
  for (const method of ['forward', 'infer'] as const) {
    expect(() => cell[method](x, state as object)).toThrow(
      new TypeError(`LSTMCell.${method}: option "h" is unknown, expected state`),
    );
    expect(() => cell[method](x, { lengths: [1] } as object)).toThrow(
      new TypeError(`LSTMCell.${method}: option "lengths" is unknown, expected only state`),
    );
    expect(() => cell[method](x, null as unknown as object)).toThrow(
      new TypeError(`LSTMCell.${method}: options is null, expected an object such as { state }`),
    );
  }
});

test('an architecture contains what the constructor needs', () => {
  const sizes = { inputSize: 2, hiddenSize: 3 };
  expect(new RNNCell({ ...sizes, activation: 'relu' }).architecture()).toEqual({
    type: 'RNNCell',
    options: { ...sizes, bias: true, activation: 'relu' },
  });
  expect(new LSTMCell({ ...sizes, bias: false }).architecture()).toEqual({
    type: 'LSTMCell',
    options: { ...sizes, bias: false },
  });
  expect(new GRUCell(sizes).architecture()).toEqual({
    type: 'GRUCell',
    options: { ...sizes, bias: true, reset: 'after' },
  });
});

describe('a custom cell', () => {
  /** s_t = tanh² a * s_{t−1}, which no cell of the library computes. */
  const rule: Rule<'a', 's', 't'> = {
    gates: ['a'],
    states: ['s'],
    kept: ['t'],
    separateRecurrent: false,
    initialBias: { a: 0.5 },
    stages: [
      {
        gates: ['a'],
        from: 's',
        activate({ prev, next, gates: { a }, kept: { t } }) {
          tanh(t, a);
          mul(next.s, t, t);
          mul(next.s, next.s, prev.s);
        },
        activateBackward({ prev, kept: { t } }, d) {
          mul(d.prev.s, t, t);
          mul(d.prev.s, d.prev.s, d.next.s);
          mul(d.gates.a, d.next.s, prev.s);
          mul(d.gates.a, d.gates.a, t);
          tanhBackward(d.gates.a, t, d.gates.a);
          scale(d.gates.a, d.gates.a, 2);
        },
      },
    ],
  };
  class Product extends Cell<'s'> {
    constructor(options: CellOptions) {
      super('Product', rule, options);
    }
  }

  test('runs, unrolls and goes backward like a cell of the library', () => {
    const cell = new Product({ inputSize: 2, hiddenSize: 3, backend: float64(), random: new Random(4) });
    expect(Array.from(cell.biasIh!.read())).toEqual([0.5, 0.5, 0.5]);
    const random = new Random(5);
    const drawn = (...shape: number[]) =>
      tensor(
        Float64Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
        shape,
      );
    const state = { s: drawn(2, 3) };
    const { worst } = checkGradients(new Sequence(cell), drawn(2, 4, 2), { state, lengths: [4, 2] });
    expect(worst.error).toBeLessThan(1e-6);
    expect(checkGradients(cell, drawn(2, 2), { state }).worst.error).toBeLessThan(1e-6);
  });
});

test.each([
  ['after', 0.5 * (0.7 * 0.8 + 0.4)],
  ['before', 0.7 * (0.5 * 0.8) + 0.4],
] as const)('the reset gate of a GRU acts %s the product', (reset, recurrent) => {
  const cell = new GRUCell({ inputSize: 1, hiddenSize: 1, reset, backend: float64() });
  // σ(0) = 1/2 for both gates; n = tanh(0.3 x + 0.1 + the recurrent part).
  cell.weightIh.write([0, 0, 0.3]);
  cell.weightHh.write([0, 0, 0.7]);
  cell.biasIh!.write([0, 0, 0.1]);
  cell.biasHh!.write([0, 0, 0.4]);
  const h = { data: Float64Array.of(0.8), shape: [1, 1] as const };
  const { output } = cell.infer(tensor([[2]]), { state: { h } });
  expect(output.data[0]).toBeCloseTo(0.5 * Math.tanh(0.3 * 2 + 0.1 + recurrent) + 0.5 * 0.8, 15);
});

describe('a cell says what it is built from', () => {
  const sizes = { inputSize: 3, hiddenSize: 4 };

  test.each<[Cell<string>, object]>([
    [new LSTMCell({ ...sizes, bias: false }), { bias: false }],
    [new GRUCell(sizes), { bias: true, reset: 'after' }],
    [new GRUCell({ ...sizes, reset: 'before' }), { bias: true, reset: 'before' }],
    [new ProjectedLSTMCell({ ...sizes, projectionSize: 2 }), { bias: true, projectionSize: 2 }],
    [new LayerNormLSTMCell({ ...sizes, epsilon: 0.5 }), { epsilon: 0.5 }],
    [new LayerNormGRUCell({ ...sizes, epsilon: 0.25 }), { epsilon: 0.25 }],
  ])('%s', (cell, options) => {
    expect(cell.architecture()).toEqual({ type: cell.type, options: { ...sizes, ...options } });
  });
});

test.each([(cell: Cell) => cell.release(), (cell: Cell) => cell[Symbol.dispose]()])(
  'a released cell has no weights',
  (release) => {
    const cell = new LSTMCell({ inputSize: 1, hiddenSize: 1 });
    release(cell);
    expect(() => cell.weightHh.read()).toThrow(/released/);
  },
);

describe('an inconsistent rule is refused', () => {
  const make = (change: Partial<Rule<string, 'h', string>>) => () => {
    const stage = { gates: ['a'], from: 'h' as const, activate() {}, activateBackward() {} };
    const rule: Rule<string, 'h', string> = {
      gates: ['a'],
      states: ['h'],
      kept: [],
      separateRecurrent: false,
      stages: [stage],
      ...change,
    };
    return new (class extends Cell<'h'> {
      constructor() {
        super('Own', rule, { inputSize: 1, hiddenSize: 1 });
      }
    })();
  };
  const stage = { activate() {}, activateBackward() {} };

  test.each<[string, Partial<Rule<string, 'h', string>>, string]>([
    ['no stages', { stages: [] }, 'Own: rule.stages gives gates "", expected a, each once, in order'],
    [
      'an unknown gate',
      { stages: [{ ...stage, gates: ['zz'], from: 'h' }] },
      'Own: rule.stages gives gates "zz", expected a, each once, in order',
    ],
    [
      'an unknown source',
      { stages: [{ ...stage, gates: ['a'], from: 'q' }] },
      'Own: rule.stages multiplies "q", expected one of h',
    ],
    ['no states', { states: [] as never }, 'Own: rule.states is empty, expected at least one, the output'],
  ])('%s', (_, change, message) => expect(make(change)).toThrow(new RangeError(message)));

  test.each<[string, Record<string, unknown>, string]>([
    ['gates as text', { gates: 'a' }, 'Own: rule: gates is "a", expected an array of names'],
    [
      'a gate that is a number',
      { gates: ['a', 1] },
      'Own: rule: gates is an array of 2, expected an array of names',
    ],
    [
      'a hole among the states',
      { states: new Array(1) },
      'Own: rule: states is an array of 1, expected an array of names',
    ],
    [
      'stages that are not an array',
      { stages: {} },
      'Own: rule: stages is an object, expected an array of stages',
    ],
    [
      'a stage without φ',
      { stages: [{ ...stage, gates: ['a'], from: 'h', activate: undefined }] },
      'Own: rule.stages[0]: activate is undefined, expected a function',
    ],
  ])('%s', (_, change, message) => expect(make(change)).toThrow(new TypeError(message)));

  test('the name of the class is text', () => {
    class Nameless extends Cell<'h'> {
      constructor() {
        super(5 as never, new LSTMCell({ inputSize: 1, hiddenSize: 1 }).rule as never, {
          inputSize: 1,
          hiddenSize: 1,
        });
      }
    }
    expect(() => new Nameless()).toThrow(new TypeError('Cell: type is 5, expected the name of the class'));
  });
});
