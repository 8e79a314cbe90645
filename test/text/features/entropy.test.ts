import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  binaryCrossEntropyOf,
  crossEntropyOf,
  entropy,
  klDivergence,
  perplexityOf,
} from '../../../src/text.ts';
import { messageOf } from '../../message.ts';

const distribution = fc
  .array(fc.integer({ min: 1, max: 100 }), { minLength: 3, maxLength: 3 })
  .map((weights) => {
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / total);
  });

describe('entropies', () => {
  property.prop([distribution, distribution])('H(p, q) = H(p) + KL(p ‖ q) ≥ H(p), at most ln n', (p, q) => {
    expect(crossEntropyOf(p, q)).toBeCloseTo(entropy(p) + klDivergence(p, q), 12);
    expect(klDivergence(p, q)).toBeGreaterThanOrEqual(-1e-15);
    expect(klDivergence(p, p)).toBe(0);
    expect(entropy(p)).toBeLessThanOrEqual(Math.log(3) + 1e-15);
    expect(entropy(p, 'bits')).toBeCloseTo(entropy(p) / Math.LN2, 12);
    expect(binaryCrossEntropyOf(p[0]!, q[0]!)).toBeCloseTo(
      crossEntropyOf([p[0]!, 1 - p[0]!], [q[0]!, 1 - q[0]!]),
      12,
    );
  });

  test('have the right limits', () => {
    expect([entropy([1, 0]), entropy(Float32Array.of(0.5, 0.5), 'bits')]).toEqual([0, 1]);
    expect([crossEntropyOf([0, 1], [1, 0]), klDivergence([1, 0], [0, 1])]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect([binaryCrossEntropyOf(1, 1), binaryCrossEntropyOf(0, 0), binaryCrossEntropyOf(1, 0)]).toEqual([
      0,
      0,
      Number.POSITIVE_INFINITY,
    ]);
    expect(klDivergence([1, 0], [5e-324, 1])).toBeCloseTo(1074 * Math.LN2, 10);
    expect(klDivergence([0.5, 0.5], [1e-310, 1], 'bits')).toBeCloseTo(
      0.5 * (Math.log2(0.5) - Math.log2(1e-310)) + 0.5 * Math.log2(0.5),
      10,
    );
    expect([perplexityOf([0.25, 1]), perplexityOf([1]), perplexityOf([0])]).toEqual([
      2,
      1,
      Number.POSITIVE_INFINITY,
    ]);
  });
});

test.each<[string, () => unknown, string]>([
  ['a negative', () => entropy([1.5, -0.5]), 'RangeError: entropy: p[0] is 1.5, expected a number from 0 to 1'],
  ['NaN', () => perplexityOf([Number.NaN]), 'RangeError: perplexityOf: q[0] is NaN, expected a number from 0 to 1'],
  ['a sum', () => entropy([0.5, 0.25]), 'RangeError: entropy: p has the sum 0.75, expected the sum 1 of a distribution'],
  ['nothing', () => perplexityOf([]), 'RangeError: perplexityOf: q is empty, expected at least one probability'],
  ['no array', () => entropy(1 as never), 'TypeError: entropy: p is 1, expected an array of probabilities'],
  ['lengths', () => klDivergence([1], [0.5, 0.5]), 'RangeError: klDivergence: q has 2 entries, expected 1, as p'],
  ['unit', () => entropy([1], 'bit' as never), 'RangeError: entropy: unit is "bit", expected one of "nats", "bits"'],
  ['y', () => binaryCrossEntropyOf(2, 0.5), 'RangeError: binaryCrossEntropyOf: y is 2, expected a number from 0 to 1'],
  ['q', () => binaryCrossEntropyOf(1, -1), 'RangeError: binaryCrossEntropyOf: q is -1, expected a number from 0 to 1'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line
