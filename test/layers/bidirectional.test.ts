import { expect, test } from 'vitest';
import { Bidirectional, float32, float64, GRUCell, LSTMCell, Sequence, tensor } from '../../src/index.ts';

const backend = float64();
const forward = new GRUCell({ inputSize: 1, hiddenSize: 2, backend });
const reverse = new GRUCell({ inputSize: 1, hiddenSize: 3, backend });
const x = tensor([
  [[1], [2], [3]],
  [[4], [5], [6]],
]);
const lengths = [3, 2];

test('equals a sequence in each direction, side by side', () => {
  const layer = new Bidirectional(forward, reverse);
  const { output, state } = layer.infer(x, { lengths });
  const a = new Sequence(forward).infer(x, { lengths });
  const b = new Sequence(reverse, { reverse: true }).infer(x, { lengths });
  expect([output.shape, layer.outputSize]).toEqual([[2, 3, 5], 5]);
  for (let row = 0; row < 6; row++)
    expect(Array.from(output.data.slice(row * 5, row * 5 + 5))).toEqual([
      ...a.output.data.slice(row * 2, row * 2 + 2),
      ...b.output.data.slice(row * 3, row * 3 + 3),
    ]);
  expect(state).toEqual({ forward: a.state, reverse: b.state });
});

test('gives the last output of each direction', () => {
  const { output, state } = new Bidirectional(forward, reverse, { outputs: 'last' }).infer(x, { lengths });
  expect(output.shape).toEqual([2, 5]);
  expect(Array.from(output.data.slice(0, 5))).toEqual([
    ...state.forward.h.data.slice(0, 2),
    ...state.reverse.h.data.slice(0, 3),
  ]);
});

test('names its parameters by direction, and those of a shared cell once', () => {
  expect([...new Bidirectional(forward, reverse).parameters().keys()]).toEqual([
    'forward.weightIh',
    'forward.weightHh',
    'forward.biasIh',
    'forward.biasHh',
    'reverse.weightIh',
    'reverse.weightHh',
    'reverse.biasIh',
    'reverse.biasHh',
  ]);
  expect(new Bidirectional(forward, forward).parameters().size).toBe(4);
});

test('refuses invalid arguments', () => {
  const wider = new GRUCell({ inputSize: 2, hiddenSize: 2, backend });
  expect(() => new Bidirectional<'h'>(forward, wider)).toThrow(
    new RangeError('Bidirectional: reverse has inputSize 2, expected 1, as forward has'),
  );
  const single = new GRUCell({ inputSize: 1, hiddenSize: 2 });
  expect(() => new Bidirectional(forward, single)).toThrow(
    new RangeError(
      `Bidirectional: reverse computes in ${float32().name}, expected float64 (TypeScript), as forward does`,
    ),
  );
  expect(() => new Bidirectional(forward, undefined as unknown as typeof forward)).toThrow(
    new TypeError('Bidirectional: reverse is undefined, expected a cell, such as an LSTMCell'),
  );
  const lstm = new LSTMCell({ inputSize: 1, hiddenSize: 2, backend });
  expect(() => new Bidirectional(lstm, lstm).infer(tensor([[1]]))).toThrow(
    new RangeError(
      'Bidirectional.infer: inputs has shape [1, 1], expected [batch, time, 1] (inputSize is 1)',
    ),
  );
});
