import { expect, test } from 'vitest';
import { Dropout, float64, Random, tensor } from '../../src/index.ts';

const ones = tensor(new Float64Array(20_000).fill(1), [20, 100, 10]);

test.each([0, 0.1, 0.5, 0.9])('drops a share of %d and scales the rest', (rate) => {
  const { output } = new Dropout({ rate, random: new Random(1), backend: float64() }).forward(ones);
  const dropped = output.data.filter((value) => value === 0).length;
  expect(Math.abs(dropped - 20_000 * rate)).toBeLessThanOrEqual(5 * Math.sqrt(20_000 * rate * (1 - rate)));
  expect(output.data.every((value) => value === 0 || value === 1 / (1 - rate))).toBe(true);
});

test('draws a new mask each time, and the same one for the same state', () => {
  const dropout = new Dropout({ rate: 0.5, random: new Random(1) });
  const { state } = dropout.random;
  const [first, second] = [dropout.forward(ones), dropout.forward(ones)];
  expect(second.output.data).not.toEqual(first.output.data);
  dropout.random.state = state;
  expect(dropout.forward(ones).output.data).toEqual(first.output.data);
});

test('makes its own generator by default', () =>
  expect(new Dropout({ rate: 0.5 }).forward(ones).output.data).not.toEqual(
    new Dropout({ rate: 0.5 }).forward(ones).output.data,
  ));

test('passes gradients where it passed values', () => {
  const pass = new Dropout({ rate: 0.5, random: new Random(2) }).forward(ones);
  expect(pass.backward(ones).input.data).toEqual(pass.output.data);
});

test('infer changes nothing and draws nothing', () => {
  const dropout = new Dropout({ rate: 0.5, random: new Random(3) });
  const { state } = dropout.random;
  expect(Array.from(dropout.infer(ones).output.data)).toEqual(Array.from(ones.data));
  expect(dropout.random.state).toEqual(state);
});

test('draws a mask for each step by default', () => {
  const { output } = new Dropout({ rate: 0.5, random: new Random(5) }).forward(ones);
  const steps = Array.from({ length: 100 }, (_, t) => output.data.slice(t * 10, (t + 1) * 10).join());
  expect(new Set(steps).size).toBeGreaterThan(80);
});

test('across time, it draws one mask per sequence for all steps', () => {
  const rate = 0.5;
  const dropout = new Dropout({ rate, acrossTime: true, random: new Random(5), backend: float64() });
  const pass = dropout.forward(ones);
  const step = (b: number, t: number) =>
    Array.from(pass.output.data.slice((b * 100 + t) * 10, (b * 100 + t + 1) * 10));
  for (let b = 0; b < 20; b++) for (let t = 1; t < 100; t++) expect(step(b, t)).toEqual(step(b, 0));
  const masks = Array.from({ length: 20 }, (_, b) => step(b, 0));
  expect(new Set(masks.map(String)).size).toBeGreaterThan(15);
  expect(masks.flat().every((value) => value === 0 || value === 2)).toBe(true);
  const dropped = masks.flat().filter((value) => value === 0).length;
  expect(Math.abs(dropped - 200 * rate)).toBeLessThanOrEqual(5 * Math.sqrt(200 * rate * (1 - rate)));
  expect(pass.backward(ones).input.data).toEqual(pass.output.data);
  expect(dropout.forward(ones).output.data).not.toEqual(pass.output.data);
});

test('across time, it accepts no steps, and needs a time axis', () => {
  const dropout = new Dropout({ rate: 0.5, acrossTime: true, random: new Random(5) });
  expect(dropout.forward(tensor([], [2, 0, 3])).output.shape).toEqual([2, 0, 3]);
  expect(dropout.forward(tensor([[1, 2]])).output.shape).toEqual([1, 2]);
});

test('refuses invalid arguments', () => {
  expect(() => new Dropout({ rate: 1 })).toThrow(
    new RangeError('Dropout: rate is 1, expected less than 1: something must be left'),
  );
  expect(() => new Dropout({ rate: -0.1 })).toThrow(
    new RangeError('Dropout: rate is -0.1, expected a number from 0 to 1'),
  );
  expect(() => new Dropout({ rate: Number.NaN })).toThrow(RangeError);
  expect(() => new Dropout({} as { rate: number })).toThrow(
    new TypeError('Dropout: rate is undefined, expected a number from 0 to 1'),
  );
});
