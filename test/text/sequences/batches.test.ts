import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/random/random.ts';
import { batchesByLength, padSequences, Vocabulary } from '../../../src/text.ts';
import { messageOf } from '../../message.ts';

const sequences = fc.array(fc.array(fc.nat(9), { maxLength: 9 }), { minLength: 1, maxLength: 20 });

describe('batchesByLength', () => {
  property.prop([sequences, fc.integer({ min: 1, max: 7 }), fc.nat(), fc.integer({ min: 1, max: 3 })])(
    'has each sequence once, unchanged, and repeats by seed',
    (rows, batchSize, random, poolBatches) => {
      const batches = [...batchesByLength(rows, { batchSize, random, poolBatches })];
      expect(batches.flatMap((batch) => batch.rows).sort((a, b) => a - b)).toEqual([...rows.keys()]);
      for (const batch of batches) {
        expect(batch.rows.length).toBeLessThanOrEqual(batchSize);
        expect(batch.lengths).toEqual(batch.rows.map((row) => rows[row]!.length));
        expect(batch.inputs).toEqual(padSequences(batch.rows.map((row) => rows[row]!)).inputs);
      }
      expect([...batchesByLength(rows, { batchSize, random, poolBatches })]).toEqual(batches);
      const full = [...batchesByLength(rows, { batchSize, random, poolBatches, dropLast: true })];
      expect(full.every((batch) => batch.rows.length === batchSize)).toBe(true);
    },
  );

  test('accepts a million sequences', () => {
    const rows = Array.from({ length: 1e6 }, () => [1]);
    let sequences = 0;
    for (const batch of batchesByLength(rows, { batchSize: 4 })) sequences += batch.rows.length;
    expect(sequences).toBe(1e6);
  });

  test('maxLength truncates the longest, and shorter batches stay short', () => {
    const rows = [[1], [2, 2], [3, 3, 3], [4, 4, 4, 4, 4]];
    const shapes = Array.from(
      batchesByLength(rows, { batchSize: 2, maxLength: 4 }),
      ({ inputs }) => inputs.shape,
    );
    expect(shapes).toEqual([[2, 2], [2, 4]]); // biome-ignore format: shapes
  });

  test('pads little, and each pass with one generator differs', () => {
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

const bare = Vocabulary.of(['a', 'b'], { specials: {} });
test.each<[string, () => unknown, string]>([
  ['no batch size', () => batchesByLength([[1]], {} as never), 'TypeError: batchesByLength: batchSize is undefined, expected a whole number of at least 1'],
  ['the same in batches', () => batchesByLength([[1]], { batchSize: 1, pad: bare.pad }), 'TypeError: batchesByLength: pad is undefined, expected an index: a vocabulary with a special for padding has one, and 0 is taken where the option is left out'],
  ['a side in batches, before the first is made', () => batchesByLength([[1]], { batchSize: 1, side: 'top' as never }), 'RangeError: batchesByLength: side is "top", expected one of "right", "left"'],
  ['no generator', () => batchesByLength([[1]], { batchSize: 1, random: 'x' as never }), 'TypeError: batchesByLength: random is "x", expected a whole number of at least 0 (the seed) or an object with next()'],
  ['a number that is not below 1', () => batchesByLength([[1], [2]], { batchSize: 1, random: { next: () => 1 } }), 'RangeError: batchesByLength: random.next() gave 1, expected a number from 0 to 1, without 1'],
  ['a negative seed', () => batchesByLength([[1]], { batchSize: 1, random: -1 }), 'TypeError: batchesByLength: random is -1, expected a whole number of at least 0 (the seed) or an object with next()'],
  ['half a seed', () => batchesByLength([[1]], { batchSize: 1, random: 0.5 }), 'TypeError: batchesByLength: random is 0.5, expected a whole number of at least 0 (the seed) or an object with next()'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line
