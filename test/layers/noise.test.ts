/** What the laws of noise do not cover: the masks, where they act, and errors. */
import { describe, expect, test } from 'vitest';
import {
  Bidirectional,
  float64,
  GRUCell,
  LSTMCell,
  Noise,
  type NoiseOptions,
  Random,
  RNNCell,
  Sequence,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { drawMask, zonesOut } from '../../src/layers/noise.ts';
import { withArena } from '../../src/matrix/arena.ts';
import { randomsOf } from '../../src/random/randoms.ts';
import { expectCloseValues } from '../laws/compare.ts';

const backend = float64();
const BATCH = 40;
const HIDDEN = 50;
const TIME = 6;

/** A cell that only multiplies its state by the identity. */
function identity(): RNNCell {
  const cell = new RNNCell({ inputSize: 1, hiddenSize: HIDDEN, activation: 'relu', backend });
  cell.weightIh.write(new Float64Array(HIDDEN));
  cell.weightHh.write(Float64Array.from({ length: HIDDEN ** 2 }, (_, i) => (i % (HIDDEN + 1) === 0 ? 1 : 0)));
  return cell;
}

const filled = (value: number, shape: number[]): Tensor => ({
  data: new Float64Array(shape.reduce((a, b) => a * b)).fill(value),
  shape,
});
const x = filled(0, [BATCH, TIME, 1]);
const ones = { h: filled(1, [BATCH, HIDDEN]) };

/** The values of each unit over time, [batch·hidden][time]. */
function histories({ data }: Tensor): number[][] {
  return Array.from({ length: BATCH * HIDDEN }, (_, i) => {
    const [b, j] = [Math.floor(i / HIDDEN), i % HIDDEN];
    return Array.from({ length: TIME }, (_, t) => data[(b * TIME + t) * HIDDEN + j]!);
  });
}

describe('recurrent dropout', () => {
  const rate = 0.25;
  const layer = new Sequence(identity(), {
    noise: new Noise({ recurrentDropout: rate, random: new Random(4) }),
  });
  const dropped = (of: Tensor) => histories(of).map(([first]) => first === 0);

  test('has one mask for all steps of a sequence, scaled to keep the expectation', () => {
    const { output } = layer.forward(x, { state: ones });
    const kept = Array.from({ length: TIME }, (_, t) => (1 / (1 - rate)) ** (t + 1));
    for (const history of histories(output)) {
      if (history[0] === 0) expect(history).toEqual(kept.map(() => 0));
      else expectCloseValues(history, kept);
    }
    const n = BATCH * HIDDEN;
    const count = dropped(output).filter(Boolean).length;
    expect(Math.abs(count - n * rate)).toBeLessThanOrEqual(5 * Math.sqrt(n * rate * (1 - rate)));
  });

  test('has a different mask for each sequence and each forward, and the same for the same state', () => {
    const { state } = layer.random!;
    const [first, second] = [layer.forward(x, { state: ones }), layer.forward(x, { state: ones })];
    const masks = dropped(first.output);
    expect(dropped(second.output)).not.toEqual(masks);
    expect(masks.slice(0, HIDDEN)).not.toEqual(masks.slice(HIDDEN, 2 * HIDDEN));
    layer.random!.state = state;
    expect(layer.forward(x, { state: ones }).output).toEqual(first.output);
  });

  test('gives the step without noise in expectation', () => {
    const one = filled(0, [BATCH, 1, 1]);
    let sum = 0;
    const forwards = 50;
    for (let i = 0; i < forwards; i++)
      for (const value of layer.forward(one, { state: ones }).output.data) sum += value;
    const n = forwards * BATCH * HIDDEN;
    // A kept unit is 1/(1 − p): the variance is p/(1 − p).
    expect(Math.abs(sum / n - 1)).toBeLessThanOrEqual(5 * Math.sqrt(rate / (1 - rate) / n));
  });

  test.each(['after', 'before'] as const)(
    'leaves the interpolated state of a GRU unscaled, reset %s',
    (reset) => {
      const cell = new GRUCell({ inputSize: 1, hiddenSize: HIDDEN, reset, backend });
      for (const parameter of cell.parameters().values())
        parameter.write(new Float64Array(parameter.read().length));
      const { output } = new Sequence(cell, { noise: new Noise({ recurrentDropout: 0.5 }) }).forward(
        filled(0, [BATCH, 1, 1]),
        {
          state: ones,
        },
      );
      // z = ½ and n = 0, whatever the mask.
      expect(output.data.every((value) => value === 0.5)).toBe(true);
    },
  );

  test('applies the same mask to the candidate of a GRU that resets before the product', () => {
    const run = (reset: 'after' | 'before') => {
      const cell = new GRUCell({ inputSize: 1, hiddenSize: 3, reset, backend, random: new Random(1) });
      // An open reset gate makes the two kinds equal.
      cell.biasIh!.write([1e3, 1e3, 1e3, 0, 0, 0, 0, 0, 0]);
      const noisy = new Sequence(cell, {
        noise: new Noise({ recurrentDropout: 0.5, random: new Random(2) }),
      });
      return noisy.forward(tensor([[[1], [-1], [2]]])).output.data;
    };
    const [after, before] = [run('after'), run('before')];
    expectCloseValues(before, after);
  });
});

test('zoneout draws a separate mask for each step', () => {
  // Units grow by 1 a step unless they stay.
  const cell = identity();
  cell.biasIh!.write(new Float64Array(HIDDEN).fill(1));
  const layer = new Sequence(cell, { noise: new Noise({ zoneout: 0.5, random: new Random(6) }) });
  const grown = histories(layer.forward(x, { state: ones }).output).map((history) =>
    history.map((value, t) => value - (history[t - 1] ?? 1)),
  );
  expect(grown.flat().every((step) => step === 0 || step === 1)).toBe(true);
  // Every pattern of 6 steps is equally likely: each of the 64 occurs in about 31 of 2,000 units.
  const counts = new Map<string, number>();
  for (const steps of grown) counts.set(steps.join(), (counts.get(steps.join()) ?? 0) + 1);
  expect(counts.size).toBe(64);
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 31.25) ** 2 / 31.25, 0);
  // 63 degrees of freedom: 5 standard deviations above the mean.
  expect(chiSquared).toBeLessThanOrEqual(63 + 5 * Math.sqrt(2 * 63));
});

test('the zoneout mask of step t comes from the first draw plus t', () => {
  const cell = identity();
  cell.biasIh!.write(new Float64Array(HIDDEN).fill(1));
  const layer = new Sequence(cell, { noise: new Noise({ zoneout: 0.5, random: new Random(6) }) });
  const grown = histories(layer.forward(x, { state: ones }).output);
  const seed = Math.floor(new Random(6).next() * 2 ** 52);
  const wanted = grown.map(() => [] as number[]);
  for (let t = 0; t < TIME; t++) {
    const random = new Random(seed + t);
    for (const history of wanted) history.push((history.at(-1) ?? 1) + (random.next() < 0.5 ? 0 : 1));
  }
  expect(grown).toEqual(wanted);
});

test('zoneout without a rate leaves the cell unchanged', () => {
  const cell = identity();
  expect(new Noise({ recurrentDropout: 0.5 }).expected(cell)).toBe(cell);
  expect(new Noise({ zoneout: { h: 0 } }).expected(cell)).toBe(cell);
  expect(new Noise({ zoneout: { h: 0.5 } }).expected(cell)).not.toBe(cell);
});

test('a draw equal to the rate is not a hit', () =>
  withArena(backend, (arena) => {
    const mask = arena.matrix(1, 2);
    const draws = [0.25, 0.125];
    drawMask(mask, { next: () => draws.shift()! } as Random, 0.25, 7, 3);
    expect([...mask.read()]).toEqual([3, 7]);
  }));

test.each<[Pick<Noise, 'zoneout'> | undefined, boolean]>([
  [undefined, false],
  [new Noise({ recurrentDropout: 0.5 }), false],
  [new Noise({ zoneout: 0.5 }), true],
  [new Noise({ zoneout: { h: 0, c: 0.5 } }), true],
  [new Noise({ zoneout: { h: 0, c: undefined } }), false],
  [new Noise({ zoneout: {} }), false],
])('case %#: inference zones out if a rate is above 0', (noise, zones) => {
  expect(zonesOut(noise)).toBe(zones);
});

test('a layer has no generator without noise, its own with noise, and one for both directions', () => {
  const cell = new GRUCell({ inputSize: 1, hiddenSize: 2 });
  const random = new Random(1);
  expect(new Sequence(cell).random).toBeUndefined();
  const layer = new Sequence(cell, { noise: new Noise({ zoneout: 0.5 }) });
  expect(layer.random).not.toBe(new Noise({ zoneout: 0.5 }).random);
  expect(randomsOf(layer)).toEqual([layer.random]);
  const both = new Bidirectional(cell, cell, { noise: new Noise({ recurrentDropout: 0.5, random }) });
  expect(both.random).toBe(random);
  expect(randomsOf(both)).toEqual([random]);
  const input = tensor([[[1], [2]]]);
  const state = random.state;
  const first = both.forward(input).output;
  random.state = state;
  expect(both.forward(input).output).toEqual(first);
  expect(both.infer(input)).toEqual(new Bidirectional(cell, cell).infer(input));
});

test('refuses invalid arguments', () => {
  const lstm = new LSTMCell({ inputSize: 1, hiddenSize: 2 });
  const refused = (options: object, error: Error) =>
    expect(() => new Sequence(lstm, { noise: new Noise(options as NoiseOptions) })).toThrow(error);
  const less = 'less than 1: something must be left';
  refused({ recurrentDropout: 1 }, new RangeError(`Noise: recurrentDropout is 1, expected ${less}`));
  refused(
    { recurrentDropout: Number.NaN },
    new RangeError('Noise: recurrentDropout is NaN, expected a number from 0 to 1'),
  );
  refused(
    { recurrentDropout: '0.5' },
    new TypeError('Noise: recurrentDropout is "0.5", expected a number from 0 to 1'),
  );
  refused({ zoneout: 1.5 }, new RangeError('Noise: zoneout is 1.5, expected a number from 0 to 1'));
  refused({ zoneout: { c: -1 } }, new RangeError('Noise: zoneout.c is -1, expected a number from 0 to 1'));
  refused(
    { zoneout: { 상태: 0.5 } },
    new RangeError('Sequence: a name in noise.zoneout is "상태", expected one of "h", "c"'),
  );
  for (const [zoneout, shown] of [
    [null, 'null'],
    ['h', '"h"'],
    [[0.5, 0.5], 'an array of 2'],
  ])
    refused(
      { zoneout },
      new TypeError(`Noise: zoneout is ${shown}, expected a number, or one by the name of each state`),
    );
  expect(() => new Sequence(lstm, { noise: { zoneout: 0.5 } as unknown as Noise })).toThrow(
    new TypeError('Sequence: noise is an object, expected a Noise'),
  );
});
