import { expect, test } from 'vitest';
import { Dense, Random, tensor } from '../../src/index.ts';

test('computes W x + b, with or without a time axis', () => {
  const dense = new Dense({ inputSize: 2, outputSize: 3 });
  dense.weight.write([1, 2, 3, 4, 5, 6]);
  dense.bias!.write([10, 20, 30]);
  expect(dense.infer(tensor([[1, 10]])).output).toEqual({
    data: Float32Array.of(31, 63, 95),
    shape: [1, 3],
  });
  expect(dense.infer(tensor([[[1, 10]], [[0, 0]]])).output).toEqual({
    data: Float32Array.of(31, 63, 95, 10, 20, 30),
    shape: [2, 1, 3],
  });
});

test('has the parameters that its options specify', () => {
  const random = new Random(1);
  const dense = new Dense({
    inputSize: 4,
    outputSize: 2,
    bias: false,
    random,
    initializer: (r, c) => new Float64Array(r * c).fill(r),
  });
  expect([...dense.parameters()].map(([name, { shape }]) => [name, shape])).toEqual([['weight', [2, 4]]]);
  expect(Array.from(dense.weight.read())).toEqual(new Array(8).fill(2));
  expect([...new Dense({ inputSize: 1, outputSize: 1 }).parameters().keys()]).toEqual(['weight', 'bias']);
  expect(new Dense({ inputSize: 4, outputSize: 2, random: new Random(5) }).weight.read()).toEqual(
    new Dense({ inputSize: 4, outputSize: 2, random: new Random(5) }).weight.read(),
  );
});

test('refuses invalid arguments', () => {
  expect(() => new Dense({ inputSize: 0, outputSize: 1 })).toThrow(
    new RangeError('Dense: inputSize is 0, expected a whole number of at least 1'),
  );
  expect(() => new Dense({ inputSize: 1, outputSize: 1.5 })).toThrow(
    new RangeError('Dense: outputSize is 1.5, expected a whole number of at least 1'),
  );
  expect(() => new Dense({ inputSize: 1 } as { inputSize: number; outputSize: number })).toThrow(
    new TypeError('Dense: outputSize is undefined, expected a whole number of at least 1'),
  );
  expect(() => new Dense({ inputSize: 1, outputSize: 2, initializer: () => new Float64Array(3) })).toThrow(
    new RangeError('Dense: initializer gave 3 values, expected 2'),
  );
  expect(() => new Dense({ inputSize: 1, outputSize: 2, initializer: 'identity' as never })).toThrow(
    new TypeError('Dense: initializer is "identity", expected an initialiser, such as glorotUniform'),
  );
});
