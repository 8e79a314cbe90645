import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
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

test('other files than archives are refused', () => {
  expect(() => readZip('test', text('PK'))).toThrow(
    new RangeError('test: bytes has 2 bytes without the end of a zip archive, expected a whole zip archive'),
  );
});
