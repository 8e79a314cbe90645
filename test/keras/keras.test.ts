/** Models saved by TensorFlow.js, compared with its own results. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { float64, type Indices, indices, type Tensor, tensor } from '../../src/index.ts';
import { type Files, fromTfjs } from '../../src/keras.ts';

interface Case {
  // biome-ignore lint/suspicious/noExplicitAny: model.json as TensorFlow.js writes it
  readonly json: any;
  /** base64 */
  readonly weights: string;
  readonly input: { readonly data: number[]; readonly shape: number[]; readonly indices: boolean };
  readonly output: { readonly data: number[]; readonly shape: number[] };
}

const fixture = new URL('../fixtures/formats/tfjs.json', import.meta.url);
const cases: Case[] = JSON.parse(readFileSync(fixture, 'utf8'));
const backend = float64();

const encoded = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));
const filesOf = ({ json, weights }: Pick<Case, 'json' | 'weights'>): Files => ({
  'model.json': encoded(json),
  'weights.bin': new Uint8Array(Buffer.from(weights, 'base64')),
});
const classes = ({ json }: Case): string[] =>
  json.modelTopology.config.layers.map((layer: { class_name: string }) => layer.class_name);

test('24 random models of TensorFlow.js give the same results', () => {
  expect(cases.length).toBe(24);
  // TensorFlow.js computes in float32: sums of a few dozen terms near 1.
  let worst = 0;
  for (const of of cases) {
    const model = fromTfjs(filesOf(of), { backend });
    const { data, shape } = of.input;
    const x: Tensor | Indices = of.input.indices ? indices(data, shape) : tensor(data, shape);
    const got = model.infer(x);
    expect(got.shape).toEqual(of.output.shape);
    const lengths = model.lengths(x);
    const [, steps, width] = of.output.shape as [number, number, number?];
    got.data.forEach((value: number, at: number) => {
      // Beyond the mask, Keras repeats its last output; ours is zero.
      const [b, t] = [Math.floor(at / (steps * (width ?? 1))), Math.floor(at / (width ?? 1)) % steps];
      const beyond = width !== undefined && lengths !== undefined && t >= lengths[b]!;
      worst = Math.max(worst, Math.abs(value - (beyond ? 0 : of.output.data[at]!)));
    });
    expect(worst, classes(of).join(', ')).toBeLessThan(2e-6);
  }
});

test('they include every kind of layer', () => {
  const all = new Set(
    cases.flatMap((of) => [...classes(of), ...(JSON.stringify(of.json).match(/"merge_mode":"\w+"/g) ?? [])]),
  );
  for (const type of [
    'SimpleRNN',
    'LSTM',
    'GRU',
    'Bidirectional',
    'Dense',
    'TimeDistributed',
    'Embedding',
    'Masking',
    'Conv1D',
    'LayerNormalization',
    'Dropout',
  ])
    expect(all).toContain(type);
  for (const mode of ['concat', 'sum', 'mul', 'ave']) expect(all).toContain(`"merge_mode":"${mode}"`);
});

/** A model of one layer with the given weights by name. */
function one(className: string, config: object, weights: Readonly<Record<string, Tensor>>): Files {
  const entries = Object.entries(weights);
  const specs = entries.map(([name, { shape }]) => ({
    name: `${config && 'x'}/${name}`,
    shape,
    dtype: 'float32',
  }));
  const layer = { class_name: className, config: { name: 'x', ...config } };
  return {
    'model.json': encoded({
      modelTopology: { model_config: { class_name: 'Sequential', config: { layers: [layer] } } },
      weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights: specs }],
    }),
    'a.bin': new Uint8Array(0),
    'b.bin': new Uint8Array(Float32Array.from(entries.flatMap(([, { data }]) => [...data])).buffer),
  };
}

test('a GRU that resets after the product, Keras’s default, which TensorFlow.js refuses', () => {
  // One unit and one feature: Keras's formulas worked by hand, with a different number for every weight.
  const [kernel, recurrent] = [tensor([[0.5, -0.25, 0.75]]), tensor([[0.3, -0.6, 0.9]])];
  const bias = tensor([
    [0.1, 0.2, -0.3],
    [-0.4, 0.15, 0.05],
  ]);
  const config = {
    units: 1,
    reset_after: true,
    activation: 'tanh',
    recurrent_activation: 'sigmoid',
    return_sequences: true,
  };
  const model = fromTfjs(one('GRU', config, { kernel, recurrent_kernel: recurrent, bias }), { backend });
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  let h = 0;
  const want = [0.7, -1.2, 0.4].map((x) => {
    const at = (i: number) => Math.fround(kernel.data[i]!) * x + Math.fround(bias.data[i]!);
    const inner = (i: number) => Math.fround(recurrent.data[i]!) * h + Math.fround(bias.data[3 + i]!);
    const z = sigmoid(at(0) + inner(0));
    const r = sigmoid(at(1) + inner(1));
    h = z * h + (1 - z) * Math.tanh(at(2) + r * inner(2));
    return h;
  });
  const got = model.infer(tensor([[[0.7], [-1.2], [0.4]]]));
  got.data.forEach((value: number, t: number) => {
    expect(value).toBeCloseTo(want[t]!, 12);
  });
});

describe('unsupported options are refused, naming the layer', () => {
  const lstm = {
    kernel: tensor([[1, 2, 3, 4]]),
    recurrent_kernel: tensor([[1, 2, 3, 4]]),
    bias: tensor([1, 2, 3, 4]),
  };
  test.each<[string, Files, string]>([
    [
      'hard_sigmoid',
      one('LSTM', { recurrent_activation: 'hard_sigmoid' }, lstm),
      'layer "x" (LSTM) has recurrent_activation "hard_sigmoid", expected "sigmoid"',
    ],
    [
      'other activations',
      one('LSTM', { activation: 'elu' }, lstm),
      'layer "x" (LSTM) has activation "elu", expected "tanh"',
    ],
    [
      'states as outputs',
      one('LSTM', { return_state: true }, lstm),
      'layer "x" (LSTM) returns its state, expected one that does not',
    ],
    [
      'steps backwards',
      one('LSTM', { go_backwards: true, return_sequences: true }, lstm),
      'layer "x" (LSTM) returns its steps backwards, expected go_backwards false',
    ],
    [
      'missing weights',
      one('LSTM', {}, { kernel: lstm.kernel }),
      'layer "x" (LSTM) has no weights recurrent_kernel, expected all of them in weightsManifest',
    ],
    [
      'weights of other sizes',
      one('LSTM', {}, { ...lstm, bias: tensor([1, 2]) }),
      'layer "x" (LSTM) has bias of 2 numbers, expected 4 for shape [4]',
    ],
    [
      'weights of other axes',
      one('Dense', {}, { kernel: tensor([1, 2]) }),
      'layer "x" (Dense) has kernel of shape [2], expected 2 axes',
    ],
    [
      'unknown classes',
      one('Flatten', {}, {}),
      'layer "x" (Flatten) is of a class that is not computed, expected Activation, Bidirectional, ',
    ],
    [
      'names that every object has',
      one('constructor', {}, {}),
      'layer "x" (constructor) is of a class that is not computed, expected Activation, ',
    ],
  ])('%s', (_, files, message) => {
    expect(() => fromTfjs(files)).toThrow(`fromTfjs: ${message}`);
    expect(() => fromTfjs(files)).toThrow(RangeError);
  });

  test('softmax within, and two branches', () => {
    const dense = (name: string, activation: string) => ({
      class_name: 'Dense',
      config: { name, activation, use_bias: false },
    });
    const files = (layers: unknown[], rest = {}) => ({
      'model.json': encoded({
        modelTopology: {
          class_name: Object.keys(rest).length > 0 ? 'Functional' : 'Sequential',
          config: { layers, ...rest },
        },
        weightsManifest: [
          {
            paths: ['w'],
            weights: ['a', 'b'].map((name) => ({ name: `${name}/kernel`, shape: [1, 1], dtype: 'float32' })),
          },
        ],
      }),
      w: new Uint8Array(8),
    });
    expect(() => fromTfjs(files([dense('a', 'softmax'), dense('b', 'linear')]))).toThrow(
      'fromTfjs: layer "a" has softmax within the model, expected it at the end',
    );
    const node = (name: string, ...from: string[]) => ({
      ...dense(name, 'linear'),
      name,
      inbound_nodes: [from.map((of) => [of, 0, 0, {}])],
    });
    const joined = [node('a'), node('b'), node('c', 'a', 'b')];
    expect(() => fromTfjs(files(joined, { output_layers: [['c', 0, 0]] }))).toThrow(
      'fromTfjs: the model joins "a" and "b", expected layers one after another',
    );
    const cycle = [node('a', 'b'), node('b', 'a')];
    expect(() => fromTfjs(files(cycle, { output_layers: [['b', 0, 0]] }))).toThrow(
      /^fromTfjs: the model joins "[ab]", expected/,
    );
    // The same, as Keras 3 writes it.
    const tensorOf = (name: string) => ({
      args: [{ class_name: '__keras_tensor__', config: { keras_history: [name, 0, 0] } }],
      kwargs: {},
    });
    const straight = [node('a'), { ...node('b'), inbound_nodes: [tensorOf('a')] }];
    expect(fromTfjs(files(straight, { output_layers: ['b', 0, 0] })).model.layers.length).toBe(2);
  });
});

describe('damaged files', () => {
  const small = filesOf(cases.reduce((a, b) => (b.weights.length < a.weights.length ? b : a)));
  const [json, weights] = [small['model.json']!, small['weights.bin']!];
  const ours =
    /^(fromTfjs|Dense|LayerNorm|Dropout|Bidirectional|Sequence|sequential|Conv1d|Embedding|Parameter|\w+Cell): .*, expected /s;

  test('every truncation is an error', () => {
    for (let length = 0; length < json.length; length++)
      expect(() => fromTfjs({ ...small, 'model.json': json.subarray(0, length) })).toThrow(
        /^fromTfjs: model\.json is no JSON object/,
      );
    for (let length = 0; length < weights.length; length++)
      expect(() => fromTfjs({ ...small, 'weights.bin': weights.subarray(0, length) })).toThrow(
        /^fromTfjs: weights ".*" end at byte/,
      );
    expect(() => fromTfjs({ ...small, 'weights.bin': Uint8Array.from([...weights, 0]) })).toThrow(
      /has \d+ bytes, expected \d+ for its weights/,
    );
  });

  test('every flipped bit of the description is a named error, or gives another model', () => {
    let others = 0;
    for (let at = 0; at < json.length * 8; at++) {
      const damaged = json.slice();
      damaged[at >> 3]! ^= 1 << (at & 7);
      try {
        fromTfjs({ ...small, 'model.json': damaged });
        others++;
      } catch (error) {
        expect((error as Error).message, `bit ${at}: ${(error as Error).stack}`).toMatch(ours);
      }
    }
    // Of initializers and names, mostly: TensorFlow.js writes no checksum.
    expect(others).toBeGreaterThan(0);
  });

  test('a small file allocates little memory and takes no time', () => {
    const { arrayBuffers } = process.memoryUsage();
    const { user } = process.cpuUsage();
    const huge = 2 ** 14;
    const few = tensor([[1, 2]]);
    for (const [type, config] of [
      ['Dense', { units: huge, batch_input_shape: [null, huge] }],
      ['SimpleRNN', { units: huge, batch_input_shape: [null, null, 1] }],
      ['LSTM', { units: huge, recurrent_activation: 'sigmoid', batch_input_shape: [null, null, 1] }],
      ['GRU', { units: huge, recurrent_activation: 'sigmoid', batch_input_shape: [null, null, 1] }],
      ['Conv1D', { filters: huge, kernel_size: [huge], batch_input_shape: [null, null, huge] }],
    ] as const) {
      expect(() => fromTfjs(one(type, config, {})), type).toThrow(/^fromTfjs: layer "x" .*, expected /);
      const described = one(type, config, { kernel: few, recurrent_kernel: few, bias: few });
      expect(() => fromTfjs(described), type).toThrow(/^fromTfjs: layer "x" .*, expected /);
    }
    const claimed = { ...few, shape: [huge, huge] };
    expect(() => fromTfjs(one('Dense', { units: huge }, { kernel: claimed }))).toThrow(
      'fromTfjs: weights "x/kernel" end at byte 1073741824 of 8, expected whole files',
    );
    // JSON.stringify would overflow the stack.
    const nested = '{"class_name":"TimeDistributed","config":{"name":"x","layer":'.repeat(20_000);
    const deep = `{"modelTopology":{"class_name":"Sequential","config":{"layers":[${nested}0${'}}'.repeat(20_000)}]}},"weightsManifest":[]}`;
    expect(() => fromTfjs({ 'model.json': new TextEncoder().encode(deep) })).toThrow(
      /^fromTfjs: layer .*, expected /,
    );
    expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(8 * 2 ** 20);
    expect(process.cpuUsage().user - user).toBeLessThan(5e6);
  });

  test('missing parts and other values are refused', () => {
    expect(() => fromTfjs({ 'model.json': json })).toThrow(
      new RangeError('fromTfjs: files has no "weights.bin", expected every file that model.json names'),
    );
    expect(() => fromTfjs({ 'model.json': 'x' as never })).toThrow(
      new TypeError('fromTfjs: files["model.json"] is "x", expected a Uint8Array'),
    );
    expect(() => fromTfjs(null as never)).toThrow(
      new TypeError('fromTfjs: files is null, expected bytes by name'),
    );
    expect(() => fromTfjs({ 'model.json': encoded({ format: 'graph-model' }) })).toThrow(
      'fromTfjs: model.json is a graph model, expected a layers model, as tf.LayersModel.save writes',
    );
  });

  test('a small file allocates little memory', () => {
    const big = one('Dense', { use_bias: false }, {});
    const text = new TextDecoder()
      .decode(big['model.json']!)
      .replace('"weights":[]', '"weights":[{"name":"x/kernel","shape":[1073741824,0],"dtype":"float32"}]');
    expect(() => fromTfjs({ ...big, 'model.json': new TextEncoder().encode(text) })).toThrow(
      /^fromTfjs|^Dense/,
    );
  });
});

test('masked steps are counted from the end', () => {
  const layers = [{ class_name: 'Embedding', config: { name: 'x', mask_zero: true } }];
  const files = {
    'model.json': encoded({
      modelTopology: { class_name: 'Sequential', config: { layers } },
      weightsManifest: [
        { paths: ['w'], weights: [{ name: 'x/embeddings', shape: [3, 1], dtype: 'float32' }] },
      ],
    }),
    w: new Uint8Array(12),
  };
  const model = fromTfjs(files);
  expect(
    model.lengths(
      indices([
        [1, 2, 0],
        [0, 0, 0],
        [2, 2, 2],
      ]),
    ),
  ).toEqual([2, 0, 3]);
  expect(() => model.lengths(indices([[1, 0, 2]]))).toThrow(
    new RangeError('KerasModel: inputs[0, 1] is masked, expected masked steps at the end alone'),
  );
});
