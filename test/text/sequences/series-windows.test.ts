import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitSeries } from '../../../src/text.ts';
import { messageOf } from '../../message.ts';

describe('splitSeries', () => {
  property.prop([
    fc.integer({ min: 20, max: 60 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 4 }),
    fc.constantFrom('apart', 'past'),
  ])('never shows a later part to an earlier one', (time, length, horizon, stride, inputs) => {
    const series = { data: Float64Array.from({ length: time * 2 }, (_, i) => i), shape: [time, 2] };
    const split = splitSeries(series, {
      length,
      horizon,
      stride,
      inputs,
      validation: 0.3,
      test: 0.3,
      targets: [1],
    });
    let before = -1;
    for (const part of [split.train, split.validation, split.test]) {
      const steps = (data: ArrayLike<number>) => Array.from(data, (value) => Math.floor(value / 2));
      const seen = steps(part.inputs.data);
      const wanted = steps(part.targets.data);
      expect(part.inputs.shape).toEqual([part.inputs.shape[0], length, 2]);
      expect(part.targets.shape).toEqual([part.inputs.shape[0], horizon]);
      expect(Math.min(...wanted)).toBeGreaterThan(before);
      expect(Math.min(...wanted)).toBeGreaterThanOrEqual(part.start);
      expect(Math.max(...wanted)).toBeLessThan(part.end);
      if (inputs === 'apart') expect(Math.min(...seen)).toBeGreaterThan(before);
      for (let window = 0; window < part.inputs.shape[0]!; window++) {
        const last = seen[(window + 1) * length * 2 - 1]!;
        expect(wanted.slice(window * horizon, (window + 1) * horizon)).toEqual(
          Array.from({ length: horizon }, (_, i) => last + 1 + i),
        );
        expect(seen[window * length * 2]! - (seen[0]! + window * stride)).toBe(0);
      }
      before = Math.max(...seen, ...wanted);
      expect(before).toBeLessThan(part.end);
    }
  });

  test.each([
    ['apart', 10, 12],
    ['past', 8, 10],
  ] as const)(
    'with inputs %s, validation from step 10 reads from %d and predicts from %d',
    (inputs, read, predicted) => {
      const steps = { data: Float64Array.from({ length: 20 }, (_, step) => step), shape: [20, 1] };
      const { train, validation, test } = splitSeries(steps, {
        length: 2,
        inputs,
        validation: 0.25,
        test: 0.25,
      });
      expect([train.end, validation.start, validation.end, test.start]).toEqual([10, 10, 15, 15]);
      expect([validation.inputs.data[0], validation.targets.data[0]]).toEqual([read, predicted]);
      expect([test.inputs.data[0], test.targets.data[0]]).toEqual([read + 5, predicted + 5]);
    },
  );

  test('several horizons give the steps that they name', () => {
    const steps = { data: Float64Array.from({ length: 20 }, (_, step) => step), shape: [20, 1] };
    const { train } = splitSeries(steps, { length: 3, horizon: [1, 7] });
    expect(train.count).toBe(11);
    expect(train.targets.shape).toEqual([11, 2]);
    expect([...train.targets.data.subarray(0, 4)]).toEqual([3, 9, 4, 10]);
    expect(train.targets.data.at(-1)).toBe(19);
  });

  test('batches have each window once, in any order, cut on demand', () => {
    const steps = { data: Float64Array.from({ length: 40 }, (_, i) => i), shape: [20, 2] };
    const { train } = splitSeries(steps, { length: 3, horizon: 2, stride: 2, targets: [1] });
    const inTime = [...train.batches({ batchSize: 4 })];
    expect(inTime.flatMap(({ inputs }) => [...inputs.data])).toEqual([...train.inputs.data]);
    expect(inTime.flatMap(({ targets }) => [...targets.data])).toEqual([...train.targets.data]);
    expect(inTime.map(({ inputs }) => inputs.shape[0])).toEqual([4, 4]);
    const shuffled = [...train.batches({ batchSize: 3, random: 1 })];
    expect(shuffled.flatMap(({ starts }) => starts)).not.toEqual(inTime.flatMap(({ starts }) => starts));
    expect(shuffled.flatMap(({ starts }) => starts).sort((a, b) => a - b)).toEqual([
      0, 2, 4, 6, 8, 10, 12, 14,
    ]);
    for (const { inputs, targets, starts } of shuffled) {
      for (const [row, start] of starts.entries()) {
        expect([...inputs.data.subarray(6 * row, 6 * row + 6)]).toEqual(
          [0, 1, 2, 3, 4, 5].map((i) => 2 * start + i),
        );
        expect([...targets.data.subarray(2 * row, 2 * row + 2)]).toEqual([2 * start + 7, 2 * start + 9]);
      }
    }
    expect([...train.batches({ batchSize: 3, dropLast: true })].map(({ starts }) => starts.length)).toEqual([
      3, 3,
    ]);
  });

  test('each epoch has its own order, and the batches can be iterated again', () => {
    const steps = { data: Float64Array.from({ length: 30 }, (_, i) => i), shape: [30, 1] };
    const windows = splitSeries(steps, { length: 3 }).train.batches({ batchSize: 9, epochs: 2, random: 1 });
    const passes = Array.from(windows, ({ starts }) => ({
      starts,
      epoch: windows.epoch,
      position: windows.position,
    }));
    expect([windows.stepsPerEpoch, windows.steps]).toEqual([3, 6]);
    expect(passes.map(({ epoch, position }) => [epoch, position])).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
    const [first, second] = [passes.slice(0, 3), passes.slice(3)].map((pass) =>
      pass.flatMap(({ starts }) => starts),
    );
    expect(first).not.toEqual(second);
    expect(first!.sort((a, b) => a - b)).toEqual(second!.sort((a, b) => a - b));
    expect([...windows]).toHaveLength(6);
  });

  test('windows of a long series use the memory of one batch', () => {
    const series = { data: new Float32Array(800_000), shape: [800_000, 1] };
    const before = process.memoryUsage().arrayBuffers;
    const { train } = splitSeries(series, { length: 120 });
    const [batch] = train.batches({ batchSize: 32, random: 1 });
    expect(batch!.inputs.shape).toEqual([32, 120, 1]);
    // All windows at once are 384 MB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6);
  });

  test('keeps float32, and has empty parts by default', () => {
    const { train, test: tested } = splitSeries({ data: new Float32Array(5), shape: [5, 1] }, { length: 2 });
    expect(train.inputs.data).toBeInstanceOf(Float32Array);
    expect([train.inputs.shape, tested.inputs.shape]).toEqual([[3, 2, 1], [0, 2, 1]]); // biome-ignore format: pair
  });
});

const series = { data: Float64Array.of(0, 1, 2, 3), shape: [4, 1] };
test.each<[string, () => unknown, string]>([
  ['a flat series', () => splitSeries({ data: new Float64Array(4), shape: [4] }, { length: 1 }), 'RangeError: splitSeries: series has shape [4] and 4 values, expected shape [time, features]'],
  ['an array', () => splitSeries([1, 2] as never, { length: 1 }), 'TypeError: splitSeries: series.data is undefined, expected a Float32Array or Float64Array'],
  ['NaN in a series', () => splitSeries({ data: Float64Array.of(0, Number.NaN), shape: [2, 1] }, { length: 1 }), 'RangeError: splitSeries: series.data[1] is NaN, expected finite numbers; see fillMissing'],
  ['too short a series', () => splitSeries(series, { length: 4 }), 'RangeError: splitSeries: train has 4 steps, expected at least 5 (length + horizon)'],
  ['too short a part', () => splitSeries(series, { length: 1, test: 0.25 }), 'RangeError: splitSeries: test has 1 steps, expected at least 2 (length + horizon)'],
  ['nothing to train on', () => splitSeries(series, { length: 1, validation: 0.5, test: 0.5 }), 'RangeError: splitSeries: validation and test have the sum 1, expected less than 1'],
  ['nothing left to train on', () => splitSeries({ data: new Float64Array(8), shape: [8, 1] }, { length: 3, test: 0.95 }), 'RangeError: splitSeries: train has 0 steps, expected at least 4 (length + horizon)'],
  ['a share of no step', () => splitSeries({ data: new Float64Array(10), shape: [10, 1] }, { length: 1, validation: 0.04 }), 'RangeError: splitSeries: validation has 0 steps, expected at least 2 (length + horizon)'],
  ['a share of no step, past it', () => splitSeries({ data: new Float64Array(10), shape: [10, 1] }, { length: 1, test: 0.04, inputs: 'past' }), 'RangeError: splitSeries: test has 1 steps, expected at least 2 (length + horizon)'],
  ['a negative shape', () => splitSeries({ data: new Float64Array(2), shape: [-1, -2] }, { length: 1 }), 'RangeError: splitSeries: series has shape [-1, -2] and 2 values, expected shape [time, features]'],
  ['no shape', () => splitSeries({ data: new Float64Array(2) } as never, { length: 1 }), 'TypeError: splitSeries: series.shape is undefined, expected an array: [time, features]'],
  ['targets that are not a list', () => splitSeries(series, { length: 1, targets: 0 as never }), 'TypeError: splitSeries: targets is 0, expected an array of columns'],
  ['no horizon', () => splitSeries(series, { length: 1, horizon: [] }), 'RangeError: splitSeries: horizon is empty, expected at least one step'],
  ['half a step', () => splitSeries(series, { length: 1, horizon: [0.5] }), 'RangeError: splitSeries: horizon[0] is 0.5, expected a whole number of at least 1'],
  ['no batch size', () => splitSeries(series, { length: 1 }).train.batches({} as never), 'TypeError: SeriesWindows.batches: batchSize is undefined, expected a whole number of at least 1'],
  ['no targets', () => splitSeries(series, { length: 1, targets: [] }), 'RangeError: splitSeries: targets is empty, expected columns from 0 to 0'],
  ['a target column', () => splitSeries(series, { length: 1, targets: [1] }), 'RangeError: splitSeries: targets has 1, expected columns from 0 to 0'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line

test('the targets are read immediately, and have no holes', () => {
  const series = { data: Float64Array.from([0, 1, 2, 3, 4, 5]), shape: [3, 2] };
  const targets = [1];
  const { train } = splitSeries(series, { length: 1, targets });
  targets[0] = 9;
  expect([...train.targets.data]).toEqual([3, 5]);
  // biome-ignore lint/suspicious/noSparseArray: what is tested
  expect(messageOf(() => splitSeries(series, { length: 1, targets: [0, , 1] as never }))).toBe(
    'RangeError: splitSeries: targets has undefined, expected columns from 0 to 1',
  );
});
