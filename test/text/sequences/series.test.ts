import { describe, expect, test } from 'vitest';
import { fillMissing, padSeries } from '../../../src/text.ts';
import { messageOf } from '../../message.ts';

const gap = Number.NaN;
const series = { data: Float32Array.of(gap, 1, 2, gap, gap, gap), shape: [3, 2] };

describe('fillMissing', () => {
  test('carries the last value forward, never a later one back', () => {
    expect(fillMissing(series, 'carry')).toEqual({ data: Float32Array.of(0, 1, 2, 1, 2, 1), shape: [3, 2] });
  });

  test('marks observed values in extra columns', () => {
    expect(fillMissing(series, 'mask')).toEqual({
      data: Float32Array.of(0, 1, 0, 1, 2, 0, 1, 0, 0, 0, 0, 0),
      shape: [3, 4],
    });
  });
});

test('series of different lengths are padded at their ends', () => {
  const [a, b] = [Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6)];
  expect(padSeries([{ data: a, shape: [2, 2] }, { data: b, shape: [1, 2] }], -1)).toEqual({
    inputs: { data: Float64Array.of(1, 2, 3, 4, 5, 6, -1, -1), shape: [2, 2, 2] },
    lengths: [2, 1],
  }); // biome-ignore format: series
});

test.each<[string, () => unknown, string]>([
  ['a policy', () => fillMissing(series, 'drop' as never), 'RangeError: fillMissing: policy is "drop", expected one of "carry", "mask"'],
  ['infinity', () => fillMissing({ data: Float64Array.of(1 / 0), shape: [1, 1] }, 'carry'), 'RangeError: fillMissing: series.data[0] is Infinity, expected finite numbers, or NaN for a gap'],
  ['no series to pad', () => padSeries([]), 'RangeError: padSeries: series is empty, expected at least one'],
  ['a gap in the second', () => padSeries([{ data: new Float64Array(1), shape: [1, 1] }, { data: Float64Array.of(Number.NaN), shape: [1, 1] }]), 'RangeError: padSeries: series[1].data[0] is NaN, expected finite numbers; see fillMissing'],
  ['another width', () => padSeries([{ data: new Float64Array(1), shape: [1, 1] }, { data: new Float64Array(2), shape: [1, 2] }]), 'RangeError: padSeries: series[1] has 2 features, expected 1, as the first'],
  ['no pad', () => padSeries([{ data: new Float64Array(1), shape: [1, 1] }], gap), 'RangeError: padSeries: pad is NaN, expected a finite number'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line
