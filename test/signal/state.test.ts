import { describe, expect, test } from 'vitest';
import {
  Bidirectional,
  Dense,
  float32,
  float64,
  GRUCell,
  LSTMCell,
  Sequence,
  type State,
  sequential,
  tensor,
} from '../../src/index.ts';
import { withArena } from '../../src/matrix/arena.ts';
import { stateInput, stateOutput, zeroState } from '../../src/signal/state.ts';

const lstm = new LSTMCell({ inputSize: 1, hiddenSize: 2 });
const x = tensor([[[1]], [[2]], [[3]]]);
const part = (rows: number, columns: number) => tensor(new Float64Array(rows * columns), [rows, columns]);
const as = <T>(value: unknown) => value as T;

test.each([float64(), float32()])('a nested state is copied in and out on $name', (backend) => {
  const state = { 0: { h: tensor([[1, 2]]), c: tensor([[3, 4]]) }, 1: { forward: { h: tensor([[5]]) } } };
  const sizes = { 0: { h: 2, c: 2 }, 1: { forward: { h: 1 } } };
  const out = withArena(backend, (arena) => stateOutput(stateInput(arena, 'test', 'state', state, sizes, 1)));
  const plain = (of: State): unknown =>
    Object.fromEntries(
      Object.entries(of).map(([name, node]) => [
        name,
        'data' in node ? [...(node.data as Float64Array)] : plain(node),
      ]),
    );
  expect(plain(out)).toEqual({ 0: { h: [1, 2], c: [3, 4] }, 1: { forward: { h: [5] } } });
});

test('a zero state has the nesting of the layers and the precision of the backend', () => {
  expect(zeroState(float32(), { a: { h: 2 }, b: 1 }, 2)).toEqual({
    a: { h: { data: new Float32Array(4), shape: [2, 2] } },
    b: { data: new Float32Array(2), shape: [2, 1] },
  });
  expect(lstm.initialState(1).c.shape).toEqual([1, 2]);
  expect(new Dense({ inputSize: 1, outputSize: 1 }).initialState(1)).toBeUndefined();
});

describe('refused states', () => {
  const layer = new Sequence(lstm);
  const cases: [unknown, Error][] = [
    [5, new TypeError('Sequence.forward: state is 5, expected a state of h, c')],
    [null, new TypeError('Sequence.forward: state is null, expected a state of h, c')],
    [[part(3, 2)], new TypeError('Sequence.forward: state is an array of 1, expected a state of h, c')],
    [{ h: part(3, 2) }, new TypeError('Sequence.forward: state.c is missing, expected a state of h, c')],
    [
      { h: part(3, 2), c: part(3, 2), x: part(3, 2) },
      new RangeError('Sequence.forward: state has a part "x", expected only h, c'),
    ],
    [
      { h: part(3, 2), c: part(3, 1) },
      new RangeError('Sequence.forward: state.c has shape [3, 1], expected [3, 2]'),
    ],
    [
      { h: part(2, 2), c: part(3, 2) },
      new RangeError('Sequence.forward: state.h has shape [2, 2], expected [3, 2]'),
    ],
    [
      { h: part(3, 2), c: tensor(new Float64Array(6), [3, 2, 1]) },
      new RangeError('Sequence.forward: state.c has shape [3, 2, 1], expected [3, 2]'),
    ],
    [
      { h: null, c: part(3, 2) },
      new TypeError(
        'Sequence.forward: state.h is null, expected a tensor { data, shape } of floating-point data',
      ),
    ],
    [
      { h: { data: new Float64Array(5), shape: [3, 2] }, c: part(3, 2) },
      new RangeError('Sequence.forward: state.h has 5 values, expected 6 for its shape [3, 2]'),
    ],
  ];
  test.each(cases)('case %#', (state, error) =>
    expect(() => layer.forward(x, { state: as<ReturnType<typeof lstm.initialState>>(state) })).toThrow(error),
  );

  test('by a cell', () =>
    expect(() => lstm.infer(tensor([[1]]), { state: as({ h: part(1, 2) }) })).toThrow(
      new TypeError('LSTMCell.infer: state.c is missing, expected a state of h, c'),
    ));

  test('by layers in layers, with the path', () => {
    const cell = () => new GRUCell({ inputSize: 1, hiddenSize: 2 });
    const model = sequential(new Bidirectional(cell(), cell()), new Dense({ inputSize: 4, outputSize: 1 }));
    const state = { 0: { forward: { h: part(3, 2) }, reverse: { h: part(3, 1) } } };
    expect(() => model.forward(x, { state })).toThrow(
      new RangeError('Sequential.forward: state.0.reverse.h has shape [3, 1], expected [3, 2]'),
    );
    expect(() => model.forward(x, { state: as({ 0: 7 }) })).toThrow(
      new TypeError('Sequential.forward: state.0 is 7, expected a state of forward, reverse'),
    );
  });

  test('by a layer without state', () =>
    expect(() =>
      new Dense({ inputSize: 1, outputSize: 1 }).infer(x, { state: as({ h: part(3, 2) }) }),
    ).toThrow(new RangeError('Dense.infer: state has a part "h", expected none: there is no state here')));

  test('as gradients', () =>
    expect(() => layer.forward(x).backward(undefined, as({ h: part(3, 2) }))).toThrow(
      new TypeError('Sequence.backward: dState.c is missing, expected a state of h, c'),
    ));

  test('a batch that is not a number of sequences is refused', () => {
    expect(() => lstm.initialState(0)).toThrow(
      new RangeError('LSTMCell.initialState: batch is 0, expected a whole number of at least 1'),
    );
    expect(() => layer.initialState(1.5)).toThrow(
      new RangeError('Sequence.initialState: batch is 1.5, expected a whole number of at least 1'),
    );
  });
});
