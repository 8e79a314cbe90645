import { crc32 as zlibCrc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../src/index.ts';
import { crc32 } from '../../src/storage/crc32.ts';
import { decodeTensors, encodeTensors } from '../../src/storage/safetensors.ts';

const tensors = fc.dictionary(
  fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
  fc
    .record({
      shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
      single: fc.boolean(),
      stream: fc.infiniteStream(fc.double()),
    })
    .map(({ shape, single, stream }): Tensor => {
      const length = shape.reduce((size, dimension) => size * dimension, 1);
      const values = Array.from({ length }, () => stream.next().value);
      return { data: single ? Float32Array.from(values) : Float64Array.from(values), shape };
    }),
);

test('what is written is read again, bit for bit', () => {
  fc.assert(
    fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (given, metadata) => {
      const bytes = encodeTensors({ tensors: new Map(Object.entries(given)), metadata });
      const file = decodeTensors('test', bytes);
      expect(Object.fromEntries(file.tensors)).toEqual(given);
      expect(file.metadata).toEqual(metadata);
    }),
  );
});

test('the layout is that of the format', () => {
  const bytes = encodeTensors({
    tensors: new Map([['a', { data: Float32Array.of(1, 2), shape: [2, 1] }]]),
    metadata: { k: 'v' },
  });
  const sum = zlibCrc32(new Uint8Array([0, 0, 128, 63, 0, 0, 0, 64]))
    .toString(16)
    .padStart(8, '0');
  const header = `{"__metadata__":{"k":"v","crc32":"${sum}"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}`;
  const length = Math.ceil(header.length / 8) * 8;
  expect(Buffer.from(bytes).readBigUInt64LE(0)).toBe(BigInt(length));
  expect(Buffer.from(bytes).toString('utf8', 8, 8 + length)).toBe(header.padEnd(length));
  expect(Array.from(bytes.subarray(8 + length))).toEqual([0, 0, 128, 63, 0, 0, 0, 64]);
});

test('a changed bit in the data is found, and a file without a checksum is read', () => {
  const a = { data: Float32Array.of(1, 2), shape: [2] };
  const bytes = encodeTensors({ tensors: new Map([['a', a]]), metadata: {} });
  const text = Buffer.from(bytes).toString('latin1');
  for (let at = bytes.length - 8; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at]! ^= 0x10;
    expect(() => decodeTensors('load', changed)).toThrow(
      /^load: bytes has data of checksum [0-9a-f]{8}, expected "[0-9a-f]{8}": /,
    );
  }
  const without = Uint8Array.from(Buffer.from(text.replace('"crc32"', '"other"'), 'latin1'));
  expect(decodeTensors('load', without).tensors.get('a')).toEqual(a);
});

test('the checksum is that of zlib', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(Number.parseInt(crc32(bytes), 16)).toBe(zlibCrc32(bytes));
    }),
  );
});

test('a part of a larger buffer is read as well', () => {
  const bytes = encodeTensors({
    tensors: new Map([['a', { data: Float64Array.of(1.5), shape: [1] }]]),
    metadata: {},
  });
  const around = new Uint8Array(bytes.length + 11).fill(0xff);
  around.set(bytes, 3);
  const { tensors } = decodeTensors('test', around.subarray(3, 3 + bytes.length));
  expect(tensors.get('a')).toEqual({ data: Float64Array.of(1.5), shape: [1] });
});

describe('errors', () => {
  /** A file with this header, and `length` bytes of data. */
  function file(header: string, length = 0): Uint8Array {
    const json = new TextEncoder().encode(header);
    const bytes = new Uint8Array(8 + json.length + length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    return bytes;
  }

  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(7), 'has 7 bytes, expected a safetensors file'],
    [
      'a longer header than the file',
      new Uint8Array(16).fill(255),
      'has 16 bytes and a header of 18446744073709551615, expected a whole safetensors file: it is cut short, or another kind of file',
    ],
    ['no JSON', file('{"a":'), 'has a header that is not JSON, expected a safetensors file'],
    ['no object', file('[1]'), 'has a header that is an array of 1, expected a safetensors file'],
    ['null', file('null'), 'has a header that is null, expected a safetensors file'],
    ['metadata', file('{"__metadata__":3}'), 'has metadata that is 3, expected a safetensors file'],
    [
      'another type',
      file('{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}', 2),
      'has tensor "a" of type "BF16", expected "F32" or "F64"',
    ],
    ['no entry', file('{"a":null}'), 'has tensor "a" of type undefined, expected "F32" or "F64"'],
    [
      'a name of every object',
      file('{"a":{"dtype":"toString","shape":[1],"data_offsets":[0,4]}}', 4),
      'has tensor "a" of type "toString", expected "F32" or "F64"',
    ],
    [
      'no shape',
      file('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4),
      'has tensor "a" of no shape or place, expected whole numbers for both',
    ],
    [
      'a place outside',
      file('{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}', 8),
      'has tensor "a" at 4–12 of 8 data bytes, expected 8 bytes for shape [2]: the file is cut short or damaged',
    ],
    [
      'a place of another size',
      file('{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}', 8),
      'has tensor "a" at 0–8 of 8 data bytes, expected 16 bytes for shape [2]: the file is cut short or damaged',
    ],
    [
      'more than its tensors',
      file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 9),
      'has 9 data bytes, expected 4 for its tensors',
    ],
  ])('%s', (_, bytes, message) =>
    expect(() => decodeTensors('load', bytes)).toThrow(new RangeError(`load: bytes ${message}`)),
  );
});
