/** Files in the layouts of Keras, with the results of its formulas. */
import { readFileSync } from 'node:fs';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { float64, type Indices, indices, type Tensor, tensor } from '../../src/index.ts';
import { type FromKerasOptions, fromKeras, type KerasModel } from '../../src/keras.ts';
import { readZip } from '../../src/storage/zip.ts';
import { zip } from '../storage/archive.ts';

interface Case {
  readonly classes: string[];
  /** base64 of gzip: a `.keras` file, an older `.h5` of the whole model, and one of its weights. */
  readonly keras: string;
  readonly h5: string;
  readonly names: string;
  readonly lengths: number[];
  readonly input: { readonly data: number[]; readonly shape: number[]; readonly indices: boolean };
  readonly output: { readonly data: number[]; readonly shape: number[] };
}

const fixture = new URL('../fixtures/formats/keras.json', import.meta.url);
const cases: Case[] = JSON.parse(readFileSync(fixture, 'utf8'));
const backend = float64();
const unpacked = (text: string) => new Uint8Array(gunzipSync(Buffer.from(text, 'base64')));

/** The files of a `.keras` file. */
function filesOf(of: Case) {
  const archive = readZip('test', unpacked(of.keras));
  return {
    config: new TextDecoder().decode(archive.read('config.json')),
    weights: archive.read('model.weights.h5').slice(),
  };
}

function worstOf(model: KerasModel, { input, output }: Case): number {
  const { data, shape } = input;
  const x: Tensor | Indices = input.indices ? indices(data, shape) : tensor(data, shape);
  const got = model.infer(x);
  expect(got.shape).toEqual(output.shape);
  let worst = 0;
  got.data.forEach((value: number, at: number) => {
    worst = Math.max(worst, Math.abs(value - output.data[at]!));
  });
  return worst;
}

const containers: [string, (of: Case, options: FromKerasOptions) => KerasModel][] = [
  ['.keras', (of, options) => fromKeras(unpacked(of.keras), options)],
  ['.h5', (of, options) => fromKeras(unpacked(of.h5), options)],
  [
    '.weights.h5',
    (of, options) => {
      const { config, weights } = filesOf(of);
      return fromKeras(weights, { ...options, config });
    },
  ],
  [
    '.h5 of save_weights',
    (of, options) => fromKeras(unpacked(of.names), { ...options, config: filesOf(of).config }),
  ],
];

test.each(containers)('%s: 31 random models compute the same', (_, read) => {
  expect(cases.length).toBe(31);
  for (const of of cases)
    expect(worstOf(read(of, { backend }), of), of.classes.join(', ')).toBeLessThan(1e-12);
});

describe('unsupported contents are refused by name', () => {
  const config = (layers: unknown[]) => JSON.stringify({ class_name: 'Sequential', config: { layers } });
  const { weights } = filesOf(cases[0]!);

  test('weights without a model', () => {
    expect(() => fromKeras(weights)).toThrow(
      new RangeError(
        'fromKeras: bytes has weights alone, expected a whole model, or options.config from model.to_json()',
      ),
    );
    expect(() => fromKeras(weights, { config: '{' })).toThrow('fromKeras: options.config is not JSON');
    expect(() => fromKeras(weights, { config: 1 as never })).toThrow(TypeError);
    expect(() => fromKeras('x' as never)).toThrow(
      new TypeError('fromKeras: bytes is "x", expected a Uint8Array'),
    );
  });

  test('a layer that the file lacks, and names that every object has', () => {
    const lstm = (name: string) => ({
      class_name: 'LSTM',
      config: { name, activation: 'tanh', recurrent_activation: 'sigmoid' },
    });
    const nine = Array.from({ length: 9 }, (_, at) => lstm(`of_${at}`));
    expect(() => fromKeras(weights, { config: config(nine) })).toThrow(
      /^fromKeras: layer "of_\d" \(LSTM\) has (no weights kernel \(layers\/lstm_?\d?\/cell\/vars\/0\)|kernel of)/,
    );
    const old = unpacked(cases[0]!.names);
    for (const name of ['__proto__', 'constructor', 'toString'])
      expect(() => fromKeras(old, { config: config([lstm(name)]) })).toThrow(
        new RangeError(
          `fromKeras: layer "${name}" (LSTM) has no weights kernel, expected all of them in the file`,
        ),
      );
  });

  test('hard_sigmoid', () => {
    const of = cases.find(({ classes }) => classes.includes('LSTM'))!;
    const { config, weights } = filesOf(of);
    const hard = config.replaceAll(
      '"recurrent_activation": "sigmoid"',
      '"recurrent_activation": "hard_sigmoid"',
    );
    expect(hard).not.toBe(config);
    expect(() => fromKeras(weights, { config: hard })).toThrow(
      /^fromKeras: layer ".*" \((LSTM|GRU)\) has recurrent_activation "hard_sigmoid", expected "sigmoid"/,
    );
  });
});

describe('files that are not what they should be', () => {
  const ours =
    /^(fromKeras|Dense|LayerNorm|Dropout|Bidirectional|Sequence|sequential|Conv1d|Embedding|Parameter|Pooling|KerasModel|\w+Cell): .*, expected /s;
  const smallest = cases.at(-1)!;
  const read = (bytes: Uint8Array, options: FromKerasOptions = {}) => {
    try {
      fromKeras(bytes, options);
      return 'a model';
    } catch (error) {
      const { message } = error as Error;
      // A stack trace is expensive, so it is made only if the test fails.
      if (!ours.test(message)) expect.fail(`${(error as Error).stack}`);
      return message;
    }
  };
  const { config, weights } = filesOf(smallest);
  const files: [string, Uint8Array, FromKerasOptions][] = [
    ['.keras', unpacked(smallest.keras), {}],
    ['.h5', unpacked(smallest.h5), {}],
    ['.weights.h5', weights, { config }],
  ];

  test.each(files)(
    '%s: a truncation at any byte is an error, or cuts only what is not read',
    (name, bytes, options) => {
      let models = 0;
      for (let length = 0; length < bytes.length; length++)
        if (read(bytes.subarray(0, length), options) === 'a model') models++;
      // A zip archive ends with its table. HDF5 files may end with what the model does not need.
      expect(models).toBeLessThan(name === '.keras' ? 1 : bytes.length / 4);
    },
  );

  test.each(files)(
    '%s: a flipped bit in any byte is an error of the library, or another model',
    (_, bytes, options) => {
      let [models, errors] = [0, 0];
      for (let at = 0; at < bytes.length; at++) {
        const damaged = bytes.slice();
        damaged[at]! ^= 1 << (at % 8);
        if (read(damaged, options) === 'a model') models++;
        else errors++;
      }
      // HDF5 has no checksums in its older form, and much of a file is empty.
      expect(Math.min(models, errors)).toBeGreaterThan(100);
    },
  );

  test('every bit of the contents of a .keras file is covered by its checksums', () => {
    const [, bytes] = files[0]!;
    const at = Buffer.from(bytes).indexOf(Buffer.from(weights));
    for (let place = at; place < at + weights.length; place += 7) {
      const damaged = bytes.slice();
      damaged[place]! ^= 1 << (place % 8);
      expect(read(damaged)).toMatch(/has file "model.weights.h5" of another checksum/);
    }
  });

  test('sizes that overflow', () => {
    // The shape of the first dataset of two axes: a message of type 1, of version 1.
    const shape = Buffer.from(weights).indexOf(Buffer.from([1, 2, 1, 0, 0, 0, 0, 0]));
    expect(shape).toBeGreaterThan(0);
    for (const size of [2n ** 31n, 2n ** 53n, 2n ** 64n - 1n]) {
      const damaged = weights.slice();
      new DataView(damaged.buffer).setBigUint64(shape + 8, size, true);
      expect(read(damaged, { config })).toMatch(
        /^fromKeras: bytes has tensor ".*" of \d+ bytes, expected .* for its shape/,
      );
    }
  });

  test('packed archives are inflated by the function given, to the size that they claim', () => {
    const inflate = (packed: Uint8Array, size: number) =>
      new Uint8Array(inflateRawSync(packed, { maxOutputLength: size }));
    const packed = zip(
      { 'config.json': new TextEncoder().encode(config), 'model.weights.h5': weights },
      { deflate: true },
    );
    expect(worstOf(fromKeras(packed, { backend, inflate }), smallest)).toBeLessThan(1e-12);
    expect(read(packed)).toMatch(/has file "config.json" packed by method 8, expected it stored/);
    const zeros = new Uint8Array(2 ** 24);
    const bomb = zip({ 'config.json': zeros }, { deflate: true, size: 2 ** 32 - 1 });
    expect(read(bomb, { inflate })).toMatch(/has file "config.json" of \d+ bytes that claims 4294967295/);
    const larger = zip({ 'config.json': zeros }, { deflate: true, size: 100 });
    expect(read(larger, { inflate })).toMatch(/has file "config.json" that cannot be inflated/);
  });
});
