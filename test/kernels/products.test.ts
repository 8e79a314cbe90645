/** Matrix products: every transpose, stride, β and tail, over several blocks and panels, within the derived error bound. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Block, backends, numbers, roundingOf, Sandbox } from './sandbox.ts';

/** The layout of a factor: row by row, column by column, or with gaps in both directions. */
const LAYOUTS = ['rows', 'columns', 'gaps'] as const;
type Layout = (typeof LAYOUTS)[number];

interface Factor {
  readonly block: Block;
  readonly rowStride: number;
  readonly columnStride: number;
  at(row: number, column: number): number;
}

describe.each(backends)('$name', (backend) => {
  const sandbox = new Sandbox(backend);
  const { kernels } = backend;
  const random = numbers(5);

  function factor(rows: number, columns: number, layout: Layout): Factor {
    const [outer, inner] = layout === 'columns' ? [columns, rows] : [rows, columns];
    const step = layout === 'gaps' ? 3 : 1;
    const stride = step * inner + (layout === 'gaps' ? 2 : 0);
    const block = sandbox.block(outer, step * inner, stride, random);
    const [rowStride, columnStride] = layout === 'columns' ? [1, stride] : [stride, step];
    const { values } = backend.heap;
    const at = (i: number, j: number): number => values[block.offset + i * rowStride + j * columnStride]!;
    return { block, rowStride, columnStride, at };
  }

  /** Computes one product, and throws if an element's error exceeds the rounding bound. */
  function check(
    m: number,
    n: number,
    k: number,
    a: Layout,
    b: Layout,
    beta: 0 | 1,
    packed: boolean,
    gap = 3,
  ): void {
    sandbox.clear();
    const [x, y] = [factor(m, k, a), factor(k, n, b)];
    // With β = 0 nothing of C may remain, not even NaN.
    const c = sandbox.block(m, n, n + gap, beta === 0 ? () => Number.NaN : random);
    const before =
      beta === 0 ? [] : Array.from({ length: m * n }, (_, i) => sandbox.at(c, Math.floor(i / n), i % n));
    if (packed) {
      const length = kernels.packedLength(k, n);
      const p = sandbox.block(1, length, length, () => Number.NaN);
      sandbox.run(() => kernels.pack(p.offset, y.block.offset, y.rowStride, y.columnStride, k, n), p);
      sandbox.run(
        () =>
          kernels.gemmPacked(
            ...([c.offset, c.stride, x.block.offset, x.rowStride, x.columnStride] as const),
            ...([p.offset, m, n, k, beta] as const),
          ),
        c,
      );
    } else {
      sandbox.run(
        () =>
          kernels.gemm(
            ...([c.offset, c.stride, x.block.offset, x.rowStride, x.columnStride] as const),
            ...([y.block.offset, y.rowStride, y.columnStride, m, n, k, beta] as const),
          ),
        c,
      );
    }
    // Each term of a sum is rounded once itself and once in each later addition.
    const roundings = (k + 3) * roundingOf(backend);
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = before[i * n + j] ?? 0;
        let magnitude = Math.abs(sum);
        for (let l = 0; l < k; l++) {
          const term = x.at(i, l) * y.at(l, j);
          sum += term;
          magnitude += Math.abs(term);
        }
        const error = Math.abs(sandbox.at(c, i, j) - sum);
        if (!(error <= roundings * magnitude))
          throw new Error(
            `C[${i}][${j}] is ${error} off: ${m}×${n}×${k}, A by ${a}, B by ${b}, β ${beta}, packed ${packed}`,
          );
      }
  }

  test('all small sizes, layouts and tails', () => {
    let round = 0;
    for (const m of [0, 1, 2, 3, 4, 5, 6, 7, 11, 13])
      for (const n of [0, 1, 3, 7, 8, 9, 16, 32, 41])
        for (const k of [0, 1, 2, 3, 4, 5, 9])
          for (const a of LAYOUTS)
            for (const b of LAYOUTS) {
              // β and packing alternate, in all four pairs over neighbouring sizes.
              round += 1;
              check(m, n, k, a, b, (round & 1) as 0 | 1, (round & 2) === 0);
            }
  });

  test.each([
    [1, 70, 600],
    [2, 33, 1025],
    [4, 37, 512],
    [5, 20, 1100],
    [6, 1030, 5],
    [7, 9, 513],
    [10, 128, 64],
    [119, 9, 3],
    [120, 8, 257],
    [121, 17, 520],
    [250, 4, 10],
  ])('blocks and their tails: %i × %i × %i', (m, n, k) => {
    for (const a of LAYOUTS)
      for (const b of LAYOUTS) {
        check(m, n, k, a, b, 1, false);
        check(m, n, k, a, b, 0, true);
      }
  });

  test('any size', () => {
    const layout = fc.constantFrom(...LAYOUTS);
    fc.assert(
      fc.property(
        ...([fc.nat(130), fc.nat(50), fc.nat(560), layout, layout] as const),
        ...([fc.constantFrom(0, 1), fc.boolean(), fc.nat(9)] as const),
        (m, n, k, a, b, beta, packed, gap) => check(m, n, k, a, b, beta as 0 | 1, packed, gap),
      ),
      { numRuns: 10, seed: 7 },
    );
  });

  test('NaN and infinity affect only their row and column of C', () => {
    for (const [m, n, k] of [
      [1, 13, 9],
      [7, 13, 9],
      [10, 40, 300],
    ] as const)
      for (const packed of [false, true]) {
        sandbox.clear();
        const [i, j] = [m >> 1, n >> 1];
        const a = sandbox.block(m, k, k, (row, column) => (row === i && column === 2 ? Number.NaN : 1));
        const b = sandbox.block(k, n, n, (row, column) =>
          row === k - 1 && column === j ? Number.POSITIVE_INFINITY : 1,
        );
        const c = sandbox.block(m, n, n, () => 0);
        const length = kernels.packedLength(k, n);
        const p = sandbox.block(1, length, length, () => 0);
        kernels.pack(p.offset, b.offset, n, 1, k, n);
        if (packed) kernels.gemmPacked(c.offset, n, a.offset, k, 1, p.offset, m, n, k, 0);
        else kernels.gemm(c.offset, n, a.offset, k, 1, b.offset, n, 1, m, n, k, 0);
        sandbox.expect(c, (row, column) =>
          row === i ? Number.NaN : column === j ? Number.POSITIVE_INFINITY : k,
        );
      }
  });

  test('pack overwrites its whole block, so that no old value is multiplied', () => {
    for (const [k, n] of [
      [3, 5],
      [300, 13],
    ] as const) {
      sandbox.clear();
      const b = factor(k, n, 'rows');
      const length = kernels.packedLength(k, n);
      const p = sandbox.block(1, length, length, () => Number.NaN);
      kernels.pack(p.offset, b.block.offset, b.rowStride, b.columnStride, k, n);
      for (let i = 0; i < length; i++) expect(sandbox.at(p, 0, i)).not.toBeNaN();
    }
  });

  test('a row of C has the same bits, whichever rows are computed with it', () => {
    const [most, n, k] = [13, 43, 300];
    sandbox.clear();
    const [a, b] = [factor(most, k, 'rows'), factor(k, n, 'columns')];
    const length = kernels.packedLength(k, n);
    const p = sandbox.block(1, length, length, () => 0);
    kernels.pack(p.offset, b.block.offset, b.rowStride, b.columnStride, k, n);
    const c = sandbox.block(most, n, n, () => 0);
    const product = (first: number, m: number): number[] => {
      const from = a.block.offset + first * a.rowStride;
      kernels.gemmPacked(c.offset, n, from, a.rowStride, a.columnStride, p.offset, m, n, k, 0);
      return Array.from(backend.heap.values.subarray(c.offset, c.offset + n));
    };
    for (let row = 0; row < most; row++) {
      const alone = product(row, 1);
      for (let m = 2; m <= most - row; m++) expect(product(row, m)).toEqual(alone);
    }
  });
});
