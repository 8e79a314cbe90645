/** States of sessions, stacked and split. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  float64,
  GRUCell,
  indices,
  LSTMCell,
  OneHot,
  Random,
  Sequence,
  sequential,
  splitStates,
  stackStates,
  tensor,
} from '../../src/index.ts';
import { expectClose, expectCloseStates, rows } from '../laws/compare.ts';
import { drawnState } from '../laws/subjects.ts';
import { errorOf } from '../message.ts';

const model = sequential(
  new OneHot({ classes: 4, backend: float64() }),
  new Sequence(new LSTMCell({ inputSize: 4, hiddenSize: 3, backend: float64() })),
  new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 2, backend: float64() })),
);

test('split states can be stacked again, and a batch of sessions gives the results of each alone', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
      fc.nat(),
      (sizes, seed) => {
        const random = new Random(seed);
        const batch = sizes.reduce((a, b) => a + b);
        const state = drawnState(random, model.initialState(batch));
        const parts = splitStates(state, sizes);
        expect(stackStates(parts)).toEqual(state);
        expect(stackStates(splitStates(state))).toEqual(state);
        const x = { data: Int32Array.from({ length: batch }, () => random.integer(4)), shape: [batch, 1] };
        const whole = model.infer(x, { state });
        let start = 0;
        splitStates(whole.state, sizes).forEach((own, i) => {
          const end = start + sizes[i]!;
          const alone = model.infer(indices([...x.data.slice(start, end)], [sizes[i]!, 1]), {
            state: parts[i]!,
          });
          expectCloseStates(own, alone.state);
          expectClose(alone.output, rows(whole.output, start, end));
          start = end;
        });
      },
    ),
    { numRuns: 20 },
  );
});

test('the order of parts does not matter', () => {
  const c = tensor([[3]]);
  expect(
    stackStates([
      { h: tensor([[1]]), c },
      { c, h: tensor([[2]]) },
    ]),
  ).toEqual({
    h: tensor([[1], [2]]),
    c: tensor([[3], [3]]),
  });
});

// biome-ignore lint/suspicious/noExplicitAny: calls that do not compile
const untyped = (of: unknown) => of as any;
const h = tensor([[1, 2]]);

test.each<[string, () => unknown, string]>([
  ['no states', () => stackStates([]), 'stackStates: states is empty, expected at least one'],
  [
    'no array',
    () => stackStates(untyped(h)),
    'stackStates: states is an object, expected an array of states',
  ],
  [
    'a tensor',
    () => stackStates([untyped(h)]),
    'stackStates: states[0] is a tensor, expected a state, tensors by name',
  ],
  [
    'nothing',
    () => stackStates([untyped(undefined)]),
    'stackStates: states[0] is undefined, expected a state, tensors by name',
  ],
  [
    'other parts',
    () => stackStates<{ h?: typeof h }>([{ h }, untyped({ h, c: h })]),
    'stackStates: states[1] has the parts h, c, expected h, as states[0] has',
  ],
  [
    'other sizes',
    () => stackStates([{ h }, { h: tensor([[1]]) }]),
    'stackStates: states[1].h has shape [1, 1], expected [batch, 2], as states[0].h has',
  ],
  [
    'parts of other sequences',
    () => stackStates([{ h, c: tensor([[1], [2]]) }]),
    'stackStates: states[0].c has 2 sequences, expected 1, as states[0].h has',
  ],
  [
    'a third axis',
    () => stackStates([{ h: tensor([[[1]]]) }]),
    'stackStates: states[0].h has shape [1, 1, 1], expected [batch, size]',
  ],
  [
    'another precision',
    () => stackStates([{ h }, { h: { data: new Float32Array(2), shape: [1, 2] } }]),
    'stackStates: states[1].h has data that is a value of type Float32Array, expected a value of type Float64Array, as states[0].h has',
  ],
  [
    'a nested part beside a tensor',
    () => stackStates([{ h }, untyped({ h: { h } })]),
    'stackStates: states[0].h is a tensor, expected a state, tensors by name',
  ],
  [
    'no state to split',
    () => splitStates(untyped(3)),
    'splitStates: state is 3, expected a state, tensors by name',
  ],
  [
    'no parts to split',
    () => splitStates({}),
    'splitStates: state has no parts, expected the state of a layer that has one',
  ],
  [
    'sizes of another batch',
    () => splitStates({ h }, [1, 1]),
    'splitStates: sizes add up to 2, expected 1, the sequences of the state',
  ],
  [
    'a size of 0',
    () => splitStates({ h }, [0, 1]),
    'splitStates: sizes[0] is 0, expected a whole number of at least 1',
  ],
  [
    'sizes that are not an array',
    () => splitStates({ h }, untyped(2)),
    'splitStates: sizes is 2, expected an array of whole numbers',
  ],
  [
    'parts of two batches',
    () => splitStates({ h, c: tensor([[1], [2]]) }),
    'splitStates: state.c has 2 sequences, expected 1, as state.h has',
  ],
])('refuses %s', (_, call, message) => {
  expect(errorOf(call)).toHaveProperty('message', message);
});
