/** Normalisation where squares would overflow or underflow, and where the mean is rounded: in float64 alone. */
import { describe, expect, test } from 'vitest';
import { float64 } from '../../src/index.ts';
import { withArena } from '../../src/matrix/arena.ts';
import { fill, normalize } from '../../src/matrix/operations.ts';

/** The normalised rows, and 1/σ of each. The rows are apart in memory. */
function normalized(rows: readonly (readonly number[])[], epsilon: number): [number[][], number[]] {
  const columns = rows[0]!.length;
  return withArena(float64(), (arena) => {
    const [a, out] = [arena.matrix(rows.length, columns + 3), arena.matrix(rows.length, columns + 5)];
    fill(a, 1e300);
    const x = a.columnsFrom(1, columns);
    for (const [i, row] of rows.entries()) x.rowsFrom(i, 1).write(row);
    const inverse = arena.matrix(rows.length, 1);
    fill(inverse, 7);
    normalize(out.columnsFrom(2, columns), inverse, x, epsilon);
    const results = rows.map((_, i) => Array.from(out.rowsFrom(i, 1).columnsFrom(2, columns).read()));
    return [results, Array.from(inverse.read())];
  });
}

const times = (row: readonly number[], factor: number) => row.map((x) => x * factor);

describe('(x − mean) / √(variance + ε)', () => {
  const row = [0, 1, -2, 5];
  // The mean is 1, the variance 6.5.
  const expected = (epsilon: number) => row.map((x) => (x - 1) / Math.sqrt(6.5 + epsilon));

  test.each([1, 2 ** 17, 2 ** 560, 2 ** -560])('of features of about %d, without ε', (factor) => {
    const [[one, other], inverse] = normalized([times(row, factor), times(row, -factor)], 0);
    expected(0).forEach((y, j) => {
      expect(one![j]).toBeCloseTo(y, 14);
      expect(other![j]).toBeCloseTo(-y, 14);
    });
    for (const d of inverse) expect(d * factor).toBeCloseTo(1 / Math.sqrt(6.5), 14);
  });

  test.each([1, 2 ** 17, 2 ** 490])(
    'of features of about %d, with ε as large as their variance',
    (factor) => {
      const [[one]] = normalized([times(row, factor)], 5 * factor ** 2);
      expected(5).forEach((y, j) => {
        expect(one![j]).toBeCloseTo(y, 14);
      });
    },
  );

  test('of small features, with a larger ε', () => {
    const [[one]] = normalized([times(row, 2 ** -560)], 2 ** -20);
    row.forEach((x, j) => {
      expect(one![j]! * 2 ** 550).toBeCloseTo(x - 1, 14);
    });
  });
});

test('equal features give 0 although their mean is rounded', () => {
  // 0.1 + 0.1 + 0.1 is not 3 · 0.1.
  for (const x of [0.1, -0.7, 1e200, 1e-200]) expect(normalized([[x, x, x]], 0)).toEqual([[[0, 0, 0]], [0]]);
});

test('nearly equal features are told apart', () => {
  const [[[a, b, c]]] = normalized([[1, 1, 1 + 2 ** -52]], 0) as [[[number, number, number]], number[]];
  expect(a).toBeCloseTo(-Math.SQRT1_2, 12);
  expect(b).toBeCloseTo(-Math.SQRT1_2, 12);
  expect(c).toBeCloseTo(Math.SQRT2, 12);
});

test('rows without features have no deviation', () => {
  expect(normalized([[], []], 1)).toEqual([
    [[], []],
    [7, 7],
  ]);
});
