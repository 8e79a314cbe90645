import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { logarithm } from '../../src/math/logarithm.ts';

const EPSILON = 2 ** -52;

test('is ln x within 2 ulp', () => {
  fc.assert(
    fc.property(fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }), (x) => {
      const want = Math.log(x);
      expect(Math.abs(logarithm(x) - want)).toBeLessThanOrEqual(3 * EPSILON * Math.abs(want));
    }),
    { numRuns: 2000 },
  );
});

test('keeps its precision near 1, where ln x is near 0', () => {
  fc.assert(
    fc.property(fc.double({ min: -0.25, max: 0.25, noNaN: true }), (delta) => {
      const x = 1 + delta;
      const want = Math.log(x);
      expect(Math.abs(logarithm(x) - want)).toBeLessThanOrEqual(3 * EPSILON * Math.abs(want));
    }),
    { numRuns: 2000 },
  );
});

test('is exact where the result is', () => {
  expect(logarithm(1)).toBe(0);
  expect(logarithm(2)).toBe(Math.LN2);
});
