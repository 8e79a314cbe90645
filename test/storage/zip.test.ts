import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readZip } from '../../src/storage/zip.ts';
import { zip } from './archive.ts';

const text = (of: string) => new TextEncoder().encode(of);
const inflate = (packed: Uint8Array, size: number) =>
  new Uint8Array(inflateRawSync(packed, { maxOutputLength: size }));

test('stored entries are views of the file', () => {
  const bytes = zip({ 'a/b': text('hello'), c: new Uint8Array() });
  const archive = readZip('test', bytes);
  expect(archive.names).toEqual(['a/b', 'c']);
  expect([archive.has('c'), archive.has('d'), archive.has('__proto__')]).toEqual([true, false, false]);
  expect(new TextDecoder().decode(archive.read('a/b'))).toBe('hello');
  expect(archive.read('a/b').buffer).toBe(bytes.buffer);
  expect(() => archive.read('d')).toThrow(new RangeError('test: bytes has no file "d", expected "a/b", "c"'));
});

test('deflated entries are inflated by a given function', () => {
  const packed = new Uint8Array(deflateRawSync('hello hello hello'));
  const files = { a: packed };
  const bytes = zip(files, { method: 8, size: 17 });
  // The checksum covers the contents.
  const sum = new DataView(bytes.buffer);
  const at = bytes.length - 22 - 47 + 16;
  expect(() => readZip('test', bytes, inflate).read('a')).toThrow(
    'test: bytes has file "a" of another checksum than its own, expected a whole zip archive',
  );
  sum.setUint32(at, crc32('hello hello hello'), true);
  expect(new TextDecoder().decode(readZip('test', bytes, inflate).read('a'))).toBe('hello hello hello');
  expect(() => readZip('test', bytes).read('a')).toThrow(
    new RangeError('test: bytes has file "a" packed by method 8, expected it stored'),
  );
});

test('a bomb is refused before it is inflated', () => {
  const never = () => {
    throw new Error('inflated');
  };
  const bytes = zip({ a: text('x') }, { method: 8, size: 2 ** 31 });
  expect(() => readZip('test', bytes, never).read('a')).toThrow(
    new RangeError(
      'test: bytes has file "a" of 1 bytes that claims 2147483648, expected a whole zip archive',
    ),
  );
});

test('files other than archives are refused', () => {
  expect(() => readZip('test', text('PK'))).toThrow(
    new RangeError('test: bytes has 2 bytes without the end of a zip archive, expected a whole zip archive'),
  );
});

describe('an archive may have', () => {
  const decoy = Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(56)]);

  test.each<[string, Parameters<typeof zip>[1]]>([
    ['extra fields and comments', { localExtra: 5, extra: 7, comment: 9 }],
    ['a comment that contains the signature of an end', { end: decoy }],
    ['the longest comment', { end: Buffer.alloc(0xffff, 'x') }],
  ])('%s', (_, more) => {
    const archive = readZip('test', zip({ a: text('one'), b: text('two') }, more));
    expect(archive.names).toEqual(['a', 'b']);
    expect(['a', 'b'].map((name) => new TextDecoder().decode(archive.read(name)))).toEqual(['one', 'two']);
  });

  test('a file without a name, and one whose deflated size is its size', () => {
    expect(readZip('test', zip({ '': text('x') })).names).toEqual(['']);
    const bytes = zip({ a: text('other') }, { method: 8 });
    const inflated = readZip('test', bytes, (packed) => packed.slice()).read('a');
    expect(inflated.buffer).not.toBe(bytes.buffer);
  });
});

describe('a damaged archive is refused', () => {
  /** An archive of two files, with a number of 1, 2 or 4 bytes overwritten. */
  const changed = (from: 'start' | 'directory' | 'end', at: number, value: number, size = 4) => {
    const bytes = zip({ a: text('one'), b: text('two') });
    // Two entries of 47 bytes, and the end of 22.
    const starts = { start: 0, directory: bytes.length - 22 - 94, end: bytes.length - 22 };
    Buffer.from(bytes.buffer).writeUIntLE(value, starts[from] + at, size);
    return bytes;
  };
  const { length } = zip({ a: text('one'), b: text('two') });
  const whole = 'expected a whole zip archive';

  test.each<[string, () => Uint8Array, string]>([
    ['an entry without its signature', () => changed('directory', 0, 1), `has no entry 0 of 2 at 68, ${whole}`],
    ['more entries than it has', () => changed('end', 10, 3, 2), `has no entry 2 of 3 at 162, ${whole}`],
    ['entries at its end', () => changed('end', 16, length - 2), `has no entry 0 of 2 at ${length - 2}, ${whole}`],
    ['entries beyond it', () => changed('end', 16, 2 ** 31), `has no entry 0 of 2 at 2147483648, ${whole}`],
    ['a long name', () => changed('directory', 28, 999, 2), `has an entry 0 of 2 that runs past the table of contents, ${whole}`],
    ['a long extra field', () => changed('directory', 30, 999, 2), `has an entry 0 of 2 that runs past the table of contents, ${whole}`],
    ['two files of one name', () => changed('directory', 93, 97, 1), `has two files "a", ${whole}`],
    ['contents without their signature', () => changed('start', 0, 1), `has file "a" outside of it, ${whole} below 4 GiB`],
    ['contents at its end', () => changed('directory', 42, length - 2), `has file "a" outside of it, ${whole} below 4 GiB`],
    ['contents beyond it', () => changed('directory', 42, 2 ** 31), `has file "a" outside of it, ${whole} below 4 GiB`],
    ['contents longer than it', () => changed('directory', 20, 999), `has file "a" outside of it, ${whole} below 4 GiB`],
  ])('%s', (_, make, message) => {
    expect(() => readZip('test', make())).toThrow(new RangeError(`test: bytes ${message}`));
  }); // biome-ignore format: one case a line

  test.each<[string, Parameters<typeof zip>[1], (packed: Uint8Array, size: number) => Uint8Array, string]>([
    ['another method', { method: 1 }, inflate, 'has file "a" packed by method 1, expected it stored or deflated'],
    ['a stored file of another size', { size: 2 }, inflate, 'has file "a" packed by method 0, expected it stored or deflated'],
    ['contents that cannot be inflated', { method: 8, size: 9 }, inflate, 'has file "a" that cannot be inflated, expected a whole zip archive'],
    ['the best ratio of Deflate, but less contents', { method: 8, size: 1032 }, () => new Uint8Array(1031), 'has file "a" of 1031 bytes, expected 1032'],
    ['more than the best ratio', { method: 8, size: 1033 }, () => new Uint8Array(1033), 'has file "a" of 1 bytes that claims 1033, expected a whole zip archive'],
  ])('%s', (_, lie, unpack, message) => {
    expect(() => readZip('test', zip({ a: text('x') }, lie), unpack).read('a')).toThrow(
      new RangeError(`test: bytes ${message}`),
    );
  }); // biome-ignore format: one case a line
});
