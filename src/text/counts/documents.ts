/**
 * Documents as texts with a tokenizer, or as tokens; all at once, or as they arrive.
 *
 * This file tells texts from tokens before counting.
 */
import { show, typeError } from '../../common/errors.ts';
import { checkTokenizer, type Tokenizer } from '../tokenizers/tokenizer.ts';

/** A document: its tokens or, with a tokenizer, its text. */
export type Document = string | Iterable<string>;

/** The tokens of a document. */
export function tokensOf(
  where: string,
  document: unknown,
  row: number,
  tokenizer: Tokenizer | undefined,
): Iterable<string> {
  checkTokenizer(where, tokenizer);
  if (typeof document === 'string') {
    if (tokenizer !== undefined) return tokenizer.tokenize(document);
    throw typeError(
      where,
      `document ${row}`,
      `is the text ${show(document)}`,
      'its tokens, or options.tokenizer',
    );
  }
  if (typeof (document as Iterable<string> | null | undefined)?.[Symbol.iterator] !== 'function')
    throw typeError(where, `document ${row}`, `is ${show(document)}`, 'a text or an iterable of tokens');
  return checkTokens(where, `document ${row}`, document);
}

/**
 * Returns an iterable of tokens; a text is refused, since its letters would be taken for tokens. Arrays are checked before
 * anything is counted; lazy iterables can only be checked on the way.
 */
export function checkTokens(where: string, argument: string, tokens: unknown): Iterable<string> {
  if (typeof tokens === 'string')
    throw typeError(where, argument, `is the text ${show(tokens)}`, 'an iterable of tokens, such as [token]');
  if (typeof (tokens as Iterable<string> | null | undefined)?.[Symbol.iterator] !== 'function')
    throw typeError(where, argument, `is ${show(tokens)}`, 'an iterable of tokens');
  if (Array.isArray(tokens)) {
    for (const token of tokens) {
      if (typeof token !== 'string')
        throw typeError(where, argument, `has ${show(token)}`, 'tokens (strings)');
    }
  }
  return tokens as Iterable<string>;
}

// Functions with an async counterpart.
const WITH_ASYNC = ['Vocabulary.fit', 'TokenCounts.of', 'HeavyHitters.of', 'trainBytePairs', 'encodeAll'];

/** Returns an iterable that is not a single string. */
export function checkDocuments(where: string, documents: unknown, async = false): void {
  const iterable = documents as (Iterable<unknown> & AsyncIterable<unknown>) | null | undefined;
  const expected = `an ${async ? 'async ' : ''}iterable of documents`;
  if (typeof documents === 'string')
    throw typeError(where, 'documents', `is the text ${show(documents)}`, `${expected}, such as [text]`);
  if (typeof iterable?.[Symbol.iterator] === 'function') return;
  if (typeof iterable?.[Symbol.asyncIterator] !== 'function')
    throw typeError(where, 'documents', `is ${show(documents)}`, expected);
  if (async) return;
  const twin = WITH_ASYNC.includes(where) ? `; ${where}Async takes such` : '';
  throw typeError(where, 'documents', 'is an async iterable', `${expected}${twin}`);
}

/** A counter of documents. */
interface DocumentCounter {
  readonly documents: number;
  addDocument(tokens: Iterable<string>): void;
}

/** Counts all documents of an iterable; returns the counter. */
export function countDocuments<Counter extends DocumentCounter>(
  where: string,
  counter: Counter,
  documents: Iterable<Document>,
  { tokenizer }: { readonly tokenizer?: Tokenizer | undefined },
): Counter {
  checkDocuments(where, documents);
  for (const document of documents)
    counter.addDocument(tokensOf(where, document, counter.documents, tokenizer));
  return counter;
}

/** Like {@link countDocuments}, for an async iterable. */
export async function countDocumentsAsync<Counter extends DocumentCounter>(
  where: string,
  counter: Counter,
  documents: AsyncIterable<Document> | Iterable<Document>,
  { tokenizer }: { readonly tokenizer?: Tokenizer | undefined },
): Promise<Counter> {
  checkDocuments(where, documents, true);
  for await (const document of documents)
    counter.addDocument(tokensOf(where, document, counter.documents, tokenizer));
  return counter;
}
