import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { editDistance, errorRate, exactMatch } from '../../src/index.ts';

const sequence = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 5 });

/** The recursive definition, by the first items. */
function byDefinition(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) return a.length + b.length;
  const [, ...restA] = a;
  const [, ...restB] = b;
  if (a[0] === b[0]) return byDefinition(restA, restB);
  return 1 + Math.min(byDefinition(restA, restB), byDefinition(restA, b), byDefinition(a, restB));
}

describe('the edit distance', () => {
  test.prop([sequence, sequence])('equals the recursive definition', (a, b) => {
    expect(editDistance(a, b)).toBe(byDefinition(a, b));
  });

  test.prop([sequence, sequence, sequence])('is a metric', (a, b, c) => {
    expect(editDistance(a, b)).toBe(editDistance(b, a));
    expect(editDistance(a, b) === 0).toBe(a.join() === b.join());
    expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
  });

  test('counts code points of strings and elements of typed arrays', () => {
    expect(editDistance('안녕하세요', '안녕히 가세요')).toBe(3);
    expect(editDistance('👍🏽', '')).toBe(2);
    expect(editDistance(Int32Array.of(1, 2), [1, 2, 3])).toBe(1);
    expect(editDistance([Number.NaN], [Number.NaN])).toBe(0);
  });
});

test('rates combine all sequences', () => {
  const found = [[1, 2, 3], [], [7, 7, 7]];
  const targets = [[1, 3], [5], [7]];
  expect(errorRate(found, targets)).toBe((1 + 1 + 2) / 4);
  expect(errorRate(['집'], ['집에'])).toBe(0.5);
  expect(exactMatch(found, targets)).toBe(0);
  expect(exactMatch(['나', '너', ''], ['나', '나', ''])).toBeCloseTo(2 / 3, 15);
});

test('rates of no items are NaN or infinite', () => {
  expect(errorRate([], [])).toBeNaN();
  expect(exactMatch([], [])).toBeNaN();
  expect(errorRate([[]], [[]])).toBeNaN();
  expect(errorRate([[1]], [[]])).toBe(Number.POSITIVE_INFINITY);
});

test('refuses invalid arguments', () => {
  expect(() => editDistance(3 as never, [])).toThrow(
    new TypeError('editDistance: a is 3, expected a sequence, such as an array or a string'),
  );
  expect(() => errorRate([[1]], [])).toThrow(
    new RangeError('errorRate: found has 1 sequences, expected 0, one for each target'),
  );
  expect(() => exactMatch([[1], undefined as never], [[1], [2]])).toThrow(
    new TypeError('exactMatch: found[1] is undefined, expected a sequence, such as an array or a string'),
  );
  expect(() => errorRate('ab' as never, ['ab'])).toThrow(
    new TypeError('errorRate: found is "ab", expected an array of sequences'),
  );
});
