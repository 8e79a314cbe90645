/** Graphs: what they compute, train and refuse. PyTorch's values come from `test/fixtures/pytorch/branches.py`. */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { beforeAll, expect, describe as suite, test } from 'vitest';
import {
  Activation,
  Adam,
  accuracy,
  type Backend,
  batches,
  concatenate,
  crossEntropy,
  Dense,
  Dropout,
  describe,
  EachStep,
  Embedding,
  evaluate,
  float32,
  float64,
  GRUCell,
  Graph,
  type GraphNode,
  gradientFlow,
  graph,
  headMetric,
  type Indices,
  indices,
  input,
  jointLoss,
  LSTMCell,
  load,
  meanSquaredError,
  OneHot,
  Pooling,
  Random,
  Sequence,
  SGD,
  type State,
  save,
  sequential,
  sum,
  type Tensor,
  tensor,
  train,
} from '../../src/index.ts';
import { trainParallel } from '../../src/parallel.ts';
import { checkGradients } from '../../src/testing.ts';
import {
  clearGradients,
  expectClose,
  expectCloseStates,
  expectCloseValues,
  parameterGradients,
  rows,
} from '../laws/compare.ts';
import { drawn, drawnState, shakeParameters } from '../laws/subjects.ts';
import { errorOf } from '../message.ts';
import { bundle, plain } from '../parallel/bundle.ts';

const CLASSES = 4;
const LETTERS = 3;

/** Every kind of node: four inputs, both joins, a vector at every step, a layer shared by two nodes, and two heads. */
function everything(backend: Backend, random: Random) {
  const place = { backend, random };
  const word = input('words').to(new Embedding({ classes: CLASSES, outputSize: 3, ...place }), 'word');
  const letters = sequential(
    new Embedding({ classes: LETTERS, outputSize: 2, ...place }),
    new Sequence(new LSTMCell({ inputSize: 2, hiddenSize: 2, ...place }), { outputs: 'last' }),
  );
  const spelling = input('letters').to(new EachStep(letters), 'spelling');
  const form = input('form', 2);
  const gru = new Sequence(new GRUCell({ inputSize: 9, hiddenSize: 3, ...place }));
  const hidden = concatenate(word, spelling, input('topic', 2), form).to(gru, 'context');
  const shared = new Dense({ inputSize: 3, outputSize: 3, ...place });
  const deep = sum(
    hidden.to(shared, 'shared'),
    hidden,
    form.to(new Dense({ inputSize: 2, outputSize: 3, ...place })),
  );
  const again = deep.to(shared, 'twice').to(new Activation({ kind: 'tanh', backend }));
  const last = again.to(
    new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 2, ...place }), { outputs: 'last' }),
    'last',
  );
  return graph({ tag: again.to(new Dense({ inputSize: 3, outputSize: CLASSES, ...place })), kind: last });
}

function drawnInputs(random: Random, batch: number, time: number) {
  const index = (classes: number, shape: number[]): Indices => ({
    data: Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.integer(classes)),
    shape,
  });
  const letters = index(LETTERS, [batch, time, 3]);
  for (let at = 0; at < batch * time; at++) letters.data.fill(-1, at * 3 + random.integer(4), (at + 1) * 3);
  return {
    words: index(CLASSES, [batch, time]),
    letters,
    topic: drawn(random, [batch, 2]),
    form: drawn(random, [batch, time, 2]),
  };
}

const problem = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  time: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
});

function setup({ batch, time, seed }: { batch: number; time: number; seed: number }, backend = float64()) {
  const random = new Random(seed);
  const model = everything(backend, random);
  shakeParameters(model, random);
  const inputs = drawnInputs(random, batch, time);
  const state = drawnState(random, model.initialState(batch));
  const lengths = Array.from({ length: batch }, () => random.integer(time + 1));
  return { random, model, inputs, state, lengths };
}

suite('laws of graphs', () => {
  test('the gradients match central differences', () => {
    fc.assert(
      fc.property(problem, fc.boolean(), (shape, varying) => {
        const { model, inputs, state, lengths } = setup(shape);
        const { worst, errors } = checkGradients(model, inputs, {
          random: new Random(shape.seed),
          state,
          ...(varying ? { lengths } : {}),
        });
        expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-6);
        expect(errors.map(({ name }) => name)).toEqual(
          expect.arrayContaining([
            'input.topic',
            'input.form',
            'state.context.h',
            'parameter spelling.layer.0.weight',
          ]),
        );
      }),
      { numRuns: 12 },
    );
  });

  test('a batch gives the results of its rows alone, and padding changes nothing', () => {
    fc.assert(
      fc.property(problem, (shape) => {
        const { model, inputs, state, lengths } = setup(shape);
        const whole = model.infer(inputs, { state, lengths });
        const spoilt = { ...inputs, words: { ...inputs.words, data: inputs.words.data.slice() } };
        for (let b = 0; b < shape.batch; b++) {
          const row = <T extends Tensor | Indices>(of: T) => rows(of as Tensor, b, b + 1) as T;
          const alone = model.infer(
            {
              words: row(inputs.words),
              letters: row(inputs.letters),
              topic: row(inputs.topic),
              form: row(inputs.form),
            },
            { state: drawnRow(state, b) as typeof state, lengths: [lengths[b]!] },
          );
          expectClose(alone.output.tag, rows(whole.output.tag, b, b + 1));
          expectClose(alone.output.kind, rows(whole.output.kind, b, b + 1));
          expectCloseStates(alone.state, drawnRow(whole.state, b) as typeof state);
          spoilt.words.data.fill(1e6, b * shape.time + lengths[b]!, (b + 1) * shape.time);
        }
        expect(model.infer(spoilt, { state, lengths })).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });

  test('infer equals forward, float32 matches float64 up to rounding, and gradients accumulate', () => {
    fc.assert(
      fc.property(problem, (shape) => {
        const double = setup(shape);
        const single = setup(shape, float32());
        const { inputs, state, lengths, random } = double;
        const passes = [double.model, single.model].map((model) => {
          const pass = model.forward(inputs, { state, lengths });
          const { output, state: final } = model.infer(inputs, { state, lengths });
          expect([pass.output, pass.state]).toEqual([output, final]);
          return pass;
        });
        const [a, b] = passes as [(typeof passes)[0], (typeof passes)[0]];
        expectClose(b.output.tag, a.output.tag, 1e-5);
        expectClose(b.output.kind, a.output.kind, 1e-5);
        const d = { tag: drawn(random, a.output.tag.shape), kind: drawn(random, a.output.kind.shape) };
        clearGradients(double.model);
        const first = a.backward(d, undefined, { retain: true });
        const once = parameterGradients(double.model);
        expect(a.backward(d)).toEqual(first);
        const twice = once.map((value) => 2 * value);
        expectCloseValues(parameterGradients(double.model), twice);
        clearGradients(single.model);
        const coarse = b.backward(d).input;
        expectClose(coarse.topic!, first.input.topic!, 1e-4);
        expectClose(coarse.form!, first.input.form!, 1e-4);
      }),
      { numRuns: 15 },
    );
  });

  test('a graph of one chain equals the chain of layers, bit for bit', () => {
    const make = () => {
      const random = new Random(3);
      return [
        new OneHot({ classes: 5 }),
        new Sequence(new LSTMCell({ inputSize: 5, hiddenSize: 4, random })),
        new Dense({ inputSize: 4, outputSize: 2, random }),
      ] as const;
    };
    const [a, b, c] = make();
    const model = graph(input('x').to(a).to(b).to(c));
    const chain = sequential(...make());
    const x = indices([
      [1, 4, 0],
      [2, 2, 3],
    ]);
    const [pass, other] = [model.forward({ x }, { lengths: [3, 2] }), chain.forward(x, { lengths: [3, 2] })];
    expect(pass.output).toEqual(other.output);
    const d = drawn(new Random(1), other.output.shape);
    pass.backward(d);
    other.backward(d);
    expect([...model.parameters()].map(([name, p]) => [name, p.readGradient()])).toEqual(
      [...chain.parameters()].map(([name, p]) => [name, p.readGradient()]),
    );
  });

  test('a chain may be longer than the stack of the engine', () => {
    const layer = new Activation({ kind: 'relu' });
    let node: GraphNode = input('x', 1);
    for (let at = 0; at < 20_000; at++) node = node.to(layer);
    const { output } = graph(node).infer({ x: tensor([[3], [-3]]) });
    expect(Array.from(output.data)).toEqual([3, 0]);
  });

  test('twice as wide a join takes twice as long', () => {
    const layer = new Activation({ kind: 'relu' });
    const build = (width: number): number => {
      const nodes = Array.from({ length: width }, (_, i) => input(`x${i}`, 1).to(layer));
      const { cpuUsage } = process;
      const began = cpuUsage();
      const model = graph(concatenate(...(nodes as unknown as [GraphNode, GraphNode])));
      model.architecture();
      const { user, system } = cpuUsage(began);
      return user + system;
    };
    build(1000);
    const small = Math.min(build(3000), build(3000), build(3000));
    // Linear time is 8 times as much, quadratic 64.
    expect(build(24_000) / small).toBeLessThan(25);
  });

  test('joins of joins of joins have short names', () => {
    let node: GraphNode = input('x', 1).to(new Activation({ kind: 'relu' }));
    for (let i = 0; i < 40; i++) node = sum(node, node);
    expect(graph(node).infer({ x: tensor([[1]]) }).output.data[0]).toBe(2 ** 40);
    expect(() => node.to(new Dense({ inputSize: 2, outputSize: 1 }))).toThrow('has inputSize 2, expected 1');
  });

  test('a head whose gradient is left out has none', () => {
    const { model, inputs } = setup({ batch: 2, time: 3, seed: 4 });
    const gradients = (of: (shapes: { tag: Tensor; kind: Tensor }) => object) => {
      clearGradients(model);
      const pass = model.forward(inputs);
      const d = pass.backward(of(pass.output) as typeof pass.output);
      return [d.input.topic, parameterGradients(model)];
    };
    const zeros = ({ data, shape }: Tensor) => ({ data: new Float64Array(data.length), shape });
    const tag = drawn(new Random(2), [2, 3, CLASSES]);
    expect(gradients(() => ({ tag }))).toEqual(gradients(({ kind }) => ({ tag, kind: zeros(kind) })));
  });
});

function drawnRow(state: object, b: number): object {
  return Object.fromEntries(
    Object.entries(state).map(([name, node]) => [
      name,
      'data' in node ? rows(node as Tensor, b, b + 1) : drawnRow(node, b),
    ]),
  );
}

suite('PyTorch', () => {
  const found = JSON.parse(
    readFileSync(new URL('../fixtures/pytorch/branches.json', import.meta.url), 'utf8'),
  );
  const { words, letters, topic, lengths } = found;

  function model() {
    const backend = float64();
    const spell = sequential(
      new Embedding({ classes: 5, outputSize: 2, backend }),
      new Sequence(new LSTMCell({ inputSize: 2, hiddenSize: 2, backend }), { outputs: 'last' }),
    );
    const hidden = concatenate(
      input('words').to(new Embedding({ classes: 6, outputSize: 3, backend }), 'word'),
      input('letters').to(new EachStep(spell), 'spelling'),
      input('topic'),
    ).to(new Sequence(new GRUCell({ inputSize: 7, hiddenSize: 3, backend })), 'context');
    const shared = new Dense({ inputSize: 3, outputSize: 3, backend });
    const total = sum(
      hidden.to(shared, 'shared'),
      hidden.to(shared, 'again').to(new Activation({ kind: 'tanh', backend })),
    );
    return graph({ tag: total.to(new Dense({ inputSize: 3, outputSize: 4, backend })), hidden });
  }

  test('gives the same outputs, loss and gradients', async () => {
    const tagger = model();
    for (const [name, parameter] of tagger.parameters()) parameter.write(found.parameters[name].value.data);
    const inputs = {
      words: indices(words),
      letters: indices(letters),
      topic: tensor(topic.data, topic.shape),
    };
    const pass = tagger.forward(inputs, { lengths });
    const valid = (of: Tensor) =>
      of.data.filter((_, i) => Math.floor(i / of.shape[2]!) % 3 < lengths[Math.floor(i / of.shape[2]! / 3)]);
    const expected = tensor(found.logits.data, found.logits.shape);
    expect([...valid(pass.output.tag)]).toEqual(
      [...valid(expected)].map((value) => expect.closeTo(value, 12)),
    );
    expect([...((pass.state.context as State).h as Tensor).data]).toEqual(
      found.final.data.map((value: number) => expect.closeTo(value, 12)),
    );

    // The second head is on the last state: by hand, as a loss of the state.
    const loss = crossEntropy();
    const tagLoss = loss.forward(pass.output.tag, indices(found.tags), { lengths, backend: float64() });
    const head = new Dense({ inputSize: 3, outputSize: 1, backend: float64() });
    head.weight.write(found.parameters['score.weight'].value.data);
    head.bias!.write(found.parameters['score.bias'].value.data);
    const scorePass = head.forward((pass.state.context as State).h as Tensor);
    const scoreLoss = meanSquaredError().forward(
      scorePass.output,
      tensor(found.score.data, found.score.shape),
    );
    expect(tagLoss.value + 0.25 * scoreLoss.value).toBeCloseTo(found.loss, 12);
    clearGradients(tagger);
    const dH = scorePass.backward(scoreLoss.backward(0.25)).input;
    const { input: dInputs } = pass.backward(
      { tag: tagLoss.backward() } as typeof pass.output,
      { context: { h: dH } } as typeof pass.state,
    );
    expect([...dInputs.topic!.data]).toEqual(
      found.dTopic.data.map((value: number) => expect.closeTo(value, 12)),
    );
    for (const [name, parameter] of tagger.parameters())
      expect([...parameter.readGradient()], name).toEqual(
        found.parameters[name].gradient.data.map((value: number) => expect.closeTo(value, 12)),
      );
  });
});

suite('training', () => {
  beforeAll(bundle, 60_000);

  /** Words and letters with two heads, one for each step and one for each sentence. */
  const make = (rate = 0, backend: Backend = float64()) => {
    const random = new Random(2);
    const place = { backend, random };
    const letters = sequential(
      new Embedding({ classes: 6, outputSize: 2, ...place }),
      new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 3, ...place }), { outputs: 'last' }),
    );
    const context = concatenate(
      input('words').to(new Embedding({ classes: 8, outputSize: 4, ...place }), 'word'),
      input('letters').to(new EachStep(letters), 'spelling'),
    ).to(
      sequential(
        new Dropout({ rate, backend, random: random.fork() }),
        new Sequence(new LSTMCell({ inputSize: 7, hiddenSize: 6, ...place })),
      ),
      'context',
    );
    return graph({
      tag: context.to(new Dense({ inputSize: 6, outputSize: 3, ...place })),
      intent: context
        .to(new Pooling({ kind: 'max', backend }))
        .to(new Dense({ inputSize: 6, outputSize: 2, ...place }), 'intent'),
    });
  };
  const random = new Random(9);
  const sentences = Array.from({ length: 12 }, () =>
    Array.from({ length: 1 + random.integer(4) }, () => random.integer(8)),
  );
  const spelling = (word: number) => Int32Array.from({ length: 1 + (word % 3) }, (_, i) => (word + i) % 6);
  const examples = {
    inputs: { words: sentences, letters: sentences.map((words) => words.map(spelling)) },
    targets: {
      tag: sentences.map((words) => words.map((word) => word % 3)),
      intent: sentences.map((words) => (words.length > 2 ? 1 : 0)),
    },
  };
  const data = (epochs = 1) =>
    batches(examples, { batchSize: 4, epochs, shuffle: true, random: new Random(1) });
  const loss = () => jointLoss({ tag: crossEntropy(), intent: crossEntropy() }, { weights: { intent: 0.5 } });

  test('records of inputs and targets are trained, validated and evaluated end to end', async () => {
    const model = make();
    const steps = [];
    for await (const step of train(model, data(60), {
      loss: loss(),
      optimizer: new Adam({ learningRate: 0.02 }),
      clipNorm: 1,
      validate: {
        batches: data(),
        metrics: [loss(), headMetric('tag', accuracy()), headMetric('intent', crossEntropy())],
      },
    }))
      steps.push(step);
    expect(steps).toHaveLength(180);
    expect(steps.at(-1)!.loss).toBeLessThan(steps[0]!.loss / 20);
    const { validation } = steps.at(-1)!;
    expect(Object.keys(validation!)).toEqual(['jointLoss', 'tag.accuracy', 'intent.crossEntropy']);
    expect(validation!['tag.accuracy']).toBe(1);

    // A joint loss over batches of any size equals that of one batch with everything.
    const [all] = batches(examples, { batchSize: 12 });
    const whole = await evaluate(model, [all!], [loss()]);
    const parts = await evaluate(model, batches(examples, { batchSize: 5 }), [loss()]);
    expect(parts.jointLoss).toBeCloseTo(whole.jointLoss!, 12);
    const { output, lengths } = model.infer(all!.inputs, { lengths: all!.lengths });
    const value = loss().measure(output, all!.targets, {
      lengths: { tag: all!.lengths as readonly number[] },
    }).value;
    expect(lengths).toEqual({ tag: all!.lengths, intent: undefined });
    expect(value).toBeCloseTo(whole.jointLoss!, 12);
    const tag = crossEntropy().measure(output.tag, all!.targets.tag, {
      lengths: all!.lengths as readonly number[],
    }).value;
    const intent = crossEntropy().measure(output.intent, all!.targets.intent).value;
    expect(value).toBeCloseTo(tag + 0.5 * intent, 12);
  });

  test('is saved and loaded unchanged, and resumes with the generators of its layers', async () => {
    const model = make(0.3);
    for await (const _ of train(model, data(2), { loss: loss(), optimizer: new SGD({ learningRate: 0.1 }) }));
    const again = load<typeof model>(save(model));
    expect(again).toBeInstanceOf(Graph);
    for (const of of [model, again])
      for await (const _ of train(of, data(2), { loss: loss(), optimizer: new SGD({ learningRate: 0.1 }) }));
    expect(save(again)).toEqual(save(model));
  });

  test('shards give the same weights for any number of threads, and those of train with sums', async () => {
    const sums = (): ReturnType<typeof loss> =>
      jointLoss({ tag: crossEntropy({ reduction: 'sum' }), intent: crossEntropy({ reduction: 'sum' }) });
    const trained = async (
      shards: number,
      threads: number,
      rate: number,
      of: () => ReturnType<typeof loss> = sums,
    ) => {
      const model = make(rate);
      const options = { loss: of(), optimizer: new SGD({ learningRate: 0.01 }) };
      const steps =
        shards === 0
          ? train(model, data(2), options)
          : trainParallel(model, data(2), { ...options, shards, threads, worker: plain });
      for await (const _ of steps);
      return [...model.parameters().values()].flatMap((parameter) => [...parameter.read()]);
    };
    const [alone, divided] = [await trained(0, 0, 0), await trained(3, 1, 0)];
    expectCloseValues(divided, alone);
    expect(await trained(2, 2, 0.3, loss)).toEqual(await trained(2, 1, 0.3, loss));
  }, 60_000);

  test('the gradient flow of its recurrent layers is shown', () => {
    const [batch] = data();
    expect(gradientFlow(make(), batch!, { loss: loss() }).layers.map(({ name }) => name)).toEqual([
      'spelling.layer.1',
      'context.1',
    ]);
  });

  test('computing step by step with the state carried equals computing the whole', () => {
    const model = make();
    const words = indices([[1, 5, 2]]);
    const letters = indices([
      [
        [1, 2],
        [5, -1],
        [2, 3],
      ],
    ]);
    const whole = model.infer({ words, letters });
    const at = (t: number) => ({
      words: indices([[words.data[t]!]]),
      letters: { data: letters.data.slice(2 * t, 2 * t + 2), shape: [1, 1, 2] },
    });
    let state = model.initialState(1);
    for (let t = 0; t < 3; t++) {
      const step = model.infer(at(t), { state });
      state = step.state;
      expectClose(step.output.tag, { data: whole.output.tag.data.slice(3 * t, 3 * t + 3), shape: [1, 1, 3] });
    }
    expectCloseStates(state, whole.state);
  });

  test('a table of its layers shows the input of each', () => {
    expect(describe(make()).split('\n')).toEqual([
      'graph: words, letters → tag, intent',
      '',
      'layer                                                                  output                parameters',
      'words                                                                  [batch, time]',
      'word Embedding ← words                                                 [batch, time, 4]              32',
      'letters                                                                [batch, time, steps]',
      'spelling EachStep(Sequential(Embedding, Sequence(GRUCell))) ← letters  [batch, time, 3]              75',
      'concatenate(word, spelling)                                            [batch, time, 7]',
      'context.0 Dropout ← concatenate(word, spelling)                        [batch, time, 7]',
      'context.1 Sequence(LSTMCell)                                           [batch, time, 6]             360',
      'tag Dense ← context                                                    [batch, time, 3]              21',
      '4 Pooling ← context                                                    [batch, 6]',
      'intent Dense ← 4 Pooling                                               [batch, 2]                    14',
      'total                                                                                               502',
    ]);
    const dense = new Dense({ inputSize: 2, outputSize: 3 });
    expect(describe(graph(input('x').to(dense))).split('\n')).toEqual([
      'graph: x → one output',
      '',
      'layer        output      parameters',
      'x            [batch, 2]',
      '0 Dense ← x  [batch, 3]           9',
      'total                             9',
    ]);
  });
});

suite('errors', () => {
  const dense = (inputSize: number, outputSize: number, backend = float32()) =>
    new Dense({ inputSize, outputSize, backend });
  // biome-ignore lint/suspicious/noExplicitAny: calls that do not compile
  const untyped = (of: unknown) => of as any;
  const [a, b] = [input('a', 3), input('b', 2)];
  const embedding = new Embedding({ classes: 2, outputSize: 1 });

  test.each<[string, () => unknown, string]>([
    [
      'a layer of another width',
      () => a.to(untyped(dense(4, 2))),
      'GraphNode.to: layer (Dense) has inputSize 4, expected 3, the width of a 3',
    ],
    [
      'a layer of another width than a join',
      () => concatenate(a, b).to(dense(4, 2)),
      'GraphNode.to: layer (Dense) has inputSize 4, expected 5, the width of concatenate(a 3, b 2)',
    ],
    [
      'a sum of two widths',
      () => sum(a, untyped(b)),
      'sum: nodes[1] (b) has width 2, expected 3, as nodes[0] (a) has',
    ],
    ['a join of one', () => untyped(concatenate)(a), 'concatenate: nodes has 1, expected at least two'],
    [
      'a layer instead of a node',
      () => concatenate(a, untyped(dense(1, 2))),
      'concatenate: nodes[1] is a value of type Dense, expected a node: an input(…), a layer applied to one, or a join',
    ],
    [
      'a layer instead of a graph',
      () => graph(untyped(dense(1, 2))),
      'graph: outputs is a layer (Dense), expected a node: input(…).to(layer)',
    ],
    [
      'a layer instead of a head',
      () => graph({ a: untyped(dense(1, 2)) }),
      'graph: outputs.a is a layer (Dense), expected a node: input(…).to(layer)',
    ],
    [
      'an array',
      () => graph(untyped([])),
      'graph: outputs is an array of 0, expected a node, or nodes by the name of their head',
    ],
    ['no heads', () => graph({}), 'graph: outputs has no heads, expected at least one'],
    ['an input as output', () => graph(a), 'graph: outputs is an input, expected what a layer gives'],
    ['no layer', () => graph(concatenate(a, b)), 'graph: outputs need no layer, expected at least one'],
    [
      'a head with the name of a tensor’s part',
      () => graph({ data: a.to(dense(3, 2)) }),
      'graph: the name of a head is "data", expected a name, but not that of a part of a tensor',
    ],
    [
      'an input with such a name',
      () => input('shape'),
      'input: name is "shape", expected a name, but not that of a part of a tensor',
    ],
    [
      'a head named as the prototype of objects',
      () => graph({ ['__proto__']: a.to(dense(3, 2)) }),
      'graph: the name of a head is "__proto__", expected another name: this is that of the prototype of objects',
    ],
    [
      'an input of that name',
      () => input('__proto__'),
      'input: name is "__proto__", expected another name: this is that of the prototype of objects',
    ],
    [
      'a layer of that name',
      () => a.to(new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 2 })), '__proto__'),
      'GraphNode.to: name is "__proto__", expected another name: this is that of the prototype of objects',
    ],
    ['a name that is not a string', () => input(untyped(3)), 'input: name is 3, expected a string'],
    ['a size of 0', () => input('x', 0), 'input: size is 0, expected a whole number of at least 1'],
    [
      'a cell',
      () => a.to(untyped(new GRUCell({ inputSize: 3, hiddenSize: 2 }))),
      'GraphNode.to: layer is a value of type GRUCell, expected a layer: new Sequence(cell) makes one of a cell',
    ],
    [
      'a name with a dot',
      () => a.to(dense(3, 1), 'a.b'),
      'GraphNode.to: name is "a.b", expected a name without dots',
    ],
    [
      'indices of a layer',
      () => a.to(dense(3, 1)).to(untyped(embedding)),
      'GraphNode.to: layer (Embedding) takes indices, expected one that takes what Dense gives',
    ],
    [
      'one name twice',
      () => graph({ a: a.to(dense(3, 1), 'z'), b: a.to(dense(3, 1), 'z') }),
      'graph: outputs need two layers named "z", expected a name for each',
    ],
    [
      'an input of two kinds',
      () => graph({ a: input('x').to(dense(1, 1)), b: input('x').to(embedding) }),
      'graph: input "x" is taken as indices and as features, expected one of them',
    ],
    [
      'two backends',
      () => graph({ a: a.to(dense(3, 1)), b: a.to(dense(3, 1, float64())) }),
      `graph: a layer (Dense) computes in float64 (TypeScript), expected ${float32().name}, as Dense does`,
    ],
  ])('%s', (_, call, message) => {
    expect(errorOf(call)).toHaveProperty('message', message);
  });

  const x = tensor([
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  const y = tensor([[[1, 2, 3]]]);
  const y2 = tensor([
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ]);
  const joined = untyped(
    graph(concatenate(input('a', 2), input('b').to(dense(3, 2), 'deep')).to(dense(4, 1))),
  );
  const heads = untyped(graph({ a: input('x').to(dense(2, 1)), b: input('x').to(dense(2, 1)) }));

  test.each<[string, () => unknown, string]>([
    [
      'other steps',
      () => joined.forward({ a: x, b: y }),
      'Graph.forward: deep has 1 steps, expected 2, as inputs.a has: they are joined',
    ],
    [
      'other lengths',
      () => joined.forward({ a: x, b: y2 }, { lengths: { a: [1], b: [2] } }),
      'Graph.forward: deep has length 2 at sequence 0, expected 1, as inputs.a has: they are joined',
    ],
    [
      'a missing input',
      () => joined.forward({ a: x }),
      'Graph.forward: inputs.b is missing, expected { a, b }',
    ],
    [
      'a tensor instead of a record',
      () => joined.forward(x),
      'Graph.forward: inputs is one tensor, expected an object { a, b }',
    ],
    [
      'an unknown input',
      () => joined.forward({ a: x, b: y, c: y }),
      'Graph.forward: inputs has "c", expected only { a, b }',
    ],
    [
      'an unknown option',
      () => joined.forward({ a: x, b: y }, { length: [1] }),
      'Graph.forward: option "length" is unknown, expected lengths',
    ],
    [
      'another batch',
      () => joined.forward({ a: x, b: tensor([[[1, 2, 3]], [[1, 2, 3]]]) }),
      'Graph.forward: inputs.a has 1 sequences, expected 2, as inputs.b has',
    ],
    [
      'another width',
      () => joined.forward({ a: tensor([[1, 2, 3]]), b: y }),
      'Graph.forward: inputs.a has shape [1, 3], expected [batch, time, 2] or [batch, 2] (size is 2)',
    ],
    [
      'unknown lengths',
      () => joined.forward({ a: x, b: y2 }, { lengths: { z: [1] } }),
      'Graph.forward: lengths has "z", expected only { a, b }, the inputs',
    ],
    [
      'a width known only at run time',
      () =>
        graph(concatenate(input('a'), input('b')).to(dense(4, 1))).infer({ a: x, b: tensor([[[1], [2]]]) }),
      'Graph.infer: 0 Dense has inputSize 4, expected 3, the width of concatenate(a, b)',
    ],
    [
      'a sum of widths known only at run time',
      () => graph(sum(input('a'), input('b')).to(dense(2, 1))).infer({ a: x, b: tensor([[[1], [2]]]) }),
      'Graph.infer: inputs.b has width 1, expected 2, as inputs.a has: their sum',
    ],
    [
      'one-hot vectors joined',
      () =>
        graph(concatenate(input('w').to(new OneHot({ classes: 3 })), input('x', 2)).to(dense(5, 1))).infer({
          w: indices([[1, 2]]),
          x,
        }),
      'Graph.infer: 0 OneHot, which is joined, is one-hot, expected real features, such as an Embedding gives',
    ],
    [
      'an unknown head',
      () => heads.forward({ x }).backward({ c: x }),
      'Graph.backward: dOutput has "c", expected only a, b, the heads',
    ],
    [
      'a head of another shape',
      () => heads.forward({ x }).backward({ a: x }),
      "Graph.backward: head a: dOutput has shape [1, 2, 2], expected [1, 2, 1], the output's",
    ],
    [
      'a state for a graph without one',
      () => heads.infer({ x }, { state: { h: x } }),
      'Graph.infer: state has a part "h", expected none: there is no state here',
    ],
    [
      'an initial state of no batch',
      () => heads.initialState(0),
      'Graph.initialState: batch is 0, expected a whole number of at least 1',
    ],
  ])('%s', (_, call, message) => {
    expect(errorOf(call)).toHaveProperty('message', message);
  });

  test('a loss for another number of outputs', async () => {
    const run = async (model: unknown, targets: unknown, loss: unknown) => {
      const inputs = model === heads ? { x } : x;
      for await (const _ of train(untyped(model), [untyped({ inputs, targets })], {
        loss: untyped(loss),
        optimizer: new SGD({ learningRate: 1 }),
      }));
    };
    const square = meanSquaredError();
    const target = tensor([[[1], [2]]]);
    const both = { a: target, b: target };
    await expect(run(heads, both, square)).rejects.toThrow(
      'train: step 0: loss is meanSquaredError, of one output, expected jointLoss(…) of a, b',
    );
    await expect(run(heads, both, jointLoss({ a: square }))).rejects.toThrow(
      'train: step 0: outputs has "b", expected only a, the heads with a loss',
    );
    await expect(run(heads, both, jointLoss({ a: square, bs: square }))).rejects.toThrow(
      'train: step 0: jointLoss has "bs", expected heads of the outputs, a, b',
    );
    await expect(run(heads, { a: target }, jointLoss({ a: square, b: square }))).rejects.toThrow(
      'train: step 0: targets.b is missing, expected a, b',
    );
    await expect(run(dense(2, 1), target, jointLoss({ a: square }))).rejects.toThrow(
      'train: step 0: loss is jointLoss of a, expected a loss of one output, as the model gives',
    );
  });

  test('widths and names that do not fit do not compile', () => {
    const model = graph({ a: input('x').to(embedding), b: input('y', 3).to(dense(3, 1)) });
    const check = () => {
      // @ts-expect-error: 3 features into 4
      input('x', 3).to(new Dense({ inputSize: 4, outputSize: 1 }));
      // @ts-expect-error: 3 and 2
      sum(input('x', 3), input('y', 2));
      // @ts-expect-error: no input y
      model.infer({ x: indices([[1]]) });
      // @ts-expect-error: x is indices
      model.infer({ x, y });
      // @ts-expect-error: no head c
      model.infer({ x: indices([[1]]), y }).output.c;
      // @ts-expect-error: a loss of one output
      train(model, [{ inputs: { x: indices([[1]]), y }, targets: { a: x, b: x } }], {
        loss: meanSquaredError(),
        optimizer: new SGD({ learningRate: 1 }),
      });
    };
    expect(check).toBeTypeOf('function');
  });
});
