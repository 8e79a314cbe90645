import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeAll, encodeAllAsync, lines, pattern, trainBytePairs, Vocabulary } from '../../../src/text.ts';
import { messageOf } from '../../message.ts';

const texts = ['the boat', '', 'the river'];
const vocabulary = Vocabulary.fit(texts, { tokenizer: pattern() });
const encode = (text: string) => vocabulary.encode(pattern().tokenize(text), { end: true });

describe('encodeAll', () => {
  property.prop([fc.array(fc.array(fc.nat(2 ** 31 - 1), { maxLength: 900 }), { maxLength: 9 })])(
    'puts documents one after the other',
    (documents) => {
      const all = encodeAll(documents, (document) => document);
      expect(all).toBeInstanceOf(Int32Array);
      expect(Array.from(all)).toEqual(documents.flat());
    },
  );

  test('takes asynchronous texts, and a subword tokenizer', async () => {
    expect([...encodeAll(texts, encode)]).toEqual([4, 5, 3, 3, 4, 6, 3]);
    expect(await encodeAllAsync(lines([texts.join('\n')]), encode)).toEqual(encodeAll(texts, encode));
    const subwords = trainBytePairs(texts, { size: 20 });
    const pieces = encodeAll(texts, (text) => subwords.encode(text));
    expect(subwords.decode(pieces)).toBe('the boat the river');
  });

  test.each<[string, () => unknown, string]>([
    ['one text', () => encodeAll('the boat', encode), 'TypeError: encodeAll: documents is the text "the boat", expected an iterable of documents, such as [text]'],
    ['asynchronous texts', () => encodeAll(lines(['a']) as never, encode), 'TypeError: encodeAll: documents is an async iterable, expected an iterable of documents; encodeAllAsync takes such'],
    ['no encoder', () => encodeAll(texts, vocabulary as never), 'TypeError: encodeAll: encode is a value of type Vocabulary, expected a function'],
    ['tokens', () => encodeAll(texts, (text) => pattern().tokenize(text) as never), 'TypeError: encodeAll: a document has "the", expected indices (whole numbers from 0)'],
    ['a negative length', () => encodeAll(texts, () => ({ length: -1 })), 'RangeError: encodeAll: a document.length is -1, expected a whole number of at least 0'],
    ['nothing', () => encodeAll(texts, (() => undefined) as never), 'TypeError: encodeAll: a document is undefined, expected an array of indices'],
  ])('says what is wrong: %s', (_, act, message) => {
    expect(messageOf(act)).toBe(message);
  }); // biome-ignore format: one case a line
});
