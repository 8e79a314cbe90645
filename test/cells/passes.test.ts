/** Passes of cells that are released before backward, and the sizes of projections. */
import { describe, expect, test } from 'vitest';
import { float64, LSTMCell, ProjectedLSTMCell, tensor } from '../../src/index.ts';

const cell = new LSTMCell({ inputSize: 1, hiddenSize: 2, backend: float64() });

test('a pass is released explicitly, or at the end of its block', () => {
  const [released, disposed] = [cell.forward(tensor([[1]])), cell.forward(tensor([[1]]))];
  released.release();
  disposed[Symbol.dispose]();
  for (const pass of [released, disposed])
    expect(() => pass.backward(tensor([[1, 1]]))).toThrow(/this pass is over/);
});

test('a step takes no time axis', () => {
  expect(() => cell.infer(tensor([[[1]]]))).toThrow(
    new RangeError('LSTMCell.infer: inputs has shape [1, 1, 1], expected [batch, 1] (inputSize is 1)'),
  );
});

describe('a projection', () => {
  test.each([3, 4])('of %d from 3 is refused', (projectionSize) => {
    expect(() => new ProjectedLSTMCell({ inputSize: 1, hiddenSize: 3, projectionSize })).toThrow(
      /^ProjectedLSTMCell: projectionSize is \d, expected/,
    );
  });
});
