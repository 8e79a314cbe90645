import { expect, test } from 'vitest';
import {
  type AnyLayer,
  Bidirectional,
  Conv1d,
  type Conv1dPadding,
  Dense,
  Embedding,
  float64,
  GRUCell,
  generate,
  Pooling,
  Residual,
  Sequence,
  sequential,
} from '../../src/index.ts';
import { notStepwise } from '../../src/layers/causal.ts';

const backend = float64();
const cell = () => new GRUCell({ inputSize: 2, hiddenSize: 2, backend });
const conv = (options: { kernelSize?: number; stride?: number; padding?: Conv1dPadding }) =>
  new Conv1d({ inputSize: 2, outputSize: 2, kernelSize: 1, backend, ...options });
const dense = new Dense({ inputSize: 2, outputSize: 2, backend });
const ahead = new Sequence(cell(), { reverse: true });
const several = 'a Conv1d that sees several steps at once';
const other = 'a Conv1d that gives more or fewer steps than it takes';

test.each<[string, AnyLayer, string | undefined]>([
  ['a recurrent layer', new Sequence(cell()), undefined],
  ['a layer of single steps', dense, undefined],
  ['both directions', new Bidirectional(cell(), cell()), 'a Bidirectional that looks ahead'],
  ['the reverse direction', ahead, 'a Sequence that looks ahead'],
  ['pooling', new Pooling({ kind: 'max', backend }), 'a Pooling that sees several steps at once'],
  ['a wide kernel', conv({ kernelSize: 2 }), several],
  ['a kernel of one step', conv({}), undefined],
  ['a kernel of one step, padded by name', conv({ padding: 'same' }), undefined],
  ['a kernel of one step, padded by none', conv({ padding: 0 }), undefined],
  ['a kernel of one step, padded', conv({ padding: 1 }), other],
  ['a kernel of one step, padded at its end', conv({ padding: [0, 1] }), other],
  ['a kernel of one step, strided', conv({ stride: 2 }), other],
  [
    'a part deep inside',
    sequential(dense, new Residual(sequential(dense, ahead))),
    'a Sequence that looks ahead',
  ],
  ['the second of two parts', sequential(dense, conv({ kernelSize: 3 }), ahead), several],
  ['parts that all allow it', sequential(dense, new Residual(new Sequence(cell()))), undefined],
])('%s', (_, layer, expected) => {
  expect(notStepwise(layer)).toBe(expected);
});

test('generate refuses a convolution that skips steps', async () => {
  const model = sequential(
    new Embedding({ classes: 3, outputSize: 2, backend }),
    conv({ stride: 2 }),
    new Sequence(cell()),
  );
  await expect(generate(model, { prompt: [0, 1, 2] }).next()).rejects.toThrow(
    new RangeError(
      `generate: model has ${other}, expected a model that knows what came before from its state`,
    ),
  );
});
