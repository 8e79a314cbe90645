/** An encoder–decoder with attention learns to reverse five symbols. */
import { expect, test } from 'vitest';
import {
  Adam,
  Attention,
  accuracy,
  Bidirectional,
  beamSearch,
  crossEntropy,
  Dense,
  Embedding,
  EncoderDecoder,
  evaluate,
  GRUCell,
  greedy,
  Random,
  Sequence,
  sequential,
  teacherForcing,
  train,
} from '../../src/index.ts';

const [classes, size, start, end] = [10, 32, 0, 1];

test('sequences of five symbols are reversed', async () => {
  const random = new Random(1);
  const gru = (inputSize: number, hiddenSize: number) => new GRUCell({ inputSize, hiddenSize, random });
  const model = new EncoderDecoder({
    encoder: sequential(
      new Embedding({ classes, outputSize: 16, random }),
      new Bidirectional(gru(16, size / 2), gru(16, size / 2)),
    ),
    decoder: sequential(new Embedding({ classes, outputSize: 16, random }), new Sequence(gru(16, size))),
    attention: new Attention({ score: 'general', querySize: size, keySize: size, random }),
    output: new Dense({ inputSize: size, outputSize: classes, random }),
    start,
    end,
    random,
  });
  const drawn = () => Array.from({ length: 5 }, () => 2 + random.integer(classes - 2));
  const pairs = (count: number) => {
    const sources = Array.from({ length: count }, drawn);
    return { sources, targets: sources.map((source) => [...source].reverse()) };
  };
  function* batches() {
    for (let i = 0; i < 500; i++) {
      const { sources, targets } = pairs(32);
      yield teacherForcing(model, sources, targets);
    }
  }
  const optimizer = new Adam({ learningRate: 0.01 });
  for await (const _ of train(model, batches(), { loss: crossEntropy(), optimizer, clipNorm: 1 }));

  const unseen = pairs(200);
  const batch = teacherForcing(model, unseen.sources, unseen.targets);
  expect((await evaluate(model, [batch], [accuracy()])).accuracy).toBeGreaterThan(0.98);
  const exact = (found: readonly (readonly number[])[]) =>
    found.filter((tokens, i) => tokens.join() === unseen.targets[i]!.join()).length / found.length;
  const { source } = batch.inputs;
  expect(exact(greedy(model, source, { maxLength: 8 }).map(({ tokens }) => tokens))).toBeGreaterThan(0.95);
  const beams = beamSearch(model, source, { maxLength: 8, width: 3 });
  expect(exact(beams.map(([best]) => best!.tokens))).toBeGreaterThan(0.95);
}, 60_000);
