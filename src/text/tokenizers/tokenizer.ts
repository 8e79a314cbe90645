/**
 * The interface of all tokenizers, and a way to make one from a scan of prepared text.
 *
 * Adds offsets into the source, and both strings and tokens with offsets;
 * each tokenizer's file defines where tokens begin and end.
 */

import { show, typeError } from '../../common/errors.ts';
import type { Check, Complete } from '../../common/options.ts';
import { align, type NormalizationOptions, normalize } from './normalize.ts';

/** One token and its position in the source. */
export interface Token {
  /** The normalised form, as counted; in lower case if requested. */
  readonly text: string;
  /** The original form: `source.slice(start, end)`. */
  readonly raw: string;
  /** First UTF-16 unit in the source. */
  readonly start: number;
  /** One past the last UTF-16 unit in the source. */
  readonly end: number;
}

/** The format name of saved tokenizers. */
export const TOKENIZER_FORMAT = 'recurrent-cells/text/tokenizer';

/** The saved form of a tokenizer: format, version, kind, and the options of the kind. */
export interface SavedTokenizer {
  readonly format: 'recurrent-cells/text/tokenizer';
  readonly version: 1;
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Splits text into tokens. */
export interface Tokenizer {
  /** The tokens as strings. */
  tokenize(text: string): string[];
  /** The same tokens, one by one, with their positions in `text`. */
  tokens(text: string): IterableIterator<Token>;
  /** The versioned form that {@link loadTokenizer} reads. */
  toJSON(): SavedTokenizer;
}

/** A tokenizer that keeps every character, so that its tokens can be joined. */
export interface CharacterTokenizer extends Tokenizer {
  /**
   * Joins tokens. {@link Token}s give the source, byte for byte; strings give the normalised text (equal to
   * the source if that is normalised, or `normalization` is `'none'`).
   */
  join(tokens: Iterable<string | Token>): string;
}

/**
 * Spans in prepared text, in batches of start, end, start, end, …: a generator step per character would
 * cost more than the character.
 */
export type Scan = (text: string) => Iterable<readonly number[]>;

/** The parts of a tokenizer. */
export interface TokenizerParts {
  readonly kind: string;
  readonly normalization: Complete<NormalizationOptions>;
  readonly jamo?: boolean | undefined;
  readonly scan: Scan;
  /** The same spans as strings, if there is a faster way than slicing (default: slicing). */
  readonly strings?: ((text: string) => string[]) | undefined;
  /** The saved options. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Makes a tokenizer from one scan. */
export function tokenizerOf(parts: TokenizerParts): Tokenizer {
  const { kind, normalization, scan, options } = parts;
  const jamo = parts.jamo ?? false;

  function tokenize(text: string): string[] {
    const prepared = normalize(checkText(kind, text), normalization, jamo);
    if (parts.strings !== undefined) return parts.strings(prepared);
    const strings: string[] = [];
    for (const spans of scan(prepared)) {
      for (let i = 0; i < spans.length; i += 2) strings.push(prepared.slice(spans[i], spans[i + 1]));
    }
    return strings;
  }

  function* tokens(text: string): IterableIterator<Token> {
    const aligned = align(checkText(kind, text), normalization, jamo);
    for (const spans of scan(aligned.text)) {
      for (let i = 0; i < spans.length; i += 2) {
        const start = aligned.toSource(spans[i]!);
        const end = aligned.toSource(spans[i + 1]!);
        yield { text: aligned.text.slice(spans[i], spans[i + 1]), raw: text.slice(start, end), start, end };
      }
    }
  }

  return { tokenize, tokens, toJSON: () => savedTokenizer(kind, { ...normalization, ...options }) };
}

/** The saved form, with format name and version. */
export function savedTokenizer(kind: string, options: Readonly<Record<string, unknown>>): SavedTokenizer {
  return { format: TOKENIZER_FORMAT, version: 1, kind, options };
}

/** Checks that a value is a text; the error names the tokenizer. */
export function checkText(kind: string, text: unknown): string {
  if (typeof text === 'string') return text;
  throw typeError(`${kind} tokenizer`, 'text', `is ${show(text)}`, 'a string');
}

/** Checks that a value is a token as a string, not a {@link Token}. */
export function checkToken(where: string, token: unknown): string {
  if (typeof token === 'string') return token;
  throw typeError(where, 'token', `is ${show(token)}`, 'a string, as tokenize gives');
}

/** Checks that a value is a tokenizer, or undefined if it is optional. */
export const tokenizerOption: Check<Tokenizer> = (where, argument, value) => {
  if (typeof (value as Partial<Tokenizer> | null | undefined)?.tokenize === 'function')
    return value as Tokenizer;
  throw typeError(where, argument, `is ${show(value)}`, 'a tokenizer, such as pattern() or custom(function)');
};

export function checkTokenizer(where: string, tokenizer: unknown, required = false): void {
  if (tokenizer !== undefined || required) tokenizerOption(where, 'tokenizer', tokenizer);
}
