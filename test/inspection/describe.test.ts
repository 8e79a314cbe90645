import { expect, test } from 'vitest';
import {
  Dense,
  describe,
  Embedding,
  GRUCell,
  LSTMCell,
  manyToMany,
  manyToOne,
  oneToMany,
  oneToOne,
  Sequence,
  sequential,
} from '../../src/index.ts';

const first = (text: string) => text.split('\n')[0];

test('names the structure', () => {
  expect(first(describe(oneToOne({ inputSize: 2, outputSize: 1 })))).toBe('one-to-one');
  expect(first(describe(oneToMany({ inputSize: 2, hiddenSize: 3, steps: 4, outputSize: 1 })))).toBe(
    'one-to-many',
  );
  expect(first(describe(manyToOne({ inputSize: 2, hiddenSize: 3, outputSize: 1 })))).toBe('many-to-one');
  expect(first(describe(manyToMany({ classes: 2, hiddenSize: 3, outputSize: 1 })))).toBe('many-to-many');
});

test('lists chains in chains, and counts a shared layer once in the total', () => {
  const shared = new Sequence(new LSTMCell({ inputSize: 4, hiddenSize: 4 }));
  const model = sequential(
    sequential(new Embedding({ classes: 1000, outputSize: 4 }), shared),
    shared,
    new Dense({ inputSize: 4, outputSize: 2 }),
  );
  expect(describe(model).split('\n').slice(-6)).toEqual([
    'input                   [batch, time]',
    '0.0 Embedding           [batch, time, 4]       4,000',
    '0.1 Sequence(LSTMCell)  [batch, time, 4]         160',
    '1 Sequence(LSTMCell)    [batch, time, 4]         160',
    '2 Dense                 [batch, time, 2]          10',
    'total                                          4,170',
  ]);
});

test('describes a single layer', () =>
  expect(
    describe(new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 3 })))
      .split('\n')
      .at(-2),
  ).toBe('Sequence(GRUCell)  [batch, time, 3]          63'));

test('errors', () =>
  expect(() => describe(new GRUCell({ inputSize: 2, hiddenSize: 3 }) as never)).toThrow(
    new TypeError('describe: model is a value of type GRUCell, expected a layer or a model of layers'),
  ));
