/**
 * Builds a tokenizer from Hugging Face's `tokenizer.json`.
 *
 * Each part of the file has its own module.
 */
import { rangeError, show, typeError } from '../../../common/errors.ts';
import { bytePairModel } from './byte-pair.ts';
import { decoderOf, surroundingsOf } from './decoders.ts';
import type { SubwordModel } from './model.ts';
import { normalizersOf } from './normalizers.ts';
import { preTokenizerOf } from './pre-tokenizers.ts';
import { isIndex, Part, WHERE } from './reader.ts';
import { type AddedToken, type SubwordTokenizer, subwordTokenizer } from './subword-tokenizer.ts';
import { unigramModel } from './unigram.ts';
import { wordPieceModel } from './word-piece.ts';

const MODELS = ['BPE', 'Unigram', 'WordPiece'];

/**
 * Builds a tokenizer from a `tokenizer.json`, as published with models on huggingface.co.
 *
 * Models: BPE (with byte fallback), WordPiece, Unigram. Any unsupported setting is refused
 * by name, so that no text is split differently than in the model's training. All of
 * SentencePiece's character maps (`Precompiled`) are treated as the usual one: NFKC with white space converted to spaces.
 *
 * Load the file yourself; `loadTokenizer` reads what `toJSON` of a tokenizer gave. `tokens` gives the vocabulary's tokens, with their positions in the source.
 *
 * @param json - the object, or its JSON text
 * @throws TypeError or RangeError naming the part of the file that is invalid or unsupported.
 *
 * @example
 * ```ts
 * import { huggingFace } from 'recurrent-cells/text';
 * const tokenizer = huggingFace({
 *   added_tokens: [],
 *   normalizer: { type: 'Lowercase' },
 *   pre_tokenizer: { type: 'WhitespaceSplit' },
 *   post_processor: null,
 *   decoder: { type: 'WordPiece' },
 *   model: { type: 'WordPiece', unk_token: '?', vocab: { '?': 0, sail: 1, '##ing': 2, boat: 3 } },
 * });
 * tokenizer.tokenize('Sailing boat'); // → ['sail', '##ing', 'boat']
 * [...tokenizer.encode('Sailing boat')]; // → [1, 2, 3]
 * tokenizer.decode([1, 2, 3]); // → 'sailing boat'
 * ```
 */
export function huggingFace(json: unknown): SubwordTokenizer {
  const file = new Part('the file', typeof json === 'string' ? parsed(json) : json);
  if (file.has('format')) file.refuse('format', 'a tokenizer.json; loadTokenizer reads this');
  const added = file.has('added_tokens') ? file.parts('added_tokens').map(addedToken) : [];
  return subwordTokenizer({
    added,
    model: modelOf(file.part('model'), new Map(added.map(({ content, index }) => [content, index]))),
    rewritings: normalizersOf(file.optional('normalizer')),
    preTokenizer: preTokenizerOf(file.optional('pre_tokenizer')),
    decoder: decoderOf(file.optional('decoder')),
    around: surroundingsOf(file.optional('post_processor')),
    json: typeof json === 'string' ? parsed(json) : json,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw typeError(WHERE, 'the file', `is ${show(text)}`, 'an object or its JSON text');
  }
}

function addedToken(part: Part): AddedToken {
  const content = part.string('content');
  if (part.flag('single_word', false))
    throw rangeError(
      WHERE,
      part.path,
      `is ${show(content)} as a single word`,
      'tokens that may be within words',
    );
  const special = part.flag('special', false);
  const index = part.count('id');
  return {
    content,
    index: isIndex(index) ? index : part.refuse('id', 'a whole number below 2³¹'),
    special,
    normalized: part.flag('normalized', !special),
    takesLeft: part.flag('lstrip', false),
    takesRight: part.flag('rstrip', false),
  };
}

function modelOf(part: Part, added: ReadonlyMap<string, number>): SubwordModel {
  // Older files name no type.
  const type = part.string('type', part.has('merges') ? 'BPE' : 'WordPiece');
  switch (type) {
    case 'BPE': {
      if (part.has('dropout') && part.count('dropout') !== 0)
        part.refuse('dropout', 'none: merges are not left out at random');
      const vocabulary = new Map([...vocabularyOf(part), ...added]);
      return bytePairModel({
        vocabulary,
        merges: part.list('merges').map((merge) => mergeOf(part, merge)),
        unknown: unknownOf(part, vocabulary),
        fuseUnknown: part.flag('fuse_unk', false),
        byteFallback: part.flag('byte_fallback', false),
        ignoreMerges: part.flag('ignore_merges', false),
        prefix: part.string('continuing_subword_prefix', ''),
        suffix: part.string('end_of_word_suffix', ''),
      });
    }
    case 'WordPiece': {
      const vocabulary = vocabularyOf(part);
      const unknown = part.string('unk_token', '[UNK]');
      if (!vocabulary.has(unknown)) part.refuse('unk_token', 'a token of the vocabulary');
      const longest = part.count('max_input_chars_per_word', 100);
      return wordPieceModel({
        vocabulary,
        unknown,
        prefix: part.string('continuing_subword_prefix', '##'),
        longest,
      });
    }
    case 'Unigram': {
      const pieces = part.list('vocab').map((entry): [string, number] => {
        const [piece, score] = Array.isArray(entry) ? entry : [];
        if (typeof piece === 'string' && typeof score === 'number') return [piece, score];
        return part.refuse('vocab', 'pairs of a token and a number');
      });
      const unknown = part.has('unk_id') ? part.count('unk_id') : undefined;
      return unigramModel({ pieces, unknown, byteFallback: part.flag('byte_fallback', false) });
    }
    default:
      return part.unsupported('model', MODELS);
  }
}

function vocabularyOf(part: Part): Map<string, number> {
  const vocabulary = new Map<string, number>();
  for (const [token, index] of part.part('vocab').entries()) {
    if (!isIndex(index)) return part.refuse('vocab', 'tokens and their indices, whole numbers below 2³¹');
    vocabulary.set(token, index);
  }
  return vocabulary;
}

function unknownOf(part: Part, vocabulary: ReadonlyMap<string, number>): string | undefined {
  if (!part.has('unk_token')) return undefined;
  const unknown = part.string('unk_token');
  return vocabulary.has(unknown) ? unknown : part.refuse('unk_token', 'a token of the vocabulary');
}

/** `"a b"`, or `["a", "b"]` in newer files. */
function mergeOf(part: Part, merge: unknown): [string, string] {
  const pair = typeof merge === 'string' ? merge.split(' ') : merge;
  if (Array.isArray(pair) && pair.length === 2 && pair.every((side) => typeof side === 'string'))
    return pair as [string, string];
  return part.refuse('merges', 'pairs of tokens');
}
