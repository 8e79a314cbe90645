/**
 * The normalizers of a `tokenizer.json`, which rewrite text before it is split.
 *
 * Each works on the whole text and on independent pieces, which locates tokens in the source.
 */
import type { Part } from './reader.ts';
import { escaped } from './reader.ts';

/** One rewriting: of the whole text and, for offsets, piece by piece. */
export interface Rewriting {
  readonly pieces: RegExp;
  rewrite(text: string): string;
}

const KNOWN = ['BertNormalizer', 'Lowercase', 'NFC', 'NFD', 'NFKC', 'NFKD', 'Precompiled', 'Prepend', 'Replace', 'Sequence', 'Strip', 'StripAccents']; // biome-ignore format: one list

// Characters that may join the previous one under any normalisation form: marks, Hangul letters in all forms, and
// halfwidth sound marks.
const JOINING = '\\p{M}\\u1160-\\u11FF\\u3131-\\u318E\\uFF9E-\\uFFDC\\u{16D63}-\\u{16D6A}';
const PIECES = /* @__PURE__ */ new RegExp(`[^${JOINING}][${JOINING}]*|[${JOINING}]+`, 'gu');
const CHARACTERS = /\P{M}\p{M}*|\p{M}+/gu;
const HAN = /[\u4E00-\u9FFF\u3400-\u4DBF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B820}-\u{2CEAF}\uF900-\uFAFF\u{2F800}-\u{2FA1F}]/gu; // biome-ignore format: BERT's ranges

/** The rewritings of the field `normalizer`, in order. */
export function normalizersOf(part: Part | undefined): Rewriting[] {
  if (part === undefined) return [];
  const type = part.string('type');
  switch (type) {
    case 'Sequence':
      return part.parts('normalizers').flatMap(normalizersOf);
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return [form(type)];
    case 'Lowercase':
      return [lowercase];
    case 'StripAccents':
      return [replacing(/\p{Mn}+/gu, '')];
    case 'Replace':
      return [replacing(part.pattern(), part.string('content'))];
    case 'Prepend': {
      const prefix = part.string('prepend');
      return [{ pieces: /^./gsu, rewrite: (text) => (text === '' ? '' : prefix + text) }];
    }
    case 'Strip':
      return [
        ...(part.flag('strip_left', true) ? [replacing(/^\s+/gu, '')] : []),
        // No match is tried from within a run of spaces, because each attempt would read to the end of the run.
        ...(part.flag('strip_right', true) ? [replacing(/(?<!\s)\s+$/gu, '')] : []),
      ];
    case 'BertNormalizer':
      return bert(part);
    case 'Precompiled':
      return [
        // SentencePiece's nmt_nfkc, the default map of its models.
        replacing(/[^\P{Cc}\0\t\n\f\r\x80-\x8E\x90-\x9E]+/gu, ''),
        replacing(/[\t\n\f\r\xA0\u1680\u2000-\u200F\u2028\u2029\u202F\u205F\u2581\u3000\uFEFF\uFFFD]/gu, ' '),
        {
          pieces: PIECES,
          rewrite: (text) =>
            text
              .split('～')
              .map((part) => part.normalize('NFKC'))
              .join('～'),
        },
      ];
    default:
      return part.unsupported('normalizer', KNOWN);
  }
}

function form(name: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): Rewriting {
  return { pieces: PIECES, rewrite: (text) => text.normalize(name) };
}

const lowercase: Rewriting = { pieces: CHARACTERS, rewrite: (text) => text.toLowerCase() };

function replacing(pattern: RegExp, content: string): Rewriting {
  return { pieces: pattern, rewrite: (text) => text.replace(pattern, () => content) };
}

/** Source: BERT by J. Devlin et al., arXiv 1810.04805, as prepared by its BasicTokenizer. */
function bert(part: Part): Rewriting[] {
  const lower = part.flag('lowercase', true);
  const accents = part.has('strip_accents') ? part.flag('strip_accents', lower) : lower;
  return [
    ...(part.flag('clean_text', true)
      ? [replacing(/[^\P{C}\t\n\r]|\uFFFD/gu, ''), replacing(/\s/gu, ' ')]
      : []),
    ...(part.flag('handle_chinese_chars', true)
      ? [{ pieces: HAN, rewrite: (text: string) => text.replace(HAN, ' $& ') }]
      : []),
    ...(accents ? [form('NFD'), replacing(/\p{Mn}+/gu, '')] : []),
    ...(lower ? [lowercase] : []),
  ];
}

/** An expression that finds any of these strings, the longest first; undefined for none. */
export function anyOf(strings: readonly string[]): RegExp | undefined {
  if (strings.length === 0) return undefined;
  const longestFirst = [...strings].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map(escaped).join('|'), 'gu');
}
