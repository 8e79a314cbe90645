/** From text to a trained model: layers, losses and training accept the results of this entry. */
import { describe, expect, test } from 'vitest';
import {
  Adam,
  type Batch,
  crossEntropy,
  Dense,
  Embedding,
  evaluate,
  float64,
  GRUCell,
  type Indices,
  indices,
  perplexity,
  Random,
  Sequence,
  type SequenceOptions,
  SGD,
  sequential,
  train,
} from '../../../src/index.ts';
import {
  batchesByLength,
  type Chunk,
  characters,
  chunksOf,
  padSequences,
  pattern,
  Vocabulary,
} from '../../../src/text.ts';

const backend = float64();

function modelOf(classes: number, outputs: number, options: SequenceOptions, paddingIndex?: number) {
  const random = new Random(1);
  return sequential(
    new Embedding({ classes, outputSize: 5, paddingIndex, random, backend }),
    new Sequence(new GRUCell({ inputSize: 5, hiddenSize: 6, random, backend }), options),
    new Dense({ inputSize: 6, outputSize: outputs, random, backend }),
  );
}

const gradientsOf = (model: ReturnType<typeof modelOf>) =>
  [...model.parameters().values()].flatMap((parameter) => Array.from(parameter.readGradient()));

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1);
  expect(Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-10);
}

describe('texts of different lengths, each with a class', () => {
  const texts = ['good, good', 'bad', 'oh how good it was', 'what a bad and long film', 'good', 'so bad'];
  const classes = texts.map((text) => Number(text.includes('bad')));
  const tokenizer = pattern(undefined, { lowercase: true });
  const vocabulary = Vocabulary.fit(texts, { tokenizer });
  const sequences = texts.map((text) => vocabulary.encode(tokenizer.tokenize(text), { end: true }));
  const pad = vocabulary.pad!;
  const model = () => modelOf(vocabulary.size, 2, { outputs: 'last' }, pad);

  test('batches train a model, with lengths and labels by row', async () => {
    const learner = model();
    function* passes(): Generator<Batch<Indices, Indices>> {
      for (let random = 1; random <= 40; random++)
        for (const { inputs, lengths, rows } of batchesByLength(sequences, { batchSize: 4, random, pad }))
          yield { inputs, lengths, targets: indices(rows.map((row) => classes[row]!)) };
    }
    const losses = [];
    const optimizer = new Adam({ learningRate: 0.03 });
    for await (const { loss } of train(learner, passes(), { loss: crossEntropy(), optimizer }))
      losses.push(loss);
    expect(losses.length).toBe(80);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 20);
    for (const [i, sequence] of sequences.entries()) {
      const { inputs, lengths } = padSequences([sequence], { pad, length: 12 });
      const { data } = learner.infer(inputs, { lengths }).output;
      expect(data[1]! > data[0]!).toBe(classes[i] === 1);
    }
  });

  test('padding has no effect: a padded batch gives the results of each text alone', () => {
    const { inputs, lengths } = padSequences(sequences, { pad, length: 9 });
    const [together, alone] = [model(), model()];
    const pass = together.forward(inputs, { lengths });
    const loss = crossEntropy({ reduction: 'sum' });
    pass.backward(loss.forward(pass.output, indices(classes)).backward());
    sequences.forEach((sequence, row) => {
      const own = alone.forward(indices([...sequence], [1, sequence.length]));
      own.backward(loss.forward(own.output, indices([classes[row]!])).backward());
      expectClose([...pass.output.data.subarray(2 * row, 2 * row + 2)], [...own.output.data]);
    });
    expectClose(gradientsOf(together), gradientsOf(alone));
    const unread = together.infer(inputs).output.data; // without lengths the padding is read
    expect(unread[2]).not.toBeCloseTo(pass.output.data[2]!, 6);
  });
});

describe('one long text, in windows with the state carried', () => {
  const text = 'abcabdabcabdabcabdabcabdabcabdabc';
  const vocabulary = Vocabulary.fit([text], { tokenizer: characters(), specials: {} });
  const stream = vocabulary.encode(characters().tokenize(text));
  const batchSize = 2;
  const [whole] = [...chunksOf(stream, { batchSize, k1: 16 })];
  const model = (history?: number) => modelOf(vocabulary.size, vocabulary.size, { history });
  const sum = crossEntropy({ reduction: 'sum', ignoreIndex: -1 });

  /** The sum of the windows' gradients, without updates between them. */
  function byWindows(k1: number, k2: number) {
    const learner = model();
    let state = learner.initialState(batchSize);
    let loss = 0;
    for (const chunk of chunksOf(stream, { batchSize, k1, k2 })) {
      const pass = learner.forward(chunk.inputs, { state });
      const part = sum.forward(pass.output, fresh(chunk));
      pass.backward(part.backward());
      loss += part.value;
      const lengths = Array<number>(batchSize).fill(chunk.carry);
      state = learner.infer(chunk.inputs, { state, lengths }).state;
    }
    return { loss, gradients: gradientsOf(learner) };
  }

  /** The targets that no earlier window has counted. */
  function fresh({ targets, fresh }: Chunk): Indices {
    const time = targets.shape[1];
    return { ...targets, data: targets.data.map((target, i) => (i % time < fresh ? -1 : target)) };
  }

  function atOnce(history?: number) {
    const learner = model(history);
    const pass = learner.forward(whole!.inputs);
    const loss = sum.forward(pass.output, whole!.targets);
    pass.backward(loss.backward());
    return { loss: loss.value, gradients: gradientsOf(learner) };
  }

  test.each([[1, 1], [3, 3], [16, 16], [3, 5], [2, 7], [4, 16], [5, 40]])('k1 = %d, k2 = %d: the loss equals that of the whole', (k1, k2) => {
    expect(byWindows(k1, k2).loss).toBeCloseTo(atOnce().loss, 10);
  }); // biome-ignore format: pairs

  test('k1 = k2: the gradients equal those of a Sequence with that history', () => {
    expectClose(byWindows(4, 4).gradients, atOnce(4).gradients);
  });

  test('k2 from the start: the gradients equal those of the whole', () => {
    expectClose(byWindows(3, 18).gradients, atOnce().gradients);
    const short = byWindows(3, 5).gradients;
    expect(Math.max(...short.map((value, i) => Math.abs(value - atOnce().gradients[i]!)))).toBeGreaterThan(
      1e-3,
    );
  });

  test('windows with k1 = k2 are batches that continue', async () => {
    const windows = [...chunksOf(stream, { batchSize, k1: 4 })];
    const batches = windows.map(({ inputs, targets, first }) => ({ inputs, targets, continues: !first }));
    const still = model();
    let loss = 0;
    const options = { loss: sum, optimizer: new SGD({ learningRate: 1e-15 }) };
    for await (const step of train(still, batches, options)) loss += step.loss;
    expect(loss).toBeCloseTo(atOnce().loss, 9);

    const learner = model();
    const passes = Array.from({ length: 100 }, () => batches).flat();
    for await (const _ of train(learner, passes, {
      loss: crossEntropy(),
      optimizer: new Adam({ learningRate: 0.03 }),
      clipNorm: 5,
    }));
    // After "ab", c and d alternate, three steps apart: early in a window, only the carried state tells which.
    const measured = async (of: Iterable<Batch<Indices, Indices>>) =>
      (await evaluate(learner, of, [perplexity()])).perplexity!;
    expect(await measured(batches)).toBeLessThan(1.02);
    expect(await measured(batches.map((batch) => ({ ...batch, continues: false })))).toBeGreaterThan(1.05);
  });
});
