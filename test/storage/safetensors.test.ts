import { crc32 as zlibCrc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Dense,
  loadWeights,
  readSafetensors,
  type StoredTensor,
  save,
  type Tensor,
  writeSafetensors,
} from '../../src/index.ts';
import { crc32 } from '../../src/storage/crc32.ts';
import { decodeTensors, encodeTensors } from '../../src/storage/safetensors.ts';

const plain = ({ data, shape }: Tensor): Tensor => ({ data, shape });

const tensors = fc.dictionary(
  fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__'),
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

test('written tensors are read bit for bit', () => {
  fc.assert(
    fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (given, metadata) => {
      const bytes = encodeTensors('test', new Map(Object.entries(given)), { metadata });
      const file = decodeTensors('test', bytes);
      expect(Object.fromEntries([...file.tensors].map(([name, of]) => [name, plain(of)]))).toEqual(given);
      expect(file.metadata).toEqual(metadata);
    }),
  );
});

test('the layout is that of the format', () => {
  const data = new Uint8Array([0, 0, 128, 63, 0, 0, 0, 64]);
  const bytes = encodeTensors('test', new Map([['a', { data: Float32Array.of(1, 2), shape: [2, 1] }]]), {
    metadata: { k: 'v' },
  });
  const covered = Buffer.concat([Buffer.from('[["k","v"]]["a","F32",[2,1]]'), data]);
  const sum = zlibCrc32(covered).toString(16).padStart(8, '0');
  const header = `{"__metadata__":{"k":"v","recurrent-cells.crc32":"${sum}"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}`;
  const length = Math.ceil(header.length / 8) * 8;
  expect(Buffer.from(bytes).readBigUInt64LE(0)).toBe(BigInt(length));
  expect(Buffer.from(bytes).toString('utf8', 8, 8 + length)).toBe(header.padEnd(length));
  expect(Array.from(bytes.subarray(8 + length))).toEqual([...data]);
});

test('a changed bit in the data is found, and a file without a checksum is read', () => {
  const a = { data: Float32Array.of(1, 2), shape: [2] };
  const bytes = encodeTensors('test', new Map([['a', a]]), {});
  const text = Buffer.from(bytes).toString('latin1');
  for (let at = bytes.length - 8; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at]! ^= 0x10;
    expect(() => decodeTensors('load', changed)).toThrow(
      /^load: bytes has checksum [0-9a-f]{8}, expected "[0-9a-f]{8}": /,
    );
  }
  const without = Uint8Array.from(Buffer.from(text.replace('.crc32"', '.other"'), 'latin1'));
  expect(plain(decodeTensors('load', without).tensors.get('a')!)).toEqual(a);
});

test('the checksum equals zlib’s', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(Number.parseInt(crc32([bytes.subarray(0, 3), bytes.subarray(3)]), 16)).toBe(zlibCrc32(bytes));
    }),
  );
});

test('a part of a larger buffer is read', () => {
  const bytes = encodeTensors('test', new Map([['a', { data: Float64Array.of(1.5), shape: [1] }]]), {});
  const around = new Uint8Array(bytes.length + 11).fill(0xff);
  around.set(bytes, 3);
  const { tensors } = decodeTensors('test', around.subarray(3, 3 + bytes.length));
  expect(plain(tensors.get('a')!)).toEqual({ data: Float64Array.of(1.5), shape: [1] });
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
      'a header longer than the file',
      new Uint8Array(16).fill(255),
      'has 16 bytes and a header of 18446744073709551615, expected a whole safetensors file: it is cut short, or another kind of file',
    ],
    ['no JSON', file('{"a":'), 'has a header that is not JSON, expected a safetensors file'],
    ['no object', file('[1]'), 'has a header that is an array of 1, expected a safetensors file'],
    ['null', file('null'), 'has a header that is null, expected a safetensors file'],
    ['metadata', file('{"__metadata__":3}'), 'has metadata that is 3, expected strings by name'],
    [
      'metadata that is not a string',
      file('{"__metadata__":{"a":1}}'),
      'has metadata that is an object, expected strings by name',
    ],
    ['no entry', file('{"a":null}'), 'has tensor "a" of type undefined, expected a name such as "F32"'],
    [
      'places that overlap',
      file(
        '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        8,
      ),
      'has tensor "b" at 4–8, expected it at 8, where another ends',
    ],
    [
      'a gap',
      file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', 2),
      'has tensor "a" at 1–2, expected it at 0, where another ends',
    ],
    [
      'a shape beyond all memory',
      file('{"a":{"dtype":"F32","shape":[4503599627370496,4503599627370496],"data_offsets":[0,4]}}', 4),
      'has tensor "a" at 0–4 of 4 data bytes, expected 8.112963841460668e+31 bytes for shape [4503599627370496, 4503599627370496]: the file is cut short or damaged',
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

describe('element types', () => {
  /** A file of one tensor "a". */
  function one(dtype: string, bytes: readonly number[], shape = [bytes.length / 2]): StoredTensor {
    const header = JSON.stringify({ a: { dtype, shape, data_offsets: [0, bytes.length] } });
    const json = new TextEncoder().encode(header);
    const file = new Uint8Array(8 + json.length + bytes.length);
    new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
    file.set(json, 8);
    file.set(bytes, 8 + json.length);
    return readSafetensors(file).tensors.get('a')!;
  }

  test.each<[string, readonly number[], number, readonly number[]]>([
    [
      'F16',
      [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b, 0x00, 0x7c],
      5,
      [1, -2, 2 ** -24, 65504, Number.POSITIVE_INFINITY],
    ],
    ['BF16', [0x80, 0x3f, 0x49, 0xc0], 2, [1, -3.140625]],
    ['F8_E5M2', [0x3c, 0xc0, 0x01, 0x7b, 0x7c], 5, [1, -2, 2 ** -16, 57344, Number.POSITIVE_INFINITY]],
    ['F8_E4M3', [0x38, 0xc0, 0x01, 0x7e, 0x7f], 5, [1, -2, 2 ** -9, 448, Number.NaN]],
    ['F8_E8M0', [127, 128, 0, 255], 4, [1, 2, 2 ** -127, Number.NaN]],
    ['I8', [1, 255], 2, [1, -1]],
    ['U8', [1, 255], 2, [1, 255]],
    ['BOOL', [0, 1, 7], 3, [0, 1, 1]],
    ['I16', [1, 0, 0, 128], 2, [1, -32768]],
    ['U16', [1, 0, 0, 128], 2, [1, 32768]],
    ['I32', [255, 255, 255, 255], 1, [-1]],
    ['U32', [255, 255, 255, 255], 1, [4294967295]],
    ['I64', [254, 255, 255, 255, 255, 255, 255, 255], 1, [-2]],
    ['U64', [0, 0, 0, 0, 1, 0, 0, 0], 1, [4294967296]],
  ])('%s', (dtype, bytes, length, values) => {
    const { data } = one(dtype, bytes, [length]);
    expect(data.constructor).toBe(/^[IU]|BOOL/.test(dtype) ? Float64Array : Float32Array);
    expect(Array.from(data)).toEqual(values);
  });

  test('integers are unchanged', () => {
    const bytes = [255, 255, 255, 255, 255, 255, 255, 127];
    expect(one('I64', bytes, [1]).elements).toEqual(BigInt64Array.of(2n ** 63n - 1n));
    expect(() => one('I64', bytes, [1]).data).toThrow(
      new RangeError(
        'readSafetensors: bytes has tensor "a" with the integer 9223372036854775807, expected at most 2⁵³ − 1',
      ),
    );
  });

  test('an unknown type makes only its tensor unreadable', () => {
    const tensor = one('F4', [1, 2], [4]);
    expect(tensor.shape).toEqual([4]);
    expect(() => tensor.data).toThrow(
      /^readSafetensors: bytes has tensor "a" of type "F4", expected one of F64, F32, /,
    );
    expect(() => one('toString', [1, 2], [4]).data).toThrow(RangeError);
  });

  test('all 65536 half floats are read and written exactly', () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const { data } = one('F16', [...new Uint8Array(bits.buffer)]);
    const written = writeSafetensors(new Map([['a', { data, shape: [65536] }]]), { dtype: 'F16' });
    const again = readSafetensors(written).tensors.get('a')!;
    expect(again.bytes.length).toBe(131072);
    expect(again.data).toEqual(data);
  });

  test('F16 rounds to nearest, ties to even, and refuses larger numbers', () => {
    const round = (value: number) => {
      const bytes = writeSafetensors(new Map([['a', { data: Float64Array.of(value), shape: [1] }]]), {
        dtype: 'F16',
      });
      return readSafetensors(bytes).tensors.get('a')!.data[0];
    };
    fc.assert(
      fc.property(fc.double({ min: -65519, max: 65519, noNaN: true }), (value) => {
        const nearest = round(value)!;
        const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(nearest) || 2 ** -14)), -14) - 10);
        expect(Math.abs(nearest - value)).toBeLessThanOrEqual(step / 2);
      }),
    );
    expect([2049, 2051, 1.5 * 2 ** -24, 65519.99].map(round)).toEqual([2048, 2052, 2 ** -23, 65504]);
    expect(() => round(65520)).toThrow(
      new RangeError('writeSafetensors: tensor "a" has 65520, expected at most 65504, the largest of F16'),
    );
  });
});

test('a number that float32 cannot hold is refused, not written as infinity', () => {
  const written = (value: number) =>
    writeSafetensors(new Map([['a', { data: Float64Array.of(value), shape: [1] }]]), { dtype: 'F32' });
  const most = 2 ** 128 - 2 ** 104;
  for (const value of [most, -most, Number.POSITIVE_INFINITY])
    expect(readSafetensors(written(value)).tensors.get('a')!.data[0]).toBe(value);
  expect(readSafetensors(written(most + 2 ** 102)).tensors.get('a')!.data[0]).toBe(most);
  expect(() => written(-1e300)).toThrow(
    new RangeError(
      'writeSafetensors: tensor "a" has -1e+300, expected at most 3.4028234663852886e+38, the largest of F32',
    ),
  );
  expect(() => written(most + 2 ** 103)).toThrow(RangeError);
});

test('a tensor is converted once, on first use', () => {
  const bytes = writeSafetensors(new Map([['a', { data: Float32Array.of(1, 2), shape: [2] }]]));
  const a = readSafetensors(bytes).tensors.get('a')!;
  expect(a.bytes.buffer).toBe(bytes.buffer);
  expect(a.data).toBe(a.data);
});

test('the checksum does not depend on the order that another program writes', () => {
  const given = new Map<string, Tensor>([
    ['b', { data: Float32Array.of(1), shape: [1] }],
    ['a', { data: Float32Array.of(2, 3), shape: [2] }],
  ]);
  const bytes = writeSafetensors(given, { metadata: { y: '1', x: '2' } });
  const length = Number(Buffer.from(bytes).readBigUInt64LE(0));
  const { __metadata__, b, a } = JSON.parse(Buffer.from(bytes).toString('utf8', 8, 8 + length));
  const reordered = {
    a: { ...a, data_offsets: [0, 8] },
    b: { ...b, data_offsets: [8, 12] },
    __metadata__: Object.fromEntries(Object.entries(__metadata__).reverse()),
  };
  const json = Buffer.from(JSON.stringify(reordered).padEnd(length));
  const data = Buffer.from(bytes.subarray(8 + length));
  const file = Buffer.concat([
    Buffer.from(bytes.subarray(0, 8)),
    json,
    data.subarray(4),
    data.subarray(0, 4),
  ]);
  const { tensors, metadata } = readSafetensors(Uint8Array.from(file));
  expect(plain(tensors.get('a')!)).toEqual(given.get('a'));
  expect(metadata).toEqual({ x: '2', y: '1' });
});

test('public arguments are checked', () => {
  expect(() => readSafetensors('x' as never)).toThrow(
    new TypeError('readSafetensors: bytes is "x", expected a Uint8Array'),
  );
  expect(() => writeSafetensors(new Map(), { dtype: 'I8' as never })).toThrow(
    new RangeError('writeSafetensors: dtype is "I8", expected one of "F16", "F32", "F64"'),
  );
  expect(() => writeSafetensors(new Map(), { metadata: { a: 1 as never } })).toThrow(
    new TypeError('writeSafetensors: metadata["a"] is 1, expected a string'),
  );
});

describe('names that a file cannot hold twice or at all', () => {
  const one = new Map([['w', { data: Float32Array.of(1), shape: [1] }]]);

  test('the names that the format reserves', () => {
    const metadata = new Map([['__metadata__', { data: Float32Array.of(1), shape: [1] }]]);
    expect(() => writeSafetensors(metadata)).toThrow(
      new RangeError(
        'writeSafetensors: tensors has "__metadata__", expected another name: the format reserves this one',
      ),
    );
    expect(() => writeSafetensors(one, { metadata: { 'recurrent-cells.crc32': '0' } })).toThrow(
      new RangeError(
        'writeSafetensors: metadata has "recurrent-cells.crc32", expected another name: the format reserves this one',
      ),
    );
  });

  const fileOf = (json: string, data = new Uint8Array(4)) => {
    const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    return Uint8Array.from(Buffer.concat([length, header, data]));
  };
  const entry = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';

  test('keys that a header has twice', () => {
    expect([...readSafetensors(fileOf(`{"a":${entry}}`)).tensors.keys()]).toEqual(['a']);
    for (const [json, name] of [
      [`{"a":${entry},"a":${entry}}`, 'a'],
      [String.raw`{"a":${entry},"\u0061" :${entry}}`, 'a'],
      ['{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"shape":[1]}}', 'shape'],
      [`{"__metadata__":{"k":"v","k":"v"},"a":${entry}}`, 'k'],
    ] as const)
      expect(() => readSafetensors(fileOf(json))).toThrow(
        new RangeError(`readSafetensors: bytes has "${name}" twice, expected every name once`),
      );
  });

  test('strings that look like keys are not keys', () => {
    const metadata = { a: '"b":1,"b":2}', '}{': String.raw`\":`, 'x:': '{"x:":' };
    expect(readSafetensors(writeSafetensors(one, { metadata })).metadata).toEqual(metadata);
  });

  test('tensors may have the names of object properties', () => {
    const names = ['__proto__', 'constructor', 'hasOwnProperty'];
    const given = new Map(names.map((name, i) => [name, { data: Float32Array.of(i), shape: [1] }]));
    const { tensors } = readSafetensors(
      writeSafetensors(given, { metadata: JSON.parse('{"__proto__":"x"}') }),
    );
    expect([...tensors].map(([name, { data }]) => [name, data[0]])).toEqual(
      names.map((name, i) => [name, i]),
    );
  });
});

test('a file whose key of the checksum is damaged does not pass for one without a checksum', () => {
  const model = new Dense({ inputSize: 1, outputSize: 1 });
  const bytes = save(model);
  const at = Buffer.from(bytes).indexOf('recurrent-cells.crc32');
  for (let bit = at * 8; bit < (at + 'recurrent-cells.crc32'.length) * 8; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    for (const read of [() => readSafetensors(damaged), () => loadWeights(model, damaged)])
      expect(read, `bit ${bit}`).toThrow(RangeError);
  }
});
