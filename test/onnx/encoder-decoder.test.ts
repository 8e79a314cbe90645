/** Encoder–decoders as ONNX, compared with ONNX Runtime. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AnyLayer,
  Attention,
  Bidirectional,
  Conv1d,
  Dense,
  Dropout,
  Embedding,
  EncoderDecoder,
  encoderDecoder,
  float64,
  GRUCell,
  greedy,
  type Indices,
  indices,
  LSTMCell,
  OneHot,
  PeepholeLSTMCell,
  Pooling,
  ProjectedLSTMCell,
  Random,
  RNNCell,
  Sequence,
  Sequential,
  sequential,
  type Tensor,
} from '../../src/index.ts';
import { fromOnnx, type OnnxFeeds, toOnnx } from '../../src/onnx.ts';
import { shakeParameters } from '../laws/subjects.ts';
import { runtime } from './runtime.ts';
import { difference } from './tensors.ts';

const backend = float64();
const [SOURCE, TARGET, FEATURES] = [5, 4, 3];

const cells = {
  tanh: RNNCell,
  lstm: LSTMCell,
  peephole: PeepholeLSTMCell,
  gru: GRUCell,
};
const cell = fc.constantFrom('tanh', 'lstm', 'peephole', 'gru') as fc.Arbitrary<keyof typeof cells>;

const plan = fc.record({
  front: fc.constantFrom('embedding', 'oneHot', 'features', 'strided'),
  encoder: fc.array(cell, { minLength: 0, maxLength: 2 }),
  bidirectional: fc.boolean(),
  learnInitialState: fc.boolean(),
  decoder: fc.array(cell, { minLength: 1, maxLength: 2 }),
  oneHot: fc.boolean(),
  encoderSize: fc.integer({ min: 1, max: 3 }),
  decoderSize: fc.integer({ min: 1, max: 3 }),
  attention: fc.constantFrom('none', 'dot', 'scaled', 'general', 'additive'),
  deep: fc.boolean(),
  lengths: fc.boolean(),
  batch: fc.integer({ min: 1, max: 3 }),
  sourceTime: fc.integer({ min: 3, max: 6 }),
  targetTime: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(1e6),
});
type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never;

/** An encoder without recurrent layers needs attention, which needs its outputs to be real. */
const isModel = ({ encoder, attention, front }: Plan) =>
  encoder.length > 0 || (attention !== 'none' && front !== 'oneHot');

function build(drawn: Plan): EncoderDecoder<Tensor | Indices> {
  const { front, encoder, decoder, encoderSize, decoderSize, bidirectional, learnInitialState } = drawn;
  const layers: AnyLayer[] = [
    front === 'embedding'
      ? (new Embedding({ classes: SOURCE, outputSize: FEATURES, backend }) as AnyLayer)
      : front === 'oneHot'
        ? (new OneHot({ classes: SOURCE, backend }) as AnyLayer)
        : front === 'features'
          ? (new Dense({ inputSize: FEATURES, outputSize: FEATURES, backend }) as AnyLayer)
          : (new Conv1d({
              inputSize: FEATURES,
              outputSize: FEATURES,
              kernelSize: 2,
              stride: 2,
              backend,
            }) as AnyLayer),
  ];
  let width = front === 'oneHot' ? SOURCE : FEATURES;
  for (const kind of encoder) {
    const make = () => new cells[kind]({ inputSize: width, hiddenSize: encoderSize, backend });
    const layer = (
      bidirectional
        ? new Bidirectional(make() as GRUCell, make() as GRUCell, { learnInitialState })
        : new Sequence(make() as GRUCell, { learnInitialState })
    ) as AnyLayer;
    layers.push(layer);
    width = layer.outputSize!;
  }
  const keySize = width;
  // Scores by a product need equal sizes.
  const dotted = drawn.attention === 'dot' || drawn.attention === 'scaled';
  const hiddenSize = dotted ? keySize : decoderSize;
  const ownStart = encoder.length === 0 && learnInitialState;
  const steps: AnyLayer[] = [
    (drawn.oneHot
      ? new OneHot({ classes: TARGET, backend })
      : new Embedding({ classes: TARGET, outputSize: 2, backend })) as AnyLayer,
  ];
  width = drawn.oneHot ? TARGET : 2;
  for (const kind of decoder) {
    const made = new cells[kind]({ inputSize: width, hiddenSize, backend });
    steps.push(new Sequence(made as GRUCell, { learnInitialState: ownStart }) as AnyLayer);
    width = hiddenSize;
  }
  const score = drawn.attention === 'scaled' ? 'dot' : drawn.attention;
  const scores = new Dense({ inputSize: hiddenSize, outputSize: TARGET, backend });
  const model = new EncoderDecoder<Tensor | Indices>({
    encoder: new Sequential(layers) as never,
    decoder: new Sequential<Indices>(steps),
    attention:
      score === 'none'
        ? undefined
        : new Attention({
            score: score as 'dot',
            querySize: hiddenSize,
            keySize,
            attentionSize: score === 'additive' ? 3 : undefined,
            scale: drawn.attention === 'scaled' ? 0.5 : undefined,
            backend,
          }),
    output: (drawn.deep ? new Sequential([new Dropout({ rate: 0.5, backend }), scores]) : scores) as never,
    start: 0,
    end: 1,
  });
  shakeParameters(model, new Random(drawn.seed));
  return model;
}

/** What a model computes here, and the inputs of its file. */
function expectation(drawn: Plan) {
  const model = build(drawn);
  const { batch, sourceTime, targetTime, front } = drawn;
  const random = new Random(drawn.seed + 1);
  const below = (limit: number) => Math.floor(random.next() * limit);
  const tokens = (time: number, classes: number): Indices => ({
    data: Int32Array.from({ length: batch * time }, () => below(classes)),
    shape: [batch, time],
  });
  const real = (): Tensor => ({
    data: Float64Array.from({ length: batch * sourceTime * FEATURES }, () =>
      Math.fround(random.next() * 4 - 2),
    ),
    shape: [batch, sourceTime, FEATURES],
  });
  const source = front === 'embedding' || front === 'oneHot' ? tokens(sourceTime, SOURCE) : real();
  const target = tokens(targetTime, TARGET);
  const drawnLengths = (time: number) =>
    drawn.lengths ? Array.from({ length: batch }, () => below(time + 1)) : undefined;
  const [sourceLengths, targetLengths] = [drawnLengths(sourceTime), drawnLengths(targetTime)];
  const { output, weights } = model.infer({ source, target, sourceLengths, targetLengths });
  const feeds: Record<string, OnnxFeeds[string]> = { 'input.source': source, 'input.target': target };
  const list = (lengths: number[]) => ({ data: Int32Array.from(lengths), shape: [batch] });
  if (sourceLengths) feeds['lengths.source'] = list(sourceLengths);
  if (targetLengths) feeds['lengths.target'] = list(targetLengths);
  const want: Record<string, Tensor> = { output, ...(weights && { weights }) };
  return { model, feeds, want };
}

test('random encoder–decoders give the same scores and weights in ONNX Runtime', async () => {
  await fc.assert(
    fc.asyncProperty(plan.filter(isModel), async (drawn) => {
      const { model, feeds, want } = expectation(drawn);
      const got = await runtime(toOnnx(model, { lengths: drawn.lengths }), feeds);
      expect(Object.keys(got).sort()).toEqual(Object.keys(want).sort());
      for (const [name, value] of Object.entries(want))
        expect(difference(value, got[name]!), name).toBeLessThan(2e-5);
    }),
    { numRuns: 100 },
  );
});

test('exported random encoder–decoders are imported with the same results in float64', () => {
  fc.assert(
    fc.property(plan.filter(isModel), (drawn) => {
      const { model, feeds, want } = expectation(drawn);
      const file = fromOnnx(toOnnx(model, { lengths: drawn.lengths }), { backend });
      expect(file.inputs.map(({ name }) => name).sort()).toEqual(Object.keys(feeds).sort());
      const got = file.run(feeds);
      for (const [name, value] of Object.entries(want))
        expect(difference(value, got[name]!), name).toBeLessThan(2e-6);
    }),
    { numRuns: 100 },
  );
});

/** The initial states in place of the final ones. */
const next = (outputs: Record<string, Tensor>): OnnxFeeds =>
  Object.fromEntries(
    Object.entries(outputs).flatMap(([name, value]) =>
      name.startsWith('final.') ? [[name.replace('final', 'initial'), value]] : [],
    ),
  );

test('token by token, the halves give the same scores in ONNX Runtime as the whole', async () => {
  await fc.assert(
    fc.asyncProperty(plan.filter(isModel), async (given) => {
      const drawn = { ...given };
      const { model, feeds, want } = expectation(drawn);
      const { 'input.target': target, 'lengths.target': targetLengths, ...source } = feeds;
      const { lengths } = drawn;
      const started = await runtime(toOnnx(model, { half: 'encoder', lengths }), source);
      const bytes = toOnnx(model, { half: 'decoder', lengths });
      const [batch, time] = target!.shape as [number, number];
      const { memory, keys, 'lengths.memory': memoryLengths, ...initial } = started;
      const kept = {
        ...(memory && { memory }),
        ...(keys && { keys }),
        ...(memoryLengths && {
          'lengths.memory': { data: Int32Array.from(memoryLengths.data, Number), shape: [batch] },
        }),
      };
      let states: OnnxFeeds = initial;
      for (let t = 0; t < time; t++) {
        const tokens = Int32Array.from({ length: batch }, (_, b) => Number(target!.data[b * time + t]));
        const got = await runtime(bytes, {
          ...kept,
          ...states,
          'input.target': { data: tokens, shape: [batch] },
        });
        for (const name of ['output', 'weights']) {
          const whole = want[name];
          if (whole === undefined) continue;
          const width = whole.shape[2]!;
          expect(got[name]!.shape).toEqual([batch, width]);
          for (let b = 0; b < batch; b++) {
            if (t >= (targetLengths?.data[b] ?? time)) continue;
            const at = (b * time + t) * width;
            const expected = { data: whole.data.subarray(at, at + width), shape: [width] };
            const row = { data: got[name]!.data.subarray(b * width, (b + 1) * width), shape: [width] };
            expect(difference(expected, row), name).toBeLessThan(2e-5);
          }
        }
        states = next(got);
      }
    }),
    { numRuns: 60 },
  );
});

test('greedy decoding with the two files gives the tokens of greedy', async () => {
  const model = encoderDecoder({
    sourceClasses: 8,
    targetClasses: 6,
    embeddingSize: 4,
    hiddenSize: 8,
    bidirectional: true,
    start: 0,
    end: 1,
    random: new Random(3),
  });
  shakeParameters(model, new Random(4));
  const source = indices([[3, 7, 2, 5]]);
  const { initial, decoder } = {
    initial: await runtime(toOnnx(model, { half: 'encoder' }), { 'input.source': source }),
    decoder: toOnnx(model, { half: 'decoder' }),
  };
  const { memory, keys, ...start } = initial;
  const tokens: number[] = [];
  let states: OnnxFeeds = start;
  for (let token: number = model.start; tokens.length < 6; ) {
    const input = { data: Int32Array.of(token), shape: [1] };
    const got = await runtime(decoder, { memory: memory!, keys: keys!, ...states, 'input.target': input });
    const scores = [...got.output!.data];
    token = scores.indexOf(Math.max(...scores));
    if (token === model.end) break;
    tokens.push(token);
    states = next(got);
  }
  expect(tokens).toEqual(greedy(model, source, { maxLength: 6 })[0]!.tokens);
});

const sizes = { inputSize: 2, hiddenSize: 2 };
const stack = (...layers: AnyLayer[]) =>
  new Sequential<Indices>([new Embedding({ classes: 3, outputSize: 2 }) as AnyLayer, ...layers]);
const ends = { start: 0, end: 1 };
const output = new Dense({ inputSize: 2, outputSize: 3 });
const recurrent = () => new Sequence(new GRUCell(sizes)) as AnyLayer;

test.each<[string, EncoderDecoder, string]>([
  [
    'a cell of the encoder',
    new EncoderDecoder({
      encoder: stack(new Sequence(new ProjectedLSTMCell({ ...sizes, projectionSize: 1 })) as AnyLayer),
      decoder: stack(recurrent()),
      output,
      ...ends,
    }),
    'has a ProjectedLSTMCell at encoder.1, expected one of RNNCell, LSTMCell, PeepholeLSTMCell, GRUCell',
  ],
  [
    'an encoder that gives one vector, with attention to steps',
    new EncoderDecoder({
      encoder: stack(recurrent(), new Pooling({ kind: 'max' }) as AnyLayer),
      decoder: stack(recurrent()),
      attention: new Attention({ score: 'general', querySize: 2, keySize: 2 }),
      output,
      ...ends,
    }),
    'has a Sequential at encoder, expected one that gives a vector at each step, for attention',
  ],
])('%s is refused by name', (_, model, message) => {
  expect(() => toOnnx(model)).toThrow(new RangeError(`toOnnx: model ${message}`));
});

test('options of other models are refused', () => {
  const model = encoderDecoder({ sourceClasses: 3, targetClasses: 3, hiddenSize: 2, ...ends });
  const refusal = (name: string, kind: string, kinds: string) =>
    new RangeError(`toOnnx: ${name} is given, expected none for ${kind}: it is an option of ${kinds}`);
  expect(() => toOnnx(model, { states: false })).toThrow(
    refusal('states', 'encoder–decoders', 'layers and graphs'),
  );
  expect(() => toOnnx(model, { streaming: true })).toThrow(
    refusal('streaming', 'encoder–decoders', 'layers and graphs'),
  );
  expect(() => toOnnx(model, { vectors: [] })).toThrow(refusal('vectors', 'encoder–decoders', 'graphs'));
  const layer = sequential(new Dense({ inputSize: 1, outputSize: 1 })) as AnyLayer;
  expect(() => toOnnx(layer, { half: 'encoder' })).toThrow(refusal('half', 'layers', 'encoder–decoders'));
});
