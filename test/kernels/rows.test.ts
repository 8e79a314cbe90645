/** Kernels of whole rows, and reductions: every length, strides, indices, and special values. */
import { describe, expect, test } from 'vitest';
import { type Block, backends, numbers, rounded, roundingOf, Sandbox, ulp } from './sandbox.ts';

const LENGTHS = Array.from({ length: 71 }, (_, i) => i);

describe.each(backends)('$name', (backend) => {
  const sandbox = new Sandbox(backend);
  const { kernels } = backend;
  const random = numbers(11);
  const unit = roundingOf(backend);

  /** A copy of the elements of a block. */
  function contents(block: Block): (i: number, j: number) => number {
    const kept = backend.heap.values.slice(block.offset, block.offset + block.rows * block.stride);
    return (i, j) => kept[i * block.stride + j]!;
  }

  test('addRow', () => {
    for (const columns of LENGTHS)
      for (const [rows, gap] of [
        [0, 0],
        [1, 0],
        [3, 0],
        [3, 5],
      ] as const) {
        sandbox.clear();
        const out = sandbox.block(rows, columns, columns + gap, random);
        const row = sandbox.block(1, columns, columns, random);
        const [x, y] = [contents(out), contents(row)];
        sandbox.run(() => kernels.addRow(out.offset, out.stride, row.offset, rows, columns), out);
        sandbox.expect(out, (i, j) => rounded(backend, x(i, j) + y(0, j)));
      }
  });

  test('columnSums', () => {
    for (const columns of LENGTHS)
      for (const rows of [0, 1, 2, 9])
        for (const beta of [0, 1] as const) {
          sandbox.clear();
          const a = sandbox.block(rows, columns, columns + 3, random);
          const out = sandbox.block(1, columns, columns, beta === 0 ? () => Number.NaN : random);
          const [x, y] = [contents(a), contents(out)];
          const terms = (j: number): number[] => [
            beta === 0 ? 0 : y(0, j),
            ...Array.from({ length: rows }, (_, i) => x(i, j)),
          ];
          sandbox.run(() => kernels.columnSums(out.offset, a.offset, a.stride, rows, columns, beta), out);
          sandbox.expect(
            out,
            (_i, j) => terms(j).reduce((sum, term) => sum + term, 0),
            (_i, j) => (rows + 2) * unit * terms(j).reduce((sum, term) => sum + Math.abs(term), 0),
          );
        }
  });

  test('transpose', () => {
    for (const rows of [0, 1, 2, 3, 4, 5, 8, 11])
      for (const columns of LENGTHS) {
        sandbox.clear();
        const a = sandbox.block(rows, columns, columns + 2, random);
        const out = sandbox.block(columns, rows, rows + 3, () => 0);
        const x = contents(a);
        sandbox.run(() => kernels.transpose(out.offset, out.stride, a.offset, a.stride, rows, columns), out);
        sandbox.expect(out, (i, j) => x(j, i));
      }
  });

  test('gather and scatterAdd', () => {
    const chosen = [4, 0, -1, 2, 2, 4, -1, 2];
    for (const columns of LENGTHS)
      for (const count of [0, 1, chosen.length]) {
        sandbox.clear();
        const table = sandbox.block(5, columns, columns + 1, random);
        const a = sandbox.block(count, columns, columns + 4, random);
        const out = sandbox.block(count, columns, columns + 2, () => Number.NaN);
        const indices = sandbox.block(1, count, count, (_i, j) => chosen[j]!);
        const [x, y] = [contents(table), contents(a)];
        sandbox.run(
          () =>
            kernels.gather(
              ...([out.offset, out.stride, table.offset, table.stride] as const),
              ...([indices.offset, count, columns] as const),
            ),
          out,
        );
        sandbox.expect(out, (i, j) => (chosen[i]! < 0 ? 0 : x(chosen[i]!, j)));
        sandbox.run(
          () =>
            kernels.scatterAdd(
              ...([table.offset, table.stride, a.offset, a.stride] as const),
              ...([indices.offset, count, columns] as const),
            ),
          table,
        );
        sandbox.expect(table, (row, j) => {
          let sum = x(row, j);
          for (let i = 0; i < count; i++) if (chosen[i] === row) sum = rounded(backend, sum + y(i, j));
          return sum;
        });
      }
  });

  test.each(['softmax', 'logSoftmax'] as const)('%s', (name) => {
    for (const columns of LENGTHS)
      for (const [gap, inPlace, magnitude] of [
        [0, false, 1],
        [3, true, 20],
        [3, false, 1e30],
      ] as const) {
        sandbox.clear();
        const a = sandbox.block(3, columns, columns + gap, () => magnitude * random());
        const out = inPlace ? a : sandbox.block(3, columns, columns + 2 * gap, () => 0);
        const x = contents(a);
        sandbox.run(() => kernels[name](out.offset, out.stride, a.offset, a.stride, 3, columns), out);
        const [largest, logarithm]: [number[], number[]] = [[], []];
        for (let i = 0; i < 3; i++) {
          const row = Array.from({ length: columns }, (_, j) => x(i, j));
          const most = Math.max(...row);
          largest.push(most);
          logarithm.push(Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0)));
        }
        const log = (i: number, j: number): number => x(i, j) - largest[i]! - logarithm[i]!;
        // The difference from the maximum is rounded, an error that exp multiplies by the difference; then 3 ulp and a sum.
        const error = (i: number, j: number): number => (6 + Math.abs(x(i, j) - largest[i]!)) * unit;
        if (name === 'softmax')
          sandbox.expect(
            out,
            (i, j) => Math.exp(log(i, j)),
            (i, j, expected) => 2 * error(i, j) * expected + 2 * ulp(backend, 0),
          );
        else sandbox.expect(out, log, (i, j) => 2 * error(i, j));
      }
  });

  test('softmax and its logarithm ignore −∞, and NaN fills only its row', () => {
    const columns = 7;
    const content = (i: number, j: number): number =>
      i === 1 && j === 5 ? Number.NaN : j === 2 ? Number.NEGATIVE_INFINITY : 3;
    for (const name of ['softmax', 'logSoftmax'] as const) {
      sandbox.clear();
      const out = sandbox.block(3, columns, columns, content);
      kernels[name](out.offset, columns, out.offset, columns, 3, columns);
      const [left, other] = name === 'softmax' ? [0, 1 / 6] : [Number.NEGATIVE_INFINITY, -Math.log(6)];
      sandbox.expect(
        out,
        (i, j) => (i === 1 ? Number.NaN : j === 2 ? left : other),
        () => 1e-6,
      );
    }
  });

  test('softmax and its logarithm give NaN for a row with +∞', () => {
    const [rows, columns] = [3, 19];
    for (const name of ['softmax', 'logSoftmax'] as const)
      for (const at of [0, 9, 18]) {
        sandbox.clear();
        const out = sandbox.block(rows, columns, columns, (i, j) =>
          i === 1 && j === at ? Number.POSITIVE_INFINITY : 3,
        );
        kernels[name](out.offset, columns, out.offset, columns, rows, columns);
        const even = name === 'softmax' ? 1 / columns : -Math.log(columns);
        sandbox.expect(
          out,
          (i) => (i === 1 ? Number.NaN : even),
          () => 1e-6,
        );
      }
  });

  test('a row may end at the end of the heap', () => {
    const { heap } = backend;
    for (let columns = 1; columns < 12; columns++) {
      const at = heap.values.length - columns;
      heap.values.fill(0.5, at);
      kernels.exp(at, columns, at, columns, 1, columns);
      kernels.softmax(at, columns, at, columns, 1, columns);
      kernels.add(at, columns, at, columns, at, columns, 1, columns);
      const product = heap.allocate(1);
      kernels.gemm(product, 1, at, columns, 1, at, 1, columns, 1, 1, columns, 0);
      const expected = 4 / columns;
      expect(Math.abs(heap.values[product]! - expected)).toBeLessThan(1e-6 * expected);
      expect(Math.abs(kernels.sumOfSquares(at, columns, 1, columns) - expected)).toBeLessThan(
        1e-6 * expected,
      );
      heap.free(product);
    }
  });

  test('normalize and normalizeBackward', () => {
    const epsilon = 1e-3;
    for (const columns of LENGTHS)
      for (const [gap, inPlace, mean] of [
        [0, 'none', 0],
        [3, 'a', 1],
        [3, 'y', 1000],
      ] as const) {
        sandbox.clear();
        const a = sandbox.block(3, columns, columns + gap, () => mean + random());
        const dy = sandbox.block(3, columns, columns + gap, random);
        const y = inPlace === 'a' ? a : sandbox.block(3, columns, columns + 2 * gap, () => 0);
        const d = sandbox.block(3, 1, 1 + gap, () => 0);
        const dx = inPlace === 'a' ? dy : inPlace === 'y' ? y : sandbox.block(3, columns, columns, () => 0);
        const [x, upstream] = [contents(a), contents(dy)];
        const average = (of: (j: number) => number): number =>
          Array.from({ length: columns }, (_, j) => of(j)).reduce((sum, value) => sum + value / columns, 0);
        const centre = [0, 1, 2].map((i) => average((j) => x(i, j)));
        const inverse = centre.map((c, i) => 1 / Math.sqrt(average((j) => (x(i, j) - c) ** 2) + epsilon));
        const normal = (i: number, j: number): number => (x(i, j) - centre[i]!) * inverse[i]!;

        sandbox.run(
          () =>
            kernels.normalize(
              ...([y.offset, y.stride, d.offset, d.stride, a.offset, a.stride] as const),
              ...([epsilon, 3, columns] as const),
            ),
          y,
          d,
        );
        // The mean is a float64 sum, whose error matters if the mean is large.
        const error = (i: number): number =>
          8 * (unit + columns * 2 ** -53 * mean) * (1 + inverse[i]!) * inverse[i]!;
        if (columns > 0) sandbox.expect(d, (i) => inverse[i]!, error);
        sandbox.expect(y, normal, (i) => 8 * error(i));

        const [kept, scale] = [contents(y), contents(d)];
        sandbox.run(
          () =>
            kernels.normalizeBackward(
              ...([dx.offset, dx.stride, y.offset, y.stride, d.offset, d.stride] as const),
              ...([dy.offset, dy.stride, 3, columns] as const),
            ),
          dx,
        );
        const slope = [0, 1, 2].map((i) => average((j) => upstream(i, j) * kept(i, j)));
        const level = [0, 1, 2].map((i) => average((j) => upstream(i, j)));
        sandbox.expect(
          dx,
          (i, j) => scale(i, 0) * (upstream(i, j) - level[i]! - kept(i, j) * slope[i]!),
          (i, j) => 8 * (1 + columns * unit) * unit * scale(i, 0) * (2 + Math.abs(kept(i, j))),
        );
      }
  });

  test('normalize gives 0 for a row of equal elements, and NaN fills only its row', () => {
    const columns = 6;
    for (const epsilon of [0.25, 0]) {
      sandbox.clear();
      const d = sandbox.block(3, 1, 1, () => 7);
      const content = (i: number, j: number): number => [8, j === 5 ? Number.NaN : 1, (-1) ** j][i]!;
      const out = sandbox.block(3, columns, columns, content);
      kernels.normalize(out.offset, columns, d.offset, 1, out.offset, columns, epsilon, 3, columns);
      const inverse = [epsilon === 0 ? 0 : 2, Number.NaN, 1 / Math.sqrt(1 + epsilon)];
      const error = (): number => 1e-6;
      sandbox.expect(d, (i) => inverse[i]!, error);
      sandbox.expect(out, (i, j) => [0, Number.NaN, inverse[2]! * (-1) ** j][i]!, error);
    }
  });

  test('sumOfSquares and maximumMagnitude', () => {
    for (const columns of LENGTHS)
      for (const rows of [0, 1, 3]) {
        sandbox.clear();
        const a = sandbox.block(rows, columns, columns + 5, random);
        const x = contents(a);
        let sum = 0;
        let largest = 0;
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < columns; j++) {
            sum += x(i, j) ** 2;
            largest = Math.max(largest, Math.abs(x(i, j)));
          }
        sandbox.run(() => {
          const squares = kernels.sumOfSquares(a.offset, a.stride, rows, columns);
          expect(Math.abs(squares - sum)).toBeLessThanOrEqual(1e-13 * sum);
          expect(kernels.maximumMagnitude(a.offset, a.stride, rows, columns)).toBe(largest);
        });
      }
    sandbox.clear();
    const large = sandbox.block(1, 6, 6, (_i, j) => (j === 5 ? -3e38 : 1e38));
    expect(kernels.sumOfSquares(large.offset, 6, 1, 6) / 14e76).toBeCloseTo(1, 6);
    for (let at = 0; at < 6; at++) {
      const a = sandbox.block(1, 6, 6, (_i, j) => (j === at ? Number.NaN : 1));
      expect(kernels.maximumMagnitude(a.offset, 6, 1, 6)).toBeNaN();
      expect(kernels.sumOfSquares(a.offset, 6, 1, 6)).toBeNaN();
    }
  });
});
