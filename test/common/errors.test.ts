import { describe, expect, test } from 'vitest';
import {
  numberWithin,
  oneOf,
  rangeError,
  show,
  typeError,
  weightShape,
  wholeNumber,
} from '../../src/common/errors.ts';
import { Adagrad, Adam, Dense, Dropout, Embedding, LSTMCell, OneHot, RMSProp, SGD } from '../../src/index.ts';

describe('errors name the place, the argument, what came and what was expected', () => {
  test('rangeError and typeError share one sentence', () => {
    expect(rangeError('Sequence.forward', 'inputs', 'has shape [5, 2, 3]', '[batch, time, 4]')).toEqual(
      new RangeError('Sequence.forward: inputs has shape [5, 2, 3], expected [batch, time, 4]'),
    );
    expect(typeError('at', 'x', 'is 1n', 'a number')).toBeInstanceOf(TypeError);
  });

  test.each([
    ['word', '"word"'],
    ['x'.repeat(50), `"${'x'.repeat(40)}…"`],
    [3n, '3n'],
    [-0.5, '-0.5'],
    [Number.NaN, 'NaN'],
    [[1, 2], 'an array of 2'],
    [{ a: 1 }, 'an object'],
    [Object.create(null), 'an object'],
    [new Float32Array(2), 'a value of type Float32Array'],
    [() => 0, 'a function'],
    [undefined, 'undefined'],
    [null, 'null'],
  ])('show(%o) is %s', (value, shown) => expect(show(value)).toBe(shown));

  test('wholeNumber', () => {
    expect(wholeNumber('f', 'n', 3)).toBe(3);
    expect(wholeNumber('f', 'n', 0, 0)).toBe(0);
    expect(() => wholeNumber('f', 'n', 0)).toThrow(
      new RangeError('f: n is 0, expected a whole number of at least 1'),
    );
    expect(() => wholeNumber('f', 'n', 1.5)).toThrow(RangeError);
    expect(() => wholeNumber('f', 'n', '3')).toThrow(
      new TypeError('f: n is "3", expected a whole number of at least 1'),
    );
  });

  test('numberWithin', () => {
    expect(numberWithin('f', 'p', 0.5, 0, 1)).toBe(0.5);
    expect(() => numberWithin('f', 'p', Number.NaN, 0, 1)).toThrow(
      new RangeError('f: p is NaN, expected a number from 0 to 1'),
    );
    expect(() => numberWithin('f', 'p', -1, 0, Number.POSITIVE_INFINITY)).toThrow(
      new RangeError('f: p is -1, expected a number of at least 0'),
    );
  });

  test('oneOf', () => {
    expect(oneOf('f', 'merge', 'sum', ['sum', 'mean'])).toBe('sum');
    expect(() => oneOf('f', 'merge', 'max', ['sum', 'mean'])).toThrow(
      new RangeError('f: merge is "max", expected one of "sum", "mean"'),
    );
  });

  test('weightShape', () => {
    expect(weightShape('f', 'weight', 2, 3)).toEqual([2, 3]);
    expect(() => weightShape('LSTMCell', 'weightHh', 4e6, 1e6)).toThrow(
      new RangeError('LSTMCell: weightHh has shape [4000000, 1000000], expected at most 2³⁰ elements'),
    );
  });
});

describe('a constructor that requires options says so', () => {
  test.each<[string, () => unknown, string]>([
    [
      'LSTMCell',
      () => new LSTMCell(undefined as never),
      'LSTMCell: options is undefined, expected an object such as { inputSize, hiddenSize }',
    ],
    [
      'Dense',
      () => new Dense(3 as never),
      'Dense: options is 3, expected an object such as { inputSize, outputSize }',
    ],
    [
      'Embedding',
      () => new Embedding(undefined as never),
      'Embedding: options is undefined, expected an object such as { classes, outputSize }',
    ],
    ['OneHot', () => new OneHot(3 as never), 'OneHot: options is 3, expected an object such as { classes }'],
    [
      'Dropout',
      () => new Dropout(0.5 as never),
      'Dropout: options is 0.5, expected an object such as { rate }',
    ],
    ['SGD', () => new SGD(0.1 as never), 'SGD: options is 0.1, expected an object such as { learningRate }'],
    [
      'Adagrad',
      () => new Adagrad(undefined as never),
      'Adagrad: options is undefined, expected an object such as { learningRate }',
    ],
    [
      'RMSProp',
      () => new RMSProp(undefined as never),
      'RMSProp: options is undefined, expected an object such as { learningRate }',
    ],
    [
      'Adam',
      () => new Adam(0.1 as never),
      'Adam: options is 0.1, expected an object such as { learningRate }',
    ],
  ])('%s', (_, make, message) => expect(make).toThrow(new TypeError(message)));
});
