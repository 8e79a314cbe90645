import { expect, test } from 'vitest';
import {
  type AnyLayer,
  Bidirectional,
  Conv1d,
  Dense,
  Dropout,
  EachStep,
  Embedding,
  float64,
  GRUCell,
  OneHot,
  Pooling,
  Repeat,
  Residual,
  Sequence,
  sequential,
} from '../../src/index.ts';
import { givesSteps, takesSteps } from '../../src/layers/time-axis.ts';

const backend = float64();
const cell = () => new GRUCell({ inputSize: 2, hiddenSize: 2, backend });
const dense = new Dense({ inputSize: 2, outputSize: 2, backend });
const dropout = new Dropout({ rate: 0.5, backend });
const repeat = new Repeat({ steps: 3, backend });
const all = new Sequence(cell());
const last = new Sequence(cell(), { outputs: 'last' });
const conv = new Conv1d({ inputSize: 2, outputSize: 2, kernelSize: 1, backend });

// Whether a layer takes steps; whether it gives steps for single vectors (undefined if it refuses them); whether it does for
// steps.
test.each<[string, AnyLayer, boolean, boolean | undefined, boolean]>([
  ['Dense', dense, false, false, true],
  ['Dropout', dropout, false, false, true],
  ['Sequence', all, true, true, true],
  ['Sequence, last', last, true, false, false],
  ['Bidirectional', new Bidirectional(cell(), cell()), true, true, true],
  ['Bidirectional, last', new Bidirectional(cell(), cell(), { outputs: 'last' }), true, false, false],
  ['Conv1d', conv, true, true, true],
  ['Pooling', new Pooling({ kind: 'max', backend }), true, false, false],
  ['Embedding', new Embedding({ classes: 2, outputSize: 2, backend }), true, true, true],
  ['OneHot', new OneHot({ classes: 2, backend }), true, true, true],
  ['EachStep', new EachStep(last), true, true, true],
  ['Repeat', repeat, false, true, true],
  ['Residual of Dense', new Residual(dense), false, false, true],
  ['Residual of Sequence', new Residual(all), true, undefined, true],
  ['layers of single vectors', sequential(dense, dropout), false, false, true],
  ['a later Sequence', sequential(dense, all, dense), true, true, true],
  ['a Sequence after a Repeat', sequential(dense, repeat, all), false, true, true],
  ['the last output', sequential(all, last, dense), true, false, false],
  ['Repeat after the last output', sequential(last, repeat), true, true, true],
  [
    'Conv1d in a chain in a Residual',
    sequential(new Residual(sequential(dropout, conv)), dense),
    true,
    undefined,
    true,
  ],
])('%s', (_, layer, takes, ofVectors, ofSteps) => {
  expect(takesSteps(layer)).toBe(takes);
  if (ofVectors !== undefined) expect(givesSteps(layer, false)).toBe(ofVectors);
  expect(givesSteps(layer, true)).toBe(ofSteps);
});
