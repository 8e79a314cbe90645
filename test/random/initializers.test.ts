import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { glorotUniform, normal, orthogonal, Random, uniform, zeros } from '../../src/index.ts';

const sizes = fc.integer({ min: 1, max: 40 });

/** The largest |element of (vectors·vectorsᵀ − I)|, the vectors being rows, or columns where there are fewer. */
function distanceFromOrthonormal(matrix: Float64Array, rows: number, columns: number): number {
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const at = (vector: number, i: number) =>
    matrix[rows <= columns ? vector * columns + i : i * columns + vector]!;
  let worst = 0;
  for (let a = 0; a < count; a++)
    for (let b = 0; b <= a; b++) {
      let sum = a === b ? -1 : 0;
      for (let i = 0; i < length; i++) sum += at(a, i) * at(b, i);
      worst = Math.max(worst, Math.abs(sum));
    }
  return worst;
}

function moments(values: Float64Array) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance, largest: values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) };
}

describe('orthogonal', () => {
  test('is orthonormal for any shape', () => {
    fc.assert(
      fc.property(sizes, sizes, fc.nat(), (rows, columns, seed) => {
        const matrix = orthogonal(rows, columns, new Random(seed));
        expect(matrix.length).toBe(rows * columns);
        expect(distanceFromOrthonormal(matrix, rows, columns)).toBeLessThan(1e-13);
      }),
      { numRuns: 100 },
    );
  });

  test('is drawn from both rotations and reflections, without a preferred direction', () => {
    const random = new Random(3);
    const n = 4000;
    let rotations = 0;
    const sums = new Float64Array(4);
    const squares = new Float64Array(4);
    for (let i = 0; i < n; i++) {
      const [a, b, c, d] = orthogonal(2, 2, random) as unknown as [number, number, number, number];
      if (a * d - b * c > 0) rotations++;
      [a, b, c, d].forEach((value, j) => {
        sums[j]! += value;
        squares[j]! += value * value;
      });
    }
    // Five deviations of each mean.
    expect(Math.abs(rotations - n / 2)).toBeLessThan((5 * Math.sqrt(n)) / 2);
    for (const sum of sums) expect(Math.abs(sum)).toBeLessThan(5 * Math.sqrt(n / 2));
    for (const square of squares) expect(Math.abs(square - n / 2)).toBeLessThan(5 * Math.sqrt(n / 8));
  });
});

test('glorotUniform is uniform within ±√(6 / (rows + columns))', () => {
  const bound = Math.sqrt(6 / 500);
  const { mean, variance, largest } = moments(glorotUniform(200, 300, new Random(1)));
  expect(largest).toBeLessThanOrEqual(bound);
  expect(largest).toBeGreaterThan(0.999 * bound);
  expect(Math.abs(mean)).toBeLessThan(0.02 * bound);
  expect(variance / (bound ** 2 / 3)).toBeCloseTo(1, 1);
});

test('uniform is uniform within its bound', () => {
  const { mean, variance, largest } = moments(uniform(0.25)(200, 300, new Random(1)));
  expect(largest).toBeLessThanOrEqual(0.25);
  expect(largest).toBeGreaterThan(0.2499);
  expect(Math.abs(mean)).toBeLessThan(0.005);
  expect(variance / (0.25 ** 2 / 3)).toBeCloseTo(1, 1);
});

test('uniform without a bound is uniform within ±1/√rows', () => {
  const { largest } = moments(uniform()(25, 300, new Random(1)));
  expect(largest).toBeLessThanOrEqual(0.2);
  expect(largest).toBeGreaterThan(0.1999);
});

test('normal has the given deviation', () => {
  const { mean, variance } = moments(normal(0.1)(200, 300, new Random(1)));
  expect(Math.abs(mean)).toBeLessThan(0.002);
  expect(variance / 0.01).toBeCloseTo(1, 1);
});

test('zeros draws nothing', () => {
  const random = new Random(1);
  const { state } = random;
  expect(zeros(2, 3, random)).toEqual(new Float64Array(6));
  expect(random.state).toEqual(state);
});

test('a bound or deviation must be finite and not negative', () => {
  expect(() => uniform(-1)).toThrow(
    new RangeError('uniform: bound is -1, expected a finite number of at least 0'),
  );
  expect(() => uniform(Number.NaN)).toThrow(RangeError);
  expect(() => normal(Number.POSITIVE_INFINITY)).toThrow(
    new RangeError('normal: deviation is Infinity, expected a finite number of at least 0'),
  );
});
