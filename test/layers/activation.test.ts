import { expect, test } from 'vitest';
import {
  Activation,
  type ActivationOptions,
  Dense,
  float64,
  indices,
  OneHot,
  Random,
  sequential,
  tensor,
} from '../../src/index.ts';
import { checkGradients } from '../../src/testing.ts';
import { drawn } from '../laws/subjects.ts';

const kinds = ['tanh', 'sigmoid', 'relu'] as const;
const values = {
  tanh: Math.tanh,
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  relu: (x: number) => Math.max(x, 0),
};

test.each(kinds)('%s and its gradient are right on both backends', (kind) => {
  const x = drawn(new Random(1), [3, 4, 2]);
  const exact = new Activation({ kind, backend: float64() });
  const { output } = exact.infer(x);
  x.data.forEach((value, i) => {
    expect(output.data[i]).toBeCloseTo(values[kind](value), 14);
  });
  expect(checkGradients(exact, x).worst.error).toBeLessThan(1e-6);
  const fast = new Activation({ kind }).infer(x).output;
  output.data.forEach((value, i) => {
    expect(fast.data[i]).toBeCloseTo(value, 6);
  });
});

test('works between linear layers', () => {
  const model = sequential(
    new Dense({ inputSize: 2, outputSize: 3 }),
    new Activation({ kind: 'tanh' }),
    new Dense({ inputSize: 3, outputSize: 1 }),
  );
  expect(model.infer(tensor([[1, 2]])).output.shape).toEqual([1, 1]);
});

test('refuses invalid arguments', () => {
  expect(() => new Activation({ kind: 'gelu' } as unknown as ActivationOptions)).toThrow(
    new RangeError('Activation: kind is "gelu", expected one of "tanh", "sigmoid", "relu"'),
  );
  expect(() =>
    sequential(new OneHot({ classes: 2 }), new Activation({ kind: 'tanh' })).infer(indices([[1]])),
  ).toThrow(
    new RangeError('Activation: its input is one-hot, expected real features, such as an Embedding gives'),
  );
});
