import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../../src/node.ts';
import { type ByteSource, lines, linesOfPart } from '../../../src/text.ts';

const collect = async (of: AsyncIterable<string>) => {
  const all: string[] = [];
  for await (const line of of) all.push(line);
  return all;
};

const parts = fc.constantFrom('a', '강', '👩‍👧', '\n', '\n', '\r\n', '\r', ' ', '\uFEFF');
const anyLines = fc.array(parts, { maxLength: 30 }).map((all) => all.join(''));

describe('lines', () => {
  property.prop([
    fc
      .array(fc.constantFrom('a', '강', '👩‍👧', '\n', '\r\n', '\r', ' '), { maxLength: 30 })
      .map((parts) => parts.join('')),
    fc.array(fc.nat(30), { maxLength: 6 }),
  ])('do not depend on where the bytes are cut', async (text, cuts) => {
    const bytes = new TextEncoder().encode(text);
    const ends = [...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => a - b);
    const expected = text.split(/\r\n|\n|\r/);
    if (expected.at(-1) === '') expected.pop();
    expect(
      await collect(lines(ends.map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end)))),
    ).toEqual(expected);
  });

  test('do not depend on where strings are cut, even within \\r\\n', async () => {
    expect(await collect(lines(['a\r', '', '\nb', 'c\n', '\n']))).toEqual(['a', 'bc', '']);
    await expect(collect(lines([5 as never]))).rejects.toThrow(
      'lines: a chunk is 5, expected a string or a Uint8Array',
    );
  });

  test('a byte order mark at the start is skipped, in bytes and in strings', async () => {
    expect(await collect(lines(['', '\uFEFFa\n', '\uFEFFb']))).toEqual(['a', '\uFEFFb']);
    const bytes = [new TextEncoder().encode('\uFEFFa'), new TextEncoder().encode('\nb')];
    expect(await collect(lines(bytes))).toEqual(['a', 'b']);
  });
});

/** Bytes that are read in chunks of a few. */
function sourceOf(text: string, chunk = 3): ByteSource {
  const bytes = new TextEncoder().encode(text);
  return {
    size: bytes.length,
    *open(start, end) {
      for (let at = start; at < end; at += chunk) yield bytes.subarray(at, Math.min(at + chunk, end));
    },
  };
}

describe('linesOfPart', () => {
  property.prop([anyLines, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 7 })])(
    'of all parts are the lines of the whole, each once, in order',
    async (text, count, chunk) => {
      const source = sourceOf(text, chunk);
      const found: string[] = [];
      for (let part = 0; part < count; part++)
        found.push(...(await collect(linesOfPart(source, part, count))));
      expect(found).toEqual(await collect(lines([new TextEncoder().encode(text)])));
    },
  );

  test('parts are about equally long, and a line longer than a part leaves the next one empty', async () => {
    const even = sourceOf('a line\n'.repeat(100));
    for (let part = 0; part < 4; part++) expect(await collect(linesOfPart(even, part, 4))).toHaveLength(25);
    const long = sourceOf(`${'a'.repeat(50)}\nb\n`);
    expect(await collect(linesOfPart(long, 0, 4))).toEqual(['a'.repeat(50)]);
    expect(await collect(linesOfPart(long, 1, 4))).toEqual([]);
    expect(await collect(linesOfPart(long, 3, 4))).toEqual(['b']);
  });

  test('of a file of Node are read from its middle, and no byte of the parts before it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'recurrent-cells-'));
    try {
      const path = join(folder, 'corpus.txt');
      const all = Array.from({ length: 1000 }, (_, i) => `line ${i} 강`);
      writeFileSync(path, all.join('\n'));
      const file = bytesOf(path);
      const opened: number[] = [];
      const source: ByteSource = {
        size: file.size,
        open(start, end) {
          opened.push(start);
          return file.open(start, end);
        },
      };
      const found = [];
      for (let part = 0; part < 3; part++) found.push(await collect(linesOfPart(source, part, 3)));
      expect(found.flat()).toEqual(all);
      expect(found.every((part) => part.length > 300)).toBe(true);
      expect(opened).toEqual([0, Math.floor(file.size / 3) - 1, Math.floor((file.size * 2) / 3) - 1]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each<[string, () => AsyncIterable<string>, string]>([
    ['no source', () => linesOfPart('a' as never, 0, 1), 'TypeError: linesOfPart: source is "a", expected { size, open }, such as bytesOf(path)'],
    ['no size', () => linesOfPart({ open: () => [] } as never, 0, 1), 'TypeError: linesOfPart: source.size is undefined, expected a whole number of at least 0'],
    ['a part that does not exist', () => linesOfPart(sourceOf('a'), 2, 2), 'RangeError: linesOfPart: part is 2, expected less than parts (2)'],
    ['half a part', () => linesOfPart(sourceOf('a'), 0.5, 2), 'RangeError: linesOfPart: part is 0.5, expected a whole number of at least 0'],
    ['no parts', () => linesOfPart(sourceOf('a'), 0, 0), 'RangeError: linesOfPart: parts is 0, expected a whole number of at least 1'],
    ['a source that opens nothing', () => linesOfPart({ size: 1, open: () => undefined as never }, 0, 1), 'TypeError: linesOfPart: source.open returned undefined, expected an iterable of bytes'],
    ['no path', async function* () { yield* linesOfPart(bytesOf(undefined as never), 0, 1); }, 'TypeError: bytesOf: path is undefined, expected the path of a file'],
    ['strings', () => linesOfPart({ size: 1, open: () => ['a' as never] }, 0, 1), 'TypeError: linesOfPart: a chunk is "a", expected a Uint8Array'],
  ])('says what is wrong: %s', async (_, act, message) => {
    const error = await collect(act()).catch(String);
    expect(error).toBe(message);
  }); // biome-ignore format: one case a line
});
