import { describe as describeTests, expect, test } from 'vitest';
import {
  Activation,
  Bidirectional,
  Conv1d,
  Dense,
  Dropout,
  describe,
  Embedding,
  EncoderDecoder,
  encoderDecoder,
  GRUCell,
  LayerNorm,
  LSTMCell,
  manyToMany,
  manyToOne,
  oneToMany,
  oneToOne,
  Pooling,
  Repeat,
  Residual,
  RNNCell,
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

test('lists nested chains, and counts a shared layer once in the total', () => {
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

test('expands a chain within a residual or a chain, and counts the steps that are lost', () => {
  const gru = (inputSize: number) => new Sequence(new GRUCell({ inputSize, hiddenSize: 5 }));
  const model = sequential(
    new Embedding({ classes: 10, outputSize: 6 }),
    new Conv1d({ inputSize: 6, outputSize: 8, kernelSize: 3, padding: 'valid' }),
    new Bidirectional(
      new LSTMCell({ inputSize: 8, hiddenSize: 3 }),
      new LSTMCell({ inputSize: 8, hiddenSize: 2 }),
    ),
    new Residual(gru(5)),
    new Residual(sequential(new LayerNorm({ inputSize: 5 }), sequential(gru(5), new Dropout({ rate: 0.1 })))),
    new Pooling({ kind: 'mean' }),
    new Repeat({ steps: 4 }),
  );
  expect(describe(model).split('\n').slice(8)).toEqual([
    'layer                          output                parameters',
    'input                          [batch, time]',
    '0 Embedding                    [batch, time, 6]              60',
    '1 Conv1d                       [batch, time − 2, 8]         152',
    '2 Bidirectional(LSTMCell)      [batch, time − 2, 5]         252',
    '3 Residual(Sequence(GRUCell))  [batch, time − 2, 5]         180',
    '4 Residual                     [batch, time − 2, 5]',
    '4.layer.0 LayerNorm            [batch, time − 2, 5]          10',
    '4.layer.1.0 Sequence(GRUCell)  [batch, time − 2, 5]         180',
    '4.layer.1.1 Dropout            [batch, time − 2, 5]',
    '5 Pooling                      [batch, 5]',
    '6 Repeat                       [batch, 4, 5]',
    'total                                                       834',
  ]);
});

test('shows the direction in which a sequence is read', () => {
  const cell = () => new GRUCell({ inputSize: 2, hiddenSize: 2 });
  const hidden = (layer: Parameters<typeof describe>[0]) => describe(layer).split('\n')[4]!.trim();
  expect(hidden(new Bidirectional(cell(), cell()))).toBe('h₁ ◀▶ h₂ ◀▶ h₃');
  const reversed = new Sequence(cell(), { reverse: true, outputs: 'last' });
  expect(describe(reversed).split('\n').slice(2, 7)).toEqual([
    '                y',
    '                ▲',
    '    h₃ ─▶ h₂ ─▶ h₁',
    '    ▲     ▲     ▲',
    '    x₃    x₂    x₁',
  ]);
  expect(
    describe(new Bidirectional(cell(), cell(), { outputs: 'last' }))
      .split('\n')
      .slice(2, 5),
  ).toEqual(['          y', '    ┌─────┴─────┐', '    h₁ ◀▶ h₂ ◀▶ h₃']);
  const mixed = sequential(
    new Bidirectional(cell(), cell(), { merge: 'sum' }),
    new Sequence(cell(), { outputs: 'last' }),
  );
  expect(describe(mixed).split('\n').slice(2, 5)).toEqual([
    '                y',
    '                ▲',
    '    h₁ ◀▶ h₂ ◀▶ h₃',
  ]);
  const pooled = sequential(new Sequence(cell()), new Pooling({ kind: 'mean' }));
  expect(describe(pooled).split('\n').slice(2, 5)).toEqual([
    '          y',
    '    ┌─────┼─────┐',
    '    h₁ ─▶ h₂ ─▶ h₃',
  ]);
  const apart = sequential(new Sequence(cell()), new Residual(new Sequence(cell(), { reverse: true })));
  expect(hidden(apart)).toBe('h₁ ◀▶ h₂ ◀▶ h₃');
});

test('describes a kernel of many steps', () => {
  const strided = new Conv1d({ inputSize: 2, outputSize: 3, kernelSize: 3, padding: 1, stride: 2 });
  expect(describe(strided).split('\n').at(-2)).toBe('Conv1d  [batch, time / 2, 3]          21');
  const layer = new Conv1d({ inputSize: 2, outputSize: 3, kernelSize: 100, padding: 'valid' });
  expect(describe(layer).split('\n').at(-2)).toBe('Conv1d  [batch, time − 99, 3]         603');
});

test('describes cells that differ', () => {
  const layer = new Bidirectional<string>(
    new GRUCell({ inputSize: 2, hiddenSize: 3 }),
    new RNNCell({ inputSize: 2, hiddenSize: 3 }),
  );
  expect(describe(layer).split('\n').at(-2)).toBe(
    'Bidirectional(GRUCell, RNNCell)  [batch, time, 6]          84',
  );
});

describeTests('an encoder–decoder', () => {
  const sizes = { sourceClasses: 30, targetClasses: 12, hiddenSize: 8, start: 0, end: 1 };

  test('shows attention, and a bridge between different sizes', () =>
    expect(describe(encoderDecoder({ ...sizes, embeddingSize: 6, bidirectional: true }))).toBe(
      `encoder–decoder

                      y₁       y₂    ⟨end⟩
                      ▲        ▲     ▲
    ┌─────┬─────┬─────┼────────┼─────┤  attention
    h₁ ◀▶ h₂ ◀▶ h₃ ─▶ s₁ ────▶ s₂ ─▶ s₃
    ▲     ▲     ▲     ▲        ▲     ▲
    x₁    x₂    x₃    ⟨start⟩  y₁    y₂

layer                              output                    parameters
source                             [batch, source time]
encoder.0 Embedding                [batch, source time, 6]          180
encoder.1 Bidirectional(LSTMCell)  [batch, source time, 16]       1,024
bridge.1.h Dense                   [batch, 8]                       136
bridge.1.c Dense                   [batch, 8]                       136
target                             [batch, target time]
decoder.0 Embedding                [batch, target time, 6]           72
decoder.1 Sequence(LSTMCell)       [batch, target time, 8]          512
attention Attention(general)       [batch, target time, 16]         128
combination Dense                  [batch, target time, 8]          200
output Dense                       [batch, target time, 12]         108
total                                                             2,496`,
    ));

  test('shows a state that is passed on unchanged, without attention', () => {
    const model = encoderDecoder({ ...sizes, attention: 'none', cell: GRUCell, dropout: 0.1 });
    expect(describe(model).split('\n').slice(8)).toEqual([
      'layer                        output                    parameters',
      'source                       [batch, source time]',
      'encoder.0 OneHot             [batch, source time, 30]',
      'encoder.1 Sequence(GRUCell)  [batch, source time, 8]          960',
      'encoder.2 Dropout            [batch, source time, 8]',
      'bridge.1.h                   [batch, 8]',
      'target                       [batch, target time]',
      'decoder.0 OneHot             [batch, target time, 12]',
      'decoder.1 Sequence(GRUCell)  [batch, target time, 8]          528',
      'decoder.2 Dropout            [batch, target time, 8]',
      'output Dense                 [batch, target time, 12]         108',
      'total                                                       1,596',
    ]);
  });

  test('describes a model of features with a readout of several layers', () => {
    const cell = (inputSize: number) => new GRUCell({ inputSize, hiddenSize: 4 });
    const model = new EncoderDecoder({
      encoder: new Sequence(cell(2)),
      decoder: sequential(new Embedding({ classes: 5, outputSize: 3 }), new Sequence(cell(3))),
      output: sequential(
        new Dense({ inputSize: 4, outputSize: 6 }),
        new Activation({ kind: 'tanh' }),
        new Dense({ inputSize: 6, outputSize: 5 }),
      ),
      start: 0,
      end: 1,
    });
    expect(describe(model).split('\n').slice(9)).toEqual([
      'source                       [batch, source time, 2]',
      'encoder Sequence(GRUCell)    [batch, source time, 4]          96',
      'bridge.1.h                   [batch, 4]',
      'target                       [batch, target time]',
      'decoder.0 Embedding          [batch, target time, 3]          15',
      'decoder.1 Sequence(GRUCell)  [batch, target time, 4]         108',
      'output.0 Dense               [batch, target time, 6]          30',
      'output.1 Activation          [batch, target time, 6]',
      'output.2 Dense               [batch, target time, 5]          35',
      'total                                                        284',
    ]);
  });
});

test('refuses invalid arguments', () => {
  expect(() => describe(undefined as never)).toThrow(
    new TypeError('describe: model is undefined, expected a layer or a model of layers'),
  );
  expect(() => describe(new GRUCell({ inputSize: 2, hiddenSize: 3 }) as never)).toThrow(
    new TypeError('describe: model is a value of type GRUCell, expected a layer or a model of layers'),
  );
});
