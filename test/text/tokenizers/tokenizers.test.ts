import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  type CharacterOptions,
  characters,
  composeHangul,
  custom,
  decomposeHangul,
  loadTokenizer,
  ngrams,
  pattern,
  Stopwords,
  type Tokenizer,
  without,
  words,
} from '../../../src/text.ts';
import { messageOf } from '../../message.ts';
import { anyText } from '../arbitrary.ts';

const UNITS = ['grapheme', 'codePoint', 'jamo'] as const;
const TOKENIZERS: [string, Tokenizer][] = [
  ...UNITS.map((unit): [string, Tokenizer] => [unit, characters({ unit, lowercase: true })]),
  ['words', words({ lowercase: 'tr' })],
  ['all segments', words({ keep: 'all', lowercase: true, locale: 'ko' })],
  ['pattern', pattern(/[\p{L}\p{N}_]{2,}/u, { lowercase: 'lt' })],
  ['default pattern', pattern()],
  ['n-grams of words', ngrams(words(), { from: 1, to: 3 })],
  ['n-grams of characters', ngrams(characters(), { from: 2, to: 4, joiner: '' })],
  ['without stopwords', without(pattern(), Stopwords.of(['a', 'ß', 'the']))],
  ['custom', custom((text) => text.split(' '), { name: 'spaces' })],
];

describe('characters are never lost', () => {
  for (const unit of UNITS) {
    for (const lowercase of [false, true, 'tr', 'lt']) {
      property.prop([anyText])(`${unit}, lowercase ${lowercase}: tokens join to the source`, (text) => {
        const tokenizer = characters({ unit, lowercase });
        expect(tokenizer.join(tokenizer.tokens(text))).toBe(text);
      });
    }
    property.prop([anyText])(`${unit}: strings join to the text in NFC`, (text) => {
      const tokenizer = characters({ unit });
      expect(tokenizer.join(tokenizer.tokenize(text))).toBe(text.normalize('NFC'));
    });
  }

  test('in lower case, strings join to the text in lower case', () => {
    const tokenizer = characters({ lowercase: true });
    expect(tokenizer.join(tokenizer.tokenize('Cafe\u0301 J\u030c'))).toBe('café \u01f0');
  });

  property.prop([anyText, fc.constantFrom<CharacterOptions['unit']>('grapheme', 'codePoint')])(
    'without normalisation strings join to the source, byte for byte',
    (text, unit) => {
      const tokenizer = characters({ unit: unit!, normalization: 'none' });
      expect(tokenizer.join(tokenizer.tokenize(text))).toBe(text);
    },
  );

  test('over every code point of every plane in use, and every lone surrogate', { timeout: 60_000 }, () => {
    for (let start = 0; start < 0x110000; start += 0x4000) {
      const inUse = start < 0x40000 || start === 0xe0000;
      const text = Array.from({ length: inUse ? 0x4000 : 0x40 }, (_, i) =>
        String.fromCodePoint(start + i),
      ).join('');
      const graphemes = characters();
      const jamo = characters({ unit: 'jamo' });
      expect(graphemes.join(graphemes.tokens(text)) === text).toBe(true);
      expect(jamo.join(jamo.tokenize(text)) === text.normalize('NFC')).toBe(true);
    }
  });
});

test('the segmenter is called only where needed, not for the plain text that follows', () => {
  const asked: string[] = [];
  const segment = Intl.Segmenter.prototype.segment;
  const spy = vi.spyOn(Intl.Segmenter.prototype, 'segment').mockImplementation(function (
    this: Intl.Segmenter,
    text,
  ) {
    asked.push(text);
    return segment.call(this, text);
  });
  try {
    expect(characters().tokenize(`👩‍👧${'plain '.repeat(60)}`)).toHaveLength(361);
    // They are too close for separate calls.
    expect(characters().tokenize('👩‍👧plain '.repeat(20))).toHaveLength(140);
  } finally {
    spy.mockRestore();
  }
  expect(asked).toEqual(['👩‍👧p', '👩‍👧plain '.repeat(20).trim()]);
});

describe('pieces give the tokens of the whole text', () => {
  property.prop([anyText])('graphemes', (text) => {
    const whole = new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text);
    expect(characters({ normalization: 'none' }).tokenize(text)).toEqual(Array.from(whole, (s) => s.segment));
  });

  test('each character next to a letter and a syllable', { timeout: 60_000 }, () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    const tokenizer = characters({ normalization: 'none' });
    for (let start = 0; start < 0x10000; start += 0x400) {
      const uniform = (start >= 0x3400 && start < 0xa000) || (start >= 0xac00 && start < 0xf800);
      const step = uniform ? 16 : 1; // ideographs, syllables, surrogates, private use: alike within each block
      const text = Array.from({ length: 0x400 / step }, (_, i) => String.fromCharCode(start + i * step))
        .map((unit) => `a${unit}가${unit}\n`)
        .join('');
      const whole = Array.from(segmenter.segment(text), (segment) => segment.segment);
      expect(tokenizer.tokenize(text).join('\0') === whole.join('\0')).toBe(true);
    }
  });

  property.prop([anyText])('words and everything between', (text) => {
    const whole = Array.from(new Intl.Segmenter('en', { granularity: 'word' }).segment(text));
    const none = { normalization: 'none' } as const;
    expect(words({ ...none, keep: 'all' }).tokenize(text)).toEqual(whole.map((s) => s.segment));
    expect(words(none).tokenize(text)).toEqual(whole.filter((s) => s.isWordLike).map((s) => s.segment));
  });

  test.each([
    ['a word longer than many pieces', `${'a'.repeat(5000)} b`],
    ['marks without end', `x${'\u0301'.repeat(3000)}y`],
    ['one family without end', '👩‍'.repeat(1500)],
    ['flags', '🇰🇷🇺🇸'.repeat(401)],
    ['no space anywhere', "can't.stop3.14,".repeat(300)],
    ['only spaces', ' '.repeat(3000)],
    ['two scripts in one word', 'boat를 강a 3월 river x강 naïve, 배river '.repeat(40)],
    ['sentences', "The quick fox, who can't stop: 3.14 강에서 배를 타고! ".repeat(60)],
  ])('%s, across pieces', (_, text) => {
    const none = { normalization: 'none' } as const;
    for (const [granularity, tokenizer] of [
      ['grapheme', characters(none)],
      ['word', words({ ...none, keep: 'all' })],
    ] as const) {
      const whole = new Intl.Segmenter('en', { granularity }).segment(text);
      expect(tokenizer.tokenize(text)).toEqual(Array.from(whole, (segment) => segment.segment));
    }
  });
});

describe('words split signs, letters of several scripts, digits, marks, spaces and line ends', () => {
  const units = ['a', 'é', 'ế', 'д', 'λ', 'ب', 'א', 'क', '가', '東', 'ก', '1', '_', '.', "'", ':', ',', '"', '-', '(', ' ', '\n', '\r', '\t', '\u0301', '्', '\u200d', '’', '،', '“', '।']; // biome-ignore format: one alphabet
  const expectSame = (locale: string, texts: readonly string[]) => {
    const segmenter = new Intl.Segmenter(locale, { granularity: 'word' });
    const tokenizers = [
      words({ locale, normalization: 'none', keep: 'all' }),
      words({ locale, normalization: 'none' }),
    ];
    for (const text of texts) {
      const whole = Array.from(segmenter.segment(text));
      const [all, likeWords] = tokenizers.map((tokenizer) => tokenizer.tokenize(text));
      if (all!.join('|') !== whole.map((s) => s.segment).join('|'))
        expect(all).toEqual(whole.map((s) => s.segment));
      const expected = whole.filter((s) => s.isWordLike).map((s) => s.segment);
      if (likeWords!.join('|') !== expected.join('|')) expect([text, likeWords]).toEqual([text, expected]);
    }
  };

  test.each(['en', 'sv', 'he', 'ko'])('in all runs of three, %s', (locale) => {
    expectSame(
      locale,
      units.flatMap((a) => units.flatMap((b) => units.map((c) => a + b + c))),
    );
  });

  test('with every unit of the tables next to others', { timeout: 60_000 }, () => {
    const all = Array.from({ length: 0x3000 }, (_, i) => String.fromCharCode(i));
    expectSame(
      'en',
      all.map((unit) => `a${unit}b ${unit}1${unit}2-${unit}\n${unit}`),
    );
  });

  property.prop([
    fc.array(fc.constantFrom(...units, 'the ', '{"x":1,'), { maxLength: 60 }),
    fc.constantFrom('en', 'fi'),
  ])('in any run', (parts, locale) => expectSame(locale, [parts.join('')]));
});

describe('scripts without a table, across piece boundaries', () => {
  const starts = (text: string) =>
    Array.from(new Intl.Segmenter('en', { granularity: 'word' }).segment(text))
      .filter((segment) => segment.isWordLike)
      .map((segment) => segment.index);
  const ours = (text: string) =>
    Array.from(words({ normalization: 'none' }).tokens(text), ({ start }) => start);

  // The first article of the Universal Declaration of Human Rights.
  test.each([
    ['Thai', 'มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม และควรปฏิบัติต่อกันด้วยเจตนารมณ์แห่งภราดรภาพ '],
    ['Burmese', 'လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် လည်းကောင်း၊ တူညီလွတ်လပ်သော အခွင့်အရေးများဖြင့် လည်းကောင်း၊ မွေးဖွားလာသူများ ဖြစ်သည်။ '],
    ['Khmer', 'មនុស្សទាំងអស់ កើតមកមានសេរីភាព និងសមភាព ក្នុងផ្នែកសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ។ មនុស្ស មានវិចារណញ្ញាណនិងសតិសម្បជញ្ញៈជាប់ពីកំណើត '],
    ['Lao', 'ມະນຸດເກີດມາມີສິດເສລີພາບ ແລະ ສະເໝີໜ້າກັນໃນທາງກຽດຕິສັກ ແລະ ທາງສິດດ້ວຍມະນຸດມີສະຕິສຳປັດຊັນຍະ '],
    ['Chinese', '人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。'],
    ['Japanese', 'すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。'],
  ])('%s, with spaces and without', (_, article) => {
    for (const text of [article, article.replace(/[\s။៖។,。、၊]/g, '')]) {
      for (let shift = 0; shift < 60; shift += 4) {
        const long = text.slice(shift) + text.repeat(Math.ceil(2000 / text.length));
        expect(ours(long)).toEqual(starts(long));
      }
    }
  }); // biome-ignore format: one script a line

  test('every letter next to spaces and signs', () => {
    const letters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(
      (letter, code) =>
        /^\p{L}$/u.test(letter) && (code < 0x3400 || code > 0xa000 || code % 64 === 0) && code % 8 !== 1,
    );
    for (let at = 0; at < letters.length; at += 300) {
      const text = letters
        .slice(at, at + 300)
        .map((letter) => `${letter}${letter} (${letter}) ${letter}`)
        .join(' ');
      expect(ours(text)).toEqual(starts(text));
    }
  });
});

test('words that depend on the letter after a mark do not depend on where a piece ends', () => {
  for (let lead = 0; lead < 20; lead++) {
    const text = `${'-'.repeat(lead)}${"can't-stop,3.14-".repeat(80)}`;
    const whole = new Intl.Segmenter('en', { granularity: 'word' }).segment(text);
    expect(words({ keep: 'all' }).tokenize(text)).toEqual(Array.from(whole, (segment) => segment.segment));
  }
});

describe.each(TOKENIZERS)('%s', (_, tokenizer) => {
  property.prop([anyText])('tokens have the strings of tokenize and their positions', (text) => {
    const tokens = [...tokenizer.tokens(text)];
    expect(tokens.map((token) => token.text)).toEqual(tokenizer.tokenize(text));
    for (const { start, end, raw } of tokens) {
      expect(raw).toBe(text.slice(start, end));
      expect(start).toBeLessThanOrEqual(end);
    }
  });

  property.prop([anyText])('is the same after saving and loading', (text) => {
    const loaded = loadTokenizer(JSON.stringify(tokenizer), { spaces: (source) => source.split(' ') });
    expect(loaded.tokenize(text)).toEqual(tokenizer.tokenize(text));
    expect(loaded.toJSON()).toEqual(tokenizer.toJSON());
  });

  test('refuses values other than text', () => {
    expect(() => tokenizer.tokenize(5 as never)).toThrow(/ is 5, expected a string/);
    expect(() => [...tokenizer.tokens(null as never)]).toThrow(TypeError);
  });
});

describe('tokens', () => {
  test('are in NFC by default, with offsets into the source', () => {
    expect(pattern().tokenize('cafe\u0301')).toEqual(['café']);
    expect(
      [...pattern().tokens('xe\u0301 cafe\u0301 au')].map((t) => [t.text, t.raw, t.start, t.end]),
    ).toEqual([
      ['xé', 'xe\u0301', 0, 3],
      ['café', 'cafe\u0301', 4, 9],
      ['au', 'au', 10, 12],
    ]);
    expect(characters().tokenize('한')).toEqual(['한']);
    expect(characters({ normalization: 'none' }).tokenize('e\u0301')).toEqual(['e\u0301']);
  });

  test('are in NFC after lower-casing too, even if only the lower-case letters compose', () => {
    for (const [capital, small] of [
      ['J\u030c', '\u01f0'],
      ['H\u0331', '\u1e96'],
      ['I\u0307', 'i\u0307'],
    ] as const) {
      expect(pattern(undefined, { lowercase: true }).tokenize(`x ${capital}a`)).toEqual(['x', `${small}a`]);
      const tokens = [...pattern(undefined, { lowercase: true }).tokens(`${capital}a ${capital}b`)];
      expect(tokens.map(({ raw }) => raw)).toEqual([`${capital}a`, `${capital}b`]);
      expect(characters({ lowercase: true, unit: 'codePoint' }).tokenize(capital)).toEqual([...small]);
    }
    expect(pattern(undefined, { lowercase: true, normalization: 'none' }).tokenize('J\u030c')).toEqual([
      'j\u030c',
    ]);
  });

  property.prop([anyText, fc.constantFrom(true, 'tr', 'lt')])(
    'join to lower-cased text in NFC',
    (text, lowercase) => {
      const joined = characters({ lowercase, unit: 'codePoint' }).tokenize(text).join('');
      expect(joined).toBe(joined.normalize('NFC'));
    },
  );

  test('are lower-cased by language', () => {
    expect(words({ lowercase: true }).tokenize('IŞIK')).toEqual(['işik']);
    expect(words({ lowercase: 'tr' }).tokenize('IŞIK')).toEqual(['ışık']);
    expect(words({ lowercase: true }).tokenize('ΟΔΟΣ ΣΑΣ')).toEqual(['οδος', 'σας']);
    expect([...pattern(undefined, { lowercase: true }).tokens('aİb İx')].map((t) => t.raw)).toEqual([
      'aİb',
      'İx',
    ]);
  });

  test('may be jamo, which split and join, with the offsets of their syllable', () => {
    const jamo = characters({ unit: 'jamo' });
    expect(jamo.tokenize('각a')).toEqual(['ᄀ', 'ᅡ', 'ᆨ', 'a']);
    expect([...jamo.tokens('각a')].map((t) => [t.start, t.end])).toEqual([[0, 1], [1, 1], [1, 1], [1, 2]]); // biome-ignore format: pairs
    expect(jamo.join(['ᄀ', 'ᅡ', 'ᆨ', 'ᄀ', 'ᅡ', 'a'])).toBe('각가a');
  });

  test('have every syllable decomposed as in Unicode, and composed again', () => {
    const syllables = Array.from({ length: 11172 }, (_, i) => String.fromCharCode(0xac00 + i)).join('');
    expect(decomposeHangul(syllables) === syllables.normalize('NFD')).toBe(true);
    expect(composeHangul(decomposeHangul(syllables)) === syllables).toBe(true);
  });

  test('may be words and n-grams', () => {
    expect(words({ keep: 'all' }).tokenize('Hi, you')).toEqual(['Hi', ',', ' ', 'you']);
    expect(ngrams(pattern(), { from: 2, to: 3 }).tokenize('a b c')).toEqual(['a b', 'a b c', 'b c']);
    expect(ngrams(pattern(), { from: 3 }).tokenize('a b')).toEqual([]);
    expect([...ngrams(pattern()).tokens('a  b')].map((t) => t.raw)).toEqual(['a', 'a  b', 'b']);
  });

  test('of a function are located in the text, or have an empty position', () => {
    const stems = custom((text) => text.split(' ').map((word) => word.replace(/ies$/, 'y')));
    expect([...stems.tokens('two ponies run')].map((t) => [t.text, t.raw])).toEqual([
      ['two', 'two'],
      ['pony', ''],
      ['run', 'run'],
    ]);
  });

  test('of a function are located after a gap of any length', () => {
    const parts = custom((text) => text.split(/[\s<>-]+/u));
    const places = (text: string) => Array.from(parts.tokens(text), ({ start, end }) => [start, end]);
    expect(places(`a${' '.repeat(2000)}b c d`)).toEqual([[0, 1], [2001, 2002], [2003, 2004], [2005, 2006]]); // biome-ignore format: pairs
    expect(places(`a${'-'.repeat(1e6)}b`)).toEqual([[0, 1], [1_000_001, 1_000_002]]); // biome-ignore format: pairs
  });

  test('of a function with positions keep them, mapped to the source through normalisation', () => {
    // Morphemes of 갔다 from an analyser: 가/았/다, which do not occur in the text.
    const analyser = custom((text) =>
      Array.from(text.matchAll(/갔다/gu), ({ index }) => [
        { text: '가', start: index, end: index + 1 },
        { text: '았', start: index, end: index + 1 },
        { text: '다', start: index + 1, end: index + 2 },
      ]).flat(),
    );
    const source = '집에 갔다. 또 갔다'.normalize('NFD');
    expect(analyser.tokenize(source)).toEqual(['가', '았', '다', '가', '았', '다']);
    const tokens = [...analyser.tokens(source)];
    expect(tokens.map(({ raw }) => raw.normalize('NFC'))).toEqual(['갔', '갔', '다', '갔', '갔', '다']);
    for (const { raw, start, end } of tokens) expect(source.slice(start, end)).toBe(raw);
  });

  test('of a function take linear time even if they never occur in the text', () => {
    const shouts = custom((text) => text.split(' ').map((word) => word.toUpperCase()));
    const start = process.cpuUsage();
    expect([...shouts.tokens('abcdefg '.repeat(100_000))].length).toBe(100_001);
    // Searching the whole rest for each takes half a minute.
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(6);
  });
});

test.each<[string, () => unknown, string]>([
  ['unit', () => characters({ unit: 'word' as never }), 'RangeError: characters: unit is "word", expected one of "grapheme", "codePoint", "jamo"'],
  ['normalization', () => words({ normalization: 'NFX' as never }), 'RangeError: words: normalization is "NFX", expected one of "NFC", "none"'],
  ['lowercase', () => pattern(/a/, { lowercase: 1 as never }), 'TypeError: pattern: lowercase is 1, expected true, false or a language tag'],
  ['locale', () => words({ locale: 'not a tag' }), 'TypeError: words: locale is "not a tag", expected a language tag such as "en" or "ko"'],
  ['no locale', () => words({ locale: 3 as never }), 'TypeError: words: locale is 3, expected a language tag'],
  ['expression without bounds', () => pattern(/[\p{L}\p{N}]+/u).tokenize('가'.repeat(5e6)), "RangeError: pattern: expression overflowed the engine's stack, expected bounded repetitions, such as {1,4096}, for words this long"],
  ['keep', () => words({ keep: 'some' as never }), 'RangeError: words: keep is "some", expected one of "words", "all"'],
  ['expression', () => pattern('a+' as never), 'TypeError: pattern: expression is "a+", expected a RegExp'],
  ['n-grams of a million', () => ngrams(words(), { to: 1e6 }), 'RangeError: ngrams: to is 1000000, expected a number from 1 to 100'],
  ['inner', () => ngrams('words' as never), 'TypeError: ngrams: tokenizer is "words", expected a tokenizer, such as pattern() or custom(function)'],
  ['from', () => ngrams(words(), { from: 0 }), 'RangeError: ngrams: from is 0, expected a whole number of at least 1'],
  ['from above to', () => ngrams(words(), { from: 3, to: 2 }), 'RangeError: ngrams: from is 3, expected at most to (2)'],
  ['joiner', () => ngrams(words(), { joiner: 1 as never }), 'TypeError: ngrams: joiner is 1, expected a string'],
  ['function', () => custom('x' as never), 'TypeError: custom: tokenize is "x", expected a function from text to tokens'],
  ['its result', () => custom((text) => text).tokenize('ab'), 'TypeError: custom: the function gave "ab", expected an array (or another iterable) of tokens'],
  ['its tokens', () => custom(() => [1 as never]).tokenize('ab'), 'TypeError: custom: the function gave a token that is 1, expected strings or { text, start, end }'],
  ['a position beyond the text', () => custom(() => [{ text: 'a', start: 0, end: 3 }]).tokenize('ab'), 'RangeError: custom: the function gave "a" from 0 to 3, expected places from 0 to 2'],
  ['a position that ends before it begins', () => [...custom(() => [{ text: 'a', start: 1, end: 0 }]).tokens('ab')], 'RangeError: custom: the function gave "a" from 1 to 0, expected places from 0 to 2'],
  ['no place', () => custom(() => [{ text: 'a' } as never]).tokenize('ab'), 'RangeError: custom: the function gave "a" from undefined to undefined, expected places from 0 to 2'],
  ['its name', () => JSON.stringify(custom(() => [])), 'TypeError: custom: options.name is missing, expected a name, to save a function under'],
  ['saved: not JSON', () => loadTokenizer('{'), 'TypeError: loadTokenizer: the saved value is "{", expected an object or its JSON text'],
  ['saved: not an object', () => loadTokenizer(7), 'TypeError: loadTokenizer: the saved value is 7, expected an object of format "recurrent-cells/text/tokenizer"'],
  ['saved: another format', () => loadTokenizer({ format: 'x' }), 'RangeError: loadTokenizer: format is "x", expected "recurrent-cells/text/tokenizer"; huggingFace reads others'],
  ['saved: a tokenizer.json', () => loadTokenizer({ model: {} }), 'RangeError: loadTokenizer: format is undefined, expected "recurrent-cells/text/tokenizer"; huggingFace reads others'],
  ['saved: another version', () => loadTokenizer({ ...words().toJSON(), version: 2 }), 'RangeError: loadTokenizer: version is 2, expected 1, the one this release reads'],
  ['no syllables', () => decomposeHangul(null as never), 'TypeError: decomposeHangul: text is null, expected a string'],
  ['no jamo', () => composeHangul(null as never), 'TypeError: composeHangul: text is null, expected a string'],
  ['join: no tokens', () => characters().join([null as never]), 'TypeError: characters.join: tokens has null, expected strings or Tokens'],
  ['join: nothing', () => characters().join(null as never), 'TypeError: characters.join: tokens is null, expected an iterable of strings or Tokens'],
  ['characters: options null', () => characters(null as never), 'TypeError: characters: options is null, expected an object such as { unit }'],
  ['characters: an option alone', () => characters('ko' as never), 'TypeError: characters: options is "ko", expected an object such as { unit }'],
  ['words: options null', () => words(null as never), 'TypeError: words: options is null, expected an object such as { locale }'],
  ['words: an option alone', () => words('ko' as never), 'TypeError: words: options is "ko", expected an object such as { locale }'],
  ['pattern: options null', () => pattern(/a/, null as never), 'TypeError: pattern: options is null, expected an object such as { normalization }'],
  ['ngrams: options null', () => ngrams(words(), null as never), 'TypeError: ngrams: options is null, expected an object such as { from }'],
  ['custom: options null', () => custom(() => [], null as never), 'TypeError: custom: options is null, expected an object such as { normalization }'],
  ['saved: another kind', () => loadTokenizer({ ...words().toJSON(), kind: 'constructor' }), 'RangeError: loadTokenizer: kind is "constructor", expected one of "characters", "words", "pattern", "ngrams", "without", "subwords", "custom"'],
  ['saved: no options', () => loadTokenizer({ ...words().toJSON(), options: 1 }), 'TypeError: loadTokenizer: options is 1, expected an object'],
  ['saved: no function', () => loadTokenizer({ ...words().toJSON(), kind: 'custom', options: { normalization: 'NFC', lowercase: false, name: 'toString' } }), 'RangeError: loadTokenizer: functions has no "toString", expected the function saved under that name'],
  ['saved: no expression', () => loadTokenizer({ ...words().toJSON(), kind: 'pattern', options: { normalization: 'NFC', lowercase: false, source: '(', flags: 'u' } }), 'RangeError: loadTokenizer: options.source and flags are "(" and "u", expected a regular expression'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line
