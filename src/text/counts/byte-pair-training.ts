/**
 * Learns byte-pair encodings from texts: repeatedly merges the most frequent pair of adjacent tokens into one.
 *
 * This file learns the merges and writes them as a `tokenizer.json`; tokenizers/subwords applies them.
 */
import { rangeError, show, typeError } from '../../common/errors.ts';
import { type Checks, checkOptions, flag, record, size } from '../../common/options.ts';
import { BYTE_CHARACTERS } from '../tokenizers/subwords/byte-level.ts';
import { huggingFace } from '../tokenizers/subwords/hugging-face.ts';
import { normalizersOf } from '../tokenizers/subwords/normalizers.ts';
import { preTokenizerOf } from '../tokenizers/subwords/pre-tokenizers.ts';
import { Part } from '../tokenizers/subwords/reader.ts';
import type { SubwordTokenizer } from '../tokenizers/subwords/subword-tokenizer.ts';
import { checkDocuments } from './documents.ts';
import { compareCodePoints } from './order.ts';
import { PairQueue } from './pair-queue.ts';
import { ALL_SPECIALS, orderSpecials, type Specials } from './specials.ts';
import { TokenCounts } from './token-counts.ts';

/** The vocabulary size and how texts are prepared. */
export interface BytePairTrainingOptions {
  /** The maximum number of tokens, including specials and single characters: at most 2^20. */
  readonly size: number;
  /**
   * The initial tokens. `'character'` (default): code points; one that the training did not see is unknown. `'byte'`: bytes of
   * UTF-8, so that no text is unknown and every text is restored exactly.
   */
  readonly unit?: 'character' | 'byte' | undefined;
  /** The minimum count of a pair to be merged (default 2). */
  readonly minCount?: number | undefined;
  /** The maximum number of characters; the most frequent are kept (default: all that occur). Ignored for bytes. */
  readonly alphabet?: number | undefined;
  /** Whether characters are composed (NFC, the default) or left unchanged. */
  readonly normalization?: 'NFC' | 'none' | undefined;
  /** Whether texts are converted to lower case (default `false`). */
  readonly lowercase?: boolean | undefined;
  /** Default: pad, unknown, start and end, at the indices 0 to 3. */
  readonly specials?: Specials | undefined;
}

/**
 * Learns a byte-pair encoding.
 *
 * 1. Each word is split into characters; a mark `▁` (`Ġ` for bytes) at its start represents the preceding space.
 * 2. The most frequent pair of adjacent tokens, over all words weighted by count, becomes a token; ties go to the pair with the
 *    older tokens.
 * 3. Repeat step 2 until there are `size` tokens or no pair occurs `minCount` times.
 *
 * The same texts give the same tokens, in any order. Texts are counted as they arrive and not kept; memory grows with the number of
 * distinct words. `JSON.stringify(tokenizer)` saves it; `tokenizer.toJSON().options.json` is a `tokenizer.json` for Hugging
 * Face's libraries. `encode(text, { specials: true })` adds start and end to a text.
 *
 * Source: R. Sennrich, B. Haddow and A. Birch, Neural machine translation of rare words with subword units, arXiv 1508.07909.
 *
 * @throws RangeError if the texts contain no word, or `size` is too small for specials and characters; TypeError if `texts` are
 * not strings.
 *
 * @example
 * ```ts
 * import { trainBytePairs } from 'recurrent-cells/text';
 * const tokenizer = trainBytePairs(['low lower lowest', 'new newer newest'], { size: 24 });
 * tokenizer.tokenize('lowest newer'); // → ['▁lo', 'west', '▁ne', 'wer']
 * tokenizer.decode(tokenizer.encode('slow west')); // → 'slow west'
 * ```
 */
export function trainBytePairs(texts: Iterable<string>, options: BytePairTrainingOptions): SubwordTokenizer {
  const where = 'trainBytePairs';
  const training = trainingOf(where, options);
  checkDocuments(where, texts);
  for (const text of texts) training.count(text);
  return training.finish();
}

/**
 * Like {@link trainBytePairs}, for texts that arrive asynchronously, such as {@link lines} of a stream.
 *
 * @example
 * ```ts
 * import { lines, trainBytePairsAsync } from 'recurrent-cells/text';
 * const chunks = ['low lower lowest\nnew new', 'er newest\n']; // or createReadStream('corpus.txt')
 * const tokenizer = await trainBytePairsAsync(lines(chunks), { size: 24 });
 * tokenizer.tokenize('newest'); // → ['▁ne', 'west']
 * ```
 */
export async function trainBytePairsAsync(
  texts: AsyncIterable<string> | Iterable<string>,
  options: BytePairTrainingOptions,
): Promise<SubwordTokenizer> {
  const where = 'trainBytePairsAsync';
  const training = trainingOf(where, options);
  checkDocuments(where, texts, true);
  for await (const text of texts) training.count(text);
  return training.finish();
}

const MOST_TOKENS = 2 ** 20;

const checks: Checks<BytePairTrainingOptions> = {
  size: { required: size },
  unit: ['character', 'byte'],
  minCount: size,
  alphabet: size,
  normalization: ['NFC', 'none'],
  lowercase: flag,
  specials: record,
};

function trainingOf(where: string, options: BytePairTrainingOptions) {
  checkOptions(where, options, checks);
  const { size: most, minCount = 2, alphabet = Number.POSITIVE_INFINITY, specials = ALL_SPECIALS } = options;
  if (most > MOST_TOKENS) throw rangeError(where, 'size', `is ${most}`, `at most ${MOST_TOKENS}`);
  const bytes = options.unit === 'byte';
  const { spellings, index } = orderSpecials(where, specials);
  const file = fileOf(bytes, options.normalization !== 'none', options.lowercase ?? false);
  const part = new Part(where, file);
  const rewritings = normalizersOf(part.optional('normalizer'));
  const preTokenizer = preTokenizerOf(part.optional('pre_tokenizer'));
  const counts = new TokenCounts();

  return {
    count(text: string): void {
      if (typeof text !== 'string') throw typeError(where, 'a text', `is ${show(text)}`, 'a string');
      const prepared = rewritings.reduce((done, { rewrite }) => rewrite(done), text);
      if (prepared === '') return;
      counts.addDocument(
        preTokenizer({ text: prepared, place: (unit) => unit }, true).map((word) => word.text),
      );
    },
    finish(): SubwordTokenizer {
      if (counts.tokens === 0) throw rangeError(where, 'texts', 'have no words', 'at least one');
      const characters = bytes
        ? [...BYTE_CHARACTERS].sort(compareCodePoints)
        : charactersOf(counts, alphabet);
      const first = [...spellings, ...characters.filter((character) => !spellings.includes(character))];
      if (most < first.length)
        throw rangeError(where, 'size', `is ${most}`, `at least ${first.length} (specials and characters)`);
      const { vocabulary, merges } = learn(counts, first, new Set(spellings), most, minCount);
      const special = (id: number) => ({ id, content: spellings[id]!, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }); // biome-ignore format: one token
      return huggingFace({
        version: '1.0',
        truncation: null,
        padding: null,
        added_tokens: spellings.map((_, id) => special(id)),
        ...file,
        post_processor: around(specials, index),
        model: {
          type: 'BPE',
          dropout: null,
          unk_token: specials.unknown ?? null,
          continuing_subword_prefix: null,
          end_of_word_suffix: null,
          fuse_unk: false,
          byte_fallback: false,
          ignore_merges: false,
          vocab: Object.fromEntries(vocabulary),
          merges,
        },
      });
    },
  };
}

/** The file's settings for preparing and joining texts. */
function fileOf(bytes: boolean, composed: boolean, lowercase: boolean) {
  const form = composed ? [{ type: 'NFC' }] : [];
  const normalizers = lowercase ? [...form, { type: 'Lowercase' }, ...form] : form;
  const words = bytes
    ? { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
    : { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };
  return {
    normalizer: normalizers.length === 0 ? null : { type: 'Sequence', normalizers },
    pre_tokenizer: words,
    decoder: words,
  };
}

/** Start and end, if both exist. */
function around(specials: Specials, index: Readonly<Record<keyof Specials, number | undefined>>) {
  const { start, end } = specials;
  if (start === undefined || end === undefined) return null;
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const text = (id: string) => ({ Sequence: { id, type_id: 0 } });
  return {
    type: 'TemplateProcessing',
    single: [special(start), text('A'), special(end)],
    pair: [special(start), text('A'), special(end), text('B'), special(end)],
    special_tokens: {
      [start]: { id: start, ids: [index.start], tokens: [start] },
      [end]: { id: end, ids: [index.end], tokens: [end] },
    },
  };
}

/** The most frequent characters, by code point. */
function charactersOf(counts: TokenCounts, most: number): string[] {
  const frequency = new Map<string, number>();
  for (const { token, count } of counts.entries())
    for (const character of token) frequency.set(character, (frequency.get(character) ?? 0) + count);
  return [...frequency]
    .sort(([a, countA], [b, countB]) => countB - countA || compareCodePoints(a, b))
    .slice(0, most)
    .map(([character]) => character)
    .sort(compareCodePoints);
}

/** Steps 2 and 3. */
function learn(
  counts: TokenCounts,
  first: readonly string[],
  reserved: ReadonlySet<string>,
  most: number,
  minCount: number,
): { vocabulary: Map<string, number>; merges: [string, string][] } {
  const tokens = [...first];
  const vocabulary = new Map(tokens.map((token, index) => [token, index]));
  const queue = new PairQueue();
  // An unknown character separates its neighbours.
  for (const { token, count } of counts.entries())
    queue.addWord(
      Array.from(token, (character) => vocabulary.get(character) ?? -1),
      count,
    );
  const merges: [string, string][] = [];
  while (tokens.length < most) {
    const pair = queue.mostFrequent(minCount);
    if (pair === undefined) break;
    const [left, right] = [tokens[pair.left]!, tokens[pair.right]!];
    if (reserved.has(left + right)) continue;
    let index = vocabulary.get(left + right);
    if (index === undefined) {
      index = tokens.push(left + right) - 1;
      vocabulary.set(left + right, index);
    }
    merges.push([left, right]);
    queue.join(pair, index);
  }
  return { vocabulary, merges };
}
