import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Adam,
  crossEntropy,
  Dense,
  GRUCell,
  OneHot,
  Random,
  Sequence,
  sequential,
  train,
} from '../../../src/index.ts';
import { type Chunk, chunksOf, chunksOfStreams } from '../../../src/text.ts';

const encode = (indices: readonly number[]) => indices;

/** A stream that arrives in documents of random lengths, and counts how often it was closed. */
function stream(indices: readonly number[], lengths: readonly number[] = [3], closed = { times: 0 }) {
  return (async function* () {
    try {
      for (let at = 0, i = 0; at < indices.length; i++) {
        const next = at + lengths[i % lengths.length]!;
        yield indices.slice(at, next);
        at = next;
      }
    } finally {
      closed.times++;
    }
  })();
}

const collect = async (chunks: AsyncIterable<Chunk>) => {
  const all: Chunk[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
};

describe('chunksOfStreams', () => {
  property.prop([
    fc.integer({ min: 2, max: 60 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 7 }),
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 }),
  ])('of equal parts of a stream are its chunks', async (length, batchSize, k1, lengths) => {
    const steps = Math.floor((length - 1) / batchSize);
    fc.pre(steps >= 1 && lengths.some((each) => each > 0));
    const whole = Array.from({ length }, (_, i) => i);
    const parts = Array.from({ length: batchSize }, (_, r) => whole.slice(r * steps, (r + 1) * steps + 1));
    const chunks = await collect(
      chunksOfStreams(
        parts.map((part) => stream(part, lengths)),
        { k1, encode },
      ),
    );
    expect(chunks).toEqual([...chunksOf(whole, { batchSize, k1 })]);
  });

  property.prop([
    fc.array(fc.integer({ min: 2, max: 25 }), { minLength: 1, maxLength: 4 }),
    fc.integer({ min: 1, max: 7 }),
  ])('read every index of streams of different lengths once', async (lengths, k1) => {
    const rows = lengths.map((length, r) => Array.from({ length }, (_, i) => 100 * r + i));
    const read = lengths.map(() => ({ inputs: [] as number[], targets: [] as number[] }));
    const chunks = await collect(
      chunksOfStreams(
        rows.map((row) => stream(row)),
        { k1, encode },
      ),
    );
    for (const { inputs, targets, lengths: valid } of chunks) {
      const time = inputs.shape[1];
      for (const [r, row] of read.entries()) {
        const end = r * time + (valid?.[r] ?? time);
        row.inputs.push(...inputs.data.subarray(r * time, end));
        row.targets.push(...targets.data.subarray(r * time, end));
      }
    }
    expect(read).toEqual(rows.map((row) => ({ inputs: row.slice(0, -1), targets: row.slice(1) })));
    expect(chunks.map(({ continues }) => continues)).toEqual(chunks.map((_, i) => i > 0));
  });

  test('train as chunks in memory do, bit for bit', async () => {
    const whole = Array.from({ length: 101 }, (_, i) => (i * i) % 7);
    const parts = Array.from({ length: 4 }, (_, r) => whole.slice(r * 25, r * 25 + 26));
    const losses = async (batches: AsyncIterable<Chunk> | Iterable<Chunk>) => {
      const random = new Random(1);
      const model = sequential(
        new OneHot({ classes: 7 }),
        new Sequence(new GRUCell({ inputSize: 7, hiddenSize: 6, random })),
        new Dense({ inputSize: 6, outputSize: 7, random }),
      );
      const all: number[] = [];
      for await (const { loss } of train(model, batches, {
        loss: crossEntropy(),
        optimizer: new Adam({ learningRate: 0.02 }),
      }))
        all.push(loss);
      return all;
    };
    const streamed = await losses(
      chunksOfStreams(
        parts.map((part) => stream(part)),
        { k1: 10, encode },
      ),
    );
    expect(streamed).toEqual(await losses(chunksOf(whole, { batchSize: 4, k1: 10 })));
    expect(streamed).toHaveLength(3);
    // A stream that has ended adds nothing to the loss.
    const shorter = [parts[0]!, parts[1]!.slice(0, 5)].map((part) => stream(part));
    const ragged = await losses(chunksOfStreams(shorter, { k1: 10, encode }));
    expect(ragged.every(Number.isFinite)).toBe(true);
  });

  test('close the streams, whether read to the end, abandoned or failed', async () => {
    const closed = { times: 0 };
    const streams = () => [0, 1].map(() => stream([0, 1, 2, 3, 4, 5, 6], [2], closed));
    await collect(chunksOfStreams(streams(), { k1: 2, encode }));
    expect(closed.times).toBe(2);
    for await (const _ of chunksOfStreams(streams(), { k1: 2, encode })) break;
    expect(closed.times).toBe(4);
    const failing = chunksOfStreams(streams(), {
      k1: 2,
      encode: ([first]) => {
        throw new Error(`at ${first}`);
      },
    });
    await expect(collect(failing)).rejects.toThrow('at 0');
    expect(closed.times).toBe(6);
  });

  test.each<[string, () => AsyncIterable<Chunk>, string]>([
    ['one stream', () => chunksOfStreams(stream([1]) as never, { k1: 1, encode }), 'TypeError: chunksOfStreams: streams is an object, expected an array of streams'],
    ['no stream', () => chunksOfStreams([], { k1: 1, encode }), 'RangeError: chunksOfStreams: streams is empty, expected at least one stream'],
    ['a text', () => chunksOfStreams(['ab'] as never, { k1: 1, encode }), 'TypeError: chunksOfStreams: streams[0] is "ab", expected an iterable of documents'],
    ['null', () => chunksOfStreams([null] as never, { k1: 1, encode }), 'TypeError: chunksOfStreams: streams[0] is null, expected an iterable of documents'],
    ['no k1', () => chunksOfStreams([[[1, 2]]], { encode } as never), 'TypeError: chunksOfStreams: k1 is undefined, expected a whole number of at least 1'],
    ['no encoder', () => chunksOfStreams([[[1, 2]]], { k1: 1 } as never), 'TypeError: chunksOfStreams: encode is undefined, expected a function'],
    ['a batch size', () => chunksOfStreams([[[1, 2]]], { k1: 1, encode, batchSize: 1 } as never), 'TypeError: chunksOfStreams: option "batchSize" is unknown, expected only k1, encode'],
    ['one index', () => chunksOfStreams([[[1, 2]], [[], [1]]], { k1: 1, encode }), 'RangeError: chunksOfStreams: streams[1] has fewer than 2 indices, expected an index and a next one'],
    ['tokens', () => chunksOfStreams([[['a', 'b']]], { k1: 1, encode: (tokens) => tokens as never }), 'TypeError: chunksOfStreams: a document has "a", expected indices (whole numbers from 0)'],
  ])('says what is wrong: %s', async (_, act, message) => {
    const error = await (async () => collect(act()))().catch(String);
    expect(error).toBe(message);
  }); // biome-ignore format: one case a line
});
