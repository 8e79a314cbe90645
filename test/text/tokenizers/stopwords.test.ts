import { describe, expect, test, vi } from 'vitest';
import {
  custom,
  documentEntropy,
  HeavyHitters,
  loadTokenizer,
  ngrams,
  pattern,
  SparseMatrix,
  Stopwords,
  stopwordsByCount,
  stopwordsByDocumentFrequency,
  stopwordsByEntropy,
  TokenCounts,
  Vocabulary,
  without,
} from '../../../src/text.ts';
import { messageOf } from '../../message.ts';

const tokenizer = pattern(/[\p{L}\p{N}_]{2,}/u, { lowercase: true });

describe('Stopwords', () => {
  test('are tokenized, with a warning about those that are split', () => {
    const warn = vi.fn();
    const stopwords = Stopwords.of(['The', "don't", 'New York', "mustn't", '그리고', ' and '], {
      tokenizer,
      warn,
    });
    expect(stopwords.tokens).toEqual(['the', '그리고', 'and']);
    expect(stopwords.split).toEqual(["don't", 'New York', "mustn't"]);
    expect(warn.mock.calls).toEqual([
      ["Stopwords.of: the tokenizer splits 3 stopwords, which have no effect: don't, New York, mustn't"],
    ]);
    expect(stopwords.filter(['the', 'don', 'boat', '그리고'])).toEqual(['don', 'boat']);
    expect(Vocabulary.fit(['the boat'], { tokenizer, stopwords }).tokens).toEqual(['boat']);
  });

  test('do not warn if none is split', () => {
    const warn = vi.fn();
    Stopwords.of(['the'], { tokenizer, warn });
    expect(Stopwords.of(['any thing'], { warn }).has('any thing')).toBe(true);
    expect(Stopwords.of(['ponies'], { tokenizer: custom(() => ['pony']), warn }).tokens).toEqual(['pony']);
    expect(warn).not.toHaveBeenCalled();
  });

  test('warn on the console by default', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    Stopwords.of(["don't"], { tokenizer });
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });

  test('are the same after saving and loading', () => {
    const stopwords = Stopwords.of(['the', '__proto__', 'constructor', "don't"], {
      tokenizer,
      warn: () => {},
    });
    expect(Stopwords.fromJSON(JSON.stringify(stopwords)).toJSON()).toEqual(stopwords.toJSON());
    expect([stopwords.has('constructor'), stopwords.has('toString')]).toEqual([true, false]);
  });
});

describe('from the corpus', () => {
  const documents = [
    ['the', 'the', 'boat'],
    ['the', 'sea'],
    ['the', 'the', 'the', 'boat'],
    ['and', 'the'],
  ];
  const counts = TokenCounts.of(documents);

  test('are removed before n-grams are formed, also after loading', () => {
    const stopwords = Stopwords.of(['the', 'of']);
    const bigrams = ngrams(without(pattern(), stopwords), { from: 1, to: 2 });
    const text = 'the mouth of the river';
    expect(bigrams.tokenize(text)).toEqual(['mouth', 'mouth river', 'river']);
    expect(Array.from(bigrams.tokens(text), ({ raw }) => raw)).toEqual([
      'mouth',
      'mouth of the river',
      'river',
    ]);
    expect(loadTokenizer(JSON.stringify(bigrams)).tokenize(text)).toEqual(bigrams.tokenize(text));
  });

  test('are chosen by count, by documents or by entropy', () => {
    expect(stopwordsByCount(counts, 2)).toEqual(['the', 'boat']);
    expect(stopwordsByDocumentFrequency(counts, 2)).toEqual(['the', 'boat']);
    expect(stopwordsByDocumentFrequency(counts, { share: 0.75 })).toEqual(['the']);
    const matrix = SparseMatrix.fromDense([[2, 1, 0], [1, 0, 3], [3, 1, 0], [1, 0, 0]]); // biome-ignore format: rows
    const p = [2, 1, 3, 1].map((count) => count / 7);
    const expected = p.reduce((sum, value) => sum - value * Math.log(value), 0) / Math.log(4);
    expect(documentEntropy(matrix)[0]).toBeCloseTo(expected, 12);
    expect([...documentEntropy(matrix)].slice(1).map((value) => Number(value.toFixed(12)))).toEqual([0.5, 0]);
    expect(stopwordsByEntropy(matrix, ['the', 'boat', 'sea'], 0.9)).toEqual(['the']);
    expect(stopwordsByEntropy(matrix, ['the', 'boat', 'sea'], 0)).toEqual(['the', 'boat']);
  });

  test.each<[string, () => unknown, string]>([
    ['a text', () => Stopwords.of('the'), 'TypeError: Stopwords.of: words is "the", expected an iterable of words'],
    ['options null', () => Stopwords.of([], null as never), 'TypeError: Stopwords.of: options is null, expected an object such as { tokenizer }'],
    ['no tokenizer', () => Stopwords.of(['a'], { tokenizer: 'x' as never }), 'TypeError: Stopwords.of: tokenizer is "x", expected a tokenizer, such as pattern() or custom(function)'],
    ['a warn that is not a function', () => Stopwords.of(['a'], { warn: null as never }), 'TypeError: Stopwords.of: warn is null, expected a function'],
    ['tokens with their positions', () => Stopwords.of(['a']).filter(pattern().tokens('a') as never), 'TypeError: Stopwords.filter: tokens has an object, expected strings'],
    ['one token with its position', () => Stopwords.of(['a']).has([...pattern().tokens('a')][0] as never), 'TypeError: Stopwords.has: token is an object, expected a string, as tokenize gives'],
    ['a text to filter', () => Stopwords.of(['a']).filter('a b'), 'TypeError: Stopwords.filter: tokens is "a b", expected an iterable of tokens'],
    ['no tokenizer to leave words out of', () => without(undefined as never, Stopwords.of([])), 'TypeError: without: tokenizer is undefined, expected a tokenizer, such as pattern() or custom(function)'],
    ['a list to leave out', () => without(pattern(), ['a'] as never), 'TypeError: without: stopwords is an array of 1, expected Stopwords, such as Stopwords.of(list)'],
    ['no word', () => Stopwords.of([1 as never]), 'TypeError: Stopwords.of: words has 1, expected strings'],
    ['k', () => stopwordsByCount(counts, -1), 'RangeError: stopwordsByCount: k is -1, expected a whole number of at least 1'],
    ['approximate counts', () => stopwordsByDocumentFrequency(HeavyHitters.of(documents), 1), 'RangeError: stopwordsByDocumentFrequency: counts knows no documents, expected exact counts'],
    ['half a document', () => stopwordsByDocumentFrequency(counts, 0.5), 'RangeError: stopwordsByDocumentFrequency: bound is 0.5, expected a whole number of documents or { share: 0 to 1 }'],
    ['a share', () => stopwordsByDocumentFrequency(counts, { share: 2 }), 'RangeError: stopwordsByDocumentFrequency: bound.share is 2, expected a number from 0 to 1'],
    ['one document', () => documentEntropy(SparseMatrix.fromDense([[1]])), 'RangeError: documentEntropy: counts has 1 documents, expected at least two'],
    ['terms', () => stopwordsByEntropy(SparseMatrix.fromDense([[1], [1]]), [], 0.5), 'RangeError: stopwordsByEntropy: terms has 0 entries, expected 1, one for each column'],
    ['saved', () => Stopwords.fromJSON({ format: 'recurrent-cells/text/stopwords', version: 1, tokens: [1] }), 'TypeError: Stopwords.fromJSON: tokens[0] is 1, expected an array of strings'],
  ])('says what is wrong: %s', (_, act, message) => {
    expect(messageOf(act)).toBe(message);
  }); // biome-ignore format: one case a line
});
