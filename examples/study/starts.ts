/** The ways of drawing a cell's initial weights that the study compares. */
import { type CellMaker, chrono, GRUCell, LSTMCell, uniform } from 'recurrent-cells';

export type CellName = 'LSTM' | 'GRU';

/** The options of a start, for a task whose longest dependency is T steps. */
const options = {
  'bias 0': () => ({ forgetBias: 0 }),
  'bias 1': () => ({ forgetBias: 1 }),
  uniform: () => ({ forgetBias: 0, biasInitializer: uniform() }),
  'uniform + 1': () => ({ forgetBias: 1, biasInitializer: uniform() }),
  chrono: (longest: number) => ({ forgetBias: chrono(longest) }),
  'all uniform': (_longest: number, hiddenSize: number) => ({
    forgetBias: 0,
    biasInitializer: uniform(),
    inputInitializer: uniform(1 / Math.sqrt(hiddenSize)),
    recurrentInitializer: uniform(1 / Math.sqrt(hiddenSize)),
  }),
};

export type StartName = keyof typeof options;

export const startNames = Object.keys(options) as StartName[];

/** Makes cells of a kind that start in one of these ways. */
export function starting(kind: CellName, start: StartName, longest: number): CellMaker {
  return (sizes) => {
    const settings = { ...sizes, ...options[start](longest, sizes.hiddenSize) };
    return kind === 'LSTM' ? new LSTMCell(settings) : new GRUCell(settings);
  };
}
