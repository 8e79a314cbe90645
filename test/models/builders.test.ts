import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  CoupledLSTMCell,
  type EncoderDecoder,
  encoderDecoder,
  GRUCell,
  greedy,
  type Indices,
  identity,
  indices,
  LayerNormGRUCell,
  LayerNormLSTMCell,
  load,
  manyToMany,
  manyToOne,
  Noise,
  oneToMany,
  oneToOne,
  PeepholeLSTMCell,
  ProjectedLSTMCell,
  Random,
  RNNCell,
  type Sequential,
  type StepsShape,
  save,
  type Tensor,
  tensor,
  type VectorShape,
} from '../../src/index.ts';

const types = (model: Sequential<never>) => model.layers.map(({ type }) => type);

describe('the structures', () => {
  const features = tensor([
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ]);
  const ids = indices([[4, 0, 1]]);

  test('one-to-one', () => {
    const model = oneToOne({ inputSize: 2, hiddenSize: [5, 4], activation: 'relu', outputSize: 3 });
    expectTypeOf(model).toEqualTypeOf<
      Sequential<Tensor, 2, 3, readonly [batch: number, ...time: number[], features: 3]>
    >();
    expect(types(model as never)).toEqual(['Dense', 'Activation', 'Dense', 'Activation', 'Dense']);
    expect(model.infer(tensor([[1, 2]])).output.shape).toEqual([1, 3]);
    expect(types(oneToOne({ inputSize: 2, outputSize: 3 }) as never)).toEqual(['Dense']);
  });

  test('the shape of an output is a tuple', () => {
    const [batch, time, width] = manyToMany({ inputSize: 2, hiddenSize: 4, outputSize: 3 }).infer(features)
      .output.shape;
    expectTypeOf(width).toEqualTypeOf<3>();
    expect([batch, time, width]).toEqual([1, 3, 3]);
    const { shape } = manyToOne({ inputSize: 2, hiddenSize: 4, outputSize: 3 }).infer(features).output;
    // @ts-expect-error: there is no third axis
    expect(shape[2]).toBeUndefined();
  });

  test('one-to-many', () => {
    const model = oneToMany({ inputSize: 2, hiddenSize: 4, steps: 3, outputSize: 5 });
    expectTypeOf(model).toEqualTypeOf<Sequential<Tensor, 2, 5, StepsShape<5>>>();
    expect(types(model as never)).toEqual(['Repeat', 'Sequence', 'Dense']);
    expect(model.infer(tensor([[1, 2]])).output.shape).toEqual([1, 3, 5]);
  });

  test('many-to-one', () => {
    const model = manyToOne({ inputSize: 2, hiddenSize: 4, outputSize: 3 });
    expectTypeOf(model).toEqualTypeOf<Sequential<Tensor, 2, 3, VectorShape<3>>>();
    expect(model.infer(features).output.shape).toEqual([1, 3]);
    const words = manyToOne({ classes: 5, hiddenSize: 4, outputSize: 3, bidirectional: true, dropout: 0.5 });
    expectTypeOf(words).toEqualTypeOf<Sequential<Indices, number, 3, VectorShape<3>>>();
    expect(types(words as never)).toEqual(['OneHot', 'Bidirectional', 'Dropout', 'Dense']);
    expect(words.infer(ids).output.shape).toEqual([1, 3]);
    const pooled = manyToOne({ inputSize: 2, hiddenSize: 4, outputSize: 3, pooling: 'max' });
    expect(types(pooled as never)).toEqual(['Sequence', 'Pooling', 'Dense']);
    expect(pooled.infer(features).output.shape).toEqual([1, 3]);
  });

  test('many-to-many', () => {
    const model = manyToMany({ inputSize: 2, hiddenSize: [4, 3], cell: RNNCell, outputSize: 3 });
    expectTypeOf(model).toEqualTypeOf<Sequential<Tensor, 2, 3, StepsShape<3>>>();
    expect(model.infer(features).output.shape).toEqual([1, 3, 3]);
    const words = manyToMany({ classes: 5, embeddingSize: 6, hiddenSize: 4, cell: GRUCell, outputSize: 5 });
    expect(types(words as never)).toEqual(['Embedding', 'Sequence', 'Dense']);
    expect(words.infer(ids).output.shape).toEqual([1, 3, 5]);
  });
});

describe('encoder–decoder', () => {
  const sizes = { sourceClasses: 5, targetClasses: 4, hiddenSize: [3, 4], start: 0, end: 1 };

  test.each(['dot', 'general', 'additive', 'none'] as const)('with attention %s', (attention) => {
    const model = encoderDecoder({ ...sizes, attention, embeddingSize: 3, cell: GRUCell });
    expect(model.attention?.score ?? 'none').toBe(attention);
    const [found] = greedy(model, indices([[1, 2]]), { maxLength: 3 });
    expect(found!.tokens.length).toBeLessThanOrEqual(3);
  });

  test('reads its source in both directions', () => {
    const model = encoderDecoder({ ...sizes, bidirectional: true });
    expect(model.encoder.outputSize).toBe(8);
    expect(model.decoder.outputSize).toBe(4);
  });

  test('knows the width of its output', () => {
    const model = encoderDecoder({ ...sizes, targetClasses: 4 });
    expectTypeOf(model).toEqualTypeOf<EncoderDecoder<Indices, 4>>();
    expect(model.classes satisfies 4).toBe(4);
    const target = indices([[0, 2]]);
    const { output, weights } = model.infer({ source: indices([[1, 2, 3]]), target });
    expectTypeOf(output.shape).toEqualTypeOf<StepsShape<4>>();
    expect(output.shape).toEqual([1, 2, 4]);
    expect(weights!.shape).toEqual([1, 2, 3]);
  });

  test('refuses invalid arguments', () => {
    expect(() => encoderDecoder({ ...sizes, sourceClasses: 0 })).toThrow(
      new RangeError('encoderDecoder: sourceClasses is 0, expected a whole number of at least 1'),
    );
    expect(() => encoderDecoder({ ...sizes, end: 4 })).toThrow(RangeError);
    expect(() => encoderDecoder(undefined as never)).toThrow(TypeError);
  });
});

describe('cells', () => {
  test('may come from a function: a ReLU cell that starts at the identity, or projections', () => {
    const irnn = manyToOne({
      inputSize: 2,
      hiddenSize: [4, 3],
      outputSize: 1,
      cell: (sizes) => new RNNCell({ ...sizes, activation: 'relu', recurrentInitializer: identity }),
    });
    expect(Array.from(irnn.parameters().get('1.cell.weightHh')!.read())).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    const projected = manyToMany({
      classes: 5,
      hiddenSize: [8, 6],
      bidirectional: true,
      outputSize: 5,
      cell: (sizes) => new ProjectedLSTMCell({ ...sizes, projectionSize: 3 }),
    });
    expect(projected.layers.map(({ inputSize }) => inputSize)).toEqual([5, 5, 6, 6]);
    expect(projected.infer(indices([[0, 4]])).output.shape).toEqual([1, 2, 5]);
  });

  test.each([PeepholeLSTMCell, CoupledLSTMCell, LayerNormLSTMCell, LayerNormGRUCell])(
    'may come from a class',
    (cell) => {
      const model = manyToOne({ inputSize: 2, hiddenSize: 4, outputSize: 1, cell });
      expect(model.layers[0]!.architecture().parts!.cell!.architecture().type).toBe(cell.name);
    },
  );

  test('may differ from layer to layer', () => {
    const model = manyToMany({ inputSize: 2, hiddenSize: [4, 3], outputSize: 1, cell: [RNNCell, GRUCell] });
    expect(model.layers.map((layer) => layer.architecture().parts?.cell?.architecture().type)).toEqual([
      'RNNCell',
      'GRUCell',
      undefined,
    ]);
    expect(() =>
      manyToMany({ inputSize: 2, hiddenSize: 4, outputSize: 1, cell: [RNNCell, GRUCell] }),
    ).toThrow(
      new RangeError('manyToMany: cell has 2 for 1 layers, expected as many as hiddenSize has numbers'),
    );
  });

  test('refuses invalid arguments', () => {
    const make = (cell: unknown) => () =>
      manyToOne({ inputSize: 2, hiddenSize: 4, outputSize: 1, cell: cell as typeof RNNCell });
    expect(make('lstm')).toThrow(
      new TypeError('manyToOne: cell is "lstm", expected a class of cells, such as GRUCell, or a function'),
    );
    expect(make([undefined])).toThrow(TypeError);
    expect(make(() => 3)).toThrow(new TypeError('Sequence: cell is 3, expected a cell, such as an LSTMCell'));
  });
});

describe('options of the recurrent layers', () => {
  const sizes = { inputSize: 2, hiddenSize: [4, 4, 4], outputSize: 1, cell: GRUCell };

  test('residual wraps each layer above the first that keeps width and steps', () => {
    expect(types(manyToMany({ ...sizes, residual: true }) as never)).toEqual([
      'Sequence',
      'Residual',
      'Residual',
      'Dense',
    ]);
    const last = manyToOne({ ...sizes, hiddenSize: [4, 3, 3, 3], residual: true });
    expect(types(last as never)).toEqual(['Sequence', 'Sequence', 'Residual', 'Sequence', 'Dense']);
    const translator = encoderDecoder({
      sourceClasses: 5,
      targetClasses: 4,
      hiddenSize: [3, 3],
      residual: true,
      start: 0,
      end: 1,
    });
    expect(greedy(translator, indices([[1, 2]]), { maxLength: 3 })).toHaveLength(1);
  });

  test('learnInitialState adds a parameter per layer', () => {
    const model = manyToMany({ ...sizes, learnInitialState: true });
    const learned = (of: { parameters(): ReadonlyMap<string, unknown> }) =>
      [...of.parameters().keys()].filter((name) => name.includes('initial'));
    expect(learned(model)).toEqual(['0.initial.h', '1.initial.h', '2.initial.h']);
    const tokens = { sourceClasses: 5, targetClasses: 4, hiddenSize: 3, start: 0, end: 1 };
    const translator = encoderDecoder({ ...tokens, cell: GRUCell, learnInitialState: true });
    expect(learned(translator)).toEqual(['encoder.1.initial.h']);
  });

  test('noise acts in every layer, and a loaded model continues with the same', () => {
    const noise = new Noise({ recurrentDropout: 0.5, zoneout: 0.1, random: new Random(3) });
    const model = manyToMany({ ...sizes, bidirectional: true, noise });
    const x = tensor([
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ]);
    expect(model.forward(x).output).not.toEqual(model.forward(x).output);
    const loaded = load(save(model)) as typeof model;
    for (let pass = 0; pass < 2; pass++) expect(loaded.forward(x).output).toEqual(model.forward(x).output);
  });

  test('merge sets the width of both directions', () => {
    const model = manyToMany({ ...sizes, bidirectional: true, merge: 'sum' });
    expect(model.layers.map(({ inputSize }) => inputSize)).toEqual([2, 4, 4, 4]);
    expect(() => manyToMany({ ...sizes, merge: 'sum' })).toThrow(
      new RangeError('manyToMany: merge is "sum", expected none without bidirectional: true'),
    );
    const both = { sourceClasses: 5, targetClasses: 4, hiddenSize: 3, bidirectional: true, start: 0, end: 1 };
    const translator = encoderDecoder({ ...both, merge: 'mean', attention: 'dot' });
    expect(translator.encoder.outputSize).toBe(3);
    expect(() => encoderDecoder({ ...both, attention: 'dot' })).toThrow(
      new RangeError(
        'encoderDecoder: attention is "dot", and the encoder gives 6 features, the decoder 3, expected as many of both, or "general"',
      ),
    );
  });
});

test('the same generator gives the same weights', () => {
  const make = () => manyToOne({ inputSize: 2, hiddenSize: [3, 4], outputSize: 1, random: new Random(7) });
  const [a, b] = [make(), make()].map((model) =>
    Array.from(model.parameters(), ([name, parameter]) => [name, parameter.read()]),
  );
  expect(a!.length).toBe(10);
  expect(b).toEqual(a);
});

test('refuses invalid arguments', () => {
  expect(() => manyToOne({ hiddenSize: 3, outputSize: 1 } as never)).toThrow(
    new TypeError(
      'manyToOne: inputSize is undefined and classes undefined, expected one of them: inputSize for real features, classes for indices',
    ),
  );
  expect(() => manyToMany({ inputSize: 2, classes: 4, hiddenSize: 3, outputSize: 1 } as never)).toThrow(
    TypeError,
  );
  expect(() => manyToMany({ inputSize: 2, hiddenSize: [], outputSize: 1 })).toThrow(
    new RangeError('manyToMany: hiddenSize is empty, expected a number for each layer'),
  );
  expect(() => manyToMany({ inputSize: 2, hiddenSize: [3, 0], outputSize: 1 })).toThrow(
    new RangeError('manyToMany: hiddenSize is 0, expected a whole number of at least 1'),
  );
  expect(() => oneToOne({ inputSize: 2, hiddenSize: Number.NaN, outputSize: 1 })).toThrow(
    new RangeError('oneToOne: hiddenSize is NaN, expected a whole number of at least 1'),
  );
  expect(() => oneToMany({ inputSize: 2, hiddenSize: 3, steps: -1, outputSize: 1 })).toThrow(
    new RangeError('oneToMany: steps is -1, expected a whole number of at least 1'),
  );
  expect(() => manyToOne({ inputSize: 2, hiddenSize: 3, outputSize: 1, pooling: 'sum' as 'max' })).toThrow(
    new RangeError('manyToOne: pooling is "sum", expected one of "last", "mean", "max"'),
  );
  for (const [name, build] of Object.entries({ oneToOne, oneToMany, manyToOne, manyToMany }))
    expect(() =>
      (build as (options: object) => unknown)({
        inputSize: 2,
        hiddenSize: 3,
        ...(name === 'oneToMany' && { steps: 1 }),
      }),
    ).toThrow(new TypeError(`${name}: outputSize is undefined, expected a whole number of at least 1`));
  expect(() => oneToOne(undefined as never)).toThrow(
    new TypeError('oneToOne: options is undefined, expected an object such as { inputSize, outputSize }'),
  );
  expect(() => manyToOne({ inputSize: 2, hidden: 3, outputSize: 1 } as never)).toThrow(
    new TypeError('manyToOne: option "hidden" is unknown, expected hiddenSize'),
  );
  expect(() => manyToMany({ inputSize: 2, hiddenSize: 3, outputSize: 1, noise: 0.5 as never })).toThrow(
    new TypeError('manyToMany: noise is 0.5, expected a Noise'),
  );
  expect(() => manyToMany({ inputSize: 2, hiddenSize: 3, outputSize: 1, bidirectional: 1 as never })).toThrow(
    new TypeError('manyToMany: bidirectional is 1, expected true or false'),
  );
  expect(() => manyToOne(undefined as never)).toThrow(
    new TypeError('manyToOne: options is undefined, expected an object such as { hiddenSize, outputSize }'),
  );
});
