/** All documents of a corpus as one array of indices, as a language model reads them. */

import { callback } from '../../common/options.ts';
import { IndexList } from '../sequences/index-list.ts';
import { checkIndices } from '../sequences/padding.ts';
import { checkDocuments } from './documents.ts';

/**
 * Encodes documents one after the other into one array, with four bytes per index.
 *
 * @param encode - the indices of one document, by a vocabulary or a subword tokenizer
 * @throws TypeError if `documents` is not an iterable, or `encode` returns anything but indices; RangeError above 2³¹ − 1 indices.
 *
 * @example
 * ```ts
 * import { encodeAll, pattern, Vocabulary } from 'recurrent-cells/text';
 * const texts = ['the boat', 'the river'];
 * const tokenizer = pattern();
 * const vocabulary = Vocabulary.fit(texts, { tokenizer });
 * const encode = (text: string) => vocabulary.encode(tokenizer.tokenize(text), { end: true });
 * [...encodeAll(texts, encode)]; // → [4, 5, 3, 4, 6, 3]
 * ```
 */
export function encodeAll<Item>(
  documents: Iterable<Item>,
  encode: (document: Item) => ArrayLike<number>,
): Int32Array {
  const where = 'encodeAll';
  checkDocuments(where, documents);
  callback(where, 'encode', encode);
  const list = new IndexList(where);
  for (const document of documents) list.append(checkIndices(where, 'a document', encode(document)));
  return list.toArray();
}

/**
 * Encodes documents as they arrive, such as {@link lines} of a stream; otherwise like {@link encodeAll}.
 *
 * @example
 * ```ts
 * import { characters, encodeAllAsync, lines, Vocabulary } from 'recurrent-cells/text';
 * const tokenizer = characters();
 * const vocabulary = Vocabulary.of(['a', 'b']);
 * const encode = (line: string) => vocabulary.encode(tokenizer.tokenize(line));
 * [...(await encodeAllAsync(lines(['ab\nb']), encode))]; // → [4, 5, 5]
 * ```
 */
export async function encodeAllAsync<Item>(
  documents: AsyncIterable<Item> | Iterable<Item>,
  encode: (document: Item) => ArrayLike<number>,
): Promise<Int32Array> {
  const where = 'encodeAllAsync';
  checkDocuments(where, documents, true);
  callback(where, 'encode', encode);
  const list = new IndexList(where);
  for await (const document of documents) list.append(checkIndices(where, 'a document', encode(document)));
  return list.toArray();
}
