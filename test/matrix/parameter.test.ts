import { expect, test } from 'vitest';
import { Dense, float32, float64 } from '../../src/index.ts';
import { addRow } from '../../src/matrix/operations.ts';
import { Parameter } from '../../src/matrix/parameter.ts';

test.each([float64(), float32()])('reads what was written, on $name', (backend) => {
  const parameter = new Parameter(backend, [2, 3], [1, 2, 3, 4, 5, 6]);
  expect([parameter.value.rows, parameter.value.columns]).toEqual([2, 3]);
  expect(Array.from(parameter.read())).toEqual([1, 2, 3, 4, 5, 6]);
  const read = parameter.read();
  read[0] = 9;
  expect(parameter.read()[0]).toBe(1);
});

test('stores a vector as one row', () => {
  const { value, shape } = new Parameter(float64(), [3], [1, 2, 3]);
  expect([value.rows, value.columns, shape]).toEqual([1, 3, [3]]);
});

test('starts with a zero gradient, accumulates it, and clears it', () => {
  const parameter = new Parameter(float64(), [3], [1, 2, 3]);
  expect(Array.from(parameter.readGradient())).toEqual([0, 0, 0]);
  addRow(parameter.gradient, parameter.value);
  addRow(parameter.gradient, parameter.value);
  expect(Array.from(parameter.readGradient())).toEqual([2, 4, 6]);
  expect(Array.from(parameter.read())).toEqual([1, 2, 3]);
  parameter.clearGradient();
  expect(Array.from(parameter.readGradient())).toEqual([0, 0, 0]);
});

test('changes its version with its value', () => {
  const parameter = new Parameter(float64(), [1], [1]);
  const first = parameter.version;
  parameter.readGradient();
  expect(parameter.version).toBe(first);
  parameter.write([2]);
  const second = parameter.version;
  parameter.changed();
  expect(new Set([first, second, parameter.version]).size).toBe(3);
});

test('refuses another number of values, and changes nothing', () => {
  const parameter = new Parameter(float64(), [1, 2], [1, 2]);
  expect(() => parameter.write([1, 2, 3])).toThrow(
    new RangeError('Parameter.write: values has length 3, expected 2 for shape [1, 2]'),
  );
  expect(Array.from(parameter.read())).toEqual([1, 2]);
});

test('refuses values that are not numbers, and things other than arrays', () => {
  const { weight } = new Dense({ inputSize: 1, outputSize: 2 });
  const before = weight.read();
  expect(() => weight.write([1, 'a'] as never)).toThrow(
    new TypeError('Parameter.write: values[1] is "a", expected a number'),
  );
  expect(() => weight.write(new Array(2))).toThrow(
    new TypeError('Parameter.write: values[0] is undefined, expected a number'),
  );
  expect(() => weight.write(new BigInt64Array(2) as never)).toThrow(
    new TypeError('Parameter.write: values[0] is 0n, expected a number'),
  );
  expect(() => weight.write('ab' as never)).toThrow(
    new TypeError('Parameter.write: values is "ab", expected an array of numbers'),
  );
  expect(weight.read()).toEqual(before);
});
