import { describe, expect, test } from 'vitest';
import { orthogonal, Random } from '../../src/index.ts';
import { spectralRadius } from '../../src/inspection/spectral-radius.ts';

const rotation = (angle: number, by = 1) => [
  by * Math.cos(angle),
  -by * Math.sin(angle),
  by * Math.sin(angle),
  by * Math.cos(angle),
];

describe('spectralRadius', () => {
  test.each<[name: string, values: number[], radius: number]>([
    ['a diagonal', [0.5, 0, 0, -3], 3],
    ['a triangle', [0.9, 100, 0, 0.8], 0.9],
    ['a quarter rotation', [0, -1, 1, 0], 1],
    ['a rotation by one radian', rotation(1), 1],
    ['a rotation that grows', rotation(2, 1.1), 1.1],
    ['complex eigenvalues 1 ± 2i, sheared', [-1, -4, 2, 3], Math.sqrt(5)],
    ['two opposite eigenvalues of equal size', [0, 4, 1, 0], 2],
    ['the companion of x³ − 2x² − 5x + 6', [2, 5, -6, 1, 0, 0, 0, 1, 0], 3],
    ['a Jordan block', [0.7, 1, 0, 0, 0.7, 1, 0, 0, 0.7], 0.7],
    ['a matrix that vanishes in three steps', [0, 1, 2, 0, 0, 3, 0, 0, 0], 0],
    ['zeros', [0, 0, 0, 0], 0],
    ['one number', [-2], 2],
    ['the huge', [1e200, 0, 0, 1], 1e200],
    ['the tiny', [1e-200, 0, 0, 1e-300], 1e-200],
  ])('%s', (_, values, radius) => {
    expect(Math.abs(spectralRadius(values, Math.sqrt(values.length)) - radius)).toBeLessThanOrEqual(
      1e-6 * radius,
    );
  });

  test('a shift of many units, which resembles a rotation until its last power', () => {
    const size = 40;
    const shift = new Float64Array(size * size);
    for (let i = 1; i < size; i++) shift[i * size + i - 1] = 1;
    expect(spectralRadius(shift, size)).toBe(0);
  });

  test('a chain whose norms agree for three powers, and then become 0', () => {
    // ‖A²‖/‖A‖ = √(‖A⁴‖/‖A²‖), and A⁵ = 0.
    const chain = new Float64Array(25);
    [1, 0.7625916062604038, 0.7625916062604038, 1].forEach((weight, i) => {
      chain[(i + 1) * 5 + i] = weight;
    });
    expect(spectralRadius(chain, 5)).toBe(0);
  });

  test('any orthogonal matrix has radius 1', () => {
    expect(spectralRadius(orthogonal(12, 12, new Random(3)), 12)).toBeCloseTo(1, 6);
  });

  test('a matrix with NaN has radius NaN, one with ∞ has ∞', () => {
    expect(spectralRadius([Number.NaN, 0, 0, 1], 2)).toBeNaN();
    expect(spectralRadius([Number.POSITIVE_INFINITY, 0, 0, 1], 2)).toBe(Number.POSITIVE_INFINITY);
  });
});
