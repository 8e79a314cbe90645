/** Graphs of several inputs, joins and heads as ONNX, compared with ONNX Runtime. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  Activation,
  type AnyLayer,
  type AnyNode,
  concatenate,
  Dense,
  EachStep,
  Embedding,
  float64,
  GRUCell,
  graph,
  indices,
  input,
  LSTMCell,
  OneHot,
  Pooling,
  ProjectedLSTMCell,
  Random,
  RNNCell,
  Sequence,
  type State,
  sequential,
  sum,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { fromOnnx, type OnnxFeeds, toOnnx } from '../../src/onnx.ts';
import { expectImported, expectInRuntime } from './expected.ts';
import { buildGraph, type GraphPlan, graphInputs, graphPlan } from './graphs.ts';
import { flat, runtime } from './runtime.ts';
import { difference, shaken } from './tensors.ts';

const backend = float64();

/** What a graph computes here, by the names of its file. */
function expectation(drawn: GraphPlan): {
  feeds: OnnxFeeds;
  want: Record<string, Tensor>;
  bytes: Uint8Array;
} {
  const model = buildGraph(drawn, backend);
  const { inputs, lengths } = graphInputs(model, drawn);
  const start = drawn.states
    ? shaken(model.initialState(drawn.batch), new Random(drawn.seed + 2))
    : undefined;
  const { output, state } = model.infer(inputs, { lengths, state: start });
  const feeds: Record<string, OnnxFeeds[string]> = {};
  for (const [name, value] of Object.entries(inputs)) feeds[`input.${name}`] = value;
  for (const [name, valid] of Object.entries(lengths ?? {}))
    feeds[`lengths.${name}`] = { data: Int32Array.from(valid), shape: [valid.length] };
  for (const [name, part] of flat(start)) feeds[`initial.${name}`] = part;
  const want: Record<string, Tensor> = {};
  if (drawn.single) want.output = output as Tensor;
  else for (const [head, value] of Object.entries(output as object)) want[`output.${head}`] = value;
  if (drawn.states) for (const [name, part] of flat(state)) want[`final.${name}`] = part;
  const vectors = 'speaker' in inputs ? ['speaker'] : undefined;
  return { feeds, want, bytes: toOnnx(model, { lengths: drawn.lengths, states: drawn.states, vectors }) };
}

test('random graphs give the same results in ONNX Runtime, with states and lengths', async () => {
  await fc.assert(
    fc.asyncProperty(graphPlan, (drawn) => expectInRuntime(expectation(drawn))),
    { numRuns: 120 },
  );
});

test('exported random graphs are imported with the same results in float64', () => {
  fc.assert(
    fc.property(graphPlan, (drawn) => expectImported(expectation(drawn))),
    { numRuns: 100 },
  );
});

const sizes = { inputSize: 2, hiddenSize: 2 };
const features = () => input('features', 2);
const letters = () =>
  new EachStep(
    sequential(
      new Embedding({ classes: 4, outputSize: 2 }),
      new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 3 }), { outputs: 'last' }),
    ),
  );

test('the inputs and outputs have the names of the graph', () => {
  const steps = concatenate(features().to(new Sequence(new GRUCell(sizes)), 'core'), input('speaker', 3));
  const model = graph({
    tag: steps.to(new Dense({ inputSize: 5, outputSize: 4 })),
    topic: steps.to(new Pooling({ kind: 'max' })).to(new Dense({ inputSize: 5, outputSize: 1 })),
  });
  const file = fromOnnx(toOnnx(model, { lengths: true, vectors: ['speaker'] }));
  expect(file.inputs.map(({ name, shape }) => [name, shape])).toEqual([
    ['input.features', ['batch', 'time.features', 2]],
    ['lengths.features', ['batch']],
    ['input.speaker', ['batch', 3]],
    ['initial.core.h', ['batch', 2]],
  ]);
  expect(file.outputs.map(({ name, shape }) => [name, shape])).toEqual([
    ['output.tag', ['batch', 'steps.tag', 4]],
    ['output.topic', ['batch', 1]],
    ['final.core.h', ['batch', 2]],
  ]);
});

test.each<[string, AnyNode, string[], string[]]>([
  [
    'that a layer over time reads through a join',
    sum(features(), input('other', 2))
      .to(new Activation({ kind: 'tanh' }))
      .to(new Sequence(new RNNCell(sizes))),
    [],
    ['features', 'other'],
  ],
  [
    'that is joined with sequences',
    sum(input('words').to(new Embedding({ classes: 3, outputSize: 2 })), features()),
    [],
    ['words', 'features'],
  ],
  [
    'but not one of the vectors',
    sum(input('words').to(new Embedding({ classes: 3, outputSize: 2 })), features()),
    ['features'],
    ['words'],
  ],
  [
    'but not one of single vectors alone',
    sum(features().to(new Dense({ inputSize: 2, outputSize: 2 })), input('b', 2)),
    [],
    [],
  ],
  [
    'but not one joined with a vector that a sequence gave',
    concatenate(
      input('words').to(
        sequential(new OneHot({ classes: 2 }), new Sequence(new RNNCell(sizes), { outputs: 'last' })),
      ),
      features(),
    ),
    [],
    ['words'],
  ],
])('an input has a time axis %s', (_, output, vectors, timed) => {
  const { inputs } = fromOnnx(toOnnx(graph(output), { states: false, vectors }));
  const found = inputs.filter(({ name, shape }) => shape![1] === `time.${name.slice(6)}`);
  expect(found.map(({ name }) => name.slice(6))).toEqual(timed);
});

test('a graph computes one step at a time', async () => {
  const word = input('words').to(new Embedding({ classes: 5, outputSize: 2 }), 'word');
  const joined = concatenate(word, input('characters').to(letters(), 'spelling'), input('speaker', 1));
  const model = graph({
    tag: joined
      .to(new Sequence(new LSTMCell({ inputSize: 6, hiddenSize: 2 })), 'context')
      .to(new Dense({ inputSize: 2, outputSize: 3 })),
  });
  const bytes = toOnnx(model, { streaming: true, vectors: ['speaker'] });
  const words = [[3, 1, 4]];
  const characters = [
    [
      [1, 2, -1],
      [-1, -1, -1],
      [3, 3, 0],
    ],
  ];
  const speaker = tensor([[0.5]]);
  const { output, state } = model.infer({ words: indices(words), characters: indices(characters), speaker });
  let states: { [name: string]: Tensor } = { h: tensor([[0, 0]]), c: tensor([[0, 0]]) };
  for (const [t, index] of words[0]!.entries()) {
    const got = await runtime(bytes, {
      'input.words': { data: Int32Array.of(index), shape: [1] },
      'input.characters': { data: Int32Array.from(characters[0]![t]!), shape: [1, 3] },
      'input.speaker': speaker,
      'initial.context.h': states.h!,
      'initial.context.c': states.c!,
    });
    const want = { data: output.tag.data.subarray(3 * t, 3 * t + 3), shape: [1, 3] };
    expect(difference(want, got['output.tag']!)).toBeLessThan(1e-6);
    states = { h: got['final.context.h']!, c: got['final.context.c']! };
  }
  expect(difference((state.context as State).h as Tensor, states.h!)).toBeLessThan(1e-6);
});

test('a layer that is used twice is written once', () => {
  const layer = new Dense({ inputSize: 40, outputSize: 40 });
  const size = (model: Parameters<typeof toOnnx>[0]) => toOnnx(model).length;
  const once = size(graph(input('a').to(layer)));
  expect(size(graph(sum(input('a').to(layer), input('b').to(layer, 'b'))))).toBeLessThan(once + 500);
  expect(once).toBeGreaterThan(4 * 40 * 40);
});

test('a layer at each step is also exported outside graphs', async () => {
  const model = sequential(letters(), new Dense({ inputSize: 3, outputSize: 1 }));
  const x = indices([
    [
      [1, -1],
      [2, 3],
    ],
  ]);
  const { output } = await runtime(toOnnx(model as AnyLayer), { input: x });
  expect(difference(model.infer(x).output, output!)).toBeLessThan(1e-6);
});

test('what a graph cannot do is refused by name', () => {
  const model = graph(
    features().to(new Sequence(new ProjectedLSTMCell({ ...sizes, projectionSize: 1 })), 'core'),
  );
  expect(() => toOnnx(model)).toThrow(
    new RangeError(
      'toOnnx: model has a ProjectedLSTMCell at core, expected one of RNNCell, LSTMCell, PeepholeLSTMCell, GRUCell',
    ),
  );
  const steps = graph(input('words').to(new EachStep(new Embedding({ classes: 2, outputSize: 1 }))));
  expect(() => toOnnx(steps)).toThrow(
    new RangeError(
      'toOnnx: model has a EachStep at 0, expected one whose layer gives a vector of a sequence',
    ),
  );
  const summed = graph(sum(features(), input('words').to(new Embedding({ classes: 2, outputSize: 2 }))));
  expect(() => toOnnx(summed, { vectors: ['words'] })).toThrow(
    new RangeError('toOnnx: vectors has "words", expected only inputs of features: features'),
  );
  expect(() => toOnnx(summed, { vectors: 'features' as never })).toThrow(
    new TypeError('toOnnx: vectors is "features", expected an array of names'),
  );
  expect(() => toOnnx(new Dense({ inputSize: 1, outputSize: 1 }) as AnyLayer, { vectors: [] })).toThrow(
    new RangeError('toOnnx: vectors is given, expected none for layers: it is an option of graphs'),
  );
});
