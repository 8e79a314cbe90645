import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kFolds, split } from '../../../src/text.ts';
import { messageOf } from '../../message.ts';

const labels = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 30, maxLength: 120 });
const ascending = (rows: readonly number[]) => rows.every((row, i) => i === 0 || row > rows[i - 1]!);
const countOf = (rows: readonly number[], of: readonly string[], label: string) =>
  rows.filter((row) => of[row] === label).length;

describe('split', () => {
  property.prop([labels, fc.nat()])('has each row once, and each class in proportion', (classes, random) => {
    const shares = { test: 0.2, validation: 0.3 };
    const parts = split(classes.length, { ...shares, stratify: classes, random });
    const all = [...parts.train, ...parts.validation, ...parts.test];
    expect(all.sort((a, b) => a - b)).toEqual([...classes.keys()]);
    expect(split(classes.length, { ...shares, stratify: classes, random })).toEqual(parts);
    for (const [part, share] of [[parts.train, 0.5], [parts.validation, 0.3], [parts.test, 0.2]] as const) {
      expect(ascending(part)).toBe(true);
      expect(Math.abs(part.length - share * classes.length)).toBeLessThanOrEqual(1);
      for (const label of 'abc') {
        const wanted = share * countOf([...classes.keys()], classes, label);
        expect(Math.abs(countOf(part, classes, label) - wanted)).toBeLessThanOrEqual(2);
      }
    } // biome-ignore format: parts
  });

  property.prop([labels, fc.nat()])('divides no group', (authors, random) => {
    fc.pre(new Set(authors).size === 3);
    const { train, test } = split(authors.length, { test: 0.3, groups: authors, random });
    const inTrain = new Set(train.map((row) => authors[row]));
    expect(test.some((row) => inTrain.has(authors[row]!))).toBe(false);
    expect(train.length + test.length).toBe(authors.length);
  });

  test('keeps the order without a generator, and shuffles with one', () => {
    expect(split(10, { test: 0.3 })).toEqual({
      train: [0, 1, 2, 3, 4, 5, 6],
      validation: [],
      test: [7, 8, 9],
    });
    expect(split(100, { test: 0.3, random: 1 }).test).not.toEqual(split(100, { test: 0.3, random: 2 }).test);
  });
});

describe('kFolds', () => {
  property.prop([labels, fc.integer({ min: 2, max: 7 }), fc.nat()])(
    'tests on each row once, and trains on all others',
    (classes, folds, random) => {
      const rounds = kFolds(classes.length, { folds, stratify: classes, random });
      expect(rounds.length).toBe(folds);
      expect(rounds.flatMap(({ test }) => test).sort((a, b) => a - b)).toEqual([...classes.keys()]);
      for (const { train, test } of rounds) {
        expect([...train, ...test].sort((a, b) => a - b)).toEqual([...classes.keys()]);
        expect(Math.abs(test.length - classes.length / folds)).toBeLessThanOrEqual(1);
        for (const label of 'abc') {
          const wanted = countOf([...classes.keys()], classes, label) / folds;
          expect(Math.abs(countOf(test, classes, label) - wanted)).toBeLessThanOrEqual(2);
        }
      }
    },
  );

  test('keeps groups whole, and folds of similar size', () => {
    const groups = ['a', 'a', 'a', 'a', 'b', 'b', 'c', 'c'];
    expect(kFolds(8, { folds: 2, groups }).map(({ test }) => test)).toEqual([[0, 1, 2, 3], [4, 5, 6, 7]]); // biome-ignore format: folds
  });
});

test.each<[string, () => unknown, string]>([
  ['no rows', () => split(0), 'RangeError: split: rows is 0, expected a whole number of at least 1'],
  ['nothing to train on', () => split(9, { test: 0.5, validation: 0.5 }), 'RangeError: split: validation and test have the sum 1, expected less than 1'],
  ['a part without a row', () => split(4, { test: 0.01 }), 'RangeError: split: test gets no row, expected at least one; more rows or another share'],
  ['too few labels', () => split(3, { stratify: ['a'] }), 'RangeError: split: stratify has 1 entries, expected 3, one for each row'],
  ['both', () => split(1, { stratify: ['a'], groups: ['a'] }), 'RangeError: split: groups is given beside stratify, expected one of the two'],
  ['one fold', () => kFolds(3, { folds: 1 }), 'RangeError: kFolds: folds is 1, expected at least 2'],
  ['more folds than rows', () => kFolds(3, { folds: 4 }), 'RangeError: kFolds: folds is 4, expected at most the number of rows, or of groups'],
  ['more folds than groups', () => kFolds(3, { folds: 2, groups: [1, 1, 1] }), 'RangeError: kFolds: folds is 2, expected at most the number of rows, or of groups'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line
