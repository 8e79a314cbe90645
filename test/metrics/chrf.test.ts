import { describe, expect, test } from 'vitest';
import { chrF } from '../../src/index.ts';

describe('values worked by hand', () => {
  test('averages precision and recall over the orders, then combines them', () => {
    // ab against abc: p₁ = 2/2, r₁ = 2/3; p₂ = 1/1, r₂ = 1/2; no trigrams in the text.
    const [p, r] = [1, (2 / 3 + 1 / 2) / 2];
    expect(chrF(['ab'], ['abc'])).toBeCloseTo((5 * p * r) / (4 * p + r), 14);
    expect(chrF(['ab'], ['abc'], { beta: 1 })).toBeCloseTo((2 * p * r) / (p + r), 14);
    expect(chrF(['ab'], ['abc'], { order: 1 })).toBeCloseTo((5 * (2 / 3)) / (4 + 2 / 3), 14);
  });

  test('counts a repeated n-gram at most as often as the other text has it', () =>
    // aaa against a: p₁ = 1/3, r₁ = 1.
    expect(chrF(['aaa'], ['a'])).toBeCloseTo((5 * (1 / 3)) / (4 / 3 + 1), 14));

  test('leaves out n-grams of an order that the reference is too short for, as sacreBLEU 2 does', () => {
    // Orders 1 to 3 of catalogue against cat; longer ones of the second pair alone, where all are found.
    const p = [(3 + 9) / (9 + 9), (2 + 8) / (8 + 8), (1 + 7) / (7 + 7), 1, 1, 1].reduce((a, b) => a + b) / 6;
    expect(chrF(['catalogue', 'the cat sat'], ['cat', 'the cat sat'])).toBeCloseTo((5 * p) / (4 * p + 1), 14);
    expect(chrF(['catalogue', 'the cat sat'], ['cat', 'the cat sat'])).toBeCloseTo(0.955, 3);
    expect(chrF(['catalogue'], [''])).toBe(0);
  });

  test('combines all texts', () => {
    // Unigrams: 1 + 2 of 1 + 2 found, of 1 + 3 wanted; bigrams 1 of 1, of 2; trigrams only in a reference.
    const [p, r] = [1, (3 / 4 + 1 / 2) / 2];
    expect(chrF(['x', 'ab'], ['x', 'abc'])).toBeCloseTo((5 * p * r) / (4 * p + r), 14);
  });
});

test('white space is ignored, and code points are counted', () => {
  expect(chrF(['나는 학교에\n간다'], ['나는학교에 간다'])).toBe(1);
  expect(chrF(['한국말'], ['한국어'], { order: 1 })).toBeCloseTo(2 / 3, 14);
  expect(chrF(['😀'], ['😃'])).toBe(0);
});

test('texts with nothing in common score 0, and no texts score NaN', () => {
  expect(chrF(['abc'], ['xyz'])).toBe(0);
  expect(chrF([''], ['xyz'])).toBe(0);
  expect(chrF([], [])).toBe(0);
});

test('refuses invalid arguments', () => {
  expect(() => chrF(['a'], [])).toThrow(
    new RangeError('chrF: texts has 1 entries, expected 0, one for each reference'),
  );
  expect(() => chrF('a' as never, ['a'])).toThrow(
    new TypeError('chrF: texts is "a", expected an array of strings'),
  );
  expect(() => chrF(['a'], [3 as never])).toThrow(
    new TypeError('chrF: references[0] is 3, expected a string'),
  );
  expect(() => chrF(['a'], ['a'], { order: 0 })).toThrow(
    new RangeError('chrF: order is 0, expected a whole number of at least 1'),
  );
  expect(() => chrF(['a'], ['a'], { beta: Number.NaN })).toThrow(
    new RangeError('chrF: beta is NaN, expected a number above 0'),
  );
});
