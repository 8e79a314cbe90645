import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunksOf } from '../../../src/text.ts';
import { messageOf } from '../../message.ts';

describe('chunksOf', () => {
  property.prop([
    fc.integer({ min: 2, max: 60 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 7 }),
    fc.nat(9),
  ])(
    'reads each row once, in order, with the next index as target, in windows that continue each other',
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

  test('each new step but the first ones has a gradient over at least k2 − k1 + 1 steps', () => {
    const windows = [...chunksOf(new Int32Array(13), { batchSize: 1, k1: 2, k2: 5 })];
    expect(windows.map(({ inputs, fresh, carry }) => [inputs.shape[1], fresh, carry])).toEqual([[2, 0, 0], [4, 2, 1], [5, 3, 2], [5, 3, 2], [5, 3, 2], [5, 3, 2]]); // biome-ignore format: triples
  });

  test('reads the stream again in each epoch, from a zero state, and continues from a saved position', () => {
    const make = () => chunksOf([0, 1, 2, 3, 4, 5, 6], { batchSize: 1, k1: 4, epochs: 2 });
    const chunks = make();
    const once = Array.from(chunks, ({ inputs, continues }) => [...inputs.data, continues]);
    expect(once).toEqual([
      [0, 1, 2, 3, false],
      [4, 5, true],
      [0, 1, 2, 3, false],
      [4, 5, true],
    ]);
    expect(Array.from(chunks)).toHaveLength(4);
    for (let taken = 1; taken <= 4; taken++) {
      const iterator = chunks[Symbol.iterator]();
      for (let i = 0; i < taken; i++) iterator.next();
      const again = make();
      again.restore(chunks.state());
      expect(again.state()).toEqual(chunks.state());
      expect(Array.from(again, ({ inputs, continues }) => [...inputs.data, continues])).toEqual(
        once.slice(taken),
      );
      expect([...again]).toHaveLength(4);
    }
  });
});

test.each<[string, () => unknown, string]>([
  ['a short stream', () => chunksOf([1, 2], { batchSize: 2, k1: 1 }), 'RangeError: chunksOf: stream has 2 indices, expected at least 3 for 2 rows'],
  ['k2 below k1', () => chunksOf([1, 2, 3], { batchSize: 1, k1: 2, k2: 1 }), 'RangeError: chunksOf: k2 is 1, expected at least k1 (2), or some steps would have no gradient'],
  ['a position that does not exist', () => chunksOf([1, 2, 3], { batchSize: 1, k1: 1 }).restore({ epoch: 1, position: 0 }), 'RangeError: Chunks.restore: state is window 0 of epoch 1, expected at most window 2 of epoch 0'],
  ['a length', () => chunksOf([1, 2, 3], { batchSize: 1, length: 1 } as never), 'TypeError: chunksOf: option "length" is unknown, expected k1'],
  ['no k1', () => chunksOf([1, 2, 3], { batchSize: 1 } as never), 'TypeError: chunksOf: k1 is undefined, expected a whole number of at least 1'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line
