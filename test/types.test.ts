/** What the compiler refuses; type-checking this file is the test. */
import { expectTypeOf, test } from 'vitest';
import {
  Bidirectional,
  Conv1d,
  Dense,
  Dropout,
  Embedding,
  GRUCell,
  type Indices,
  indices,
  LayerNorm,
  LSTMCell,
  Noise,
  OneHot,
  Pooling,
  Repeat,
  Residual,
  type Rule,
  Sequence,
  type Sequential,
  type StateOf,
  sequential,
  type Tensor,
  tensor,
} from '../src/index.ts';

/** Type-checked, never run. */
const refused = (_: () => unknown) => {};

const lstm = new LSTMCell({ inputSize: 3, hiddenSize: 8 });
const gru = new GRUCell({ inputSize: 8, hiddenSize: 4 });
const x = tensor([[[1, 2, 3]]]);

test('types contain sizes', () => {
  expectTypeOf(lstm).toEqualTypeOf<LSTMCell<3, 8>>();
  expectTypeOf(new Sequence(lstm).outputSize).toEqualTypeOf<8>();
  expectTypeOf(new Dense({ inputSize: 3, outputSize: 5 })).toEqualTypeOf<Dense<3, 5>>();
  const size: number = 3;
  expectTypeOf(new LSTMCell({ inputSize: size, hiddenSize: 8 })).toEqualTypeOf<LSTMCell<number, 8>>();
});

test('a width that does not fit does not compile', () => {
  const model = sequential(new Sequence(lstm), new Dropout({ rate: 0.1 }), new Sequence(gru));
  expectTypeOf(model).toEqualTypeOf<Sequential<Tensor, 3, 4>>();
  // @ts-expect-error: 8 wide goes into 9
  refused(() => sequential(new Sequence(lstm), new Dense({ inputSize: 9, outputSize: 1 })));
  refused(() =>
    // @ts-expect-error: a dropout keeps the width of 8
    sequential(new Sequence(lstm), new Dropout({ rate: 0.1 }), new Dense({ inputSize: 9, outputSize: 1 })),
  );
  // @ts-expect-error: 5 classes go into 3
  refused(() => sequential(new OneHot({ classes: 5 }), new Sequence(lstm)));
  // @ts-expect-error: a stack of 4 outputs into 5
  refused(() => sequential(model, new Dense({ inputSize: 5, outputSize: 1 })));
  // @ts-expect-error: a cell is not a layer
  refused(() => sequential(lstm));
  // @ts-expect-error: a model needs a layer
  refused(() => sequential());
  // Widths that are only numbers are left to run time.
  const size: number = 3;
  sequential(
    new Dense({ inputSize: 3, outputSize: size }),
    new Dense({ inputSize: size, outputSize: 4 }),
    new Dense({ inputSize: 4, outputSize: 1 }),
  );
});

test('other layers know their widths', () => {
  const both = new Bidirectional(lstm, lstm, { merge: 'sum' });
  expectTypeOf(both.outputSize).toEqualTypeOf<8>();
  expectTypeOf(new Bidirectional(lstm, lstm).outputSize).toEqualTypeOf<number>();
  const model = sequential(
    new Conv1d({ inputSize: 2, outputSize: 3, kernelSize: 5 }),
    both,
    new LayerNorm({ inputSize: 8 }),
    new Residual(new Sequence(new GRUCell({ inputSize: 8, hiddenSize: 8 }))),
    new Pooling({ kind: 'mean' }),
    new Repeat({ steps: 2 }),
    new Sequence(gru),
  );
  expectTypeOf(model).toEqualTypeOf<Sequential<Tensor, 2, 4>>();
  // @ts-expect-error: 3 channels go into 4
  refused(() => sequential(new Conv1d({ inputSize: 2, outputSize: 3, kernelSize: 1 }), new Sequence(gru)));
  // @ts-expect-error: a sum of 8 goes into 16
  refused(() => sequential(both, new Dense({ inputSize: 16, outputSize: 1 })));
  // @ts-expect-error: 8 wide goes into 4
  refused(() => sequential(new Sequence(lstm), new LayerNorm({ inputSize: 4 })));
  // @ts-expect-error: 8 in, 4 out
  refused(() => new Residual(new Sequence(gru)));
  // @ts-expect-error: 8 wide goes into 4
  refused(() => sequential(new Sequence(lstm), new Residual(new Dense({ inputSize: 4, outputSize: 4 }))));
  // @ts-expect-error: pooling keeps the width of 8
  refused(() => sequential(both, new Pooling({ kind: 'max' }), new Dense({ inputSize: 4, outputSize: 1 })));
  // @ts-expect-error: repetition keeps the width of 8
  refused(() => sequential(both, new Repeat({ steps: 2 }), new Dense({ inputSize: 4, outputSize: 1 })));
  const residual = new Residual(new Sequence(new LSTMCell({ inputSize: 8, hiddenSize: 8 })));
  expectTypeOf(residual).toEqualTypeOf<Residual<8, { readonly h: Tensor; readonly c: Tensor }>>();
  // @ts-expect-error: its layer's state has no r
  refused(() => residual.initialState(1).r);
});

test('states are named', () => {
  expectTypeOf<StateOf<LSTMCell>>().toEqualTypeOf<{ readonly h: Tensor; readonly c: Tensor }>();
  expectTypeOf<StateOf<typeof gru>>().toEqualTypeOf<{ readonly h: Tensor }>();
  const { state } = new Sequence(lstm).infer(x);
  expectTypeOf(state.c).toEqualTypeOf<Tensor>();
  // @ts-expect-error: a GRU has no c
  refused(() => gru.initialState(1).c);
  // @ts-expect-error: an LSTM without its cell state
  refused(() => new Sequence(lstm).forward(x, { state: { h: x } }));
  // @ts-expect-error: a state is an option, not an argument
  refused(() => new Sequence(lstm).forward(x, state));
  // @ts-expect-error: also of a cell
  refused(() => lstm.forward(x, state));
  // @ts-expect-error: a layer without state has no such option
  refused(() => new Dense({ inputSize: 3, outputSize: 1 }).infer(x, { state }));
  const both = new Bidirectional(gru, gru).initialState(1);
  expectTypeOf(both.reverse.h).toEqualTypeOf<Tensor>();
  // @ts-expect-error: both directions have the same kind of cell
  refused(() => new Bidirectional(gru, lstm));
});

test('inputs have kinds', () => {
  const embedding = new Embedding({ classes: 3, outputSize: 8 });
  const classifier = sequential(embedding, new Sequence(gru));
  expectTypeOf(classifier).toEqualTypeOf<Sequential<Indices, 3, 4>>();
  expectTypeOf(classifier.forward(indices([[0]])).backward().input).toEqualTypeOf<undefined>();
  expectTypeOf(new Sequence(lstm).forward(x).backward().input).toEqualTypeOf<Tensor>();
  // @ts-expect-error: indices, not a tensor
  refused(() => classifier.infer(x));
  // @ts-expect-error: a tensor, not indices
  refused(() => new Sequence(lstm).infer(indices([[0]])));
  // @ts-expect-error: a tensor, not nested arrays
  refused(() => new Sequence(lstm).infer([[[1, 2, 3]]]));
});

test('options are checked', () => {
  // @ts-expect-error: a misspelt option
  refused(() => new LSTMCell({ inputSize: 1, hidenSize: 2 }));
  // @ts-expect-error: not an activation
  refused(() => new Sequence(lstm, { outputs: 'first' }));
  new Sequence(lstm, { noise: new Noise({ zoneout: { c: 0.5 } }) });
  new Sequence(gru, { noise: new Noise({ zoneout: 0.5 }) });
  // @ts-expect-error: a GRU has no c
  refused(() => new Sequence(gru, { noise: new Noise({ zoneout: { c: 0.5 } }) }));
});

test('a rule must compute what it declares', () => {
  const declared: Pick<Rule<'a', 'h' | 'c', never>, 'stages'> = {
    stages: [
      {
        gates: ['a'],
        from: 'h',
        // @ts-expect-error: there is no gate b
        activate: ({ gates: { b } }) => b,
        activateBackward: (_, d) => d.prev.c,
      },
    ],
  };
  refused(() => declared);
});
