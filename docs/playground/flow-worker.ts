/** Measures how a gradient flows back through new models. */
import {
  GRUCell,
  gradientFlow,
  LSTMCell,
  manyToOne,
  meanSquaredError,
  Random,
  RNNCell,
} from 'recurrent-cells';
import type { Flow } from './flow.ts';
import { answer } from './section.ts';

const [HIDDEN, BATCH] = [32, 8];
const models = Object.entries({ rnn: RNNCell, gru: GRUCell, lstm: LSTMCell }).map(([name, cell]) => ({
  name: name as Flow['name'],
  model: manyToOne({ cell, inputSize: 1, hiddenSize: HIDDEN, outputSize: 1, random: new Random(1) }),
}));

answer((length: number): readonly Flow[] => {
  const random = new Random(2);
  const inputs = {
    data: Float32Array.from({ length: BATCH * length }, () => random.normal()),
    shape: [BATCH, length, 1] as const,
  };
  const targets = { data: new Float32Array(BATCH).fill(1), shape: [BATCH, 1] as const };
  return models.map(({ name, model }) => {
    const { layers } = gradientFlow(model, { inputs, targets }, { loss: meanSquaredError() });
    return { name, norms: [...layers[0]!.norms] };
  });
});
