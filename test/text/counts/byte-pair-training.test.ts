import { test as property } from '@fast-check/vitest';
import { Tokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  huggingFace,
  lines,
  loadTokenizer,
  type SubwordTokenizer,
  trainBytePairs,
  trainBytePairsAsync,
} from '../../../src/text.ts';
import { messageOf } from '../../message.ts';
import { anyText } from '../arbitrary.ts';

const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', '가'), minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 12 }); // biome-ignore format: one line

type File = { model: { vocab: Record<string, number>; merges: [string, string][] } };
const fileOf = (tokenizer: { toJSON(): { options: Readonly<Record<string, unknown>> } }) =>
  tokenizer.toJSON().options.json as File;

/** The definition literally: recount all pairs before each merge. */
function mergesByHand(documents: readonly string[], most: number): [string, string][] {
  const words = documents.flatMap((text) =>
    `${text.startsWith(' ') ? '' : '▁'}${text.replaceAll(' ', '▁')}`.split(/(?=▁)/u).map((word) => [...word]),
  );
  const age = new Map([...new Set(words.flat())].sort().map((token, i) => [token, i]));
  const merges: [string, string][] = [];
  for (let size = age.size; size < most; ) {
    const counts = new Map<string, number>();
    for (const word of words)
      for (let i = 0; i + 1 < word.length; i++)
        counts.set(`${word[i]} ${word[i + 1]}`, (counts.get(`${word[i]} ${word[i + 1]}`) ?? 0) + 1);
    const order = [...counts]
      .map(([pair, count]) => ({ pair: pair.split(' ') as [string, string], count }))
      .sort((a, b) => b.count - a.count || age.get(a.pair[0])! - age.get(b.pair[0])! || age.get(a.pair[1])! - age.get(b.pair[1])!); // biome-ignore format: three keys
    const best = order[0];
    if (best === undefined || best.count < 2) break;
    const [left, right] = best.pair;
    merges.push(best.pair);
    for (const word of words)
      for (let i = 0; i + 1 < word.length; i++)
        if (word[i] === left && word[i + 1] === right) word.splice(i, 2, left + right);
    if (!age.has(left + right)) age.set(left + right, size++);
  }
  return merges;
}

describe('learning', () => {
  property.prop([texts, fc.integer({ min: 0, max: 12 })])('follows the definition', (documents, more) => {
    fc.pre(documents.some((text) => text.trim() !== ''));
    const alphabet = new Set(documents.flatMap((text) => [...`▁${text.replaceAll(' ', '▁')}`])).size;
    const size = alphabet + more;
    const tokenizer = trainBytePairs(documents, { size, specials: {} });
    expect(fileOf(tokenizer).model.merges).toEqual(mergesByHand(documents, size));
    expect(JSON.stringify(trainBytePairs([...documents].reverse(), { size, specials: {} }))).toBe(
      JSON.stringify(tokenizer),
    );
  });

  test('from a stream equals learning from its lines', async () => {
    const options = { size: 30, lowercase: true };
    const corpus = 'The boat and the river\nthe other boat\n';
    expect(JSON.stringify(await trainBytePairsAsync(lines([corpus]), options))).toBe(
      JSON.stringify(trainBytePairs(corpus.trim().split('\n'), options)),
    );
  });

  test('merges no pair below the minimum count, and keeps the most frequent characters', () => {
    const tokenizer = trainBytePairs(['aab aab aac'], {
      size: 100,
      minCount: 3,
      alphabet: 3,
      specials: { unknown: '?' },
    });
    expect(fileOf(tokenizer).model.vocab).toEqual({ '?': 0, a: 1, b: 2, '▁': 3, aa: 4, '▁aa': 5 });
    expect(tokenizer.tokenize('aac')).toEqual(['▁aa', '?']);
  });

  test('never forms a special token', () => {
    const tokenizer = trainBytePairs(Array(9).fill('x<s> x<s>'), {
      size: 40,
      specials: { start: '<s>', end: '</s>' },
    });
    expect(fileOf(tokenizer).model.merges.map((pair) => pair.join(''))).not.toContain('<s>');
  });
});

describe('a trained tokenizer', () => {
  const messages = [
    '파일을 찾을 수 없습니다.',
    '파일을 열 수 없습니다.',
    '모듈을 찾을 수 없습니다.',
    'A 파일 — 1개',
  ];

  test.each(['character', 'byte'] as const)('is read by Hugging Face’s library, for %s', (unit) => {
    const tokenizer = trainBytePairs(messages, { size: 400, unit });
    const theirs = new Tokenizer(fileOf(tokenizer) as never, {});
    for (const text of [...messages, '모듈을 열 수 있습니다!', '', ' 두  칸 ']) {
      expect([...tokenizer.encode(text)]).toEqual(theirs.encode(text, { add_special_tokens: false }).ids);
      expect([...tokenizer.encode(text, { specials: true })]).toEqual(theirs.encode(text).ids);
    }
  });

  test('has its specials at the indices of a vocabulary, and adds start and end to a text', () => {
    const tokenizer = trainBytePairs(messages, { size: 100 });
    expect(['<pad>', '<unknown>', '<start>', '<end>'].map((token) => tokenizer.indexOf(token))).toEqual([
      0, 1, 2, 3,
    ]);
    const indices = tokenizer.encode('파일을', { specials: true });
    expect([indices[0], indices.at(-1)]).toEqual([2, 3]);
    expect(tokenizer.decode(indices, { skipSpecials: true })).toBe('파일을');
    expect(tokenizer.tokenAt(1)).toBe('<unknown>');
    expect(tokenizer.tokenize('힣')).toEqual(['▁', '<unknown>']);
  });

  property.prop([anyText.filter((text) => !/\p{Cs}/u.test(text))])('of bytes decodes every text', (text) => {
    const tokenizer = bytes;
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });
  const bytes = trainBytePairs(messages, { size: 300, unit: 'byte', normalization: 'none' });

  test('is the same after saving and loading', () => {
    const tokenizer = trainBytePairs(messages, { size: 100 });
    const loaded = loadTokenizer<SubwordTokenizer>(JSON.stringify(tokenizer));
    const read = huggingFace(tokenizer.toJSON().options.json);
    for (const text of messages)
      for (const again of [loaded, read]) {
        expect([...again.tokens(text)]).toEqual([...tokenizer.tokens(text)]);
        expect(again.encode(text)).toEqual(tokenizer.encode(text));
      }
  });
});

test.each<[string, () => unknown, string]>([
  ['no texts', () => trainBytePairs([], { size: 10 }), 'RangeError: trainBytePairs: texts have no words, expected at least one'],
  ['a text alone', () => trainBytePairs('abc', { size: 10 }), 'TypeError: trainBytePairs: documents is the text "abc", expected an iterable of documents, such as [text]'],
  ['tokens', () => trainBytePairs([['a'] as never], { size: 10 }), 'TypeError: trainBytePairs: a text is an array of 1, expected a string'],
  ['asynchronous texts', () => trainBytePairs(lines(['a']) as never, { size: 10 }), 'TypeError: trainBytePairs: documents is an async iterable, expected an iterable of documents; trainBytePairsAsync takes such'],
  ['no size', () => trainBytePairs(['a'], {} as never), 'TypeError: trainBytePairs: size is undefined, expected a whole number of at least 1'],
  ['too small a size', () => trainBytePairs(['ab'], { size: 6 }), 'RangeError: trainBytePairs: size is 6, expected at least 7 (specials and characters)'],
  ['too large a size', () => trainBytePairs(['ab'], { size: 2 ** 21 }), 'RangeError: trainBytePairs: size is 2097152, expected at most 1048576'],
  ['a unit', () => trainBytePairs(['ab'], { size: 9, unit: 'word' as never }), 'RangeError: trainBytePairs: unit is "word", expected one of "character", "byte"'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line
