import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareCodePoints } from '../../../src/text/counts/order.ts';
import {
  HeavyHitters,
  lines,
  pattern,
  stopwordsByDocumentFrequency,
  TokenCounts,
  Vocabulary,
} from '../../../src/text.ts';
import { messageOf } from '../../message.ts';
import { anyText } from '../arbitrary.ts';

const texts = ['the boat and the river', 'the river', 'a boat'];
const tokenizer = pattern();
const none = { tokenizer, specials: {} };

describe('Vocabulary', () => {
  test('has the specials at 0 to 3, then tokens by count and code point', () => {
    const vocabulary = Vocabulary.fit(texts, { tokenizer });
    expect(vocabulary.decode([0, 1, 2, 3])).toEqual(['<pad>', '<unknown>', '<start>', '<end>']);
    expect([vocabulary.pad, vocabulary.unknown, vocabulary.start, vocabulary.end]).toEqual([0, 1, 2, 3]);
    expect(vocabulary.tokens).toEqual(['the', 'boat', 'river', 'a', 'and']);
    expect(vocabulary.counts).toEqual([3, 2, 2, 1, 1]);
    expect(Object.isFrozen(vocabulary.tokens)).toBe(true);
    const two = Vocabulary.fit(texts, { tokenizer, specials: { end: '$', pad: '_' } });
    expect([two.pad, two.unknown, two.start, two.end, two.size]).toEqual([0, undefined, undefined, 1, 7]);
  });

  property.prop([
    fc.array(fc.array(anyText, { maxLength: 8 }), { minLength: 1, maxLength: 6 }),
    fc.integer({ min: 5, max: 12 }),
  ])('keeps the most frequent tokens, reports them, encodes, decodes, and reloads', (documents, maxSize) => {
    fc.pre(documents.some((tokens) => tokens.length > 0));
    const vocabulary = Vocabulary.fit(documents, { maxSize });
    const counts = TokenCounts.of(documents);
    const order = [...counts.entries()].sort(
      (a, b) => b.count - a.count || compareCodePoints(a.token, b.token),
    );
    expect(vocabulary.tokens).toEqual(order.slice(0, maxSize - 4).map(({ token }) => token));
    const covered = documents.flat().filter((token) => vocabulary.tokens.includes(token)).length;
    expect(vocabulary.report).toEqual({
        tokens: counts.tokens, types: counts.types, keptTypes: vocabulary.tokens.length, droppedTypes: counts.types - vocabulary.tokens.length,
        keptTokens: covered, coverage: covered / counts.tokens, largestError: 0,
      }); // biome-ignore format: a table
    expect(vocabulary.decode(vocabulary.encode(vocabulary.tokens))).toEqual(vocabulary.tokens);
    const loaded = Vocabulary.fromJSON(JSON.stringify(vocabulary));
    expect(loaded.toJSON()).toEqual(vocabulary.toJSON());
    expect(loaded.encode(documents.flat())).toEqual(vocabulary.encode(documents.flat()));
  });

  test('cuts by count, by documents and by their share, inclusively, and omits stopwords', () => {
    const tokens = (options: Parameters<typeof Vocabulary.fit>[1]) => [
      ...Vocabulary.fit(texts, { ...none, ...options }).tokens,
    ];
    expect(tokens({ minCount: 2 })).toEqual(['the', 'boat', 'river']);
    expect(tokens({ maxSize: 2 })).toEqual(['the', 'boat']);
    expect(tokens({ minDocuments: 2 })).toEqual(['the', 'boat', 'river']);
    expect(tokens({ maxDocuments: 1 })).toEqual(['a', 'and']);
    expect(tokens({ minDocuments: { share: 0.5 } })).toEqual(['the', 'boat', 'river']);
    expect(tokens({ minDocuments: { share: 1 / 3 }, maxDocuments: { share: 1 / 3 } })).toEqual(['a', 'and']);
    expect(tokens({ stopwords: new Set(['the', 'a']) })).toEqual(['boat', 'river', 'and']);
  });

  test('takes shares as n / documents, for every n of every number of documents', () => {
    for (const documents of [1, 2, 3, 7, 10, 49, 100]) {
      const counts = new TokenCounts();
      counts.addDocuments(documents);
      for (let n = 1; n <= documents; n++) counts.add(`in ${n}`, n, n);
      for (let n = 1; n <= documents; n++) {
        const share = n / documents;
        const only = { minDocuments: { share }, maxDocuments: { share }, specials: {} };
        expect(Vocabulary.from(counts, only).tokens).toEqual([`in ${n}`]);
        expect(stopwordsByDocumentFrequency(counts, { share }).length).toBe(documents - n + 1);
        const mixed = { minDocuments: n, maxDocuments: { share }, specials: {} };
        expect(Vocabulary.from(counts, mixed).tokens).toEqual([`in ${n}`]);
      }
    }
  });

  test('treats names of object properties like other words', () => {
    const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'length'];
    const vocabulary = Vocabulary.fit([names], { specials: {} });
    expect([...vocabulary.tokens].sort()).toEqual([...names].sort());
    const empty = Vocabulary.fit([['word']], { specials: { unknown: '?' } });
    expect([...empty.encode(names)]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(empty.indexOf('__proto__')).toBe(undefined);
    expect(Vocabulary.fromJSON(JSON.stringify(vocabulary)).indexOf('__proto__')).toBe(
      vocabulary.indexOf('__proto__'),
    );
  });

  test('encodes a token spelt like a special as that special', () => {
    const vocabulary = Vocabulary.fit([['<unknown>', 'a', '<unknown>']]);
    expect([vocabulary.tokens, vocabulary.report.coverage, [...vocabulary.encode(['<unknown>'])]]).toEqual([
      ['a'],
      1,
      [1],
    ]);
  });

  test('counts a stream, a generator, merged parts, and approximate counts', async () => {
    const whole = Vocabulary.fit(texts, none);
    expect((await Vocabulary.fitAsync(lines([texts.join('\n')]), none)).toJSON()).toEqual(whole.toJSON());
    const part = (some: string[]) => TokenCounts.of(some, { tokenizer: none.tokenizer });
    const merged = part(texts.slice(0, 1)).merge(part(texts.slice(1)));
    expect(Vocabulary.from(merged, { specials: {} }).toJSON()).toEqual(whole.toJSON());
    const stream = ['a', 'x', 'a', 'y', 'a', 'z', 'b', 'b'];
    const approximate = Vocabulary.from(HeavyHitters.of([stream], { capacity: 2 }), {
      maxSize: 1,
      specials: {},
    });
    expect(approximate.tokens).toEqual(['a']);
    expect(approximate.report.types).toBe(undefined);
    expect(approximate.errors[0]).toBe(approximate.report.largestError);
    expect(Vocabulary.fromJSON(JSON.stringify(approximate)).errors).toEqual(approximate.errors);
  });

  test('names itself in errors of a stream', async () => {
    await expect(Vocabulary.fitAsync([5 as never])).rejects.toThrow('Vocabulary.fitAsync: document 0 is 5');
  });

  test('encodes between start and end', () => {
    const vocabulary = Vocabulary.fit(texts, { tokenizer });
    expect([...vocabulary.encode(['the', 'sea'], { start: true, end: true })]).toEqual([2, 4, 1, 3]);
    expect([...vocabulary.encode([])]).toEqual([]);
  });

  test('accepts a list unchanged', () => {
    const vocabulary = Vocabulary.of(['b', 'a'], { specials: {} });
    expect([vocabulary.indexOf('b'), vocabulary.indexOf('a'), vocabulary.size]).toEqual([0, 1, 2]);
    expect(vocabulary.report.coverage).toBe(Number.NaN);
    for (const saved of [vocabulary.toJSON(), JSON.stringify(vocabulary)])
      expect(Vocabulary.fromJSON(saved).toJSON()).toEqual(vocabulary.toJSON());
  });
});

const vocabulary = Vocabulary.fit(texts, none);
const saved = () => Vocabulary.fit(texts, { tokenizer }).toJSON();
test.each<[string, () => unknown, string]>([
  ['an unknown token', () => vocabulary.encode(['sea']), 'RangeError: Vocabulary.encode: token is "sea", expected one of the vocabulary, which has no unknown'],
  ['a text to encode', () => vocabulary.encode('the'), 'TypeError: Vocabulary.encode: tokens is "the", expected an iterable of tokens'],
  ['nothing to encode', () => vocabulary.encode(undefined as never), 'TypeError: Vocabulary.encode: tokens is undefined, expected an iterable of tokens'],
  ['no start', () => vocabulary.encode([], { start: true }), 'RangeError: Vocabulary.encode: start is true, expected a vocabulary with a special for start'],
  ['an index out of range', () => vocabulary.decode([5]), 'RangeError: Vocabulary.tokenAt: index is 5, expected a whole number from 0 to 4'],
  ['NaN', () => vocabulary.decode([Number.NaN]), 'RangeError: Vocabulary.tokenAt: index is NaN, expected a whole number from 0 to 4'],
  ['an empty corpus', () => Vocabulary.fit([]), 'RangeError: Vocabulary.fit: the corpus has no tokens, expected at least one'],
  ['empty documents', () => Vocabulary.fit(['...'], { tokenizer }), 'RangeError: Vocabulary.fit: the corpus has no tokens, expected at least one'],
  ['a size for only the specials', () => Vocabulary.fit(texts, { tokenizer, maxSize: 4 }), 'RangeError: Vocabulary.fit: maxSize is 4, expected at least 5 (4 specials and a token)'],
  ['no size', () => Vocabulary.fit(texts, { tokenizer, maxSize: Number.NaN }), 'RangeError: Vocabulary.fit: maxSize is NaN, expected a whole number of at least 1'],
  ['bounds in the wrong order', () => Vocabulary.fit(texts, { tokenizer, minDocuments: 2, maxDocuments: 1 }), 'RangeError: Vocabulary.fit: minDocuments is 2 of 3 documents, expected at most maxDocuments (1)'],
  ['shares in the wrong order', () => Vocabulary.fit(texts, { tokenizer, minDocuments: 3, maxDocuments: { share: 0.5 } }), 'RangeError: Vocabulary.fit: minDocuments is 3 of 3 documents, expected at most maxDocuments (1)'],
  ['half a document', () => Vocabulary.fit(texts, { tokenizer, minDocuments: 0.5 }), 'RangeError: Vocabulary.fit: minDocuments is 0.5, expected a whole number of documents or { share: 0 to 1 }'],
  ['a share above 1', () => Vocabulary.fit(texts, { tokenizer, maxDocuments: { share: 2 } }), 'RangeError: Vocabulary.fit: maxDocuments.share is 2, expected a number from 0 to 1'],
  ['no bound', () => Vocabulary.fit(texts, { tokenizer, maxDocuments: 'all' as never }), 'TypeError: Vocabulary.fit: maxDocuments is "all", expected a whole number of documents or { share: 0 to 1 }'],
  ['nothing kept', () => Vocabulary.fit(texts, { tokenizer, minCount: 9 }), 'RangeError: Vocabulary.fit: the cut keeps none of 5 types, expected bounds that leave at least one'],
  ['documents of approximate counts', () => Vocabulary.from(HeavyHitters.of([['a']]), { minDocuments: 1 }), 'RangeError: Vocabulary.from: minDocuments or maxDocuments is given, expected exact counts, which know documents'],
  ['no counts', () => Vocabulary.from(['a'] as never), 'TypeError: Vocabulary.from: counts is an array of 1, expected TokenCounts or HeavyHitters'],
  ['an unknown special', () => Vocabulary.of(['a'], { specials: { mask: 'm' } as never }), 'RangeError: Vocabulary.of: specials has "mask", expected pad, unknown, start and end alone'],
  ['specials alike', () => Vocabulary.of(['a'], { specials: { pad: '_', end: '_' } }), 'RangeError: Vocabulary.of: specials.end is "_" again, expected a spelling of its own'],
  ['a special without spelling', () => Vocabulary.of(['a'], { specials: { pad: 0 as never } }), 'TypeError: Vocabulary.of: specials.pad is 0, expected a string'],
  ['a list with a token twice', () => Vocabulary.of(['a', 'a']), 'RangeError: Vocabulary.of: tokens has "a" twice, expected each token once'],
  ['a list with a special', () => Vocabulary.of(['<pad>']), 'RangeError: Vocabulary.of: tokens has "<pad>", expected no token spelt as a special'],
  ['a text as list', () => Vocabulary.of('ab'), 'TypeError: Vocabulary.of: tokens is the text "ab", expected an iterable of tokens, such as [token]'],
  ['a number as list', () => Vocabulary.of(5 as never), 'TypeError: Vocabulary.of: tokens is 5, expected an iterable of tokens'],
  ['a text as documents', () => Vocabulary.fit('abc'), 'TypeError: Vocabulary.fit: documents is the text "abc", expected an iterable of documents, such as [text]'],
  ['options null', () => Vocabulary.fit([['a']], null as never), 'TypeError: Vocabulary.fit: options is null, expected an object such as { minDocuments }'],
  ['options null, of counts', () => Vocabulary.from(TokenCounts.of([['a']]), null as never), 'TypeError: Vocabulary.from: options is null, expected an object such as { minDocuments }'],
  ['options null, of a list', () => Vocabulary.of(['a'], null as never), 'TypeError: Vocabulary.of: options is null, expected an object such as { specials }'],
  ['options null, to encode', () => vocabulary.encode([], null as never), 'TypeError: Vocabulary.encode: options is null, expected an object such as { start }'],
  ['options null, to count', () => TokenCounts.of([], null as never), 'TypeError: TokenCounts.of: options is null, expected an object such as { tokenizer }'],
  ['saved: not JSON', () => Vocabulary.fromJSON('not json'), 'TypeError: Vocabulary.fromJSON: the saved value is "not json", expected an object or its JSON text'],
  ['saved: something else', () => Vocabulary.fromJSON(TokenCounts.of([['a']]).toJSON()), 'RangeError: Vocabulary.fromJSON: format is "recurrent-cells/text/token-counts", expected "recurrent-cells/text/vocabulary"'],
  ['saved: a later version', () => Vocabulary.fromJSON({ ...saved(), version: 2 }), 'RangeError: Vocabulary.fromJSON: version is 2, expected 1, the one this release reads'],
  ['saved: no specials', () => Vocabulary.fromJSON({ ...saved(), specials: null }), 'TypeError: Vocabulary.fromJSON: specials is null, expected an object'],
  ['saved: too few counts', () => Vocabulary.fromJSON({ ...saved(), counts: [] }), 'RangeError: Vocabulary.fromJSON: counts has 0 entries, expected 5, one for each token'],
  ['saved: no report', () => Vocabulary.fromJSON({ ...saved(), report: null }), 'TypeError: Vocabulary.fromJSON: report is null, expected an object'],
  ['a function instead of a tokenizer', () => Vocabulary.fit(texts, { tokenizer: ((text: string) => text.split(' ')) as never }), 'TypeError: Vocabulary.fit: tokenizer is a function, expected a tokenizer, such as pattern() or custom(function)'],
  ['an array of stopwords', () => Vocabulary.fit(texts, { tokenizer, stopwords: ['the'] as never }), 'TypeError: Vocabulary.fit: stopwords is an array of 1, expected a Set or Stopwords'],
  ['tokens with their positions', () => vocabulary.encode(tokenizer.tokens('the boat') as never), 'TypeError: Vocabulary.encode: a token is an object, expected a string, as tokenize gives'],
  ['one token with its position', () => vocabulary.indexOf([...tokenizer.tokens('boat')][0] as never), 'TypeError: Vocabulary.indexOf: token is an object, expected a string, as tokenize gives'],
  ['asynchronous documents', () => Vocabulary.fit(lines(['a']) as never, { tokenizer }), 'TypeError: Vocabulary.fit: documents is an async iterable, expected an iterable of documents; Vocabulary.fitAsync takes such'],
  ['saved: a missing special', () => Vocabulary.fromJSON({ ...saved(), specials: { unknown: '<unknown>', start: null, end: null } }), 'TypeError: Vocabulary.fromJSON: specials.pad is undefined, expected a string, or null for none'],
  ['saved: an unknown special', () => Vocabulary.fromJSON({ ...saved(), specials: { ...saved().specials, mask: 'm' } }), 'RangeError: Vocabulary.fromJSON: specials has "mask", expected pad, unknown, start and end alone'],
  ['nothing to decode', () => vocabulary.decode(null as never), 'TypeError: Vocabulary.decode: indices is null, expected an iterable of indices'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line

test('a special that occurs in the corpus counts as neither kept nor dropped', () => {
  const { report } = Vocabulary.fit([['<unknown>', 'a', 'a', 'b']], { maxSize: 5 });
  expect(report).toMatchObject({ types: 3, keptTypes: 1, droppedTypes: 1, keptTokens: 3 });
});

test('a minimum count must be a whole number', () => {
  expect(() => Vocabulary.fit([['a']], { minCount: 1.5 })).toThrow(
    new RangeError('Vocabulary.fit: minCount is 1.5, expected a whole number of at least 0'),
  );
});

test('decodes with its specials or without', () => {
  const list = Vocabulary.of(['a', 'b']);
  const encoded = list.encode(['a', 'c', 'b'], { start: true, end: true });
  expect(list.decode(encoded)).toEqual(['<start>', 'a', '<unknown>', 'b', '<end>']);
  expect(list.decode(encoded, { skipSpecials: true })).toEqual(['a', 'b']);
});
