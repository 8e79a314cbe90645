import { expect, test } from 'vitest';
import { logAdd, logSum } from '../../src/math/log-sum.ts';

const NONE = Number.NEGATIVE_INFINITY;

test('adds probabilities of any magnitude', () => {
  expect(logAdd(Math.log(0.2), Math.log(0.3))).toBeCloseTo(Math.log(0.5), 15);
  expect(logAdd(-5000, -5000)).toBeCloseTo(-5000 + Math.LN2, 12);
  expect(logAdd(-5000, 3)).toBe(3);
  expect(logSum([1000, 1000, 1000])).toBeCloseTo(1000 + Math.log(3), 12);
  expect(logSum(Float32Array.of(-0.5, 2, 0))).toBeCloseTo(Math.log(Math.exp(-0.5) + Math.exp(2) + 1), 14);
});

test('of a probability of 0, and of what is none', () => {
  expect(logAdd(NONE, 2)).toBe(2);
  expect(logAdd(-3, NONE)).toBe(-3);
  expect(logAdd(NONE, NONE)).toBe(NONE);
  expect(logAdd(Number.NaN, 1)).toBeNaN();
  expect(logSum([NONE, 1])).toBe(1);
  expect(logSum([NONE, NONE])).toBe(NONE);
  expect(logSum([])).toBe(NONE);
  expect(logSum([1, Number.NaN])).toBeNaN();
  expect(logSum([1, Number.POSITIVE_INFINITY])).toBeNaN();
});
