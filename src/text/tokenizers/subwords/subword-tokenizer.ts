/**
 * Assembles a subword tokenizer from its parts: added tokens, normalizers, pre-tokenizer, model, decoder.
 *
 * Also locates each token in the source.
 */
import { rangeError, show, typeError } from '../../../common/errors.ts';
import { type Checks, checkOptions, flag } from '../../../common/options.ts';
import { IndexList } from '../../sequences/index-list.ts';
import { type Aligned, step } from '../normalize.ts';
import { checkText, savedTokenizer, type Token, type Tokenizer } from '../tokenizer.ts';
import type { Decoder } from './decoders.ts';
import type { SubwordModel } from './model.ts';
import { anyOf, type Rewriting } from './normalizers.ts';
import type { PreTokenizer } from './pre-tokenizers.ts';

/** Options of {@link SubwordTokenizer.encode}. */
export interface SubwordEncodeOptions {
  /** Whether to add the tokens of the file's post-processor around the text, such as `[CLS]` and `[SEP]` (default `false`). */
  readonly specials?: boolean | undefined;
}

const encodeChecks: Checks<SubwordEncodeOptions> = { specials: flag };

/** Options of {@link SubwordTokenizer.decode}. */
export interface SubwordDecodeOptions {
  /** Whether to leave out special tokens (default `false`). */
  readonly skipSpecials?: boolean | undefined;
}

const decodeChecks: Checks<SubwordDecodeOptions> = { skipSpecials: flag };

/** A tokenizer with a built-in vocabulary: it splits words into pieces, encodes them as indices, and decodes indices to text. */
export interface SubwordTokenizer extends Tokenizer {
  /** One more than the largest index: the number of classes of an `Embedding`. */
  readonly size: number;
  /** Converts text to indices. @throws TypeError if it is not a string. */
  encode(text: string, options?: SubwordEncodeOptions): Int32Array;
  /** Converts indices to text. @throws RangeError for an index without a token. */
  decode(indices: Iterable<number>, options?: SubwordDecodeOptions): string;
  /** A token's index; undefined if there is no such token. */
  indexOf(token: string): number | undefined;
  /** The token at an index. @throws RangeError if the index is out of range. */
  tokenAt(index: number): string;
}

/** A token that is matched in the text before all other processing. */
export interface AddedToken {
  readonly content: string;
  readonly index: number;
  readonly special: boolean;
  /** Whether it is matched after normalisation. */
  readonly normalized: boolean;
  /** Whether it includes the white space before it, and after it. */
  readonly takesLeft: boolean;
  readonly takesRight: boolean;
}

/** The parts of a tokenizer. */
export interface SubwordParts {
  readonly model: SubwordModel;
  readonly added: readonly AddedToken[];
  readonly rewritings: readonly Rewriting[];
  readonly preTokenizer: PreTokenizer;
  readonly decoder: Decoder;
  readonly around: { readonly before: readonly number[]; readonly after: readonly number[] };
  /** The original `tokenizer.json`. */
  readonly json: unknown;
}

interface Placed {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** Makes the tokenizer; it is saved as its file. */
export function subwordTokenizer(parts: SubwordParts): SubwordTokenizer {
  const { model, added, decoder, around, json } = parts;
  const tokens: string[] = [];
  const indices = new Map(model.vocabulary);
  for (const [token, index] of model.vocabulary) tokens[index] = token;
  for (const { content, index } of added) {
    tokens[index] = content;
    indices.set(content, index);
  }
  const specials = new Set(added.filter(({ special }) => special).map(({ index }) => index));
  const placed = scanOf(parts);
  const tokenAt = (index: number): string => {
    const token = tokens[index];
    if (token !== undefined) return token;
    throw rangeError('tokenAt', 'index', `is ${show(index)}`, `an index of a token, below ${tokens.length}`);
  };

  return {
    size: tokens.length,
    indexOf: (token) => indices.get(token),
    tokenAt,
    encode(text, options = {}) {
      const { specials: surrounded = false } = checkOptions('encode', options, encodeChecks);
      const found = new IndexList('encode');
      if (surrounded) found.append(around.before);
      for (const { index } of placed(checkText('subword', text), false)) found.push(index);
      if (surrounded) found.append(around.after);
      return found.toArray();
    },
    decode(given, options = {}) {
      if (typeof given?.[Symbol.iterator] !== 'function')
        throw typeError('decode', 'indices', `is ${show(given)}`, 'an iterable of indices');
      const { skipSpecials = false } = checkOptions('decode', options, decodeChecks);
      const kept = Array.from(given).filter((index) => !skipSpecials || !specials.has(index));
      return decoder(kept.map(tokenAt)).join('');
    },
    tokenize: (text) => Array.from(placed(checkText('subword', text), false), ({ index }) => tokenAt(index)),
    *tokens(text): IterableIterator<Token> {
      for (const { index, start, end } of placed(checkText('subword', text), true))
        yield { text: tokenAt(index), raw: text.slice(start, end), start, end };
    },
    toJSON: () => savedTokenizer('subwords', { json }),
  };
}

/** Finds the index of each token and, with `track`, its position; otherwise 0. */
function scanOf({
  model,
  added,
  rewritings,
  preTokenizer,
}: SubwordParts): (text: string, track: boolean) => Iterable<Placed> {
  const rewritten = (text: string) => rewritings.reduce((done, { rewrite }) => rewrite(done), text);
  const early = finder(
    added.filter(({ normalized }) => !normalized || rewritings.length === 0),
    (text) => text,
  );
  const late = finder(added.filter(({ normalized }) => normalized && rewritings.length > 0), rewritten); // biome-ignore format: like the other

  return function* placed(text: string, track: boolean): Iterable<Placed> {
    let first = true;
    for (const part of early(text)) {
      if (part.index !== undefined) {
        first = false;
        yield { index: part.index, start: part.start, end: part.end };
        continue;
      }
      const section = text.slice(part.start, part.end);
      const aligned = track
        ? alignedBy(section, rewritings)
        : { text: rewritten(section), toSource: (at: number) => at };
      for (const inner of late(aligned.text)) {
        const toSource = (at: number) => part.start + aligned.toSource(inner.start + at);
        if (inner.index !== undefined) {
          first = false;
          yield { index: inner.index, start: toSource(0), end: toSource(inner.end - inner.start) };
          continue;
        }
        const word = { text: aligned.text.slice(inner.start, inner.end), place: (unit: number) => unit };
        if (word.text === '') continue;
        for (const { text: piece, place } of preTokenizer(word, first)) {
          for (const { index, start, end } of model.segment(piece)) {
            if (!track) yield { index, start: 0, end: 0 };
            else yield { index, start: toSource(place(start)), end: toSource(place(end)) };
          }
        }
        first = false;
      }
    }
  };
}

function alignedBy(text: string, rewritings: readonly Rewriting[]): Aligned {
  let aligned: Aligned = { text, toSource: (offset) => offset };
  for (const { pieces, rewrite } of rewritings)
    aligned = step(aligned, rewrite(aligned.text), pieces, rewrite);
  return aligned;
}

/** A part of a text: an added token, or the text between. */
interface Found {
  readonly start: number;
  readonly end: number;
  readonly index: number | undefined;
}

/** Finds added tokens, spelt by `spelt`, and the text between. */
function finder(
  added: readonly AddedToken[],
  spelt: (content: string) => string,
): (text: string) => readonly Found[] {
  const bySpelling = new Map(added.map((token) => [spelt(token.content), token]));
  bySpelling.delete('');
  const expression = anyOf([...bySpelling.keys()]);
  if (expression === undefined) return (text) => [{ start: 0, end: text.length, index: undefined }];
  return (text) => {
    const parts: Found[] = [];
    let at = 0;
    for (const { 0: match, index: place } of text.matchAll(expression)) {
      const { index, takesLeft, takesRight } = bySpelling.get(match)!;
      const before = text.slice(at, place);
      const end = place + match.length;
      const start = takesLeft ? at + before.trimEnd().length : place;
      if (start > at) parts.push({ start: at, end: start, index: undefined });
      parts.push({ start: Math.max(at, start), end, index });
      at = end;
      if (takesRight) at = text.length - text.slice(end).trimStart().length;
    }
    if (at < text.length) parts.push({ start: at, end: text.length, index: undefined });
    return parts;
  };
}
