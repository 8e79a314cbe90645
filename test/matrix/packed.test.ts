import { afterAll, expect, test } from 'vitest';
import { float64 } from '../../src/index.ts';
import { borrowArena, returnArena } from '../../src/matrix/arena.ts';
import { product } from '../../src/matrix/operations.ts';
import { Packed, repeated } from '../../src/matrix/packed.ts';

const arena = borrowArena(float64());
afterAll(() => returnArena(arena));

test('a packed factor is a copy', () => {
  const [out, left, right] = [arena.matrix(1, 1), arena.matrix(1, 1), arena.matrix(1, 1)];
  left.write([2]);
  right.write([3]);
  const packed = new Packed(arena, right);
  right.write([100]);
  product(out, left, packed);
  expect([packed.rows, packed.columns, out.read()[0]]).toEqual([1, 1, 6]);
});

test('a factor is packed if it is used more than once', () => {
  const factor = arena.zeros(2, 3);
  expect(repeated(arena, factor, 1)).toBe(factor);
  expect(repeated(arena, factor, 2)).toBeInstanceOf(Packed);
});
