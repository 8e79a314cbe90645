import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MinMaxScaler, StandardScaler } from '../../../src/text.ts';
import { messageOf } from '../../message.ts';

const series = { data: Float64Array.of(1, 7, 3, 7, 5, 7, 90, 8), shape: [4, 2] };

describe.each([
  ['StandardScaler', StandardScaler],
  ['MinMaxScaler', MinMaxScaler],
] as const)('%s', (_, scaler) => {
  property.prop([fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 40 })])(
    'is inverted by inverse',
    (values) => {
      const one = { data: Float64Array.from(values), shape: [values.length, 1] };
      const fitted = scaler.fit(one);
      const back = fitted.inverse(fitted.transform(one));
      for (const [i, value] of values.entries()) expect(Math.abs(back.data[i]! - value)).toBeLessThan(1e-6);
    },
  );

  test('reloads, keeps the element type and gaps, and accepts any shape with its features last', () => {
    const fitted = scaler.fit(series, { to: 3 });
    const loaded = scaler.fromJSON(JSON.stringify(fitted));
    expect(loaded).toEqual(fitted);
    const windows = { data: Float32Array.of(1, Number.NaN, 3, 7), shape: [2, 1, 2] };
    const scaled = loaded.transform(windows);
    expect(scaled.data).toBeInstanceOf(Float32Array);
    expect(scaled.shape).toEqual([2, 1, 2]);
    expect(scaled.data[1]).toBeNaN();
  });

  test('maps a constant column to 0', () => {
    expect(scaler.fit(series, { to: 3 }).transform(series).data[1]).toBe(0);
  });
});

test('the fitted steps have mean 0 and variance 1', () => {
  const scaler = StandardScaler.fit(series, { to: 3 });
  expect(scaler.offsets).toEqual([3, 7]);
  expect(scaler.scales[0]).toBeCloseTo(Math.sqrt(8 / 3), 14);
  expect(StandardScaler.fit({ data: Float64Array.of(1, Number.NaN, 3), shape: [3, 1] }).offsets).toEqual([2]);
});

test('the fitted steps range from 0 to 1', () => {
  expect(
    [...MinMaxScaler.fit(series, { from: 1 }).transform(series).data].map((x) => Number(x.toFixed(4))),
  ).toEqual([-0.023, 0, 0, 0, 0.023, 0, 1, 1]);
});

test('inverse reads several steps ahead, step after step', () => {
  const scaler = StandardScaler.fromJSON({
    format: 'recurrent-cells/text/standard-scaler',
    version: 1,
    offsets: [1, 7],
    scales: [2, 1],
  });
  const predicted = { data: Float64Array.of(0, 0, 1, 1), shape: [1, 4] };
  expect([...scaler.inverse(predicted).data]).toEqual([1, 7, 3, 8]);
  expect([...scaler.inverse(predicted, [0]).data]).toEqual([1, 1, 3, 3]);
  expect(() => scaler.inverse({ data: new Float64Array(3), shape: [1, 3] })).toThrow(
    'StandardScaler.inverse: tensor has 3 features, expected 2',
  );
});

test('inverse accepts some of the columns', () => {
  const scaler = MinMaxScaler.fit(series);
  expect([...scaler.inverse({ data: Float64Array.of(0, 1), shape: [2, 1] }, [1]).data]).toEqual([7, 8]);
});

const fitted = StandardScaler.fit(series);
test.each<[string, () => unknown, string]>([
  ['a flat series', () => StandardScaler.fit({ data: new Float64Array(2), shape: [2] }), 'RangeError: StandardScaler.fit: series has shape [2] and 2 values, expected shape [time, features]'],
  ['a column of gaps', () => MinMaxScaler.fit({ data: Float64Array.of(Number.NaN), shape: [1, 1] }), 'RangeError: MinMaxScaler.fit: column 0 has no value, expected at least one in the steps that are fitted on'],
  ['an end beyond the series', () => StandardScaler.fit(series, { to: 9 }), 'RangeError: StandardScaler.fit: to is 9, expected at most 4, the steps of the series'],
  ['no steps', () => StandardScaler.fit(series, { from: 2, to: 2 }), 'RangeError: StandardScaler.fit: from is 2, expected less than to (2)'],
  ['another width', () => fitted.transform({ data: new Float64Array(3), shape: [3, 1] }), 'RangeError: StandardScaler.transform: tensor has 1 features, expected 2'],
  ['no tensor', () => fitted.transform([1, 2] as never), 'TypeError: StandardScaler.transform: tensor.data is undefined, expected a Float32Array or Float64Array'],
  ['a column', () => fitted.inverse({ data: new Float64Array(1), shape: [1, 1] }, [2]), 'RangeError: StandardScaler.inverse: columns has 2, expected columns from 0 to 1'],
  ['saved: another scaler', () => MinMaxScaler.fromJSON(fitted.toJSON()), 'RangeError: MinMaxScaler.fromJSON: format is "recurrent-cells/text/standard-scaler", expected "recurrent-cells/text/min-max-scaler"'],
  ['saved: a scale of 0', () => StandardScaler.fromJSON({ ...fitted.toJSON(), scales: [0, 1] }), 'TypeError: StandardScaler.fromJSON: scales[0] is 0, expected an array of numbers above 0'],
  ['saved: too few', () => StandardScaler.fromJSON({ ...fitted.toJSON(), scales: [1] }), 'RangeError: StandardScaler.fromJSON: scales has 1 entries, expected 2, one for each offset'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line

test.each([StandardScaler, MinMaxScaler])('%o is made by fit', (type) => {
  const ByHand = type as unknown as new (...given: unknown[]) => unknown;
  const message = 'Scaler: constructor was called, expected StandardScaler.fit(…) or MinMaxScaler.fit(…)';
  for (const given of [[], [{ to: 3 }], [[1], [1]]])
    expect(() => new ByHand(...given)).toThrow(new TypeError(message));
});
