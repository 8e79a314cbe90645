import { expect, test } from 'vitest';
import { oneHotVectors } from '../../../src/text.ts';
import { messageOf } from '../../message.ts';

test('oneHotVectors has a 1 at each index', () => {
  expect(oneHotVectors({ data: Int32Array.of(2, 0), shape: [2, 1] }, 3)).toEqual({
    data: Float32Array.of(0, 0, 1, 1, 0, 0),
    shape: [2, 1, 3],
  });
});

test.each<[string, () => unknown, string]>([
  ['one-hot outside', () => oneHotVectors({ data: Int32Array.of(3), shape: [1, 1] }, 3), 'RangeError: oneHotVectors: index is 3, expected from 0 to 2 (size is 3)'],
  ['one-hot without shape', () => oneHotVectors({ data: Int32Array.of(1) } as never, 3), 'TypeError: oneHotVectors: inputs.shape is undefined, expected [batch, time]'],
  ['one-hot of another shape', () => oneHotVectors({ data: Int32Array.of(1), shape: [1, 2] }, 3), 'RangeError: oneHotVectors: inputs has shape [1, 2] and 1 indices, expected shape [batch, time]'],
  ['one-hot of a list', () => oneHotVectors([1] as never, 3), 'TypeError: oneHotVectors: inputs.data is undefined, expected an array of indices'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line
