import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/random/random.ts';
import {
  batchesByLength,
  chunksOf,
  oneHotVectors,
  padSequences,
  splitSeries,
  Vocabulary,
} from '../../../src/text.ts';
import { messageOf } from '../message.ts';

const sequences = fc.array(fc.array(fc.nat(9), { maxLength: 9 }), { minLength: 1, maxLength: 20 });

describe('padSequences', () => {
  property.prop([
    sequences,
    fc.integer({ min: 1, max: 12 }),
    fc.constantFrom('left', 'right'),
    fc.constantFrom('start', 'end'),
  ])('keeps one end, pads one side', (rows, length, side, keep) => {
    const { inputs, lengths } = padSequences(rows, { length, side, keep, pad: 99 });
    expect(inputs.shape).toEqual([rows.length, length]);
    for (const [r, row] of rows.entries()) {
      const kept = keep === 'start' ? row.slice(0, length) : row.slice(Math.max(0, row.length - length));
      const padding = Array.from({ length: length - kept.length }, () => 99);
      const expected = side === 'right' ? [...kept, ...padding] : [...padding, ...kept];
      expect([...inputs.data.subarray(r * length, (r + 1) * length)]).toEqual(expected);
      expect(lengths[r]).toBe(side === 'right' ? kept.length : length);
    }
  });

  test('of nothing but empty sequences has one step of padding', () => {
    expect(padSequences([[], []])).toEqual({
      inputs: { data: Int32Array.of(0, 0), shape: [2, 1] },
      lengths: [0, 0],
    });
  });
});

describe('vectors', () => {
  test('one-hot and counts', () => {
    expect(oneHotVectors({ data: Int32Array.of(2, 0), shape: [2, 1] }, 3)).toEqual({
      data: Float32Array.of(0, 0, 1, 1, 0, 0),
      shape: [2, 1, 3],
    });
  });
});

describe('batchesByLength', () => {
  property.prop([sequences, fc.integer({ min: 1, max: 7 }), fc.nat(), fc.integer({ min: 1, max: 3 })])(
    'has each sequence once, as it is, and repeats by seed',
    (rows, batchSize, random, poolBatches) => {
      const batches = [...batchesByLength(rows, { batchSize, random, poolBatches })];
      expect(batches.flatMap((batch) => batch.rows).sort((a, b) => a - b)).toEqual([...rows.keys()]);
      for (const batch of batches) {
        expect(batch.rows.length).toBeLessThanOrEqual(batchSize);
        expect(batch.lengths).toEqual(batch.rows.map((row) => rows[row]!.length));
        expect(batch.inputs).toEqual(padSequences(batch.rows.map((row) => rows[row]!)).inputs);
      }
      expect([...batchesByLength(rows, { batchSize, random, poolBatches })]).toEqual(batches);
      const full = [...batchesByLength(rows, { batchSize, random, poolBatches, last: 'drop' })];
      expect(full.every((batch) => batch.rows.length === batchSize)).toBe(true);
    },
  );

  test('pads little, and differs from one pass to the next of one generator', () => {
    const random = new Random(1);
    const rows = Array.from({ length: 400 }, () => new Int32Array(1 + Math.floor(100 * random.next())));
    const waste = (batches: Iterable<{ inputs: { data: Int32Array }; lengths: number[] }>) => {
      let [cells, real] = [0, 0];
      for (const { inputs, lengths } of batches) {
        cells += inputs.data.length;
        real += lengths.reduce((a, b) => a + b, 0);
      }
      return 1 - real / cells;
    };
    expect(waste(batchesByLength(rows, { batchSize: 8, random: 2 }))).toBeLessThan(0.05);
    expect(waste(batchesByLength(rows, { batchSize: 8, random: 2, poolBatches: 1 }))).toBeGreaterThan(0.3);
    const order = () => [...batchesByLength(rows, { batchSize: 8, random })].map((batch) => batch.rows);
    expect(order()).not.toEqual(order());
  });
});

describe('chunksOf', () => {
  property.prop([
    fc.integer({ min: 2, max: 60 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 7 }),
    fc.nat(9),
  ])(
    'reads each row once, in order, with the next index as target, and windows that join at the carried state',
    (length, batchSize, k1, more) => {
      const steps = Math.floor((length - 1) / batchSize);
      fc.pre(steps >= 1);
      const stream = Int32Array.from({ length }, (_, i) => i);
      const k2 = k1 + more;
      let start = 0;
      let end = 0;
      for (const { inputs, targets, first, fresh, carry } of chunksOf(stream, { batchSize, k1, k2 })) {
        const time = inputs.shape[1];
        expect(first).toBe(end === 0);
        expect(start + fresh).toBe(end);
        expect(time).toBeLessThanOrEqual(k2);
        expect(time === k2 || start === 0 || start + time === steps).toBe(true);
        for (let row = 0; row < batchSize; row++) {
          for (let step = 0; step < time; step++) {
            expect(inputs.data[row * time + step]).toBe(row * steps + start + step);
            expect(targets.data[row * time + step]).toBe(row * steps + start + step + 1);
          }
        }
        end = start + time;
        start += carry;
      }
      expect(end).toBe(steps);
    },
  );

  test('every new step but the first ones has a gradient over at least k2 − k1 + 1 steps', () => {
    const windows = [...chunksOf(new Int32Array(13), { batchSize: 1, k1: 2, k2: 5 })];
    expect(windows.map(({ inputs, fresh, carry }) => [inputs.shape[1], fresh, carry])).toEqual([[2, 0, 0], [4, 2, 1], [5, 3, 2], [5, 3, 2], [5, 3, 2], [5, 3, 2]]); // biome-ignore format: triples
  });
});

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
      expect(part.targets.shape).toEqual([part.inputs.shape[0], horizon, 1]);
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

  test('keeps float32, and has empty parts where none were asked for', () => {
    const { train, test: tested } = splitSeries({ data: new Float32Array(5), shape: [5, 1] }, { length: 2 });
    expect(train.inputs.data).toBeInstanceOf(Float32Array);
    expect([train.inputs.shape, tested.inputs.shape]).toEqual([[3, 2, 1], [0, 2, 1]]); // biome-ignore format: pair
  });
});

const series = { data: Float64Array.of(0, 1, 2, 3), shape: [4, 1] };
const bare = Vocabulary.of(['a', 'b'], { specials: {} });
test.each<[string, () => unknown, string]>([
  ['no sequences', () => padSequences([]), 'RangeError: padSequences: sequences is empty, expected at least one sequence'],
  ['a text', () => padSequences('ab' as never), 'TypeError: padSequences: sequences is "ab", expected an array of sequences'],
  ['a number', () => padSequences([5 as never]), 'TypeError: padSequences: sequence 0 is 5, expected an array of indices'],
  ['tokens', () => padSequences([['the' as never]]), 'TypeError: padSequences: sequence 0 has "the", expected indices (whole numbers from 0)'],
  ['NaN', () => padSequences([[1], [Number.NaN]]), 'TypeError: padSequences: sequence 1 has NaN, expected indices (whole numbers from 0)'],
  ['no length', () => padSequences([[1]], { length: 0 }), 'RangeError: padSequences: length is 0, expected a whole number of at least 1'],
  ['side', () => padSequences([[1]], { side: 'up' as never }), 'RangeError: padSequences: side is "up", expected one of "right", "left"'],
  ['keep', () => padSequences([[1]], { keep: 'all' as never }), 'RangeError: padSequences: keep is "all", expected one of "start", "end"'],
  ['one-hot outside', () => oneHotVectors({ data: Int32Array.of(3), shape: [1, 1] }, 3), 'RangeError: oneHotVectors: index is 3, expected from 0 to 2 (size is 3)'],
  ['one-hot without shape', () => oneHotVectors({ data: Int32Array.of(1) } as never, 3), 'TypeError: oneHotVectors: inputs.shape is undefined, expected [batch, time]'],
  ['one-hot of another shape', () => oneHotVectors({ data: Int32Array.of(1), shape: [1, 2] }, 3), 'RangeError: oneHotVectors: inputs has shape [1, 2] and 1 indices, expected shape [batch, time]'],
  ['options null', () => padSequences([[1]], null as never), 'TypeError: padSequences: options is null, expected an object of options'],
  ['no batch size', () => batchesByLength([[1]], {} as never), 'TypeError: batchesByLength: batchSize is undefined, expected a whole number of at least 1'],
  ['the pad of a vocabulary without', () => padSequences([[1], [2, 3]], { pad: bare.pad }), 'TypeError: padSequences: pad is undefined, expected an index: a vocabulary with a special for padding has one, and 0 is taken where the option is left out'],
  ['the same in batches', () => batchesByLength([[1]], { batchSize: 1, pad: bare.pad }), 'TypeError: batchesByLength: pad is undefined, expected an index: a vocabulary with a special for padding has one, and 0 is taken where the option is left out'],
  ['a side in batches, before the first is made', () => batchesByLength([[1]], { batchSize: 1, side: 'top' as never }), 'RangeError: batchesByLength: side is "top", expected one of "right", "left"'],
  ['no generator', () => batchesByLength([[1]], { batchSize: 1, random: 'x' as never }), 'TypeError: batchesByLength: random is "x", expected a whole number of at least 0 (the seed) or an object with next()'],
  ['a number that is not below 1', () => batchesByLength([[1], [2]], { batchSize: 1, random: { next: () => 1 } }), 'RangeError: batchesByLength: random.next() gave 1, expected a number from 0 to 1, without 1'],
  ['a negative seed', () => batchesByLength([[1]], { batchSize: 1, random: -1 }), 'TypeError: batchesByLength: random is -1, expected a whole number of at least 0 (the seed) or an object with next()'],
  ['half a seed', () => batchesByLength([[1]], { batchSize: 1, random: 0.5 }), 'TypeError: batchesByLength: random is 0.5, expected a whole number of at least 0 (the seed) or an object with next()'],
  ['a short stream', () => chunksOf([1, 2], { batchSize: 2, k1: 1 }), 'RangeError: chunksOf: stream has 2 indices, expected at least 3 for 2 rows'],
  ['k2 below k1', () => chunksOf([1, 2, 3], { batchSize: 1, k1: 2, k2: 1 }), 'RangeError: chunksOf: k2 is 1, expected at least k1 (2), or some steps would have no gradient'],
  ['no k1', () => chunksOf([1, 2, 3], { batchSize: 1 } as never), 'TypeError: chunksOf: k1 is undefined, expected a whole number of at least 1'],
  ['a flat series', () => splitSeries({ data: new Float64Array(4), shape: [4] }, { length: 1 }), 'RangeError: splitSeries: series has shape [4] and 4 values, expected shape [time, features]'],
  ['an array', () => splitSeries([1, 2] as never, { length: 1 }), 'TypeError: splitSeries: series.data is undefined, expected a Float32Array or Float64Array'],
  ['NaN in a series', () => splitSeries({ data: Float64Array.of(0, Number.NaN), shape: [2, 1] }, { length: 1 }), 'RangeError: splitSeries: series.data[1] is NaN, expected finite numbers'],
  ['too short a series', () => splitSeries(series, { length: 4 }), 'RangeError: splitSeries: train has 4 steps, expected at least 5 (length + horizon)'],
  ['too short a part', () => splitSeries(series, { length: 1, test: 0.25 }), 'RangeError: splitSeries: test has 1 steps, expected at least 2 (length + horizon)'],
  ['nothing to train on', () => splitSeries(series, { length: 1, validation: 0.5, test: 0.5 }), 'RangeError: splitSeries: validation and test have the sum 1, expected less than 1'],
  ['nothing left to train on', () => splitSeries({ data: new Float64Array(8), shape: [8, 1] }, { length: 3, test: 0.95 }), 'RangeError: splitSeries: train has 0 steps, expected at least 4 (length + horizon)'],
  ['a share of no step', () => splitSeries({ data: new Float64Array(10), shape: [10, 1] }, { length: 1, validation: 0.04 }), 'RangeError: splitSeries: validation has 0 steps, expected at least 2 (length + horizon)'],
  ['a share of no step, past it', () => splitSeries({ data: new Float64Array(10), shape: [10, 1] }, { length: 1, test: 0.04, inputs: 'past' }), 'RangeError: splitSeries: test has 1 steps, expected at least 2 (length + horizon)'],
  ['a negative shape', () => splitSeries({ data: new Float64Array(2), shape: [-1, -2] }, { length: 1 }), 'RangeError: splitSeries: series has shape [-1, -2] and 2 values, expected shape [time, features]'],
  ['no shape', () => splitSeries({ data: new Float64Array(2) } as never, { length: 1 }), 'TypeError: splitSeries: series.shape is undefined, expected an array: [time, features]'],
  ['no list of targets', () => splitSeries(series, { length: 1, targets: 0 as never }), 'TypeError: splitSeries: targets is 0, expected an array of columns'],
  ['no targets', () => splitSeries(series, { length: 1, targets: [] }), 'RangeError: splitSeries: targets is empty, expected columns from 0 to 0'],
  ['a target column', () => splitSeries(series, { length: 1, targets: [1] }), 'RangeError: splitSeries: targets has 1, expected columns from 0 to 0'],
  ['one-hot of a list', () => oneHotVectors([1] as never, 3), 'TypeError: oneHotVectors: inputs.data is undefined, expected an array of indices'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line
