/** Windows for truncated backpropagation through time over streams that arrive, such as the parts of a file larger than memory. */

import { rangeError, show, typeError } from '../../common/errors.ts';
import { type Checks, callback, checkOptions, size } from '../../common/options.ts';
import type { Chunk } from './chunks.ts';
import { checkIndices } from './padding.ts';

/** The length of windows, and how documents become indices. */
export interface StreamOptions<Item> {
  /** The number of steps per window, one update each; gradients flow back to its start. */
  readonly k1: number;
  /** The indices of one document, by a vocabulary or a subword tokenizer. */
  readonly encode: (document: Item) => ArrayLike<number>;
}

const checks: Checks<StreamOptions<never>> = { k1: { required: size }, encode: { required: callback } };

const WHERE = 'chunksOfStreams';

/**
 * Reads several streams side by side, one row of the batch each, in windows of k1 steps for `train`.
 *
 * Holds one window and one document of each stream. Rows that end before the others have `lengths` of 0 from there on, so
 * streams of similar length train best. Each stream is read once: make new ones for the next epoch.
 *
 * @param streams - [batch] each of documents, such as the lines of one part of a file
 * @throws TypeError if a stream is not an iterable, or `encode` returns anything but indices; RangeError if a stream has fewer than
 * two indices.
 *
 * @example
 * ```ts
 * import { characters, chunksOfStreams, linesOfPart, Vocabulary } from 'recurrent-cells/text';
 * const bytes = new TextEncoder().encode('she sells sea shells\nby the sea shore\n'); // or bytesOf('corpus.txt') of recurrent-cells/node
 * const source = { size: bytes.length, open: (start: number, end: number) => [bytes.subarray(start, end)] };
 * const vocabulary = Vocabulary.fit(['abcdefghijklmnopqrstuvwxyz \n'], { tokenizer: characters() });
 * const encode = (line: string) => vocabulary.encode(characters().tokenize(`${line}\n`));
 * const streams = [0, 1].map((part) => linesOfPart(source, part, 2));
 * const shapes = [];
 * for await (const { inputs, continues, lengths } of chunksOfStreams(streams, { k1: 10, encode }))
 *   shapes.push([inputs.shape, continues, lengths]);
 * shapes; // → [[[2, 10], false, undefined], [[2, 10], true, [10, 6]]]
 * ```
 */
export function chunksOfStreams<Item>(
  streams: readonly (AsyncIterable<Item> | Iterable<Item>)[],
  options: StreamOptions<Item>,
): AsyncIterableIterator<Chunk> {
  if (!Array.isArray(streams))
    throw typeError(WHERE, 'streams', `is ${show(streams)}`, 'an array of streams');
  if (streams.length === 0) throw rangeError(WHERE, 'streams', 'is empty', 'at least one stream');
  const { k1, encode } = checkOptions(WHERE, options, checks);
  return windows(
    streams.map((stream, row) => new Row(stream, row, encode)),
    k1,
  );
}

async function* windows<Item>(rows: readonly Row<Item>[], k1: number): AsyncIterableIterator<Chunk> {
  try {
    for (let first = true; ; first = false) {
      const lengths = await Promise.all(rows.map((row) => row.advance(k1)));
      const ended = lengths.indexOf(0);
      if (first && ended !== -1)
        throw rangeError(WHERE, `streams[${ended}]`, 'has fewer than 2 indices', 'an index and a next one');
      const time = lengths.reduce((most, length) => Math.max(most, length), 0);
      if (time === 0) return;
      const block = (shift: number): Chunk['inputs'] => {
        const data = new Int32Array(rows.length * time);
        for (const [r, row] of rows.entries())
          data.set(row.window.subarray(shift, shift + lengths[r]!), r * time);
        return { data, shape: [rows.length, time] };
      };
      const chunk = { inputs: block(0), targets: block(1), first, continues: !first, fresh: 0, carry: time };
      yield lengths.every((length) => length === time) ? chunk : { ...chunk, lengths };
    }
  } finally {
    await Promise.all(rows.map((row) => row.close()));
  }
}

/** One stream, and the window it has been read into. */
class Row<Item> {
  /** [steps + 1] The indices of the window, and the next one after it. */
  window = new Int32Array(0);
  readonly #documents: AsyncIterator<Item> | Iterator<Item>;
  readonly #encode: (document: Item) => ArrayLike<number>;
  #encoded: ArrayLike<number> = [];
  #at = 0;
  #steps = 0;
  #begun = false;
  #ended = false;

  constructor(
    stream: AsyncIterable<Item> | Iterable<Item>,
    row: number,
    encode: (document: Item) => ArrayLike<number>,
  ) {
    const iterable = stream as Partial<AsyncIterable<Item> & Iterable<Item>> | null | undefined;
    const documents = iterable?.[Symbol.asyncIterator]?.() ?? iterable?.[Symbol.iterator]?.();
    if (typeof stream === 'string' || documents === undefined)
      throw typeError(WHERE, `streams[${row}]`, `is ${show(stream)}`, 'an iterable of documents');
    this.#documents = documents;
    this.#encode = encode;
  }

  /** Reads the next window; returns its number of steps, 0 at the end. */
  async advance(k1: number): Promise<number> {
    const window = new Int32Array(k1 + 1);
    let filled = 0;
    if (this.#begun) window[filled++] = this.window[this.#steps]!;
    while (filled <= k1 && !this.#ended) {
      const count = Math.min(this.#encoded.length - this.#at, k1 + 1 - filled);
      for (let i = 0; i < count; i++) window[filled++] = this.#encoded[this.#at++]!;
      if (filled <= k1) await this.#nextDocument();
    }
    this.window = window;
    this.#begun ||= filled > 0;
    this.#steps = Math.max(0, filled - 1);
    return this.#steps;
  }

  async #nextDocument(): Promise<void> {
    const { done, value } = await this.#documents.next();
    this.#ended = done === true;
    this.#encoded = done ? [] : checkIndices(WHERE, 'a document', this.#encode(value));
    this.#at = 0;
  }

  /** Closes the stream, such as a file that is not read to its end. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#documents.return?.();
  }
}
