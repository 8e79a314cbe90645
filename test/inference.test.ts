/** `recurrent-cells/inference` beside the whole library: the same weights give the same bits, and only training is missing. */
import { describe, expect, test } from 'vitest';
import * as full from '../src/index.ts';
import { Layer } from '../src/layers/layer.ts';

// By a path that the compiler does not follow: to it, what is cut out has the types of what it is cut out of.
const path = '../build/inference/inference.ts';
const cut = (await import(path)) as typeof full;

const sizes = { inputSize: 3, hiddenSize: 4 };
const random = new full.Random(7);
const drawn = (shape: number[]): full.Tensor => ({
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
  shape,
});
const x = drawn([2, 5, 3]);
const tokens = full.indices([
  [4, 0, 2, 1, 3],
  [1, 1, 0, 4, 2],
]);
const lengths = [5, 3];

type Library = typeof full;
// biome-ignore lint/suspicious/noExplicitAny: any model at all
type Model = { parameters(): ReadonlyMap<string, full.Parameter>; infer(input: any, options?: any): any };

/** The same model of both, with the same weights. */
function both<M extends Model>(make: (library: Library) => M): [M, M] {
  const [whole, small] = [make(full), make(cut)];
  for (const parameter of whole.parameters().values())
    parameter.write(parameter.read().map(() => random.normal() / 2));
  cut.loadWeights(small, full.save(whole as unknown as full.Model));
  return [whole, small];
}

const cells = [
  'RNNCell',
  'LSTMCell',
  'GRUCell',
  'PeepholeLSTMCell',
  'CoupledLSTMCell',
  'LayerNormLSTMCell',
  'LayerNormGRUCell',
] as const;

/** Layers of features [batch, time, 3]. */
const layers: readonly [string, (library: Library) => Model][] = [
  ...cells.map((name): [string, (library: Library) => Model] => [
    name,
    (rc) => new rc.Sequence(new rc[name](sizes)),
  ]),
  ['ProjectedLSTMCell', (rc) => new rc.Sequence(new rc.ProjectedLSTMCell({ ...sizes, projectionSize: 2 }))],
  ['GRUCell, reset before', (rc) => new rc.Sequence(new rc.GRUCell({ ...sizes, reset: 'before' }))],
  ['RNNCell, relu', (rc) => new rc.Sequence(new rc.RNNCell({ ...sizes, activation: 'relu' }))],
  [
    'Sequence, last output',
    (rc) => new rc.Sequence(new rc.LSTMCell(sizes), { outputs: 'last', reverse: true }),
  ],
  [
    'Sequence, its start learned',
    (rc) => new rc.Sequence(new rc.LSTMCell(sizes), { learnInitialState: true }),
  ],
  [
    'Sequence, zoneout',
    (rc) => new rc.Sequence(new rc.LSTMCell(sizes), { noise: new rc.Noise({ zoneout: { h: 0.1, c: 0.4 } }) }),
  ],
  ['Bidirectional', (rc) => new rc.Bidirectional(new rc.GRUCell(sizes), new rc.GRUCell(sizes))],
  [
    'Bidirectional, product',
    (rc) => new rc.Bidirectional(new rc.GRUCell(sizes), new rc.GRUCell(sizes), { merge: 'product' }),
  ],
  ['Dense', (rc) => new rc.Dense({ inputSize: 3, outputSize: 2 })],
  ['Conv1d', (rc) => new rc.Conv1d({ inputSize: 3, outputSize: 2, kernelSize: 2 })],
  ['LayerNorm', (rc) => new rc.LayerNorm({ inputSize: 3 })],
  ['Dropout', (rc) => new rc.Dropout({ rate: 0.5 })],
  ['Activation', (rc) => new rc.Activation({ kind: 'relu' })],
  ['Pooling, mean', (rc) => new rc.Pooling({ kind: 'mean' })],
  ['Pooling, max', (rc) => new rc.Pooling({ kind: 'max' })],
  ['Residual', (rc) => new rc.Residual(new rc.Dense({ inputSize: 3, outputSize: 3 }))],
  ['Repeat', (rc) => rc.sequential(new rc.Pooling({ kind: 'max' }), new rc.Repeat({ steps: 2 }))],
  [
    'manyToOne',
    (rc) =>
      rc.manyToOne({ inputSize: 3, hiddenSize: [4, 3], bidirectional: true, dropout: 0.5, outputSize: 2 }),
  ],
];

test.each(layers)('%s', (_, make) => {
  const [whole, small] = both(make);
  expect(small.infer(x, { lengths })).toEqual(whole.infer(x, { lengths }));
});

test.each([...cells])('one step of %s', (name) => {
  const [whole, small] = both((rc) => new rc[name](sizes));
  const step = drawn([2, 3]);
  const first = whole.infer(step);
  expect(small.infer(step)).toEqual(first);
  expect(small.infer(step, first.state as never)).toEqual(whole.infer(step, first.state as never));
});

test.each<[string, (library: Library) => Model]>([
  [
    'OneHot',
    (rc) => rc.sequential(new rc.OneHot({ classes: 5 }), new rc.Dense({ inputSize: 5, outputSize: 2 })),
  ],
  ['Embedding', (rc) => new rc.Embedding({ classes: 5, outputSize: 2, paddingIndex: 0 })],
  ['manyToMany', (rc) => rc.manyToMany({ classes: 5, hiddenSize: 4, outputSize: 5 })],
])('%s', (_, make) => {
  const [whole, small] = both(make);
  expect(small.infer(tokens, { lengths })).toEqual(whole.infer(tokens, { lengths }));
});

test.each(['dot', 'general', 'additive'] as const)('attention, %s', (score) => {
  const options = { score, querySize: 3, keySize: 3, ...(score === 'additive' ? { attentionSize: 2 } : {}) };
  const [whole, small] = both((rc) => new rc.Attention(options));
  const input = { query: x, keys: drawn([2, 4, 3]), keyLengths: [4, 2] };
  expect(small.infer(input)).toEqual(whole.infer(input));
});

test('decoding of alignments', () => {
  const logits = drawn([2, 5, 4]);
  expect(cut.ctcGreedy(logits)).toEqual(full.ctcGreedy(logits));
  expect(cut.ctcBeamSearch(logits, { width: 3 })).toEqual(full.ctcBeamSearch(logits, { width: 3 }));
});

test('an encoder–decoder, and every way of decoding', () => {
  const make = (rc: Library) =>
    rc.encoderDecoder({
      sourceClasses: 5,
      targetClasses: 6,
      embeddingSize: 3,
      hiddenSize: 4,
      start: 0,
      end: 1,
    });
  const [whole, small] = both(make);
  const input = {
    source: tokens,
    target: full.indices([
      [0, 2],
      [0, 3],
    ]),
  };
  expect(small.infer(input)).toEqual(whole.infer(input));
  const options = { maxLength: 6, weights: true };
  expect(cut.greedy(small, tokens, options)).toEqual(full.greedy(whole, tokens, options));
  const beam = { ...options, width: 3, results: 2 };
  expect(cut.beamSearch(small, tokens, beam)).toEqual(full.beamSearch(whole, tokens, beam));
  const draw = (rc: Library, model: typeof whole) =>
    rc.sample(model, tokens, { ...options, random: new rc.Random(3) });
  expect(draw(cut, small)).toEqual(draw(full, whole));
});

describe('what is there, and what is not', () => {
  const classes = (of: object) =>
    Object.entries(of).filter(
      (entry): entry is [string, { prototype: object }] =>
        typeof entry[1] === 'function' && 'infer' in (entry[1].prototype ?? {}),
    );

  test('every class that computes, without what only training needs', () => {
    const abstract = ['Cell', 'Layer'];
    const names = classes(full).map(([name]) => name);
    expect(classes(cut).map(([name]) => name)).toEqual(names.filter((name) => !abstract.includes(name)));
    for (const [name, { prototype }] of classes(cut))
      for (const member of ['forward', 'recordBatch'])
        expect(member in prototype, `${name}.${member}`).toBe(false);
  });

  test('every function of models and decoding', () => {
    const functions = Object.keys(full).filter((name) =>
      /^(oneTo|manyTo|encoderDecoder|sequential|generate|greedy|beamSearch|sample|ctc[A-Z]|float|tensor|indices|loadWeights)/.test(
        name,
      ),
    );
    expect(Object.keys(cut)).toEqual(expect.arrayContaining(functions));
  });

  test('both are not the same classes', () => {
    expect(new cut.Dense({ inputSize: 1, outputSize: 1 })).not.toBeInstanceOf(Layer);
    expect(cut.float32()).toBe(full.float32());
  });

  test('weights are zeros until they are loaded', () => {
    const dense = new cut.Dense({ inputSize: 2, outputSize: 1 });
    expect(Array.from(dense.weight.read())).toEqual([0, 0]);
  });
});
