/** The quantile loss: values worked by hand, and what it refuses. */
import { describe, expect, test } from 'vitest';
import { quantileLoss, tensor } from '../../src/index.ts';

const output = tensor([
  [1, 1],
  [1, 1],
  [1, 1],
]);
const target = tensor([
  [5, 5],
  [-3, -3],
  [1, 1],
]);

describe.each([
  [0.25, [1, 1, 3, 3, 0, 0], [-0.25, -0.25, 0.75, 0.75, 0, 0]],
  [
    [0.25, 0.75],
    [1, 3, 3, 1, 0, 0],
    [-0.25, -0.75, 0.75, 0.25, 0, 0],
  ],
  [undefined, [2, 2, 2, 2, 0, 0], [-0.5, -0.5, 0.5, 0.5, 0, 0]],
])('quantile %j', (quantile, values, slopes) => {
  test('an output that is too low costs q per unit, one that is too high 1 − q', () => {
    const pass = quantileLoss({ quantile, reduction: 'none' }).forward(output, target);
    expect(Array.from(pass.value.data)).toEqual(values);
    expect(Array.from(pass.backward().data, (slope) => slope + 0)).toEqual(slopes);
  });
});

test('one quantile in an array is that of a single feature', () => {
  const loss = quantileLoss({ quantile: [0.25] });
  expect(loss.measure(tensor([[0], [0]]), tensor([[4], [-4]])).value).toBe(2);
  expect(() => loss.measure(output, target)).toThrow(
    new RangeError("quantileLoss.measure: quantile has 1 entries, expected 2, the output's width"),
  );
});

test.each<[unknown, Error]>([
  [0, new RangeError('quantileLoss: quantile has 0, expected numbers above 0 and below 1')],
  [1, new RangeError('quantileLoss: quantile has 1, expected numbers above 0 and below 1')],
  [[0.5, Number.NaN], new RangeError('quantileLoss: quantile has NaN, expected numbers above 0 and below 1')],
  ['0.5', new TypeError('quantileLoss: quantile is "0.5", expected a number or an array of them')],
])('%j is refused', (quantile, error) => {
  expect(() => quantileLoss({ quantile: quantile as number })).toThrow(error);
});

test('later changes to the array of the caller have no effect', () => {
  const quantile = [0.25, 0.75];
  const loss = quantileLoss({ quantile, reduction: 'none' });
  quantile[0] = 0.75;
  expect(Array.from(loss.measure(output, target).value.data)).toEqual([1, 3, 3, 1, 0, 0]);
});
