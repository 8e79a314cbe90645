import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Activation,
  type Architecture,
  Attention,
  Bidirectional,
  type Builders,
  Cell,
  type CellOptions,
  Conv1d,
  concatenate,
  Dense,
  Dropout,
  EachStep,
  Embedding,
  EncoderDecoder,
  float32,
  float64,
  GRUCell,
  Graph,
  graph,
  type Indices,
  indices,
  input,
  LayerNorm,
  LSTMCell,
  load,
  loadMetadata,
  type Model,
  Noise,
  OneHot,
  Pooling,
  Random,
  Repeat,
  Residual,
  RNNCell,
  Sequence,
  Sequential,
  save,
  sequential,
  sum,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { decodeTensors, encodeTensors } from '../../src/storage/safetensors.ts';
import { shakeParameters } from '../laws/subjects.ts';

const sizes = { inputSize: 2, hiddenSize: 2 };
const shared = new GRUCell(sizes);
const sharedLayer = new Dense({ inputSize: 2, outputSize: 2 });
const models: readonly [string, () => Model][] = [
  ['RNNCell', () => new RNNCell({ ...sizes, activation: 'relu' })],
  [
    'Graph of joins, two heads and a shared layer',
    () => {
      const words = new Embedding({ classes: 2, outputSize: 3 });
      const gru = new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 2 }), { outputs: 'last' });
      const spelt = input('letters').to(new EachStep(sequential(words, gru)), 'spelling');
      const word = input('words').to(words);
      const hidden = concatenate(spelt, word).to(new Dense({ inputSize: 5, outputSize: 3 }));
      return graph({
        a: sum(hidden, word).to(new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 4 }))),
        b: hidden,
      });
    },
  ],
  ['LSTMCell', () => new LSTMCell({ ...sizes, bias: false })],
  ['GRUCell', () => new GRUCell({ ...sizes, reset: 'before' })],
  ['Sequence', () => new Sequence(new LSTMCell(sizes), { outputs: 'last', reverse: true, history: 3 })],
  [
    'Bidirectional',
    () => new Bidirectional(new GRUCell(sizes), new GRUCell({ inputSize: 2, hiddenSize: 3 }), { history: 2 }),
  ],
  ['Bidirectional with one cell', () => new Bidirectional(shared, shared)],
  [
    'Sequence, noisy, its initial state learned',
    () =>
      new Sequence(new LSTMCell(sizes), {
        noise: new Noise({ recurrentDropout: 0.25, zoneout: { h: 0.1, c: 0.5 }, random: new Random(4) }),
        learnInitialState: true,
      }),
  ],
  [
    'Bidirectional, noisy, its initial states learned',
    () =>
      new Bidirectional(new GRUCell(sizes), new GRUCell(sizes), {
        recompute: 2,
        merge: 'sum',
        noise: new Noise({ recurrentDropout: 0.25, zoneout: 0.5, random: new Random(5) }),
        learnInitialState: true,
      }),
  ],
  ['Activation', () => new Activation({ kind: 'relu' })],
  [
    'Bidirectional, merged',
    () => new Bidirectional(new GRUCell(sizes), new GRUCell(sizes), { merge: 'mean', recompute: 4 }),
  ],
  [
    'Conv1d',
    () =>
      new Conv1d({ inputSize: 2, outputSize: 3, kernelSize: 2, dilation: 3, padding: 'same', bias: false }),
  ],
  [
    'Conv1d, mirrored',
    () =>
      new Conv1d({
        inputSize: 2,
        outputSize: 3,
        kernelSize: 2,
        stride: 2,
        padding: [0, 1],
        paddingMode: 'reflect',
      }),
  ],
  ['LayerNorm', () => new LayerNorm({ inputSize: 2, epsilon: 0.01 })],
  ['LayerNorm, plain', () => new LayerNorm({ inputSize: 2, affine: false })],
  ['Pooling', () => new Pooling({ kind: 'max' })],
  ['Repeat', () => new Repeat({ steps: 3 })],
  ['Residual', () => new Residual(new Dense({ inputSize: 2, outputSize: 2 }))],
  ['Dense', () => new Dense({ inputSize: 2, outputSize: 3, bias: false })],
  ['Embedding', () => new Embedding({ classes: 4, outputSize: 3, paddingIndex: 1 })],
  ['OneHot', () => new OneHot({ classes: 4 })],
  ['Dropout across time', () => new Dropout({ rate: 0.25, acrossTime: true, random: new Random(9) })],
  ['Dropout', () => new Dropout({ rate: 0.25, random: new Random(9) })],
  ['Attention, dot', () => new Attention({ score: 'dot', querySize: 2, keySize: 2, scale: 0.5 })],
  [
    'Attention, additive',
    () => new Attention({ score: 'additive', querySize: 2, keySize: 2, attentionSize: 3 }),
  ],
  [
    'EncoderDecoder',
    () =>
      new EncoderDecoder({
        encoder: sequential(
          new Embedding({ classes: 3, outputSize: 2 }),
          new Bidirectional(new GRUCell(sizes), new GRUCell(sizes)),
        ),
        decoder: sequential(new Embedding({ classes: 3, outputSize: 2 }), new Sequence(new LSTMCell(sizes))),
        attention: new Attention({ score: 'general', querySize: 2, keySize: 4 }),
        output: new Dense({ inputSize: 5, outputSize: 3 }),
        start: 0,
        end: 2,
      }),
  ],
  [
    'EncoderDecoder without attention, of one embedding',
    () => {
      const embedding = new Embedding({ classes: 3, outputSize: 2 });
      return new EncoderDecoder({
        encoder: sequential(embedding, new Sequence(new GRUCell(sizes))),
        decoder: sequential(embedding, new Sequence(new GRUCell(sizes))),
        output: new Dense({ inputSize: 2, outputSize: 3 }),
        start: 0,
        end: 2,
      });
    },
  ],
  [
    'Sequential',
    () =>
      sequential(
        new OneHot({ classes: 2 }),
        new Sequence(new LSTMCell(sizes)),
        new Dropout({ rate: 0.5, random: new Random(3) }),
        new Dense({ inputSize: 2, outputSize: 1 }),
      ),
  ],
  [
    'Sequential with shared layers and cells, at several depths',
    () =>
      new Sequential([
        sharedLayer,
        new Sequence(shared),
        new Sequential([sharedLayer, new Sequence(shared, { reverse: true })]),
        sharedLayer,
      ]),
  ],
];

describe.each(models)('%s', (_, make) => {
  test('is loaded bit for bit', () => {
    const model = make();
    shakeParameters(model, new Random(1));
    const bytes = save(model);
    const again = load(bytes);
    expect(again.constructor).toBe(model.constructor);
    expect(again.backend).toBe(model.backend);
    expect(save(again)).toEqual(bytes);
    const values = (of: Model) => [...of.parameters()].map(([name, parameter]) => [name, parameter.read()]);
    expect(values(again)).toEqual(values(model));
    expect(output(again)).toEqual(output(model));
  });
});

/** A model's outputs for a suitable input, in training and inference. */
function output(model: Model): unknown {
  if (model instanceof Cell) return model.infer(tensor([[0.5, -1]]));
  if (model instanceof Repeat) return model.infer(tensor([[0.5, -1]]));
  if (model instanceof Attention)
    return model.infer({
      query: tensor([[[1, -1]]]),
      keys: tensor([
        [
          [0.5, -1],
          [2, 1],
        ],
      ]),
    });
  if (model instanceof EncoderDecoder)
    return model.infer({ source: indices([[1, 0]]), target: indices([[0, 1]]) });
  if (model instanceof Graph)
    return model.infer({
      words: indices([[1, 0]]),
      letters: indices([
        [
          [1, 0],
          [1, -1],
        ],
      ]),
    });
  const x: Tensor | Indices =
    model.accepts === 'indices'
      ? indices([[1, 0]])
      : tensor([
          [
            [0.5, -1],
            [2, 1],
          ],
        ]);
  return [model.infer(x), model.forward(x).output];
}

test('a model has the saved precision, or the requested one', () => {
  const double = new Dense({ inputSize: 2, outputSize: 1, backend: float64() });
  const bytes = save(double);
  const again = load(bytes) as Dense;
  expect(again.backend).toBe(float64());
  expect(again.weight.read()).toEqual(double.weight.read());
  const single = load(bytes, { backend: float32() }) as Dense;
  expect(single.backend).toBe(float32());
  expect(single.weight.read()).toEqual(Float32Array.from(double.weight.read()));
});

test('files of version 1, whose checksum covers only the data, are read', () => {
  const file = new URL('../fixtures/formats/version-1.safetensors', import.meta.url);
  const bytes = new Uint8Array(readFileSync(file));
  const model = load(bytes) as Sequential<Indices>;
  expect(model.layers.map(({ type }) => type)).toEqual(['Embedding', 'Sequence']);
  expect(Array.from(model.parameters().get('0.weight')!.read())).toEqual([
    -1.6490787267684937, -1.654731273651123,
  ]);
  expect(loadMetadata(bytes)).toEqual({ a: 'b' });
  bytes[bytes.length - 1]! ^= 1;
  expect(() => load(bytes)).toThrow(/^load: bytes has checksum [0-9a-f]{8}, expected "[0-9a-f]{8}": /);
});

test('loading draws nothing at random', () => {
  const bytes = save(new Dense({ inputSize: 2, outputSize: 1 }));
  const next = () => new Dense({ inputSize: 1, outputSize: 1 }).weight.read()[0];
  const [a, b] = [next(), next()];
  load(bytes);
  expect(a).not.toBe(b);
  const random = new Random(0);
  const before = random.state;
  load(bytes);
  expect(random.state).toEqual(before);
});

test('any reader of the format finds parameters by name', () => {
  const model = new Sequence(new RNNCell({ inputSize: 1, hiddenSize: 2 }));
  const { tensors, metadata } = decodeTensors('test', save(model));
  expect([...tensors].map(([name, { shape }]) => [name, shape])).toEqual([
    ['cell.weightIh', [2, 1]],
    ['cell.weightHh', [2, 2]],
    ['cell.biasIh', [2]],
    ['cell.biasHh', [2]],
  ]);
  expect(metadata).toMatchObject({ format: 'recurrent-cells', version: '2', dtype: 'float32' });
});

describe('a custom class', () => {
  class Scaled extends RNNCell {
    readonly factor: number;
    constructor({ factor, ...options }: CellOptions & { factor: number }) {
      super(options);
      this.factor = factor;
    }
    override architecture(): Architecture {
      const { inputSize, hiddenSize, factor } = this;
      return { type: 'Scaled', options: { inputSize, hiddenSize, factor } };
    }
  }
  const model = new Sequence(new Scaled({ ...sizes, factor: 3 }));

  test('is built by its builder, which overrides the library’s', () => {
    const builders: Builders = {
      Scaled: (options) => new Scaled(options),
      Sequence: (options, { cell }) => new Sequence(cell as Cell, { ...options, outputs: 'last' }),
    };
    const again = load(save(model), { builders }) as Sequence<Scaled>;
    expect([again.cell.factor, again.outputs]).toEqual([3, 'last']);
    expect(again.cell.weightHh.read()).toEqual(model.cell.weightHh.read());
  });

  test('is an error without a builder', () =>
    expect(() => load(save(model))).toThrow(
      new RangeError(
        'load: bytes holds a "Scaled", expected a class of the library, or a builder for it in options.builders',
      ),
    ));

  test('with a failing builder is an error with its reason', () => {
    const reason = new TypeError('no such factor');
    const builders: Builders = {
      Scaled: () => {
        throw reason;
      },
    };
    expect(() => load(save(model), { builders })).toThrow(
      expect.objectContaining({
        message:
          'load: options.builders.Scaled threw "no such factor", expected (options, parts) => a new one',
        cause: reason,
      }),
    );
  });
});

describe('damaged files', () => {
  const dense = new Dense({ inputSize: 2, outputSize: 1 });
  const bytes = save(dense);
  const { tensors, metadata } = decodeTensors('test', bytes);

  test.each<[string, Partial<typeof metadata>, string]>([
    ['another format', { format: 'pt' }, 'has format "pt", expected a model saved by recurrent-cells'],
    ['another version', { version: '3' }, 'has version "3", expected a version up to 2'],
    [
      'a damaged architecture',
      { architecture: '{' },
      'has an architecture that is not JSON, expected a saved model',
    ],
    [
      'a null architecture',
      { architecture: 'null' },
      'holds a part of no class, expected a class of the library, or a builder for it in options.builders',
    ],
    [
      'a class named like a property of every object',
      { architecture: '{"type":"constructor","options":{}}' },
      'holds a "constructor", expected a class of the library, or a builder for it in options.builders',
    ],
    [
      'a reference to a missing part',
      { architecture: '{"type":"Sequential","options":{},"parts":{"0":{"same":"1"}}}' },
      'holds a part of no class, expected a class of the library, or a builder for it in options.builders',
    ],
    [
      'an invalid option',
      { architecture: '{"type":"Dense","options":{"inputSize":0,"outputSize":1}}' },
      'holds a Dense that cannot be built (Dense: inputSize is 0, expected a whole number of at least 1), expected a whole file',
    ],
    [
      'another shape',
      { architecture: '{"type":"Dense","options":{"inputSize":3,"outputSize":1}}' },
      'holds tensor "weight" of shape [1, 2], expected [1, 3]',
    ],
    [
      'a size beyond the file',
      { architecture: '{"type":"Dense","options":{"inputSize":65536,"outputSize":2}}' },
      'holds a Dense that cannot be built (Parameter: shape is [2, 65536], expected at most 65542 elements for a file of this size), expected a whole file',
    ],
    [
      'an unknown option',
      { architecture: '{"type":"Dense","options":{"inputSize":2,"outputSize":1,"inputsize":3}}' },
      'holds a Dense that cannot be built (Dense: option "inputsize" is unknown, expected inputSize), expected a whole file',
    ],
    [
      'too many levels',
      {
        architecture: `${'{"type":"Residual","options":{},"parts":{"layer":'.repeat(101)}{}${'}}'.repeat(101)}`,
      },
      'holds parts within parts 101 deep, expected at most 100',
    ],
    [
      'a superfluous tensor',
      { architecture: '{"type":"Dense","options":{"inputSize":2,"outputSize":1,"bias":false}}' },
      'holds a tensor "bias", expected only parameters of the model',
    ],
  ])('with %s are refused', (_, changed, message) =>
    expect(() =>
      load(encodeTensors('test', tensors, { metadata: { ...metadata, ...changed } as typeof metadata })),
    ).toThrow(expect.objectContaining({ name: 'RangeError', message: `load: bytes ${message}` })),
  );

  test('with a missing tensor are refused', () => {
    const some = new Map([...tensors].slice(1));
    expect(() => load(encodeTensors('test', some, { metadata }))).toThrow(
      new RangeError('load: bytes lacks the tensor "weight", expected every parameter of the model'),
    );
  });

  test('without bytes are refused', () => {
    expect(() => load('model' as unknown as Uint8Array)).toThrow(
      new TypeError('load: bytes is "model", expected a Uint8Array'),
    );
    expect(() => load(bytes.buffer as unknown as Uint8Array)).toThrow(
      new TypeError('load: bytes is a value of type ArrayBuffer, expected a Uint8Array'),
    );
  });

  const stack = save(
    sequential(
      new OneHot({ classes: 2 }),
      new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 1 })),
      new Dropout({ rate: 0.5, random: new Random(3) }),
    ),
  );

  test('every truncation is a RangeError', () => {
    for (let length = 0; length < stack.length; length++)
      expect(() => load(stack.subarray(0, length))).toThrow(RangeError);
  });

  test('every flipped bit is a RangeError', () => {
    const one = save(new Sequence(new GRUCell({ inputSize: 1, hiddenSize: 1 })));
    for (let at = 0; at < one.length * 8; at++) {
      const damaged = one.slice();
      damaged[at >> 3]! ^= 1 << (at & 7);
      expect(() => load(damaged), `bit ${at}`).toThrow(/^load: bytes /);
    }
  });

  test('a small file allocates little memory and takes no time', () => {
    const small = save(new LayerNorm({ inputSize: 2 }));
    const { tensors, metadata } = decodeTensors('test', small);
    const claims: readonly (readonly [string, string])[] = [
      ['"inputSize":2', `"inputSize":${2 ** 28}`],
      ['{"inputSize":2,"epsilon":0.00001,"affine":true}', `{"inputSize":1,"epsilon":${2 ** 28}}`],
    ];
    const { arrayBuffers } = process.memoryUsage();
    for (const [from, to] of claims) {
      const architecture = metadata.architecture!.replace(from, to);
      expect(architecture).not.toBe(metadata.architecture);
      expect(() => load(encodeTensors('test', tensors, { metadata: { ...metadata, architecture } }))).toThrow(
        RangeError,
      );
    }
    for (const cell of ['RNNCell', 'LSTMCell', 'GRUCell', 'LayerNormLSTMCell', 'PeepholeLSTMCell']) {
      const architecture = JSON.stringify({ type: cell, options: { inputSize: 1, hiddenSize: 2 ** 14 } });
      expect(() => load(encodeTensors('test', tensors, { metadata: { ...metadata, architecture } }))).toThrow(
        /for a file of this size\), expected a whole file$/,
      );
    }
    expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(2 ** 20);
  });

  test('F16 halves the size', () => {
    const model = new Dense({ inputSize: 30, outputSize: 20 });
    const half = save(model, { dtype: 'F16' });
    expect(half.length).toBeLessThan(save(model).length * 0.65);
    const again = load(half) as Dense;
    again.weight.read().forEach((value, i) => {
      expect(Math.abs(value - model.weight.read()[i]!)).toBeLessThan(2 ** -11 * Math.abs(value) + 2 ** -25);
    });
  });

  test('changed bytes are a RangeError or give another model', () => {
    const change = fc.tuple(fc.integer({ min: 0, max: stack.length - 1 }), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const damaged = stack.slice();
        for (const [at, byte] of changes) damaged[at] = byte;
        try {
          load(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect((error as Error).message).toMatch(/^load: bytes /);
        }
      }),
      { numRuns: 1500 },
    );
  });
});
