import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exponential, logAdd, logarithm, logSum, power, softmax } from '../../src/math/elementary.ts';

const EPSILON = 2 ** -52;

describe('exponential', () => {
  test('computes eˣ within 2 ulp', () => {
    fc.assert(
      fc.property(fc.double({ min: -708, max: 709.78, noNaN: true }), (x) => {
        const want = Math.exp(x);
        expect(Math.abs(exponential(x) - want)).toBeLessThanOrEqual(3 * EPSILON * want);
      }),
      { numRuns: 2000 },
    );
  });

  test('gives exact results and limits', () => {
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
});

describe('logarithm', () => {
  test('computes ln x within 2 ulp', () => {
    fc.assert(
      fc.property(fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }), (x) => {
        const want = Math.log(x);
        expect(Math.abs(logarithm(x) - want)).toBeLessThanOrEqual(3 * EPSILON * Math.abs(want));
      }),
      { numRuns: 2000 },
    );
  });

  test('is precise near 1, where ln x is near 0', () => {
    fc.assert(
      fc.property(fc.double({ min: -0.25, max: 0.25, noNaN: true }), (delta) => {
        const x = 1 + delta;
        const want = Math.log(x);
        expect(Math.abs(logarithm(x) - want)).toBeLessThanOrEqual(3 * EPSILON * Math.abs(want));
      }),
      { numRuns: 2000 },
    );
  });

  test('gives exact results', () => {
    expect(logarithm(1)).toBe(0);
    expect(logarithm(2)).toBe(Math.LN2);
  });
});

describe('log-domain sums', () => {
  const NONE = Number.NEGATIVE_INFINITY;

  test('add probabilities of any magnitude', () => {
    expect(logAdd(Math.log(0.2), Math.log(0.3))).toBeCloseTo(Math.log(0.5), 15);
    expect(logAdd(-5000, -5000)).toBeCloseTo(-5000 + Math.LN2, 12);
    expect(logAdd(-5000, 3)).toBe(3);
    expect(logSum([1000, 1000, 1000])).toBeCloseTo(1000 + Math.log(3), 12);
    expect(logSum(Float32Array.of(-0.5, 2, 0))).toBeCloseTo(Math.log(Math.exp(-0.5) + Math.exp(2) + 1), 14);
  });

  test('accept a probability of 0, and pass NaN and +∞ on', () => {
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
});

describe('softmax', () => {
  test('divides powers by their sum, at any magnitude', () => {
    const values = Float64Array.of(1000, 1000 + Math.LN2, -1000);
    softmax(values);
    // 1000 + ln 2 is rounded to a multiple of 1.1e-13.
    expect(values[0]).toBeCloseTo(1 / 3, 12);
    expect(values[1]).toBeCloseTo(2 / 3, 12);
    expect(values[2]).toBe(0);
  });

  test('is NaN throughout if a value is NaN or +∞', () => {
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const values = Float32Array.of(1, odd, 2);
      softmax(values);
      expect(values.every(Number.isNaN)).toBe(true);
    }
  });
});

describe('power', () => {
  test('matches Math.pow within one rounding per factor', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(2000), (base, exponent) => {
        const expected = base ** exponent;
        expect(Math.abs(power(base, exponent) - expected)).toBeLessThanOrEqual(
          expected * exponent * 2 ** -52 + Number.MIN_VALUE * 2 ** 40,
        );
      }),
    );
  });

  test('gives exact results for whole exponents', () => {
    expect(power(0.5, 3)).toBe(0.125);
    expect(power(3, 0)).toBe(1);
    expect(power(0, 0)).toBe(1);
    expect(power(2, -2)).toBe(0.25);
  });

  test('is within a few ulp for fractional exponents', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 10, noNaN: true }),
        fc.double({ min: -20, max: 20, noNaN: true }),
        (base, exponent) => {
          const want = base ** exponent;
          expect(Math.abs(power(base, exponent) - want)).toBeLessThanOrEqual(64 * EPSILON * want);
        },
      ),
    );
  });

  test('has the right limits', () => {
    const infinity = Number.POSITIVE_INFINITY;
    expect([0.5, 1, 2].map((base) => power(base, infinity))).toEqual([0, 1, infinity]);
    expect([0.5, 1, 2].map((base) => power(base, -infinity))).toEqual([infinity, 1, 0]);
    expect(power(0, 1.5)).toBe(0);
    expect(power(2, Number.NaN)).toBeNaN();
  });
});
