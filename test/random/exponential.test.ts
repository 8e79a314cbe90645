import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { exponential } from '../../src/math/exponential.ts';

const EPSILON = 2 ** -52;

test('is eˣ within 2 ulp', () => {
  fc.assert(
    fc.property(fc.double({ min: -708, max: 709.78, noNaN: true }), (x) => {
      const want = Math.exp(x);
      expect(Math.abs(exponential(x) - want)).toBeLessThanOrEqual(3 * EPSILON * want);
    }),
    { numRuns: 2000 },
  );
});

test('is exact where the result is, and keeps its limits', () => {
  expect(exponential(0)).toBe(1);
  expect(exponential(-0)).toBe(1);
  expect(exponential(709.78)).toBeLessThan(Number.POSITIVE_INFINITY);
  expect(exponential(710)).toBe(Number.POSITIVE_INFINITY);
  expect(exponential(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  expect(exponential(-740)).toBeGreaterThan(0);
  expect(exponential(-746)).toBe(0);
  expect(exponential(Number.NEGATIVE_INFINITY)).toBe(0);
  expect(exponential(Number.NaN)).toBeNaN();
});
