import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  Contingency,
  chiSquared,
  classWeights,
  FeatureSelector,
  kFolds,
  LabelEncoder,
  mutualInformation,
  SparseMatrix,
  split,
} from '../../../src/text.ts';
import { messageOf } from '../../message.ts';

const label = fc.oneof(fc.constantFrom('spam', 'ham', '__proto__', '1', '\u{1F600}', '\uFB01'), fc.integer());

property.prop([fc.array(label, { minLength: 1 })])(
  'encoded labels decode to themselves, in any order',
  (labels) => {
    const encoder = LabelEncoder.fit(labels);
    expect(encoder.decode(encoder.encode(labels))).toEqual(labels);
    expect(LabelEncoder.fit([...labels].reverse()).classes).toEqual(encoder.classes);
    expect(encoder.size).toBe(new Set(labels).size);
    const loaded = LabelEncoder.fromJSON(JSON.stringify(encoder));
    expect([...loaded.encode(labels)]).toEqual([...encoder.encode(labels)]);
  },
);

test('numbers are ordered by size, then names by code point', () => {
  expect(LabelEncoder.fit(['b', 10, '\u{1F600}', 9, '\uFB01', 'B']).classes).toEqual([9, 10, 'B', 'b', '\uFB01', '\u{1F600}']); // biome-ignore format: one line
});

test('indices of an encoder are labels wherever labels are taken', () => {
  const indices = LabelEncoder.fit(['ham', 'spam']).encode(['spam', 'ham', 'ham', 'spam', 'ham', 'spam']);
  const labels = [...indices];
  const counts = SparseMatrix.fromDense([[2, 0], [0, 1], [1, 1], [3, 0], [0, 2], [1, 0]]); // biome-ignore format: rows
  expect(split(6, { test: 0.5, stratify: indices })).toEqual(split(6, { test: 0.5, stratify: labels }));
  expect(split(6, { test: 0.5, groups: indices })).toEqual(split(6, { test: 0.5, groups: labels }));
  expect(kFolds(6, { folds: 3, stratify: indices })).toEqual(kFolds(6, { folds: 3, stratify: labels }));
  expect(chiSquared(counts, indices)).toEqual(chiSquared(counts, labels));
  expect(mutualInformation(counts, indices)).toEqual(mutualInformation(counts, labels));
  expect(Contingency.of(counts, indices).table(0, 1)).toEqual({ a: 3, b: 1, c: 0, d: 2 });
  expect([...FeatureSelector.fit(counts, indices, { k: 1 }).columns]).toEqual([1]);
  expect(LabelEncoder.fit(indices).classes).toEqual([0, 1]);
});

test('rare classes have larger weights, so that all classes count equally', () => {
  const weights = classWeights(Int32Array.of(0, 0, 0, 1, 3, 3), 4);
  expect([...weights]).toEqual([6 / 12, 6 / 4, 0, 6 / 8]);
});

const encoder = LabelEncoder.fit(['a', 'b']);
test.each<[string, () => unknown, string]>([
  ['no labels', () => LabelEncoder.fit([]), 'RangeError: LabelEncoder.fit: labels is empty, expected at least one label'],
  ['a text', () => LabelEncoder.fit('ab' as never), 'TypeError: LabelEncoder.fit: labels is "ab", expected an array of labels'],
  ['NaN', () => LabelEncoder.fit([Number.NaN]), 'TypeError: LabelEncoder.fit: labels has NaN, expected strings or finite numbers'],
  ['a hole', () => LabelEncoder.fit(new Array(1)), 'TypeError: LabelEncoder.fit: labels has undefined, expected strings or finite numbers'],
  ['an unknown label', () => encoder.encode(['c']), 'RangeError: LabelEncoder.encode: labels has "c", expected classes that it was fitted on'],
  ['an index out of range', () => encoder.decode([2]), 'RangeError: LabelEncoder.decode: indices has 2, expected whole numbers from 0 to 1'],
  ['saved: out of order', () => LabelEncoder.fromJSON({ ...encoder.toJSON(), classes: ['b', 'a'] }), 'RangeError: LabelEncoder.fromJSON: classes has 2 entries, expected different classes in order, at least one'],
  ['saved: twice', () => LabelEncoder.fromJSON({ ...encoder.toJSON(), classes: ['a', 'a'] }), 'RangeError: LabelEncoder.fromJSON: classes has 2 entries, expected different classes in order, at least one'],
  ['saved: not a label', () => LabelEncoder.fromJSON({ ...encoder.toJSON(), classes: [null] }), 'TypeError: LabelEncoder.fromJSON: classes[0] is null, expected an array of strings or finite numbers'],
  ['no indices', () => classWeights([], 2), 'RangeError: classWeights: indices is empty, expected at least one'],
  ['a class out of range', () => classWeights([0, 2], 2), 'RangeError: classWeights: indices[1] is 2, expected a whole number from 0 to 1'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line
