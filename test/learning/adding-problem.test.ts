/** The adding problem at T = 50: a gradient must survive fifty steps, which needs gates. */
import { expect, test } from 'vitest';
import {
  Adam,
  type Batch,
  type Cell,
  Dense,
  float32,
  GRUCell,
  LSTMCell,
  meanSquaredError,
  Random,
  RNNCell,
  Sequence,
  sequential,
  type Tensor,
  train,
} from '../../src/index.ts';

const [TIME, HIDDEN] = [50, 32];
// The same bits on every machine, so that the outcome does not vary.
const backend = float32({ deterministic: true });

/** A number and a mark at each step; the target is the sum of the two marked numbers. */
function problem(random: Random, batch: number): Batch<Tensor, Tensor> {
  const inputs = new Float32Array(batch * TIME * 2);
  const targets = new Float32Array(batch);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < TIME; t++) inputs[(b * TIME + t) * 2] = random.next();
    for (const t of [random.integer(TIME / 2), TIME / 2 + random.integer(TIME / 2)]) {
      inputs[(b * TIME + t) * 2 + 1] = 1;
      targets[b]! += inputs[(b * TIME + t) * 2]!;
    }
  }
  return { inputs: { data: inputs, shape: [batch, TIME, 2] }, targets: { data: targets, shape: [batch, 1] } };
}

async function errorOf(makeCell: (random: Random) => Cell): Promise<number> {
  const random = new Random(1);
  const model = sequential(
    new Sequence(makeCell(random), { outputs: 'last' }),
    new Dense({ inputSize: HIDDEN, outputSize: 1, random, backend }),
  );
  const data = new Random(2);
  const batches = Array.from({ length: 1000 }, () => problem(data, 32));
  const options = { loss: meanSquaredError(), optimizer: new Adam({ learningRate: 0.005 }), clipNorm: 1 };
  for await (const _ of train(model, batches, options));
  const test = problem(new Random(3), 500);
  return meanSquaredError().measure(model.infer(test.inputs).output, test.targets).value;
}

const sizes = { inputSize: 2, hiddenSize: HIDDEN, backend } as const;

test('an LSTM learns the adding problem', { timeout: 120_000 }, async () => {
  expect(await errorOf((random) => new LSTMCell({ ...sizes, random }))).toBeLessThan(0.01);
});

test('a GRU learns the adding problem', { timeout: 120_000 }, async () => {
  expect(await errorOf((random) => new GRUCell({ ...sizes, random }))).toBeLessThan(0.01);
});

test('a tanh RNN of the same size and budget does not', { timeout: 120_000 }, async () => {
  expect(await errorOf((random) => new RNNCell({ ...sizes, random }))).toBeGreaterThan(0.1);
});
