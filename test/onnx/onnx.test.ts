/** ONNX export and import, compared with ONNX Runtime. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AnyLayer,
  Bidirectional,
  Conv1d,
  Dense,
  Embedding,
  float64,
  GRUCell,
  indices,
  LayerNorm,
  LayerNormLSTMCell,
  LSTMCell,
  Noise,
  OneHot,
  Pooling,
  ProjectedLSTMCell,
  Random,
  Residual,
  RNNCell,
  Sequence,
  Sequential,
  sequential,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { GraphWriter } from '../../src/onnx/export/writer.ts';
import { fromOnnx, type OnnxFeeds, toOnnx } from '../../src/onnx.ts';
import { expectImported, expectInRuntime } from './expected.ts';
import { build, inputOf, type Plan, plan } from './models.ts';
import { flat, runtime } from './runtime.ts';
import { difference, shaken } from './tensors.ts';

const backend = float64();

/** Our model's outputs by the names of the graph, and the graph's inputs. */
function expectation(drawn: Plan): { feeds: OnnxFeeds; want: Record<string, Tensor>; bytes: Uint8Array } {
  const model = build(drawn, backend);
  const { x, lengths } = inputOf(drawn);
  const start = drawn.states
    ? shaken(model.initialState(drawn.batch), new Random(drawn.seed + 2))
    : undefined;
  const { output, state } = model.infer(x as Tensor, { lengths, state: start });
  const feeds: Record<string, OnnxFeeds[string]> = { input: x };
  if (lengths) feeds.lengths = { data: Int32Array.from(lengths), shape: [lengths.length] };
  for (const [name, part] of flat(start)) feeds[`initial.${name}`] = part;
  const finals = drawn.states ? flat(state).map(([name, part]) => [`final.${name}`, part] as const) : [];
  return {
    feeds,
    want: { output, ...Object.fromEntries(finals) },
    bytes: toOnnx(model, { lengths: lengths !== undefined, states: drawn.states }),
  };
}

test('random models give the same results in ONNX Runtime, with states and lengths', async () => {
  await fc.assert(
    fc.asyncProperty(plan, (drawn) => expectInRuntime(expectation(drawn))),
    { numRuns: 120 },
  );
});

test('exported random models are imported with the same results in float64', () => {
  fc.assert(
    fc.property(plan, (drawn) => expectImported(expectation(drawn))),
    { numRuns: 200 },
  );
});

describe('one step at a time', () => {
  const model = new Sequential([
    new Embedding({ classes: 4, outputSize: 3, backend }),
    new Sequence(new LSTMCell({ inputSize: 3, hiddenSize: 3, backend })),
    new Residual(new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 3, backend }))),
    new Conv1d({ inputSize: 3, outputSize: 2, kernelSize: 1, backend }),
    new Dense({ inputSize: 2, outputSize: 4, backend }),
  ]);

  test('equals the sequence, with the state carried from step to step', async () => {
    const tokens = [2, 0, 3, 1, 1];
    const whole = model.infer(indices([tokens]) as never);
    const bytes = toOnnx(model, { streaming: true });
    const graph = fromOnnx(bytes, { backend });
    expect(graph.inputs.map(({ name, kind, shape }) => [name, kind, shape])).toEqual([
      ['input', 'whole', ['batch']],
      ['initial.1.h', 'real', ['batch', 3]],
      ['initial.1.c', 'real', ['batch', 3]],
      ['initial.2.h', 'real', ['batch', 3]],
    ]);
    let feeds: Record<string, Tensor> = Object.fromEntries(
      flat(model.initialState(1)).map(([name, part]) => [`initial.${name}`, part]),
    );
    for (const [t, token] of tokens.entries()) {
      const input = { data: Int32Array.of(token), shape: [1] };
      const got = graph.run({ ...feeds, input });
      const theirs = await runtime(bytes, { ...feeds, input });
      expect(difference(got.output!, theirs.output!)).toBeLessThan(1e-6);
      expect(got.output!.shape).toEqual([1, 4]);
      const want = whole.output.data.subarray(4 * t, 4 * t + 4);
      expect(difference(got.output!, { data: want, shape: [1, 4] })).toBeLessThan(1e-6);
      feeds = Object.fromEntries(
        Object.entries(got).flatMap(([name, value]) =>
          name.startsWith('final.') ? [[name.replace('final', 'initial'), value]] : [],
        ),
      );
    }
    for (const [name, part] of flat(whole.state))
      expect(difference(part, feeds[`initial.${name}`]!)).toBeLessThan(1e-6);
  });

  test('gives the vector that a model of last outputs gives', async () => {
    const last = sequential(new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 3 }), { outputs: 'last' }));
    const bytes = toOnnx(last as AnyLayer, { streaming: true });
    const start = tensor([
      [0, 0, 0],
      [1, 2, 3],
    ]);
    const input = tensor([
      [1, 2],
      [3, 4],
    ]);
    const want = last.infer({ ...input, shape: [2, 1, 2] }, { state: { 0: { h: start } } }).output;
    const got = await runtime(bytes, { input, 'initial.0.h': start });
    expect(difference(want, got.output!)).toBeLessThan(1e-6);
  });

  test.each<[string, AnyLayer, string]>([
    [
      'both directions',
      new Bidirectional(
        new GRUCell({ inputSize: 1, hiddenSize: 1 }),
        new GRUCell({ inputSize: 1, hiddenSize: 1 }),
      ) as AnyLayer,
      'has a Bidirectional, expected one direction where streaming takes one step',
    ],
    [
      'the reverse',
      new Sequence(new GRUCell({ inputSize: 1, hiddenSize: 1 }), { reverse: true }),
      'has a Sequence, expected none in reverse where streaming takes one step',
    ],
    ['a mean of steps', new Pooling({ kind: 'mean' }), 'has a Pooling, expected a sequence of many steps'],
    [
      'a wide kernel',
      new Conv1d({ inputSize: 1, outputSize: 1, kernelSize: 2 }),
      'has a Conv1d, expected kernelSize 1 where streaming takes one step',
    ],
  ])('is refused for %s', (_, layer, message) => {
    expect(() => toOnnx(layer, { streaming: true })).toThrow(new RangeError(`toOnnx: model ${message}`));
  });
});

describe('layers without an ONNX operator are refused by name', () => {
  const sizes = { inputSize: 2, hiddenSize: 2 };
  class Own extends OneHot {
    override readonly type = 'Own' as 'OneHot';
  }
  test.each<[string, AnyLayer, string]>([
    [
      'cells',
      new Sequence(new LayerNormLSTMCell(sizes)),
      'has a LayerNormLSTMCell, expected one of RNNCell, LSTMCell, PeepholeLSTMCell, GRUCell',
    ],
    [
      'projections',
      sequential(
        new Dense({ inputSize: 2, outputSize: 2 }),
        new Sequence(new ProjectedLSTMCell({ ...sizes, projectionSize: 1 })),
      ) as AnyLayer,
      'has a ProjectedLSTMCell at 1, expected one of RNNCell, LSTMCell, PeepholeLSTMCell, GRUCell',
    ],
    [
      'zoneout',
      new Sequence(new RNNCell(sizes), { noise: new Noise({ zoneout: 0.1 }) }),
      'has a Sequence with zoneout, expected one without',
    ],
    [
      'custom classes',
      new Own({ classes: 2 }) as AnyLayer,
      'has a Own, expected a layer that ONNX has operators for',
    ],
    [
      'a sequence of a vector',
      new Sequential([
        new Sequence(new RNNCell(sizes), { outputs: 'last' }),
        new Sequence(new RNNCell(sizes)),
      ]),
      'has a RNNCell at 1, expected a sequence: a layer before it gives one vector',
    ],
  ])('%s', (_, layer, message) => {
    expect(() => toOnnx(layer)).toThrow(new RangeError(`toOnnx: model ${message}`));
  });

  test('an unknown number of features is not declared', () => {
    const { inputs, outputs } = fromOnnx(toOnnx(new Pooling({ kind: 'mean' })));
    expect(inputs[0]!.shape).toEqual(['batch', 'time', 'features']);
    expect(outputs[0]!.shape).toEqual(['batch', 'features']);
  });

  test('values other than layers are refused', () => {
    expect(() => toOnnx(new RNNCell(sizes) as never)).toThrow(
      new TypeError(
        'toOnnx: model is a value of type RNNCell, expected a layer, a graph or an encoder–decoder: new Sequence(cell) makes a layer of a cell',
      ),
    );
    for (const fake of [
      { type: 'Graph', plan: 1 },
      { type: 'EncoderDecoder', bridge: {} },
      { type: 'Dense', infer() {}, architecture() {}, accepts: 1 },
    ])
      expect(() => toOnnx(fake as never)).toThrow(
        'toOnnx: model is an object, expected a layer, a graph or an encoder–decoder',
      );
    expect(() => toOnnx(new Pooling({ kind: 'max' }), { length: true } as never)).toThrow(
      new TypeError('toOnnx: option "length" is unknown, expected lengths'),
    );
  });
});

test('an epsilon of 0, or one below all of float32, gives 0 for a constant row, not NaN', async () => {
  for (const epsilon of [0, 1e-60]) {
    const layer = new LayerNorm({ inputSize: 2, epsilon });
    const bytes = toOnnx(layer);
    const input = tensor([
      [3, 3],
      [1, 2],
    ]);
    expect(Array.from(layer.infer(input).output.data)).toEqual([0, 0, -1, 1]);
    for (const { output } of [fromOnnx(bytes).run({ input }), await runtime(bytes, { input })])
      expect(Array.from(output!.data)).toEqual([0, 0, -1, 1]);
  }
});

test('a weight that float32 cannot hold is refused, not written as Infinity', () => {
  const layer = new Dense({ inputSize: 1, outputSize: 1, backend });
  layer.weight.write([1e300]);
  expect(() => toOnnx(layer)).toThrow(
    new RangeError(
      'toOnnx: tensor "weight" has 1e+300, expected at most 3.4028234663852886e+38, the largest of F32',
    ),
  );
  layer.weight.write([2 ** 128 - 2 ** 104]);
  expect(fromOnnx(toOnnx(layer)).run({ input: tensor([[1]]) }).output!.data[0]).toBe(2 ** 128 - 2 ** 104);
});

describe('damaged files', () => {
  const small = toOnnx(
    new Sequence(new GRUCell({ inputSize: 1, hiddenSize: 1, bias: false }), { outputs: 'last' }),
  );

  test('graphs within graphs are at most 8 deep', () => {
    const field = (number: number, bytes: number[]) => [
      number * 8 + 2,
      (bytes.length & 127) | 128,
      bytes.length >> 7,
      ...bytes,
    ];
    // The graph of an attribute of a node of a graph, and so on.
    const nested = (depth: number): number[] =>
      depth === 0 ? [] : field(1, field(5, [...field(1, [97]), ...field(6, nested(depth - 1))]));
    const load = (depth: number) => () => fromOnnx(Uint8Array.from(field(7, nested(depth))));
    expect(load(9)).toThrow(/has graphs within graphs more than 8 deep/);
    expect(load(8)).not.toThrow(/graphs within graphs/);
  });

  test('every truncation is an error', () => {
    for (let length = 0; length < small.length; length++)
      expect(() => fromOnnx(small.subarray(0, length)), `${length} bytes`).toThrow(/^fromOnnx: /);
  });

  test('every flipped bit is a named error, or gives another graph', () => {
    const feeds = { input: tensor([[[0.5], [1]]]), 'initial.h': tensor([[0]]) };
    let others = 0;
    for (let at = 0; at < small.length * 8; at++) {
      const damaged = small.slice();
      damaged[at >> 3]! ^= 1 << (at & 7);
      try {
        fromOnnx(damaged).run(feeds);
        others++;
      } catch (error) {
        expect((error as Error).message, `bit ${at}`).toMatch(
          /^(fromOnnx|OnnxModel\.run|Sequence\.infer): .*, expected /,
        );
      }
    }
    // ONNX has no checksum, so a changed weight is accepted.
    expect(others).toBeGreaterThan(0);
  });

  const graph = (fill: (writer: GraphWriter, x: string) => string) => {
    const writer = new GraphWriter();
    const x = writer.input('x', 'float32', ['n', 2]);
    writer.output('y', fill(writer, x), ['n', 2]);
    return writer.bytes('test');
  };
  const W = (writer: GraphWriter, gates = 4) => [
    writer.floats('w', new Float32Array(gates * 2), [1, gates, 2]),
    writer.floats('r', new Float32Array(gates), [1, gates, 1]),
  ];

  test.each<[string, Uint8Array, RegExp]>([
    [
      'an operator that is not computed',
      graph((w, x) => w.node('NonZero', [x])),
      /^fromOnnx: NonZero "NonZero_0" is an operator that is not computed, expected one of Abs, Add, /,
    ],
    [
      'a name that every object has',
      graph((w, x) => w.node('toString', [x])),
      /toString "toString_0" is an operator that is not computed/,
    ],
    [
      'weights that are computed',
      graph((w, x) => w.node('LSTM', [x, x, x], { hidden_size: 1 })),
      /LSTM "LSTM_0" computes its input 1, expected weights that are in the file/,
    ],
    [
      'another activation',
      graph((w, x) => w.node('LSTM', [x, ...W(w)], { activations: ['HardSigmoid', 'Tanh', 'Tanh'] })),
      /LSTM "LSTM_2" has activations hardsigmoid, tanh, tanh, expected sigmoid, tanh, tanh/,
    ],
    [
      'clipped gates',
      graph((w, x) => w.node('LSTM', [x, ...W(w)], { clip: Float32Array.of(1) })),
      /LSTM "LSTM_2" clips its gates/,
    ],
    [
      'coupled gates',
      graph((w, x) => w.node('LSTM', [x, ...W(w)], { input_forget: 1 })),
      /couples its input and forget gates/,
    ],
    [
      'peepholes of another size',
      graph((w, x) => w.node('LSTM', [x, ...W(w), '', '', '', '', w.floats('p', [1, 1], [1, 2])])),
      /LSTM ".*" has peepholes of shape \[1, 2\], expected \[1, 3\]/,
    ],
    [
      'other shapes',
      graph((w, x) => w.node('GRU', [x, ...W(w)])),
      /GRU "GRU_2" has weights of shapes \[1, 4, 2\] and \[1, 4, 1\], expected \[1, 3 · hidden_size, …\] for direction forward/,
    ],
    [
      'a value that no node makes',
      graph(() => 'z'),
      /Identity "y" reads "z", expected a value that a node before it makes/,
    ],
    [
      'groups',
      graph((w, x) => w.node('Conv', [x, w.floats('k', [1, 1], [2, 1, 1])], { group: 2 })),
      /Conv "Conv_1" has groups, expected group 1/,
    ],
    [
      'two dimensions',
      graph((w, x) => w.node('Conv', [x, w.floats('k', [1], [1, 1, 1, 1])])),
      /Conv "Conv_1" has weights of shape \[1, 1, 1, 1\], expected 3 axes/,
    ],
    [
      'a bomb',
      graph((w, x) => w.node('Add', [x, w.node('ConstantOfShape', [w.integers([2 ** 20, 2 ** 20])])])),
      /makes a value of shape \[1048576, 1048576\], expected at most 2²⁸ elements/,
    ],
  ])('%s', (_, bytes, message) => {
    const load = () => fromOnnx(bytes).run({ x: tensor([[1, 2]]) });
    expect(load).toThrow(message);
    expect(load).toThrow(RangeError);
  });

  test('inputs that do not fit are refused', () => {
    const model = fromOnnx(graph((w, x) => w.node('Tanh', [x])));
    expect(() => model.run({})).toThrow('OnnxModel.run: feeds lacks "x", expected all inputs of the graph');
    expect(() => model.run({ x: tensor([[1, 2]]), y: tensor([1]) })).toThrow(
      'OnnxModel.run: feeds has "y", expected "x"',
    );
    expect(() => model.run({ x: tensor([1, 2]) })).toThrow(
      'OnnxModel.run: feeds["x"] has 2 elements of shape [2], expected [n, 2]',
    );
    expect(() => model.run({ x: 1 as never })).toThrow(
      new TypeError('OnnxModel.run: feeds["x"] is 1, expected a tensor or indices'),
    );
    expect(() => fromOnnx('x' as never)).toThrow(
      new TypeError('fromOnnx: bytes is "x", expected a Uint8Array'),
    );
  });
});

test('the layers of a graph can be trained', () => {
  const model = sequential(
    new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 3 })),
    new Dense({ inputSize: 3, outputSize: 1, bias: false }),
  );
  const { layers } = fromOnnx(toOnnx(model as AnyLayer));
  expect([...layers.values()].map(({ type }) => type)).toEqual(['Sequence', 'Dense']);
  const again = new Sequential([...layers.values()]);
  expect(again.infer(tensor([[[1, 2]]])).output).toEqual(model.infer(tensor([[[1, 2]]])).output);
});
