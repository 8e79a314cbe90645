import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareCodePoints } from '../../../src/text/counts/order.ts';
import { flat, TokenMap } from '../../../src/text/counts/token-map.ts';
import { type Counts, HeavyHitters, lines, pattern, TokenCounts } from '../../../src/text.ts';
import { messageOf } from '../../message.ts';
import { anyText } from '../arbitrary.ts';

const word = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'constructor', '__proto__', 'hasOwnProperty', '', '강'),
  anyText,
);
const corpus = fc.array(fc.array(word, { maxLength: 12 }), { maxLength: 8 });
const sorted = (counts: Counts) => [...counts.entries()].sort((a, b) => compareCodePoints(a.token, b.token));

describe('TokenCounts', () => {
  property.prop([corpus])('counts tokens, and the documents that contain them', (documents) => {
    const counts = TokenCounts.of(documents);
    const all = documents.flat();
    expect([counts.tokens, counts.documents, counts.types]).toEqual([
      all.length,
      documents.length,
      new Set(all).size,
    ]);
    for (const token of all) {
      expect(counts.countOf(token)).toBe(all.filter((other) => other === token).length);
      expect(counts.documentsWith(token)).toBe(documents.filter((tokens) => tokens.includes(token)).length);
    }
    expect(counts.countOf('never seen')).toBe(0);
  });

  property.prop([corpus, corpus])('merges two parts exactly into the whole', (one, other) => {
    const merged = TokenCounts.of(one).merge(TokenCounts.of(other));
    const whole = TokenCounts.of([...one, ...other]);
    expect(sorted(merged)).toEqual(sorted(whole));
    expect([merged.tokens, merged.documents]).toEqual([whole.tokens, whole.documents]);
  });

  property.prop([corpus])('is the same after saving and loading, and continues counting', (documents) => {
    const counts = TokenCounts.of(documents);
    const loaded = TokenCounts.fromJSON(JSON.stringify(counts));
    expect([...loaded.entries()]).toEqual([...counts.entries()]);
    for (const each of [loaded, counts]) each.addDocument(['a', 'a', 'constructor']);
    expect(loaded.toJSON()).toEqual(counts.toJSON());
  });

  property.prop([fc.array(corpus, { maxLength: 4 })])('merges parts and saved parts in one call', (parts) => {
    const counted = parts.map((documents) => TokenCounts.of(documents));
    const before = JSON.stringify(counted);
    const whole = JSON.stringify(TokenCounts.of(parts.flat()));
    expect(JSON.stringify(TokenCounts.merge(counted))).toBe(whole);
    expect(JSON.stringify(TokenCounts.merge(counted.map((part) => part.toJSON())))).toBe(whole);
    expect(JSON.stringify(TokenCounts.merge(counted.map((part) => JSON.stringify(part)).values()))).toBe(
      whole,
    );
    expect(JSON.stringify(counted)).toBe(before);
  });

  test('refuses parts that are not counts, and tokens with their positions', () => {
    expect(messageOf(() => TokenCounts.merge(null as never))).toBe(
      'TypeError: TokenCounts.merge: parts is null, expected an iterable of counts',
    );
    expect(messageOf(() => TokenCounts.merge('{}'))).toContain(
      'parts is "{}", expected an iterable of counts',
    );
    expect(messageOf(() => TokenCounts.merge([{}] as never))).toContain(
      'TokenCounts.fromJSON: format is undefined',
    );
    const [token] = pattern().tokens('the');
    const counts = TokenCounts.of([['the']]);
    for (const look of ['countOf', 'documentsWith'] as const)
      expect(messageOf(() => counts[look](token as never))).toBe(
        `TypeError: TokenCounts.${look}: token is an object, expected a string, as tokenize gives`,
      );
  });

  test('merges with itself', () => {
    const counts = TokenCounts.of([['a', 'b', 'a']]);
    expect([...counts.merge(counts).entries()].map(({ count, documents }) => [count, documents])).toEqual([[4, 2], [2, 2]]); // biome-ignore format: pairs
  });

  test('is unchanged by anything other than tokens', () => {
    for (const counts of [TokenCounts.of([['a']]), HeavyHitters.of([['a']])]) {
      const before = JSON.stringify(counts);
      expect(messageOf(() => counts.addDocument(['x', 5 as never]))).toContain(
        'tokens has 5, expected tokens',
      );
      expect(messageOf(() => counts.addDocument('hello'))).toContain('tokens is the text "hello"');
      expect(messageOf(() => counts.addDocument(null as never))).toContain('tokens is null');
      expect(JSON.stringify(counts)).toBe(before);
    }
    const counts = new TokenCounts();
    for (const [count, documents] of [[-1, 0], [3, 1.5], [1, 2]]) expect(() => counts.add('x', count, documents)).toThrow(RangeError); // biome-ignore format: pairs
    expect(() => counts.addDocuments(2.5)).toThrow(RangeError);
    expect([counts.types, counts.tokens, counts.documents]).toEqual([0, 0, 0]);
  });

  test('accepts documents one by one', async () => {
    async function* stream() {
      yield 'the boat';
      yield 'the river';
    }
    const counts = await TokenCounts.ofAsync(stream(), { tokenizer: pattern() });
    expect([counts.countOf('the'), counts.documents]).toEqual([2, 2]);
  });
});

describe('TokenMap', () => {
  test('continues beyond the size of one Map', () => {
    const map = new TokenMap(3);
    const tokens = Array.from({ length: 10 }, (_, i) => `t${i}`);
    expect(tokens.map((token) => map.add(token))).toEqual([...tokens.keys()]);
    expect(tokens.map((token) => map.get(token))).toEqual([...tokens.keys()]);
    expect([...map.tokens()]).toEqual(tokens);
    expect([map.size, map.get('t10')]).toEqual([10, undefined]);
  });

  property.prop([anyText])('flattened strings are equal', (text) => {
    expect(flat(text)).toBe(text);
  });
});

describe('HeavyHitters', () => {
  const streams = fc.array(fc.array(fc.nat(30).map(String), { maxLength: 60 }), {
    minLength: 1,
    maxLength: 4,
  });
  const check = (counts: HeavyHitters, stream: readonly string[], capacity: number) => {
    const exact = TokenCounts.of([stream]);
    expect(counts.tokens).toBe(stream.length);
    expect(counts.missed).toBeLessThanOrEqual(stream.length / (capacity + 1));
    const held = new Set<string>();
    for (const { token, count, error } of counts.entries()) {
      held.add(token);
      expect(count).toBeLessThanOrEqual(exact.countOf(token));
      expect(count + error).toBeGreaterThanOrEqual(exact.countOf(token));
      expect(error).toBeLessThanOrEqual(counts.missed);
    }
    expect(held.size).toBeLessThan(2 * capacity + 1);
    for (const { token, count } of exact.entries()) if (count > counts.missed) expect(held).toContain(token);
  };

  property.prop([streams, fc.integer({ min: 1, max: 12 })])(
    'keeps its stated bounds, merged or not',
    (parts, capacity) => {
      const counters = parts.map((part) => HeavyHitters.of([part], { capacity }));
      for (const [i, counts] of counters.entries()) check(counts, parts[i]!, capacity);
      const loaded = counters.map((counts) => HeavyHitters.fromJSON(JSON.stringify(counts)));
      expect(loaded.map((counts) => counts.toJSON())).toEqual(counters.map((counts) => counts.toJSON()));
      check(loaded.reduce((merged, counts) => merged.merge(counts)), parts.flat(), capacity); // biome-ignore format: one line
    },
  );

  property.prop([streams])('is exact if nothing is dropped', (parts) => {
    const counts = HeavyHitters.of(parts, { capacity: 40 });
    const exact = TokenCounts.of(parts);
    expect(sorted(counts)).toEqual(sorted(exact).map((entry) => ({ ...entry, documents: undefined })));
  });

  test('holds the frequent tokens of a long stream', async () => {
    const stream = Array.from({ length: 20000 }, (_, i) => (i % 4 === 0 ? 'often' : `rare${i}`));
    const counts = await HeavyHitters.ofAsync([stream], { capacity: 50 });
    const often = [...counts.entries()].find(({ token }) => token === 'often');
    expect(often).toEqual({ token: 'often', count: 5000, error: 0, documents: undefined });
    expect(counts.missed).toBeGreaterThan(0);
  });

  test('merges with itself', () => {
    const counts = HeavyHitters.of([['a', 'b', 'a', 'c', 'a']], { capacity: 2 });
    check(counts.merge(counts), ['a', 'b', 'a', 'c', 'a', 'a', 'b', 'a', 'c', 'a'], 2);
  });
});

test('tokens are ordered by code points, not UTF-16 units', () => {
  const strings = [
    '',
    'a',
    'ab',
    'b',
    '\ud83d',
    '\ud83da',
    '\ud83d\uffff',
    '\ufb01',
    '\uffff',
    '\u{1F600}',
    '\u{1F601}',
    '\u{1F601}a',
  ];
  const scrambled = [...strings].sort((a, b) => b.length - a.length || (a < b ? 1 : -1));
  expect(scrambled.sort(compareCodePoints)).toEqual(strings);
  expect(compareCodePoints('\u{1F600}', '\u{1F600}')).toBe(0);
});

const saved = () => TokenCounts.of([['a', 'b']]).toJSON();
test.each<[string, () => unknown, string]>([
  ['a text alone', () => TokenCounts.of('the boat'), 'TypeError: TokenCounts.of: documents is the text "the boat", expected an iterable of documents, such as [text]'],
  ['no documents', () => TokenCounts.of(null as never), 'TypeError: TokenCounts.of: documents is null, expected an iterable of documents'],
  ['texts without tokenizer', () => TokenCounts.of(['the boat']), 'TypeError: TokenCounts.of: document 0 is the text "the boat", expected its tokens, or options.tokenizer'],
  ['asynchronous documents', () => TokenCounts.of(lines(['a']) as never), 'TypeError: TokenCounts.of: documents is an async iterable, expected an iterable of documents; TokenCounts.ofAsync takes such'],
  ['asynchronous documents, approximately', () => HeavyHitters.of(lines(['a']) as never), 'TypeError: HeavyHitters.of: documents is an async iterable, expected an iterable of documents; HeavyHitters.ofAsync takes such'],
  ['a number', () => TokenCounts.of([['a'], 3 as never]), 'TypeError: TokenCounts.of: document 1 is 3, expected a text or an iterable of tokens'],
  ['bytes', () => TokenCounts.of([new Uint8Array(2) as never]), 'TypeError: TokenCounts: a token is 0, expected a string'],
  ['tokens that are not strings', () => HeavyHitters.of([[Number.NaN as never]]), 'TypeError: HeavyHitters.of: document 0 has NaN, expected tokens (strings)'],
  ['a generator of such tokens', () => HeavyHitters.of([new Set([Number.NaN as never])]), 'TypeError: HeavyHitters: a token is NaN, expected a string'],
  ['half a document', () => new TokenCounts().add('x', 3, 1.5), 'RangeError: TokenCounts.add: documents is 1.5, expected a whole number of at least 0'],
  ['half of documents', () => new TokenCounts().addDocuments(2.5), 'RangeError: TokenCounts.addDocuments: documents is 2.5, expected a whole number of at least 0'],
  ['a text as tokens', () => new TokenCounts().addDocument('hello'), 'TypeError: TokenCounts.addDocument: tokens is the text "hello", expected an iterable of tokens, such as [token]'],
  ['negative counts', () => new TokenCounts().add('a', -1), 'RangeError: TokenCounts.add: count is -1, expected a whole number of at least 0'],
  ['more documents than tokens', () => new TokenCounts().add('a', 1, 2), 'RangeError: TokenCounts.add: documents is 2, expected a number from 0 to 1'],
  ['another merge', () => new TokenCounts().merge({} as never), 'TypeError: TokenCounts.merge: other is an object, expected TokenCounts'],
  ['capacity', () => new HeavyHitters({ capacity: 0 }), 'RangeError: HeavyHitters: capacity is 0, expected a whole number of at least 1'],
  ['huge capacity', () => new HeavyHitters({ capacity: 2 ** 24 }), 'RangeError: HeavyHitters: capacity is 16777216, expected a number from 1 to 8388608'],
  ['another heavy merge', () => new HeavyHitters().merge(new TokenCounts() as never), 'TypeError: HeavyHitters.merge: other is a value of type TokenCounts, expected HeavyHitters'],
  ['another capacity', () => new HeavyHitters({ capacity: 2 }).merge(new HeavyHitters({ capacity: 3 })), 'RangeError: HeavyHitters.merge: other.capacity is 3, expected 2, as here'],
  ['saved: tokens', () => TokenCounts.fromJSON({ ...saved(), tokens: 'ab' }), 'TypeError: TokenCounts.fromJSON: tokens is "ab", expected an array of strings'],
  ['saved: one token', () => TokenCounts.fromJSON({ ...saved(), tokens: ['a', 1] }), 'TypeError: TokenCounts.fromJSON: tokens[1] is 1, expected an array of strings'],
  ['saved: twice', () => TokenCounts.fromJSON({ ...saved(), tokens: ['a', 'a'] }), 'RangeError: TokenCounts.fromJSON: tokens has "a" twice, expected each token once'],
  ['saved: counts', () => TokenCounts.fromJSON({ ...saved(), counts: [1] }), 'RangeError: TokenCounts.fromJSON: counts has 1 entries, expected 2, one for each token'],
  ['saved: one count', () => TokenCounts.fromJSON({ ...saved(), counts: [1, 0.5] }), 'TypeError: TokenCounts.fromJSON: counts[1] is 0.5, expected an array of whole numbers of at least 0'],
  ['saved: documents', () => TokenCounts.fromJSON({ ...saved(), documents: 0 }), 'RangeError: TokenCounts.fromJSON: documentCounts[0] is 1, expected at most the count and the documents'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line

test('documents are counted beyond 32 bits', () => {
  const counts = new TokenCounts();
  counts.addDocuments(2 ** 32 + 10);
  counts.add('x', 2 ** 33, 2 ** 32 - 1);
  counts.add('x', 2 ** 33, 5);
  counts.addDocument(['x', 'x', 'y']);
  expect([counts.countOf('x'), counts.documentsWith('x')]).toEqual([2 ** 34 + 2, 2 ** 32 + 5]);
  expect(counts.documents).toBe(2 ** 32 + 11);
  const loaded = TokenCounts.fromJSON(JSON.stringify(counts));
  expect([...loaded.entries()]).toEqual([...counts.entries()]);
});
