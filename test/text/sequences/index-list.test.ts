import { expect, test } from 'vitest';
import { IndexList } from '../../../src/text/sequences/index-list.ts';

test('a list grows up to its bound and refuses more, unchanged', () => {
  const list = new IndexList('f', 1, 5);
  list.push(1);
  list.append([2, 3]);
  list.append([]);
  list.append(Int32Array.of(4, 5));
  expect(() => list.push(6)).toThrow('f: the result has more than 5 indices, expected fewer, in parts');
  expect(() => list.append([6, 7])).toThrow(RangeError);
  expect([...list.toArray()]).toEqual([1, 2, 3, 4, 5]);
});
