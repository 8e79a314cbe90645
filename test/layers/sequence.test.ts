/** What the laws of sequences do not cover: options, names, edge cases and errors. */
import { describe, expect, test } from 'vitest';
import {
  type Cell,
  Dense,
  float64,
  GRUCell,
  LSTMCell,
  Sequence,
  type SequenceOptions,
  sequential,
  tensor,
} from '../../src/index.ts';
import { withArena } from '../../src/matrix/arena.ts';

const cell = new LSTMCell({ inputSize: 1, hiddenSize: 2, backend: float64() });
const x = tensor([
  [[1], [2], [3]],
  [[4], [5], [6]],
]);

test('has the parameters of its cell', () =>
  expect([...new Sequence(cell).parameters().keys()]).toEqual([
    'cell.weightIh',
    'cell.weightHh',
    'cell.biasIh',
    'cell.biasHh',
  ]));

describe('edge cases', () => {
  const state = {
    h: tensor([
      [1, 2],
      [3, 4],
    ]),
    c: tensor([
      [5, 6],
      [7, 8],
    ]),
  };

  test('without steps, the state is unchanged and its gradient passes', () => {
    const none = tensor([], [2, 0, 1]);
    for (const options of [{}, { reverse: true }, { history: 1 }]) {
      const layer = new Sequence(cell, options);
      const pass = layer.forward(none, { state });
      expect(pass.output.shape).toEqual([2, 0, 2]);
      expect(pass.state).toEqual(state);
      expect(layer.infer(none, { state }).state).toEqual(state);
      const d = pass.backward(pass.output, state);
      expect([d.input.shape, d.state]).toEqual([[2, 0, 1], state]);
    }
    expect(new Sequence(cell, { outputs: 'last' }).infer(none, { state }).output).toEqual(state.h);
  });

  test('with length 0, the same holds for that sequence alone', () => {
    const layer = new Sequence(cell);
    const pass = layer.forward(x, { state, lengths: [0, 3] });
    expect(Array.from(pass.state.c.data.slice(0, 2))).toEqual([5, 6]);
    expect(Array.from(pass.output.data.slice(0, 6))).toEqual([0, 0, 0, 0, 0, 0]);
    const d = pass.backward(pass.output, state);
    expect(Array.from(d.state.c.data.slice(0, 2))).toEqual([5, 6]);
  });

  test('huge inputs saturate, and NaN stays within its sequence', () => {
    const layer = new Sequence(new GRUCell({ inputSize: 1, hiddenSize: 2 }));
    const huge = layer.infer(tensor([[[1e30], [-1e30]]])).output;
    expect(huge.data.every((value) => Math.abs(value) <= 1)).toBe(true);
    const { output } = layer.infer(tensor([[[Number.NaN]], [[1]]]));
    expect(Array.from(output.data, Number.isNaN)).toEqual([true, true, false, false]);
  });
});

test('with recompute, the gradient of all outputs reuses their memory, also repeatedly', () => {
  const passOf = (options: SequenceOptions<'h' | 'c'>) => new Sequence(cell, options).forward(x);
  const whole = passOf({ reverse: true });
  const wanted = whole.backward(whole.output);
  const pass = passOf({ reverse: true, recompute: 1 });
  const { output } = pass;
  const kept = Array.from(output.data);
  for (let time = 0; time < 3; time++)
    expect(pass.backward(output, undefined, { retain: true })).toEqual(wanted);
  expect(Array.from(output.data)).toEqual(kept);
  pass.release();
});

test('lends the memory of all outputs only with recompute', () =>
  withArena(float64(), (arena) => {
    const lent = (options: SequenceOptions<'h' | 'c'>) => {
      const layer = new Sequence(cell, options);
      const { output, spare } = layer.record(arena, layer.toSignal(arena, 'test', x, undefined), undefined);
      return spare === output.values ? 'its outputs' : spare;
    };
    expect(lent({ recompute: 1 })).toBe('its outputs');
    expect(lent({})).toBeUndefined();
    expect(lent({ recompute: 1, outputs: 'last' })).toBeUndefined();
  }));

describe('errors', () => {
  test.each<[unknown, Error]>([
    [{ outputs: 'first' }, new RangeError('Sequence: outputs is "first", expected one of "all", "last"')],
    [{ history: 0 }, new RangeError('Sequence: history is 0, expected a whole number of at least 1')],
  ])('%j', (options, error) => expect(() => new Sequence(cell, options as SequenceOptions)).toThrow(error));

  test('in the cell', () => {
    const dense = new Dense({ inputSize: 1, outputSize: 1 });
    expect(() => new Sequence(dense as unknown as Cell)).toThrow(
      new TypeError('Sequence: cell is a value of type Dense, expected a cell, such as an LSTMCell'),
    );
    expect(() => new Sequence(undefined as unknown as Cell)).toThrow(TypeError);
  });

  test('in the state and in unknown options of forward', () => {
    const layer = new Sequence(cell);
    for (const method of ['forward', 'infer'] as const) {
      expect(() => layer[method](x, layer.initialState(2) as object)).toThrow(
        new TypeError(`Sequence.${method}: option "h" is unknown, expected state`),
      );
      expect(() => layer[method](x, { length: [3, 2] } as object)).toThrow(
        new TypeError(`Sequence.${method}: option "length" is unknown, expected lengths`),
      );
      expect(() => layer[method](x, [3, 2] as object)).toThrow(
        new TypeError(`Sequence.${method}: options is an array of 2, expected an object such as { lengths }`),
      );
    }
  });

  test('in an input without time, even one from the layer before', () => {
    const last = new Sequence(new LSTMCell({ inputSize: 1, hiddenSize: 1 }), { outputs: 'last' });
    const model = sequential(last, new Sequence(new LSTMCell({ inputSize: 1, hiddenSize: 1 })));
    const error = new RangeError(
      'Sequence: its input has shape [batch, 1], expected [batch, time, features]',
    );
    expect(() => model.forward(x)).toThrow(error);
    expect(() => model.infer(x)).toThrow(error);
  });
});
