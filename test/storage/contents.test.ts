/**
 * Contents that files may have, and those that are refused, each by its own error: headers, metadata, states, options of layers.
 */
import { describe, expect, test } from 'vitest';
import {
  Dense,
  Dropout,
  type Layer,
  load,
  loadCheckpoint,
  loadMetadata,
  loadWeights,
  Random,
  Residual,
  readSafetensors,
  Sequential,
  SGD,
  save,
  saveCheckpoint,
  sequential,
  tensor,
  writeSafetensors,
} from '../../src/index.ts';
import { decodeTensors, encodeTensors } from '../../src/storage/safetensors.ts';

/** A file of this header, as text or bytes, and data. */
function file(header: string | Uint8Array | object, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = typeof header === 'string' || header instanceof Uint8Array ? header : JSON.stringify(header);
  const json = Buffer.from(text as string);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return new Uint8Array(Buffer.concat([length, json, data]));
}

/** A file with other metadata, and a checksum unless it is left out. */
function withMetadata(bytes: Uint8Array, change: object, sealed = true): Uint8Array {
  const { tensors, metadata } = decodeTensors('test', bytes);
  const other = { ...metadata, ...change };
  if (sealed) return encodeTensors('test', tensors, { metadata: other });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  return file({ ...header, __metadata__: other }, bytes.subarray(8 + length));
}

const f32 = (shape: number[], ...offsets: number[]) => ({ dtype: 'F32', shape, data_offsets: offsets });
const four = new Uint8Array(4);

describe('a header', () => {
  test.each<[string, Uint8Array, string]>([
    ['without a byte', file(''), 'has a header that is not JSON, expected a safetensors file'],
    ['a little longer than the file', file('{}').fill(9, 0, 1), 'has 10 bytes and a header of 9, expected a whole safetensors file: it is cut short, or another kind of file'],
    ['that is a number', file('3'), 'has a header that is 3, expected a safetensors file'],
    ['that is null', file('null'), 'has a header that is null, expected a safetensors file'],
    ['with bytes that are not text', file(Uint8Array.from([...Buffer.from('{"'), 0xff, ...Buffer.from('":3}')])), 'has a header that is not JSON, expected a safetensors file'],
    ['with a shape that is partly whole', file({ a: f32([2, 0.5], 0, 4) }, four), 'has tensor "a" of no shape or place, expected whole numbers for both'],
    ['with three offsets', file({ a: f32([1], 0, 4, 4) }, four), 'has tensor "a" of no shape or place, expected whole numbers for both'],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(new RangeError(`readSafetensors: bytes ${message}`));
  }); // biome-ignore format: one case a line

  test('may name tensors in a different order from their data, including empty ones', () => {
    const data = new Uint8Array(Float32Array.of(1, 2).buffer);
    const header = { b: f32([1], 4, 8), none: f32([0], 4, 4), a: f32([1], 0, 4) };
    const { tensors } = readSafetensors(file(header, data));
    expect(Array.from(tensors, ([name, { data }]) => [name, ...data])).toEqual([
      ['b', 2],
      ['none'],
      ['a', 1],
    ]);
  });

  test('may have a type that is not known, anywhere', () => {
    const header = { a: f32([1], 0, 4), b: { dtype: 'X9', shape: [8], data_offsets: [4, 8] } };
    expect(readSafetensors(file(header, new Uint8Array(8))).tensors.get('b')!.dtype).toBe('X9');
  });

  test('may have equal values, and a key that is a prefix of the checksum’s', () => {
    const metadata = { a: 'x', b: 'x', 'recurrent-cells.crc3': 'x' };
    expect(readSafetensors(file({ __metadata__: metadata })).metadata).toEqual(metadata);
  });
});

describe('writeSafetensors refuses', () => {
  test.each<[unknown, string]>([
    [{}, 'tensors is an object, expected a Map of tensors by name'],
    [new Map([[3, tensor([1])]]), 'tensors has the name 3, expected strings'],
    [new Map([['a', 3]]), 'tensors["a"] is 3, expected a tensor { data, shape } of floating-point data'],
  ])('%#', (tensors, message) => {
    expect(() => writeSafetensors(tensors as never)).toThrow(new TypeError(`writeSafetensors: ${message}`));
  });
});

test('NaN, signed zeros and infinities are kept as F16', () => {
  const model = new Dense({ inputSize: 5, outputSize: 1, bias: false });
  const values = [Number.NaN, 0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  model.weight.write(values);
  const { tensors } = readSafetensors(save(model, { dtype: 'F16' }));
  expect(Array.from(tensors.get('weight')!.data)).toEqual(values);
});

test('E4M3 has NaN only where all bits are set', () => {
  const header = { a: { dtype: 'F8_E4M3', shape: [4], data_offsets: [0, 4] } };
  const { data } = readSafetensors(file(header, Uint8Array.of(0x07, 0x7e, 0x7f, 0xff))).tensors.get('a')!;
  expect(Array.from(data)).toEqual([7 * 2 ** -9, 448, Number.NaN, Number.NaN]);
});

test('the largest exact integer is read', () => {
  const bytes = new Uint8Array(BigInt64Array.of(2n ** 53n - 1n, -(2n ** 53n) + 1n).buffer);
  const header = { a: { dtype: 'I64', shape: [2], data_offsets: [0, 16] } };
  const { data } = readSafetensors(file(header, bytes)).tensors.get('a')!;
  expect(Array.from(data)).toEqual([Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]);
});

test.each([3, null, undefined, {}])('loadWeights refuses %j for a model', (model) => {
  const shown = typeof model === 'object' && model !== null ? 'an object' : String(model);
  expect(() => loadWeights(model as never, new Uint8Array())).toThrow(
    new TypeError(`loadWeights: model is ${shown}, expected a cell, a layer or a model`),
  );
});

describe('a model’s file', () => {
  const bytes = save(new Dense({ inputSize: 1, outputSize: 1 }));

  test.each<[string, string]>([
    ['3', '3'],
    ['null', 'null'],
    ['{"a":5}', 'an object'],
    ['{"a":"x","b":5}', 'an object'],
  ])('with %s as the metadata of the caller is refused', (user, shown) => {
    expect(() => loadMetadata(withMetadata(bytes, { user }))).toThrow(
      new RangeError(`loadMetadata: bytes has metadata that is ${shown}, expected strings by name`),
    );
  });

  test('without its checksum is refused', () => {
    expect(() => load(withMetadata(bytes, {}, false))).toThrow(
      new RangeError('load: bytes has no checksum, expected the one of version 2: the file is damaged'),
    );
  });

  const architecture = (of: object) => ({ architecture: JSON.stringify(of) });
  const dense = { type: 'Dense', options: { inputSize: 1, outputSize: 1, bias: true } };

  test('with an option that its layer does not read is refused', () => {
    const chain = { type: 'Sequential', options: { x: 1 }, parts: { 0: dense } };
    const { tensors, metadata } = decodeTensors('test', bytes);
    const renamed = new Map([...tensors].map(([name, value]) => [`0.${name}`, value]));
    const file = (options: object) =>
      encodeTensors('test', renamed, { metadata: { ...metadata, ...architecture({ ...chain, options }) } });
    expect(load(file({}))).toBeInstanceOf(Sequential);
    expect(() => load(file({ x: 1 }))).toThrow(/holds a Sequential that cannot be built \(.*has "x"/);
  });

  test('of a class with a given builder may have any options', () => {
    const old = withMetadata(bytes, architecture({ type: 'Old', options: { width: 1 } }));
    const made = load(old, {
      builders: {
        Old: ({ width }) => new Dense({ inputSize: width as number, outputSize: 1 }),
      },
    });
    expect(made).toBeInstanceOf(Dense);
  });

  test('keeps which layers are shared, at any depth', () => {
    const shared = new Dense({ inputSize: 2, outputSize: 2 });
    const model = sequential(new Residual(shared), new Residual(new Residual(shared)), shared);
    const [first, second, third] = (load(save(model)) as Sequential).layers as [Residual, Residual, Layer];
    expect(first.layer).toBe(third);
    expect((second.layer as Residual).layer).toBe(third);
  });
});

describe('a checkpoint', () => {
  const model = new Dense({ inputSize: 1, outputSize: 1 });
  const bytes = saveCheckpoint({ model });
  const came = (format: string, version: string) =>
    new RangeError(
      `loadCheckpoint: bytes has format ${format}, version ${version}, expected "recurrent-cells checkpoint", version "1"`,
    );

  test('is refused if it is another file, of another version, or not whole', () => {
    const known = '"recurrent-cells checkpoint"';
    expect(() => loadCheckpoint(save(model), { model })).toThrow(came('"recurrent-cells"', '"2"'));
    expect(() => loadCheckpoint(withMetadata(bytes, { format: 'x' }), { model })).toThrow(came('"x"', '"1"'));
    expect(() => loadCheckpoint(withMetadata(bytes, { version: '2' }), { model })).toThrow(
      came(known, '"2"'),
    );
    expect(() => loadCheckpoint(withMetadata(bytes, {}, false), { model })).toThrow(came(known, '"1"'));
  });

  test.each<[unknown, string]>([
    [3, '3'],
    [null, 'null'],
    ['x', '"x"'],
    [{}, 'an object'],
  ])('is not of the model %j', (model, shown) => {
    expect(() => saveCheckpoint({ model } as never)).toThrow(
      new TypeError(`saveCheckpoint: parts.model is ${shown}, expected a model`),
    );
  });

  test.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [{ state: () => 1 }, 'an object'],
    [{ restore() {} }, 'an object'],
  ])('keeps no part %#', (part, shown) => {
    expect(() => saveCheckpoint({ model, part } as never)).toThrow(
      new TypeError(
        `saveCheckpoint: part is ${shown}, expected a model, an optimiser, a Random, or what has state() and restore(), such as batches(…)`,
      ),
    );
  });

  test.each<[unknown, string]>([
    [() => 1, 'a function'],
    [Symbol('s'), 'Symbol(s)'],
    [1n, '1n'],
  ])('keeps no value %#', (value, shown) => {
    const part = { state: () => ({ a: [value] }), restore() {} };
    expect(() => saveCheckpoint({ model, part })).toThrow(
      new TypeError(
        `saveCheckpoint: part/a/0 is ${shown}, expected plain data and arrays of floating-point numbers`,
      ),
    );
  });

  test('keeps an object without a prototype', () => {
    let restored: unknown;
    const part = {
      state: () => Object.assign(Object.create(null), { a: 1 }),
      restore(state: unknown) {
        restored = state;
      },
    };
    loadCheckpoint(saveCheckpoint({ model, part }), { model, part });
    expect(restored).toEqual({ a: 1 });
  });

  test('of a model with other generators is refused', () => {
    const plain = sequential(new Dense({ inputSize: 1, outputSize: 1 }));
    const noisy = sequential(
      new Dense({ inputSize: 1, outputSize: 1 }),
      new Dropout({ rate: 0.5, random: new Random(1) }),
    );
    const optimizer = new SGD({ learningRate: 1 });
    expect(() =>
      loadCheckpoint(saveCheckpoint({ model: noisy, optimizer }), { model: plain, optimizer }),
    ).toThrow(new RangeError('loadCheckpoint: model: generators are 0, expected 1, those of the checkpoint'));
  });
});

describe('an architecture', () => {
  const architectureOf = (bytes: Uint8Array) =>
    JSON.parse(decodeTensors('test', bytes).metadata.architecture!) as object;

  test('refers to a part that occurs again by the path of its first place', () => {
    const dense = new Dense({ inputSize: 1, outputSize: 1 });
    expect(architectureOf(save(sequential(dense, sequential(new Residual(dense)))))).toEqual({
      type: 'Sequential',
      options: {},
      parts: {
        0: { type: 'Dense', options: { inputSize: 1, outputSize: 1, bias: true } },
        1: {
          type: 'Sequential',
          options: {},
          parts: { 0: { type: 'Residual', options: {}, parts: { layer: { same: '0' } } } },
        },
      },
    });
    const inner = sequential(new Residual(dense), dense);
    expect(architectureOf(save(inner))).toHaveProperty('parts.1', { same: '0.layer' });
  });

  test('may have dropout without the state of its generator', () => {
    const bytes = save(sequential(new Dropout({ rate: 0.25 })));
    const plain = {
      type: 'Sequential',
      options: {},
      parts: { 0: { type: 'Dropout', options: { rate: 0.25 } } },
    };
    const model = load(withMetadata(bytes, { architecture: JSON.stringify(plain) })) as Sequential;
    expect((model.layers[0] as unknown as Dropout).rate).toBe(0.25);
  });
});
