/** States as tensors by name, and the reverse. */
import { expect, test } from 'vitest';
import {
  Bidirectional,
  Dense,
  flattenState,
  GRUCell,
  graph,
  indices,
  input,
  LSTMCell,
  manyToMany,
  Random,
  RNNCell,
  readSafetensors,
  Sequence,
  type State,
  sequential,
  tensor,
  unflattenState,
  writeSafetensors,
} from '../../src/index.ts';
import { drawnState } from '../laws/subjects.ts';
import { errorOf } from '../message.ts';

const lstm = () => new Sequence(new LSTMCell({ inputSize: 2, hiddenSize: 3 }));
const both = (make: () => RNNCell<2, 2>) => new Bidirectional(make(), make());
const branches = graph({
  tag: input('words')
    .to(lstm())
    .to(new Dense({ inputSize: 3, outputSize: 2 })),
});

test.each<[string, State, readonly string[]]>([
  ['a layer', lstm().initialState(2), ['h', 'c']],
  [
    'a chain',
    sequential(lstm(), new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 1 }))).initialState(2),
    ['0.h', '0.c', '1.h'],
  ],
  [
    'two directions',
    both(() => new RNNCell({ inputSize: 2, hiddenSize: 2 })).initialState(2),
    ['forward.h', 'reverse.h'],
  ],
  ['a graph', branches.initialState(2), ['0.h', '0.c']],
])('%s is the same after saving and loading', (_, like, names) => {
  const state = drawnState(new Random(1), like);
  const tensors = flattenState(state);
  expect([...tensors.keys()]).toEqual(names);
  expect(unflattenState(tensors)).toEqual(state);
  expect(unflattenState(readSafetensors(writeSafetensors(tensors)).tensors)).toEqual(state);
});

test('a session continues from a saved state', () => {
  const model = manyToMany({ cell: LSTMCell, classes: 5, hiddenSize: [4, 3], outputSize: 5 });
  const { state } = model.infer(indices([[1, 2]]));
  const kept = unflattenState<typeof state>(readSafetensors(writeSafetensors(flattenState(state))).tensors);
  expect(model.infer(indices([[3]]), { state: kept })).toEqual(model.infer(indices([[3]]), { state }));
});

test('names such as __proto__ are parts like any others', () => {
  const part = tensor([[1]]);
  const state = unflattenState(new Map([['__proto__.constructor', part]]));
  expect(Object.getPrototypeOf(state)).toBe(Object.prototype);
  expect([...flattenState(state)]).toEqual([['__proto__.constructor', part]]);
});

const part = tensor([[1]]);
const deep = 'a.'.repeat(32);
test.each<[string, () => unknown, string]>([
  ['no state', () => flattenState(null as never), 'TypeError: flattenState: state is null, expected a state, tensors by name'],
  ['a tensor', () => flattenState(part as never), 'TypeError: flattenState: state is a tensor, expected a state, tensors by name'],
  ['nothing', () => flattenState({}), 'RangeError: flattenState: state has no parts, expected the state of a layer that has one'],
  ['a number', () => flattenState({ 1: { h: 5 } } as never), 'TypeError: flattenState: state.1.h is 5, expected a state, tensors by name'],
  ['one axis', () => flattenState({ h: tensor([1]) }), 'RangeError: flattenState: state.h has shape [1], expected [batch, size]'],
  ['a dot', () => flattenState({ 'a.h': part }), 'RangeError: flattenState: state has a part "a.h", expected names without dots'],
  ['itself', () => { const state = {} as { a: State }; state.a = state; return flattenState(state); }, `RangeError: flattenState: state${'.a'.repeat(32)} is within states, expected at most 32 of them`],
  ['no map', () => unflattenState({ h: part } as never), 'TypeError: unflattenState: tensors is an object, expected a Map of tensors by name'],
  ['an empty map', () => unflattenState(new Map()), 'RangeError: unflattenState: tensors is empty, expected at least one'],
  ['a name that is not a string', () => unflattenState(new Map([[1 as never, part]])), 'TypeError: unflattenState: tensors[1] has no name, expected a string'],
  ['no tensor', () => unflattenState(new Map([['h', 5 as never]])), 'TypeError: unflattenState: tensors["h"] is 5, expected a tensor { data, shape } of floating-point data'],
  ['a tensor within another', () => unflattenState(new Map([['a', part], ['a.h', part]])), 'RangeError: unflattenState: tensors["a.h"] is within another tensor, expected one name each'],
  ['a tensor around another', () => unflattenState(new Map([['a.h', part], ['a', part]])), 'RangeError: unflattenState: tensors["a"] has others within it, expected one name each'],
  ['too deep', () => unflattenState(new Map([[`${deep}h`, part]])), `RangeError: unflattenState: tensors["${'a.'.repeat(20)}…"] has 33 parts in its name, expected at most 32`],
])('says what is wrong: %s', (_, act, message) => {
  expect(String(errorOf(act))).toBe(message);
}); // biome-ignore format: one case a line
