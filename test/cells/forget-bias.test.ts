import { describe, expect, test } from 'vitest';
import {
  type Cell,
  CoupledLSTMCell,
  chrono,
  type GatedCellOptions,
  GRUCell,
  LayerNormGRUCell,
  LayerNormLSTMCell,
  LSTMCell,
  load,
  manyToMany,
  PeepholeLSTMCell,
  ProjectedLSTMCell,
  Random,
  RNNCell,
  type Sequence,
  save,
  uniform,
} from '../../src/index.ts';

const H = 48;
type AnyCell = Cell<'h' | 'c'> | Cell<'h'>;

/**
 * For each cell: how to make it, the name of its biases, the block of the gate that keeps the state, and that of its opposite.
 */
const cells: readonly {
  name: string;
  make: (options: Partial<GatedCellOptions>) => AnyCell;
  row: string;
  keep?: number;
  opposite?: number;
  usual: number;
}[] = [
  {
    name: 'LSTMCell',
    make: (o) => new LSTMCell({ ...sizes, ...o }),
    row: 'biasIh',
    keep: 1,
    opposite: 0,
    usual: 1,
  },
  {
    name: 'PeepholeLSTMCell',
    make: (o) => new PeepholeLSTMCell({ ...sizes, ...o }),
    row: 'biasIh',
    keep: 1,
    opposite: 0,
    usual: 1,
  },
  {
    name: 'ProjectedLSTMCell',
    make: (o) => new ProjectedLSTMCell({ ...sizes, projectionSize: 3, ...o }),
    row: 'biasIh',
    keep: 1,
    opposite: 0,
    usual: 1,
  },
  {
    name: 'CoupledLSTMCell',
    make: (o) => new CoupledLSTMCell({ ...sizes, ...o }),
    row: 'biasIh',
    opposite: 0,
    usual: 1,
  },
  {
    name: 'LayerNormLSTMCell',
    make: (o) => new LayerNormLSTMCell({ ...sizes, ...o }),
    row: 'shiftIh',
    keep: 1,
    opposite: 0,
    usual: 1,
  },
  { name: 'GRUCell', make: (o) => new GRUCell({ ...sizes, ...o }), row: 'biasIh', keep: 1, usual: 0 },
  {
    name: 'LayerNormGRUCell',
    make: (o) => new LayerNormGRUCell({ ...sizes, ...o }),
    row: 'shiftIh',
    keep: 1,
    usual: 0,
  },
];
const sizes = { inputSize: 2, hiddenSize: H };

/** The blocks of a row of biases, gate by gate. */
function blocks(cell: AnyCell, row: string): number[][] {
  const values = Array.from(cell.parameters().get(row)!.read());
  return Array.from({ length: values.length / H }, (_, gate) => values.slice(gate * H, (gate + 1) * H));
}

describe.each(cells)('$name', ({ make, row, keep, opposite, usual }) => {
  test.each<[number | undefined, number]>([
    [undefined, usual],
    [0, 0],
    [-2.5, -2.5],
  ])('forgetBias %s', (forgetBias, value) => {
    blocks(make({ forgetBias }), row).forEach((block, gate) => {
      const expected = gate === keep ? value : keep === undefined && gate === opposite ? 0 - value : 0;
      expect(block).toEqual(new Array(H).fill(expected));
    });
  });

  test('chrono draws ln u with u from 1 to T − 1, and closes the input gate as much', () => {
    const T = 41;
    const gates = blocks(make({ forgetBias: chrono(T), random: new Random(3) }), row);
    const kept = gates[keep ?? opposite!]!.map((bias) => (keep === undefined ? -bias : bias));
    const steps = kept.map(Math.exp);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(1 - 1e-6);
    expect(Math.max(...steps)).toBeLessThanOrEqual(T - 1 + 1e-4);
    // The mean of a uniform number from 1 to 40, within three standard errors.
    const mean = steps.reduce((sum, value) => sum + value) / H;
    expect(Math.abs(mean - T / 2)).toBeLessThan((3 * (T - 2)) / Math.sqrt(12 * H));
    gates.forEach((block, gate) => {
      if (gate === keep) return;
      const expected = gate === opposite ? kept.map((bias) => 0 - bias) : new Array(H).fill(0);
      expect(block).toEqual(expected);
    });
    expect(blocks(make({ forgetBias: chrono(T), random: new Random(3) }), row)).toEqual(gates);
  });

  test('with T = 2 every bias is 0', () => {
    for (const block of blocks(make({ forgetBias: chrono(2) }), row))
      for (const bias of block) expect(Math.abs(bias)).toBe(0);
  });
});

test('biasInitializer draws both biases, and forgetBias is added', () => {
  const make = (forgetBias: number) =>
    new LSTMCell({ ...sizes, forgetBias, biasInitializer: uniform(), random: new Random(1) });
  const bound = 1 / Math.sqrt(H);
  for (const row of ['biasIh', 'biasHh']) {
    const values = blocks(make(0), row).flat();
    expect(new Set(values).size).toBeGreaterThan(3.9 * H);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.95 * bound);
  }
  expect(blocks(make(2), 'biasHh')).toEqual(blocks(make(0), 'biasHh'));
  const [before, after] = [blocks(make(0), 'biasIh'), blocks(make(2), 'biasIh')];
  expect(after[0]).toEqual(before[0]);
  after[1]!.forEach((bias, unit) => {
    expect(bias).toBeCloseTo(before[1]![unit]! + 2, 6);
  });
  // The weights are drawn first, so the start of the biases does not change them.
  const plain = new LSTMCell({ ...sizes, random: new Random(1) });
  expect(plain.weightHh.read()).toEqual(make(0).weightHh.read());
});

test('builders pass it on, and a saved model keeps the drawn values', () => {
  const options = {
    classes: 5,
    hiddenSize: 4,
    outputSize: 5,
    forgetBias: chrono(30),
    random: new Random(2),
  };
  const model = manyToMany(options);
  const cell = (model.layers[1] as Sequence<LSTMCell>).cell;
  const bias = Array.from(cell.biasIh!.read());
  expect(bias.slice(0, 4)).toEqual(bias.slice(4, 8).map((value) => 0 - value));
  expect(bias.slice(4, 8).every((value) => value > 0)).toBe(true);
  const loaded = load(save(model)) as typeof model;
  expect(Array.from((loaded.layers[1] as Sequence<LSTMCell>).cell.biasIh!.read())).toEqual(bias);
  const both = manyToMany({ ...options, cell: GRUCell, bidirectional: true, forgetBias: 0.5 });
  for (const [name, parameter] of both.parameters())
    if (name.endsWith('biasIh'))
      expect(Array.from(parameter.read()).slice(4, 8)).toEqual([0.5, 0.5, 0.5, 0.5]);
});

describe('refused', () => {
  const lstm = (options: object) => () => new LSTMCell({ ...sizes, ...options });
  test.each([
    [lstm({ forgetBias: '1' }), 'LSTMCell: forgetBias is "1", expected a number or an initialiser'],
    [lstm({ forgetBias: Number.NaN }), 'LSTMCell: forgetBias is NaN, expected a finite number'],
    [lstm({ forgetBias: () => [1] }), 'LSTMCell: forgetBias gave 1 values, expected 48'],
    [
      lstm({ forgetBias: (n: number) => Array(n).fill(Number.NaN) }),
      'LSTMCell: forgetBias gave NaN, expected finite numbers',
    ],
    [() => chrono(1), 'chrono: steps is 1, expected a whole number of at least 2'],
    [lstm({ forgetBais: 1 }), 'LSTMCell: option "forgetBais" is unknown, expected forgetBias'],
    [lstm({ forgetBias: 0, bias: false }), 'LSTMCell: forgetBias came with bias: false, expected bias: true'],
    ...[LayerNormLSTMCell, LayerNormGRUCell].flatMap((Made): [() => unknown, string][] =>
      ['bias', 'biasInitializer'].map((option) => [
        () => new Made({ ...sizes, [option]: false }),
        `${Made.name}: option "${option}" is unknown, expected none: shiftIh and shiftHh are the biases`,
      ]),
    ),
    [
      lstm({ biasInitializer: uniform(), bias: false }),
      'LSTMCell: biasInitializer came with bias: false, expected bias: true',
    ],
    [
      lstm({ biasInitializer: 'uniform' }),
      'LSTMCell: biasInitializer is "uniform", expected an initialiser, such as glorotUniform',
    ],
    [
      () => manyToMany({ classes: 3, hiddenSize: 2, outputSize: 3, cell: RNNCell, forgetBias: 1 }),
      'RNNCell: option "forgetBias" is unknown, expected bias',
    ],
  ])('%#: %s', (call, message) => {
    expect(call).toThrow(message);
  });
});
