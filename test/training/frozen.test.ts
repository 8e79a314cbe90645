/** Frozen parameters: their gradients are not computed, and everything else is unchanged. */
import { describe, expect, test } from 'vitest';
import {
  Bidirectional,
  Conv1d,
  crossEntropy,
  Dense,
  Embedding,
  float64,
  GRUCell,
  indices,
  type Layer,
  LSTMCell,
  OneHot,
  Random,
  Sequence,
  SGD,
  sequential,
  train,
} from '../../src/index.ts';

const backend = float64();
const batch = {
  inputs: indices([
    [1, 2, 3, 0],
    [3, 1, 0, 0],
  ]),
  targets: indices([
    [0, 1, 2, 3],
    [2, 2, 0, 0],
  ]),
  lengths: [4, 2],
};

const random = () => new Random(1);
const lstm = (inputSize: number) =>
  new Sequence(new LSTMCell({ inputSize, hiddenSize: 4, random: random(), backend }));
const gru = (inputSize: number) =>
  new Sequence(new GRUCell({ inputSize, hiddenSize: 4, random: random(), backend }));
const head = (inputSize: number) => new Dense({ inputSize, outputSize: 4, random: random(), backend });
const embedding = () => new Embedding({ classes: 4, outputSize: 3, random: random(), backend });

const models: Readonly<Record<string, () => Layer<never>>> = {
  'embedding and LSTM': () => sequential(embedding(), lstm(3), head(4)) as never,
  'one-hot and GRU': () => sequential(new OneHot({ classes: 4, backend }), gru(4), head(4)) as never,
  convolution: () =>
    sequential(
      embedding(),
      new Conv1d({ inputSize: 3, outputSize: 4, kernelSize: 3, random: random(), backend }),
      head(4),
    ) as never,
  bidirectional: () =>
    sequential(
      embedding(),
      new Bidirectional(
        new GRUCell({ inputSize: 3, hiddenSize: 2, random: random(), backend }),
        new GRUCell({ inputSize: 3, hiddenSize: 2, random: random(), backend }),
      ),
      head(4),
    ) as never,
};

async function gradients(make: () => Layer<never>, frozen: RegExp | undefined) {
  const model = make();
  const parameters = model.parameters();
  for (const [name, parameter] of parameters) parameter.frozen = frozen?.test(name) ?? false;
  const before = new Map(Array.from(parameters, ([name, parameter]) => [name, parameter.read()]));
  const options = { loss: crossEntropy(), optimizer: new SGD({ learningRate: 0.1 }) };
  for await (const _ of train(model as never, [batch], options));
  return { parameters, before };
}

describe.each(Object.entries(models))('%s', (_, make) => {
  test('weights and biases can be frozen separately, and the others train the same', async () => {
    const { parameters: all } = await gradients(make, undefined);
    for (const pattern of [/weight/i, /bias/i, /^0\./, /^1\./]) {
      const names = [...all.keys()].filter((name) => pattern.test(name));
      const { parameters, before } = await gradients(make, pattern);
      for (const [name, parameter] of parameters) {
        if (names.includes(name)) {
          expect(parameter.read()).toEqual(before.get(name));
          expect(parameter.readGradient().every((value) => value === 0)).toBe(true);
        } else {
          expect(parameter.readGradient()).toEqual(all.get(name)!.readGradient());
          expect(parameter.read()).toEqual(all.get(name)!.read());
        }
      }
    }
  });
});
