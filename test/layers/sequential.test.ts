import { describe, expect, test } from 'vitest';
import {
  type AnyLayer,
  Dense,
  Dropout,
  Embedding,
  float32,
  float64,
  GRUCell,
  indices,
  LSTMCell,
  OneHot,
  Sequence,
  Sequential,
  sequential,
  tensor,
} from '../../src/index.ts';

const wide = (inputSize: number, outputSize: number) => new Dense({ inputSize, outputSize });

test('runs its layers in order, and passes lengths and states on', () => {
  const embedding = new Embedding({ classes: 3, outputSize: 2 });
  const gru = new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 4 }));
  const dense = new Dense({ inputSize: 4, outputSize: 1 });
  const model = sequential(embedding, gru, dense);
  const x = indices([
    [0, 1, 2],
    [2, 1, 0],
  ]);
  const lengths = [2, 3];
  const state = gru.infer(embedding.infer(x).output).state;
  const got = model.infer(x, { lengths, state: { 1: state } });
  const middle = gru.infer(embedding.infer(x).output, { lengths, state });
  expect(got.state).toEqual({ 1: middle.state });
  const want = dense.infer(middle.output, { lengths });
  expect(got.output).toEqual(want.output);
});

test('has the sizes of its first and last layer', () => {
  const dropout = new Dropout({ rate: 0.5 });
  const model = sequential(dropout, wide(3, 4), dropout);
  expect([model.inputSize, model.outputSize, model.accepts]).toEqual([3, 4, 'dense']);
  expect(new Sequential([dropout]).outputSize).toBeUndefined();
  expect(sequential(new Embedding({ classes: 7, outputSize: 2 })).accepts).toBe('indices');
});

test('names parameters and states by position, and shared ones once', () => {
  const shared = wide(2, 2);
  const lstm = new Sequence(new LSTMCell({ inputSize: 2, hiddenSize: 2 }));
  const model = new Sequential([shared, lstm, shared]);
  expect([...model.parameters().keys()]).toEqual([
    '0.weight',
    '0.bias',
    '1.cell.weightIh',
    '1.cell.weightHh',
    '1.cell.biasIh',
    '1.cell.biasHh',
  ]);
  expect(model.initialState(1)).toEqual({ 1: lstm.initialState(1) });
});

test('adds the gradients of a shared layer', () => {
  const backend = float64();
  const make = () => new Dense({ inputSize: 1, outputSize: 1, bias: false, backend });
  const shared = make();
  shared.weight.write([3]);
  // y = w²·x
  const pass = new Sequential([shared, shared]).forward(tensor([[5]]));
  expect(Array.from(pass.output.data)).toEqual([45]);
  expect(Array.from(pass.backward(tensor([[1]])).input.data)).toEqual([9]);
  expect(Array.from(shared.weight.readGradient())).toEqual([2 * 3 * 5]);
});

test('may be a part that takes one-hot input', () => {
  const gru = new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 2 }));
  const x = indices([[2, 0]]);
  const flat = sequential(new OneHot({ classes: 3 }), gru).infer(x).output;
  expect(sequential(new OneHot({ classes: 3 }), sequential(gru)).infer(x).output).toEqual(flat);
});

test('passes the gradients of its states on, without one of its output', () => {
  const [before, after] = [wide(2, 2), wide(2, 3)];
  const gru = new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 2 }));
  const x = tensor([
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  const dState = { 1: { h: tensor([[1, -2]]) } };
  const d = sequential(before, gru, after).forward(x).backward(undefined, dState);
  expect(d).toEqual(sequential(before, gru).forward(x).backward(undefined, dState));
  expect(d.input.data.every((value) => value !== 0)).toBe(true);
  expect(Array.from(after.weight.readGradient())).toEqual([0, 0, 0, 0, 0, 0]);
});

describe('errors', () => {
  test('in a value that is not an array', () =>
    expect(() => new Sequential(5 as never)).toThrow(
      new TypeError('Sequential: layers is 5, expected an array of layers'),
    ));

  const lstm = new LSTMCell({ inputSize: 2, hiddenSize: 2 });
  test.each<[unknown[], Error]>([
    [[], new RangeError('sequential: layers is empty, expected at least one layer')],
    [
      [wide(2, 3), wide(4, 5)],
      new RangeError(
        'sequential: layers[1] (Dense) has inputSize 4, expected 3, what layers[0] (Dense) gives',
      ),
    ],
    [
      [wide(2, 3), new Dropout({ rate: 0.1 }), wide(4, 5)],
      new RangeError(
        'sequential: layers[2] (Dense) has inputSize 4, expected 3, what layers[1] (Dropout) gives',
      ),
    ],
    [
      [wide(2, 3), new Dense({ inputSize: 3, outputSize: 1, backend: float64() })],
      new RangeError(
        `sequential: layers[1] (Dense) computes in float64 (TypeScript), expected ${float32().name}`,
      ),
    ],
    [
      [wide(2, 3), new Embedding({ classes: 3, outputSize: 2 })],
      new RangeError(
        'sequential: layers[1] (Embedding) takes indices, expected a layer that takes what a layer gives',
      ),
    ],
    [
      [wide(2, 2), lstm],
      new TypeError(
        'sequential: layers[1] is a value of type LSTMCell, expected a layer: new Sequence(cell) makes one of a cell',
      ),
    ],
    [[[wide(2, 2)]], new TypeError('sequential: layers[0] is an array of 1, expected a layer')],
    [[null], new TypeError('sequential: layers[0] is null, expected a layer')],
  ])('case %#', (layers, error) => expect(() => sequential(...(layers as [AnyLayer]))).toThrow(error));

  test('in an input without steps, if the first layer needs them', () => {
    const layer = new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 2 }));
    expect(() => sequential(layer, wide(2, 1)).infer(tensor([[1, 2, 3]]))).toThrow(
      new RangeError('Sequential.infer: inputs has shape [1, 3], expected [batch, time, 3] (inputSize is 3)'),
    );
  });

  test('in an input, naming the width of the first layer that has one', () =>
    expect(() => sequential(new Dropout({ rate: 0.5 }), wide(3, 4)).infer(tensor([[1]]))).toThrow(
      new RangeError(
        'Sequential.infer: inputs has shape [1, 1], expected [batch, time, 3] or [batch, 3] (inputSize is 3)',
      ),
    ));
});
