import { readFileSync } from 'node:fs';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  type Backend,
  clipNorm,
  clipValue,
  float32,
  float64,
  gradientNorm,
  type Norm,
} from '../../src/index.ts';
import { Parameter } from '../../src/matrix/parameter.ts';

function withGradients(backend: Backend, ...gradients: number[][]): Map<string, Parameter> {
  return new Map(
    gradients.map((values, i) => {
      const parameter = new Parameter(backend, [values.length], values);
      parameter.gradient.write(values);
      return [`w${i}`, parameter];
    }),
  );
}

const read = (parameters: Map<string, Parameter>) =>
  Array.from(parameters.values()).flatMap((parameter) => Array.from(parameter.readGradient()));

const gradient = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 20 });

describe.each([float64(), float32()])('in $name', (backend) => {
  const epsilon = backend.dtype === 'float64' ? 1e-14 : 1e-6;

  test.prop([
    gradient,
    gradient,
    fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
    fc.constantFrom(2, 'infinity'),
  ])('clipNorm multiplies everything by min(1, θ/‖g‖)', (a, b, most, norm) => {
    const parameters = withGradients(backend, a, b);
    const before = read(parameters);
    const size = norm === 2 ? Math.hypot(...before) : Math.max(...before.map((element) => Math.abs(element)));
    const returned = clipNorm(parameters, most, { norm: norm as 2 });
    expect(Math.abs(returned - size)).toBeLessThanOrEqual(size * epsilon);
    const factor = Math.min(1, most / size) || 0;
    read(parameters).forEach((element, i) => {
      const expected = size === 0 ? 0 : factor * before[i]!;
      expect(Math.abs(element - expected)).toBeLessThanOrEqual(Math.abs(expected) * epsilon + 1e-44);
    });
    expect(gradientNorm(parameters, norm as 2)).toBeLessThanOrEqual(most * (1 + epsilon));
  });

  test('gradients within the norm are unchanged', () => {
    const parameters = withGradients(backend, [3], [4]);
    expect(clipNorm(parameters, 5)).toBe(5);
    expect(read(parameters)).toEqual([3, 4]);
  });

  test.each([
    [Number.NaN, Number.NaN],
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('a gradient with %d has norm %d, and nothing is scaled', (bad, norm) => {
    for (const which of [2, 'infinity'] as const) {
      const parameters = withGradients(backend, [1, bad], [30]);
      expect(clipNorm(parameters, 5, { norm: which })).toBe(norm);
      expect(read(parameters)).toEqual([1, bad, 30]);
    }
  });

  test('clipValue limits every element', () => {
    const parameters = withGradients(backend, [3, -0.25], [-4, Number.NaN]);
    clipValue(parameters, 0.5);
    expect(read(parameters)).toEqual([0.5, -0.25, -0.5, Number.NaN]);
  });
});

test('PyTorch’s epsilon makes the factor smaller', () => {
  const parameters = withGradients(float64(), [3, 4]);
  clipNorm(parameters, 1, { epsilon: 5 });
  expect(read(parameters)[0]).toBeCloseTo(0.3, 15);
});

test('a maximum of 0 makes all gradients 0, and no parameters are accepted', () => {
  const parameters = withGradients(float64(), [3, 4]);
  expect(clipNorm(parameters, 0)).toBe(5);
  expect(read(parameters)).toEqual([0, 0]);
  expect(clipNorm(parameters, 0)).toBe(0);
  expect(read(parameters)).toEqual([0, 0]);
  expect(gradientNorm(new Map())).toBe(0);
});

test.each([
  [[3e200, 4e200], [0], 5e200],
  [[3e-200], [4e-200, 0], 5e-200],
  [[3e-323, 0], [0], 3e-323],
])('the norm of %o and %o neither overflows nor vanishes', (a, b, expected) => {
  const parameters = withGradients(float64(), a, b);
  expect(gradientNorm(parameters) / expected).toBeCloseTo(1, 14);
  clipNorm(parameters, 1);
  expect(gradientNorm(parameters)).toBeLessThanOrEqual(1 + 1e-15);
});

test('refuses invalid arguments', () => {
  const none = new Map<string, Parameter>();
  expect(() => clipNorm(none, -1)).toThrow(
    new RangeError('clipNorm: maxNorm is -1, expected a number of at least 0'),
  );
  expect(() => clipNorm(none, 1, { epsilon: Number.NaN })).toThrow(
    new RangeError('clipNorm: epsilon is NaN, expected a number of at least 0'),
  );
  for (const norm of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => clipNorm(none, 1, { norm })).toThrow(
      new RangeError(`clipNorm: norm is ${norm}, expected a number above 0, or "infinity"`),
    );
  expect(() => clipValue(none, Number.NaN)).toThrow(
    new RangeError('clipValue: limit is NaN, expected a number of at least 0'),
  );
});

// `test/fixtures/pytorch/branches.py`
const pytorch = JSON.parse(
  readFileSync(new URL('../fixtures/pytorch/branches.json', import.meta.url), 'utf8'),
);

test.each(pytorch.norms as { p: Norm; norm: number; clipped: { data: number[] }[] }[])(
  'the norm of p = $p, and what it clips, are PyTorch’s',
  ({ p, norm, clipped }) => {
    const parameters = withGradients(
      float64(),
      ...(pytorch.gradients as { data: number[] }[]).map(({ data }) => data),
    );
    const close = (value: number) => expect.closeTo(value, 11);
    expect(gradientNorm(parameters, p)).toBeCloseTo(norm, 10);
    expect(clipNorm(parameters, 3, { norm: p, epsilon: 1e-6 })).toBeCloseTo(norm, 10);
    expect(read(parameters)).toEqual(clipped.flatMap(({ data }) => data.map(close)));
  },
);

test.each([1e-320, 1e300, 0])('the norm of p = 3 of %d twice neither overflows nor vanishes', (g) => {
  const norm = gradientNorm(withGradients(float64(), [g, -g]), 3);
  expect(norm / (g || 1)).toBeCloseTo(g === 0 ? 0 : 2 ** (1 / 3), 3);
  expect(gradientNorm(withGradients(float64(), [g, Number.NaN]), 3)).toBeNaN();
});
