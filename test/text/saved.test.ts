/** Every field of every saved class is refused by name if it is missing, null or of another type. */
import { describe, expect, test } from 'vitest';
import {
  characters,
  custom,
  FeatureSelector,
  HeavyHitters,
  loadTokenizer,
  ngrams,
  pattern,
  SparseMatrix,
  Stopwords,
  TermCounter,
  TfIdf,
  TokenCounts,
  Vocabulary,
  without,
  words,
} from '../../src/text.ts';
import { messageOf } from '../message.ts';

type Saved = Record<string, unknown>;
const plain = (value: unknown): Saved => JSON.parse(JSON.stringify(value));
const documents = [
  ['a', 'b', 'a'],
  ['a', 'c'],
];
const matrix = SparseMatrix.fromDense([[1, 2], [0, 1]]); // biome-ignore format: rows
const split = (text: string) => text.split(' ');
const load = (saved: unknown) => loadTokenizer(saved, { split });

const savers: [string, Saved, (saved: unknown) => unknown][] = [
  ['TokenCounts', plain(TokenCounts.of(documents)), TokenCounts.fromJSON],
  ['HeavyHitters', plain(HeavyHitters.of(documents, { capacity: 4 })), HeavyHitters.fromJSON],
  ['Vocabulary', plain(Vocabulary.fit(documents)), Vocabulary.fromJSON],
  ['Stopwords', plain(Stopwords.of(['a'])), Stopwords.fromJSON],
  ['TermCounter', plain(TermCounter.fit(['a b'], { tokenizer: pattern() })), TermCounter.fromJSON],
  ['TfIdf', plain(TfIdf.fit(matrix)), TfIdf.fromJSON],
  ['FeatureSelector', plain(FeatureSelector.fit(matrix, [0, 1])), FeatureSelector.fromJSON],
  ['characters', plain(characters()), load],
  ['words', plain(words()), load],
  ['pattern', plain(pattern()), load],
  ['ngrams', plain(ngrams(pattern())), load],
  ['without', plain(without(pattern(), Stopwords.of(['a']))), load],
  ['custom', plain(custom(split, { name: 'split' })), load],
];

// The replacement values of a field.
const allowed = new Set([
  'TermCounter tokenizer null',
  ...['pad', 'unknown', 'start', 'end'].flatMap((role) => [
    `Vocabulary ${role} null`,
    `Vocabulary ${role} a text`,
  ]),
  'ngrams joiner a text',
  ...['characters', 'words', 'pattern', 'custom'].map((kind) => `${kind} lowercase true`),
]);
const damages: [string, unknown][] = [
  ['missing', undefined],
  ['null', null],
  ['a number', -0.5],
  ['a text', '(?'],
  ['an array', [{}]],
  ['an object', {}],
  ['true', true],
];

type Case = readonly [field: string, damage: string, saved: Saved];
function damaged(saved: Saved): Case[] {
  return Object.keys(saved).flatMap((field) => {
    const { [field]: _, ...rest } = saved;
    return damages.map(([damage, value]) => [field, damage, damage === 'missing' ? rest : { ...rest, [field]: value }] as const); // biome-ignore format: one line
  });
}

describe.each(savers)('%s', (kind, saved, read) => {
  test('reads what it saved', () => expect(plain(read(saved))).toEqual(saved));

  const within = (parent: string): Case[] =>
    parent in saved ? damaged(saved[parent] as Saved).map(([field, damage, part]) => [field, damage, { ...saved, [parent]: part }]) : []; // biome-ignore format: one line
  const cases = [...damaged(saved), ...within('options'), ...within('report'), ...within('specials')].filter(
    ([field, damage]) => !allowed.has(`${kind} ${field} ${damage}`),
  );

  test.each(cases)('refuses %s that is %s', (field, _, broken) => {
    const message = messageOf(() => read(broken));
    expect(message).toMatch(/^(Type|Range)Error: [A-Za-z.]+( tokenizer)?: /);
    expect(message).toMatch(/ expected /);
    expect(message).toContain(field);
  });
});

const [counts, heavy, selector] = [savers[0]![1], savers[1]![1], savers[6]![1]];
test.each<[string, () => unknown, string]>([
  ['half a document', () => TokenCounts.fromJSON({ ...counts, documents: 1.5 }), 'RangeError: TokenCounts.fromJSON: documents is 1.5, expected a whole number of at least 0'],
  ['more than was counted', () => HeavyHitters.fromJSON({ ...heavy, total: 4 }), 'RangeError: HeavyHitters.fromJSON: counts have the sum 5, expected at most total (4)'],
  ['an error that was not missed', () => HeavyHitters.fromJSON({ ...heavy, errors: [0, 1, 0] }), 'RangeError: HeavyHitters.fromJSON: errors[1] is 1, expected at most missed (0)'],
  ['more missed than can be', () => HeavyHitters.fromJSON({ ...heavy, missed: 2 }), 'RangeError: HeavyHitters.fromJSON: missed is 2, expected at most total / (capacity + 1)'],
  ['more tokens than are held', () => HeavyHitters.fromJSON({ ...heavy, capacity: 1 }), 'RangeError: HeavyHitters.fromJSON: tokens has 3 entries, expected less than 2 · capacity'],
  ['a capacity out of reach', () => HeavyHitters.fromJSON({ ...heavy, capacity: 2 ** 24 }), 'RangeError: HeavyHitters.fromJSON: capacity is 16777216, expected a number from 1 to 8388608'],
  ['a column twice', () => FeatureSelector.fromJSON({ ...selector, columns: [1, 1] }), 'RangeError: FeatureSelector.fromJSON: columns is [1, 1], expected ascending, at least one'],
  ['columns out of order', () => FeatureSelector.fromJSON({ ...selector, columns: [1, 0] }), 'RangeError: FeatureSelector.fromJSON: columns is [1, 0], expected ascending, at least one'],
  ['no columns', () => FeatureSelector.fromJSON({ ...selector, columns: [] }), 'RangeError: FeatureSelector.fromJSON: columns is [], expected ascending, at least one'],
])('refuses fields that contradict each other: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line

test('split and repeated stopwords reload', () => {
  const stopwords = Stopwords.of(["don't", "don't"], { tokenizer: pattern(/\p{L}+/u), warn: () => {} });
  expect(Stopwords.fromJSON(JSON.stringify(stopwords)).split).toEqual(["don't"]);
});
