import { describe, expect, test } from 'vitest';
import {
  type Checks,
  callback,
  checkOptions,
  count,
  flag,
  fraction,
  size,
} from '../../src/common/options.ts';
import {
  Adam,
  Bidirectional,
  batches,
  Conv1d,
  cosineDecay,
  Dense,
  Dropout,
  Embedding,
  GRUCell,
  LayerNormGRUCell,
  LSTMCell,
  PeepholeLSTMCell,
  ProjectedLSTMCell,
  RMSProp,
  RNNCell,
  Sequence,
  Sequential,
  SGD,
  tensor,
} from '../../src/index.ts';
import { padSequences, pattern, TokenCounts, Vocabulary, words } from '../../src/text.ts';

interface LayerOptions {
  readonly inputSize: number;
  readonly skip?: number | undefined;
  readonly rate?: number | undefined;
  readonly reverse?: boolean | undefined;
  readonly outputs?: 'all' | 'last' | undefined;
  readonly visit?: (() => void) | undefined;
}

const checks: Checks<LayerOptions> = {
  inputSize: { required: size },
  skip: count,
  rate: fraction,
  reverse: flag,
  outputs: ['all', 'last'],
  visit: callback,
};

const check = (options: unknown) => () => checkOptions('Layer', options as LayerOptions, checks);

test('valid options are returned', () => {
  const options: LayerOptions = {
    inputSize: 1,
    skip: 0,
    rate: 1,
    reverse: false,
    outputs: 'last',
    visit() {},
  };
  expect(check(options)()).toBe(options);
  expect(check({ inputSize: 1, skip: undefined })()).toEqual({ inputSize: 1, skip: undefined });
});

test.each<[unknown, string]>([
  [undefined, 'undefined'],
  [null, 'null'],
  [3, '3'],
  ['inputSize', '"inputSize"'],
  [[{ inputSize: 1 }], 'an array of 1'],
  [() => 0, 'a function'],
])('options must be an object: %o', (options, came) =>
  expect(check(options)).toThrow(
    new TypeError(`Layer: options is ${came}, expected an object such as { inputSize }`),
  ),
);

test.each<[object, Error]>([
  [{}, new TypeError('Layer: inputSize is undefined, expected a whole number of at least 1')],
  [{ inputSize: 0 }, new RangeError('Layer: inputSize is 0, expected a whole number of at least 1')],
  [{ inputSize: 1, skip: null }, new TypeError('Layer: skip is null, expected a whole number of at least 0')],
  [{ inputSize: 1, rate: Number.NaN }, new RangeError('Layer: rate is NaN, expected a number from 0 to 1')],
  [{ inputSize: 1, reverse: 'false' }, new TypeError('Layer: reverse is "false", expected true or false')],
  [
    { inputSize: 1, outputs: 'first' },
    new RangeError('Layer: outputs is "first", expected one of "all", "last"'),
  ],
  [{ inputSize: 1, visit: {} }, new TypeError('Layer: visit is an object, expected a function')],
])('%o', (options, error) => expect(check(options)).toThrow(error));

describe('an unknown name is refused, with the nearest valid one', () => {
  test.each([
    ['input', 'inputSize'],
    ['input_size', 'inputSize'],
    ['in_features', 'inputSize'],
    ['imputSise', 'inputSize'],
    ['rat', 'rate'],
    ['p', 'rate'],
    ['dropoutRate', 'rate'],
    ['output', 'outputs'],
    ['return_sequences', 'outputs'],
    ['reversed', 'reverse'],
    // An alias, and letters that resemble no option.
    ['lr', 'only inputSize, skip, rate, reverse, outputs, visit'],
    ['toString', 'only inputSize, skip, rate, reverse, outputs, visit'],
    ['bias', 'only inputSize, skip, rate, reverse, outputs, visit'],
  ])('%s', (name, expected) => {
    const error = new TypeError(`Layer: option "${name}" is unknown, expected ${expected}`);
    expect(check({ inputSize: 1, [name]: 1 })).toThrow(error);
    expect(check({ inputSize: 1, [name]: undefined })).toThrow(error);
  });

  test('no option exists', () => {
    expect(() => checkOptions('f', { a: 1 }, {} as Checks<object>)).toThrow(
      new TypeError('f: option "a" is unknown, expected no options'),
    );
  });
});

describe('optimisers and schedules', () => {
  test.each<[() => unknown, string]>([
    [() => new Adam({ lr: 0.1 } as never), 'Adam: option "lr" is unknown, expected learningRate'],
    [
      () => new Adam(new Map([['weight', 1]]) as never),
      'Adam: options is a value of type Map, expected an object such as { learningRate }',
    ],
    [
      () => batches({ x: [[1]], y: [1] } as never, { batchSize: 1 }),
      'batches: option "x" is unknown, expected inputs',
    ],
    [() => new Adam({ eps: 1e-8 } as never), 'Adam: option "eps" is unknown, expected epsilon'],
    [
      () => new SGD({ learningRate: 1, momentum: 0.9, nesterov: 'no' as never }),
      'SGD: nesterov is "no", expected true or false',
    ],
    [
      () => new RMSProp({ learningRate: 1, center: true } as never),
      'RMSProp: option "center" is unknown, expected centered',
    ],
    [
      () => cosineDecay(undefined as never),
      'cosineDecay: options is undefined, expected an object such as { steps }',
    ],
  ])('%s', (make, message) => expect(make).toThrow(new TypeError(message)));
});

describe('cells and layers', () => {
  const sizes = { inputSize: 1, hiddenSize: 1 };
  const cell = new GRUCell(sizes);
  const layer = new Sequence(cell);
  const x = tensor([[[1]]]);
  const backend = 'a backend such as float32() or float64()';
  test.each<[() => unknown, string]>([
    [
      () => new LSTMCell({ ...sizes, biases: false } as never),
      'LSTMCell: option "biases" is unknown, expected bias',
    ],
    [
      () => new GRUCell({ ...sizes, resetAfter: true } as never),
      'GRUCell: option "resetAfter" is unknown, expected reset',
    ],
    [
      () => new LayerNormGRUCell({ ...sizes, bias: true } as never),
      'LayerNormGRUCell: option "bias" is unknown, expected none: shiftIh and shiftHh are the biases',
    ],
    [
      () => new LayerNormGRUCell({ ...sizes, reset: 'after' } as never),
      'LayerNormGRUCell: option "reset" is unknown, expected only inputSize, hiddenSize, backend, random, inputInitializer, recurrentInitializer, forgetBias, epsilon',
    ],
    [
      () => new Sequence(cell, { output: 'last' } as never),
      'Sequence: option "output" is unknown, expected outputs',
    ],
    [
      () => new Sequence(cell, { reverse: 'false' as never }),
      'Sequence: reverse is "false", expected true or false',
    ],
    [() => new Sequence(cell, { noise: {} as never }), 'Sequence: noise is an object, expected a Noise'],
    [
      () => new Bidirectional(cell, cell, { reverse: true } as never),
      'Bidirectional: option "reverse" is unknown, expected only outputs, history, recompute, learnInitialState, noise, merge',
    ],
    [() => new Dropout({ p: 0.5 } as never), 'Dropout: option "p" is unknown, expected rate'],
    [
      () => new Dense({ in_features: 1 } as never),
      'Dense: option "in_features" is unknown, expected inputSize',
    ],
    [
      () => new Dense({ inputSize: 1, outputSize: 1, backend: 'float32' as never }),
      `Dense: backend is "float32", expected ${backend}`,
    ],
    [
      () => new LSTMCell({ ...sizes, backend: {} as never }),
      `LSTMCell: backend is an object, expected ${backend}`,
    ],
    [
      () => new GRUCell({ ...sizes, random: 1 as never }),
      'GRUCell: random is 1, expected a Random, such as new Random(1)',
    ],
    [
      () => new Dense({ inputSize: 1, outputSize: 1, initializer: [1] as never }),
      'Dense: initializer is an array of 1, expected an initialiser, such as glorotUniform',
    ],
    [
      () => layer.infer(x, { h: tensor([[0.5]]) } as never),
      'Sequence.infer: option "h" is unknown, expected state',
    ],
    [
      () => layer.forward(x, [1] as never),
      'Sequence.forward: options is an array of 1, expected an object such as { lengths }',
    ],
  ])('%s', (make, message) => expect(make).toThrow(new TypeError(message)));

  test.each([RNNCell, LSTMCell, GRUCell, PeepholeLSTMCell, ProjectedLSTMCell, Dense, Embedding, Conv1d])(
    '%o without options',
    (Class: new (options: never) => { type: string }) =>
      expect(() => new Class(undefined as never)).toThrow(
        `${Class.name}: options is undefined, expected an object such as { `,
      ),
  );

  test('empty containers', () => {
    expect(() => new Bidirectional(undefined as never, undefined as never)).toThrow(
      new TypeError('Bidirectional: forward is undefined, expected a cell, such as an LSTMCell'),
    );
    expect(() => new Sequential(undefined as never)).toThrow(
      new TypeError('Sequential: layers is undefined, expected an array of layers'),
    );
    expect(() => new Sequential(new Array(1))).toThrow(
      new TypeError('sequential: layers[0] is undefined, expected a layer'),
    );
  });
});

describe('text', () => {
  test.each<[() => unknown, string]>([
    [
      () => padSequences([[1]], { maxlength: 3 } as never),
      'padSequences: option "maxlength" is unknown, expected maxLength',
    ],
    [() => words({ lowerCase: true } as never), 'words: option "lowerCase" is unknown, expected lowercase'],
    [
      () => pattern(undefined, { lowercase: 1 as never }),
      'pattern: lowercase is 1, expected true, false or a language tag',
    ],
    [
      () => Vocabulary.fit([['a']], { minFrequency: 2 } as never),
      'Vocabulary.fit: option "minFrequency" is unknown, expected only minDocuments, maxDocuments, maxSize, minCount, stopwords, specials, tokenizer',
    ],
    [
      () => TokenCounts.of([['a']], { tokeniser: pattern() } as never),
      'TokenCounts.of: option "tokeniser" is unknown, expected tokenizer',
    ],
  ])('%s', (make, message) => expect(make).toThrow(new TypeError(message)));
});

// These do not compile.
const complete: Checks<{ a: number; b?: number }> = { a: { required: size }, b: size };
// @ts-expect-error: a name is missing
const missing: Checks<{ a?: number; b?: number }> = { a: size };
// @ts-expect-error: a name is not an option
const superfluous: Checks<{ a?: number }> = { a: size, b: size };
// @ts-expect-error: a required option may not be undefined
const optional: Checks<{ a: number }> = { a: size };
// @ts-expect-error: a flag is not a number
const another: Checks<{ a?: number }> = { a: flag };
void [complete, missing, superfluous, optional, another];
