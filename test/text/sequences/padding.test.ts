import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { padSequences, Vocabulary } from '../../../src/text.ts';
import { messageOf } from '../../message.ts';

const sequences = fc.array(fc.array(fc.nat(9), { maxLength: 9 }), { minLength: 1, maxLength: 20 });

describe('padSequences', () => {
  property.prop([
    sequences,
    fc.integer({ min: 1, max: 12 }),
    fc.constantFrom('left', 'right'),
    fc.constantFrom('start', 'end'),
  ])('truncates one end and pads one side', (rows, length, side, keep) => {
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

  test('maxLength truncates, and a block is no longer than its longest sequence', () => {
    const { inputs, lengths } = padSequences([[1, 2, 3, 4], [5], []], { maxLength: 3, keep: 'end' });
    expect(inputs).toEqual({ data: Int32Array.of(2, 3, 4, 5, 0, 0, 0, 0, 0), shape: [3, 3] });
    expect(lengths).toEqual([3, 1, 0]);
    expect(padSequences([[1], [2, 3]], { maxLength: 9 }).inputs.shape).toEqual([2, 2]);
  });

  test('pads targets with a value that losses ignore', () => {
    expect([...padSequences([[5, 6], [7]], { pad: -1 }).inputs.data]).toEqual([5, 6, 7, -1]);
  });

  test('gives only empty sequences one step of padding', () => {
    expect(padSequences([[], []])).toEqual({
      inputs: { data: Int32Array.of(0, 0), shape: [2, 1] },
      lengths: [0, 0],
    });
  });
});

const bare = Vocabulary.of(['a', 'b'], { specials: {} });
test.each<[string, () => unknown, string]>([
  ['no sequences', () => padSequences([]), 'RangeError: padSequences: sequences is empty, expected at least one sequence'],
  ['a text', () => padSequences('ab' as never), 'TypeError: padSequences: sequences is "ab", expected an array of sequences'],
  ['a number', () => padSequences([5 as never]), 'TypeError: padSequences: sequence 0 is 5, expected an array of indices'],
  ['tokens', () => padSequences([['the' as never]]), 'TypeError: padSequences: sequence 0 has "the", expected indices (whole numbers from 0)'],
  ['NaN', () => padSequences([[1], [Number.NaN]]), 'TypeError: padSequences: sequence 1 has NaN, expected indices (whole numbers from 0)'],
  ['no length', () => padSequences([[1]], { length: 0 }), 'RangeError: padSequences: length is 0, expected a whole number of at least 1'],
  ['two lengths', () => padSequences([[1]], { length: 2, maxLength: 2 }), 'RangeError: padSequences: maxLength is given beside length, expected one of the two'],
  ['no maxLength', () => padSequences([[1]], { maxLength: 0.5 }), 'RangeError: padSequences: maxLength is 0.5, expected a whole number of at least 1'],
  ['a pad of 41 bits', () => padSequences([[1]], { pad: 2 ** 40 }), 'RangeError: padSequences: pad is 1099511627776, expected a whole number of 32 bits'],
  ['half a pad', () => padSequences([[1]], { pad: 0.5 }), 'RangeError: padSequences: pad is 0.5, expected a whole number of 32 bits'],
  ['side', () => padSequences([[1]], { side: 'up' as never }), 'RangeError: padSequences: side is "up", expected one of "right", "left"'],
  ['keep', () => padSequences([[1]], { keep: 'all' as never }), 'RangeError: padSequences: keep is "all", expected one of "start", "end"'],
  ['options null', () => padSequences([[1]], null as never), 'TypeError: padSequences: options is null, expected an object such as { pad }'],
  ['the pad of a vocabulary without one', () => padSequences([[1], [2, 3]], { pad: bare.pad }), 'TypeError: padSequences: pad is undefined, expected an index: a vocabulary with a special for padding has one, and 0 is taken where the option is left out'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line
