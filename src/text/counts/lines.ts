/** The lines of a stream, and of one part of a file. */

import { isBuiltin } from '../../common/builtin.ts';
import { rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import { checkDocuments } from './documents.ts';

/** Bytes of a known number, such as a file, that can be read from any offset. */
export interface ByteSource {
  /** The number of bytes. */
  readonly size: number;
  /** Reads the bytes from `start` up to, but not including, `end`. */
  open(start: number, end: number): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * Splits the chunks of a stream (bytes in UTF-8, or strings) into lines, wherever the chunks are cut.
 *
 * Lines end at `\n`, `\r\n` or `\r`, which are removed, as is a byte order mark at the start. Takes time linear in the stream's length,
 * even for a single line, and keeps only the current line.
 *
 * @throws TypeError if a chunk is neither bytes nor a string.
 *
 * @example
 * ```ts
 * import { lines, pattern, Vocabulary } from 'recurrent-cells/text';
 * const chunks = ['the bo', 'at\nthe ', 'river\n']; // or createReadStream('corpus.txt'), or response.body
 * const vocabulary = await Vocabulary.fitAsync(lines(chunks), { tokenizer: pattern(), specials: {} });
 * vocabulary.tokens; // → ['the', 'boat', 'river']
 * ```
 */
export async function* lines(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncIterableIterator<string> {
  checkDocuments('lines', chunks, true);
  yield* split('lines', chunks, true);
}

/**
 * The lines of one of several parts of a file, so that each part can be read on its own: by another worker, or as another row
 * of a batch.
 *
 * Parts are cut after a line feed and are about equally long. Every line is in exactly one part; a part is empty if one line
 * is longer than a part.
 *
 * @param source - the bytes of the file: `bytesOf(path)` of `recurrent-cells/node`; of a `File` in a browser,
 * `{ size: file.size, open: (start, end) => file.slice(start, end).stream() }`
 * @param part - from 0 to parts − 1
 * @throws TypeError if `source` is not a source of bytes; RangeError if there is no such part.
 *
 * @example
 * ```ts
 * import { linesOfPart } from 'recurrent-cells/text';
 * const bytes = new TextEncoder().encode('the boat\nthe river\nand the sea\n');
 * const source = { size: bytes.length, open: (start: number, end: number) => [bytes.subarray(start, end)] };
 * const second = [];
 * for await (const line of linesOfPart(source, 1, 2)) second.push(line);
 * second; // → ['and the sea']
 * ```
 */
export async function* linesOfPart(
  source: ByteSource,
  part: number,
  parts: number,
): AsyncIterableIterator<string> {
  const where = 'linesOfPart';
  if (typeof source?.open !== 'function')
    throw typeError(where, 'source', `is ${show(source)}`, '{ size, open }, such as bytesOf(path)');
  wholeNumber(where, 'source.size', source.size, 0);
  wholeNumber(where, 'parts', parts);
  if (wholeNumber(where, 'part', part, 0) >= parts)
    throw rangeError(where, 'part', `is ${part}`, `less than parts (${parts})`);
  const start = Math.floor((source.size / parts) * part);
  const end = part === parts - 1 ? source.size : Math.floor((source.size / parts) * (part + 1));
  if (start < end) yield* split(where, wholeLines(where, source, start, end), start === 0);
}

const LINE_FEED = 10;

/** The bytes of the lines that begin from `start` to `end`. */
async function* wholeLines(
  where: string,
  source: ByteSource,
  start: number,
  end: number,
): AsyncIterable<Uint8Array> {
  // One byte earlier: after a line feed there, a line begins at `start`.
  let at = Math.max(0, start - 1);
  let inside = start === 0;
  const chunks = source.open(at, source.size);
  if (
    typeof chunks !== 'object' ||
    chunks === null ||
    !(Symbol.asyncIterator in chunks || Symbol.iterator in chunks)
  )
    throw typeError(where, 'source.open', `returned ${show(chunks)}`, 'an iterable of bytes');
  for await (const chunk of chunks) {
    let bytes = checkBytes(where, chunk);
    const after = at + bytes.length;
    if (!inside) {
      const feed = bytes.indexOf(LINE_FEED);
      const begins = feed === -1 ? after : at + feed + 1;
      if (begins >= end) return;
      inside = feed !== -1;
      bytes = bytes.subarray(begins - at);
    }
    const last = bytes.indexOf(LINE_FEED, Math.max(0, end - 1 - (after - bytes.length)));
    if (last !== -1) {
      yield bytes.subarray(0, last + 1);
      return;
    }
    if (bytes.length > 0) yield bytes;
    at = after;
  }
}

async function* split(
  where: string,
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  fromStart: boolean,
): AsyncIterableIterator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: !fromStart });
  let begun: string[] = [];
  let first = fromStart;
  let returned = false;
  for await (const chunk of chunks) {
    let text = typeof chunk === 'string' ? chunk : decoder.decode(checkBytes(where, chunk), { stream: true });
    if (text === '') continue;
    // The decoder removes the byte order mark only from bytes.
    if (first && typeof chunk === 'string' && text.startsWith('\uFEFF')) text = text.slice(1);
    first = false;
    if (returned && text.startsWith('\n')) text = text.slice(1);
    returned = text.endsWith('\r');
    const parts = text.split(/\r\n|\n|\r/);
    begun.push(parts[0]!);
    for (let i = 1; i < parts.length; i++) {
      yield begun.join('');
      begun = [parts[i]!];
    }
  }
  const rest = begun.join('') + decoder.decode();
  if (rest !== '') yield rest;
}

function checkBytes(where: string, chunk: unknown): Uint8Array {
  if (isBuiltin(chunk, 'Uint8Array')) return chunk;
  const expected = where === 'lines' ? 'a string or a Uint8Array' : 'a Uint8Array';
  throw typeError(where, 'a chunk', `is ${show(chunk)}`, expected);
}
