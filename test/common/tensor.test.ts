import { describe, expect, test } from 'vitest';
import { indices, tensor } from '../../src/index.ts';

describe('tensor', () => {
  test('copies nested arrays', () => {
    expect(
      tensor([
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      ]),
    ).toEqual({
      data: Float64Array.of(1, 2, 3, 4, 5, 6),
      shape: [1, 3, 2],
    });
    expect(tensor(7)).toEqual({ data: Float64Array.of(7), shape: [] });
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
  });

  test('takes typed arrays as rows', () => {
    expect(tensor([Float32Array.of(1, 2), [3, 4]])).toEqual({
      data: Float64Array.of(1, 2, 3, 4),
      shape: [2, 2],
    });
    expect(indices([Int32Array.of(5, 6)])).toEqual({ data: Int32Array.of(5, 6), shape: [1, 2] });
    expect(() => indices([Int32Array.of(5, 6), Int32Array.of(7)])).toThrow(
      'indices: values has 1 elements at depth 1, expected 2 elements like the first there',
    );
    expect(() => indices([Float64Array.of(0.5)])).toThrow(
      'indices: values has 0.5, expected whole numbers of 32 bits',
    );
  });

  test('a typed array of any kind is one axis without a shape, like an array', () => {
    expect(indices(Uint8Array.of(3, 1))).toEqual({ data: Int32Array.of(3, 1), shape: [2] });
    expect(tensor(Float32Array.of(0.5))).toEqual({ data: Float64Array.of(0.5), shape: [1] });
    expect(tensor([Uint16Array.of(1, 2)]).shape).toEqual([1, 2]);
    expect(() => tensor(BigInt64Array.of(1n) as never)).toThrow(
      new TypeError('tensor: values has 1n at depth 1, expected a number'),
    );
  });

  test('copies values and a shape', () => {
    const values = Float32Array.of(1, 2, 3, 4);
    const shape = [2, 2];
    const made = tensor(values, shape);
    values[0] = 9;
    shape[0] = 9;
    expect(made).toEqual({ data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] });
  });

  test.each<[unknown, unknown, Error]>([
    [
      [[1, 2], [3]],
      undefined,
      new RangeError('tensor: values has 1 elements at depth 1, expected 2 elements like the first there'),
    ],
    [
      [[1], 2],
      undefined,
      new RangeError('tensor: values has 2 at depth 1, expected 1 elements like the first there'),
    ],
    [[1, [2]], undefined, new TypeError('tensor: values has an array of 1 at depth 1, expected a number')],
    [
      new DataView(new ArrayBuffer(2)),
      undefined,
      new TypeError('tensor: values has a value of type DataView at depth 0, expected a number'),
    ],
    [['1'], undefined, new TypeError('tensor: values has "1" at depth 1, expected a number')],
    [[1, 2, 3], [2, 2], new RangeError('tensor: values has length 3, expected 4 for shape [2, 2]')],
    [
      [1, 2, 3, 4],
      [-2, -2],
      new RangeError('tensor: shape is [-2, -2], expected whole numbers of at least 0'),
    ],
    [
      [
        [1, 2],
        [3, 4],
      ],
      [2],
      new TypeError(
        'tensor: values has an array of 2 among them, expected numbers in one array beside a shape',
      ),
    ],
    [
      [undefined, 1],
      [2],
      new TypeError('tensor: values has undefined among them, expected numbers in one array beside a shape'),
    ],
    [
      new Array(2),
      [2],
      new TypeError('tensor: values has undefined among them, expected numbers in one array beside a shape'),
    ],
    [new Array(1), undefined, new TypeError('tensor: values has undefined at depth 1, expected a number')],
    [null, [1], new TypeError('tensor: values is null, expected numbers in one array beside a shape')],
    ['ab', [2], new TypeError('tensor: values is "ab", expected numbers in one array beside a shape')],
    [[1], 1, new TypeError('tensor: shape is 1, expected an array of dimensions')],
    [
      [1, 2],
      // biome-ignore lint/suspicious/noSparseArray: what is tested
      [2, , 1],
      new RangeError('tensor: shape is [2, , 1], expected whole numbers of at least 0'),
    ],
  ])('tensor(%j, %j) is an error', (values, shape, error) => {
    const call = () => tensor(values as number[], shape as number[]);
    expect(call).toThrow(error);
    expect(call).toThrow(error.constructor as typeof RangeError);
  });
});

test('an array that contains itself is refused', () => {
  const values: unknown[] = [];
  values.push(values);
  expect(() => tensor(values as number[])).toThrow(
    new RangeError('tensor: values is nested without end, expected at most 64 axes'),
  );
});

describe('indices', () => {
  test('are 32-bit whole numbers', () => {
    expect(
      indices([
        [4, 2],
        [1, 0],
      ]),
    ).toEqual({ data: Int32Array.of(4, 2, 1, 0), shape: [2, 2] });
    expect(indices([2 ** 31 - 1, -(2 ** 31 - 1)], [2]).data).toEqual(
      Int32Array.of(2 ** 31 - 1, -(2 ** 31 - 1)),
    );
  });

  test.each([0.5, Number.NaN, 2 ** 31])('%d is not an index', (value) =>
    expect(() => indices([[1, value]])).toThrow(
      new RangeError(`indices: values has ${value}, expected whole numbers of 32 bits`),
    ),
  );
});
