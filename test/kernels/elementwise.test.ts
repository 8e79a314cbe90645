/** Elementwise kernels: every length, wide strides, each allowed alias, and special values. */
import { describe, test } from 'vitest';
import { type Block, backends, numbers, rounded, roundingOf, Sandbox, ulp } from './sandbox.ts';

const MOST = 70;
const EDGES = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  1,
  -1,
  0.5,
  3,
  -3,
  100,
  -100,
  3.4028234663852886e38,
  -3.4028234663852886e38,
];

type UnaryName = 'copy' | 'relu' | 'exp' | 'sigmoid' | 'tanh' | 'softplus';
const UNARY: Readonly<Record<UnaryName, { formula: (a: number) => number; ulps: number }>> = {
  copy: { formula: (a) => a, ulps: 0 },
  relu: { formula: (a) => Math.max(a, 0), ulps: 0 },
  exp: { formula: Math.exp, ulps: 3 },
  // Not 1 / (1 + e⁻ᵃ), whose power overflows while the result is still a subnormal float32.
  sigmoid: { formula: (a) => (a < 0 ? Math.exp(a) / (1 + Math.exp(a)) : 1 / (1 + Math.exp(-a))), ulps: 3 },
  tanh: { formula: Math.tanh, ulps: 3 },
  softplus: { formula: (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))), ulps: 3 },
};

type BinaryName = 'add' | 'sub' | 'mul' | 'mulAdd' | 'sigmoidBackward' | 'tanhBackward' | 'reluBackward';
type Ternary = (a: number, b: number, out: number) => number;
/** `magnitude` times one rounding bounds the error; without it, the result is correctly rounded. */
const BINARY: Readonly<Record<BinaryName, { formula: Ternary; magnitude?: Ternary }>> = {
  add: { formula: (a, b) => a + b },
  sub: { formula: (a, b) => a - b },
  mul: { formula: (a, b) => a * b },
  mulAdd: {
    formula: (a, b, out) => out + a * b,
    magnitude: (a, b, out) => 3 * Math.abs(a * b) + 2 * Math.abs(out),
  },
  sigmoidBackward: {
    formula: (y, dy) => dy * y * (1 - y),
    magnitude: (y, dy) => 3 * Math.abs(dy * y) * (1 + Math.abs(y)),
  },
  tanhBackward: {
    formula: (y, dy) => dy * (1 - y * y),
    magnitude: (y, dy) => 3 * Math.abs(dy) * (1 + y * y),
  },
  reluBackward: { formula: (y, dy) => (y > 0 ? dy : 0) },
};

describe.each(backends)('$name', (backend) => {
  const sandbox = new Sandbox(backend);
  const { kernels } = backend;
  const round = (value: number): number => rounded(backend, value);

  /** Runs one unary kernel over a block and compares each element with the formula. */
  function checkUnary(
    call: (out: Block, a: Block) => void,
    formula: (a: number) => number,
    ulps: number,
    shape: { rows: number; columns: number; gap: number; inPlace: boolean },
    content: (i: number, j: number) => number,
  ): void {
    const { rows, columns, gap, inPlace } = shape;
    sandbox.clear();
    const a = sandbox.block(rows, columns, columns + gap, content);
    const out = inPlace ? a : sandbox.block(rows, columns, columns + 2 * gap, () => 7);
    sandbox.run(() => call(out, a), out);
    sandbox.expect(
      out,
      (i, j) => round(formula(round(content(i, j)))),
      (_i, _j, expected) => ulps * ulp(backend, expected),
    );
  }

  const shapes = [
    { rows: 1, gap: 0, inPlace: false },
    { rows: 3, gap: 0, inPlace: false },
    { rows: 3, gap: 5, inPlace: false },
    { rows: 3, gap: 0, inPlace: true },
    { rows: 2, gap: 5, inPlace: true },
  ];

  test.each(Object.keys(UNARY) as UnaryName[])('%s', (name) => {
    const { formula, ulps } = UNARY[name];
    const call = (out: Block, a: Block): void =>
      kernels[name](out.offset, out.stride, a.offset, a.stride, a.rows, a.columns);
    const random = numbers(1);
    const values = Array.from({ length: 3 * (MOST + 1) }, () => 12 * random());
    const content = (i: number, j: number): number => values[i * MOST + j]!;
    for (const shape of shapes)
      for (let columns = 0; columns <= MOST; columns++)
        checkUnary(call, formula, ulps, { ...shape, columns }, content);
    checkUnary(call, formula, ulps, { rows: 0, columns: 5, gap: 0, inPlace: false }, content);
    const edges = { rows: 1, columns: EDGES.length, gap: 0, inPlace: false };
    checkUnary(call, formula, ulps, edges, (_i, j) => EDGES[j]!);
  });

  test.each(['exp', 'sigmoid', 'tanh', 'softplus'] as const)(
    '%s is within 3 ulp and in its range everywhere',
    (name) => {
      const { formula } = UNARY[name];
      const call = (out: Block, a: Block): void =>
        kernels[name](out.offset, out.stride, a.offset, a.stride, a.rows, a.columns);
      for (const [least, most] of [
        [-110, 110],
        [-1, 1],
        [-0.001, 0.001],
        [-104.5, -86],
        [1e-38, 1e-37],
      ] as const) {
        const columns = 20_011;
        const content = (_i: number, j: number): number => least + ((most - least) * j) / columns;
        checkUnary(call, formula, 3, { rows: 1, columns, gap: 0, inPlace: true }, content);
      }
      const range = {
        exp: Number.POSITIVE_INFINITY,
        sigmoid: 1,
        tanh: 1,
        softplus: Number.POSITIVE_INFINITY,
      };
      sandbox.clear();
      const out = sandbox.block(1, 4000, 4000, (_i, j) => (j - 2000) / 100);
      sandbox.run(() => call(out, out), out);
      for (let j = 0; j < 4000; j++)
        if (!(Math.abs(sandbox.at(out, 0, j)) <= range[name]))
          throw new Error(`${name} leaves its range at ${j}`);
    },
  );

  test.each(Object.keys(BINARY) as BinaryName[])('%s', (name) => {
    const { formula, magnitude } = BINARY[name];
    const check = (
      rows: number,
      columns: number,
      gap: number,
      alias: 'none' | 'a' | 'b' | 'both' | 'inputs',
      contents: readonly ((i: number, j: number) => number)[],
    ): void => {
      sandbox.clear();
      const [first, second, third] = contents;
      const a = sandbox.block(rows, columns, columns + gap, first!);
      const same = alias === 'both' || alias === 'inputs';
      const b = same ? a : sandbox.block(rows, columns, columns + 2 * gap, second!);
      const out =
        alias === 'a' || alias === 'both'
          ? a
          : alias === 'b'
            ? b
            : sandbox.block(rows, columns, columns + 3 * gap, third!);
      const elementsOf = (block: Block): ((i: number, j: number) => number) => {
        const kept = Array.from({ length: rows * columns }, (_, at) =>
          sandbox.at(block, Math.floor(at / columns), at % columns),
        );
        return (i, j) => kept[i * columns + j]!;
      };
      const [x, y, o] = [elementsOf(a), elementsOf(b), elementsOf(out)];
      sandbox.run(
        () => kernels[name](out.offset, out.stride, a.offset, a.stride, b.offset, b.stride, rows, columns),
        out,
      );
      sandbox.expect(
        out,
        (i, j) => round(formula(x(i, j), y(i, j), o(i, j))),
        (i, j) => {
          const bound = magnitude?.(x(i, j), y(i, j), o(i, j)) ?? 0;
          return bound > 0 && bound < 1e37 ? bound * roundingOf(backend) + 2 * ulp(backend, 0) : 0;
        },
      );
    };
    const random = numbers(2);
    const values = Array.from({ length: 9 * (MOST + 1) }, random);
    const contents = [0, 3, 6].map((from) => (i: number, j: number) => values[(from + i) * (MOST + 1) + j]!);
    for (const alias of ['none', 'a', 'b', 'both', 'inputs'] as const)
      for (let columns = 0; columns <= MOST; columns++) {
        check(3, columns, 0, alias, contents);
        check(2, columns, 4, alias, contents);
      }
    check(0, 5, 0, 'none', contents);
    if (name === 'tanhBackward' || name === 'sigmoidBackward' || name === 'mulAdd') {
      // Beyond |y| = 1, overflow depends on the order of operations; within, and for NaN, nothing may differ.
      const edges = EDGES.filter((edge) => !(Math.abs(edge) > 1));
      check(edges.length, edges.length, 0, 'none', [(i) => edges[i]!, (_i, j) => edges[j]!, () => 0]);
    } else {
      check(EDGES.length, EDGES.length, 0, 'none', [(i) => EDGES[i]!, (_i, j) => EDGES[j]!, () => 0]);
    }
  });

  test('scale, clamp and fill', () => {
    const random = numbers(3);
    const values = Array.from({ length: 3 * (MOST + 1) }, random);
    const content = (i: number, j: number): number => values[i * MOST + j]!;
    const scale = (out: Block, a: Block): void =>
      kernels.scale(out.offset, out.stride, a.offset, a.stride, 0.75, a.rows, a.columns);
    const clamp = (out: Block, a: Block): void =>
      kernels.clamp(out.offset, out.stride, a.offset, a.stride, -0.25, 0.5, a.rows, a.columns);
    const fill = (out: Block): void => kernels.fill(out.offset, out.stride, -0.125, out.rows, out.columns);
    const clamped = (a: number): number => Math.min(Math.max(a, -0.25), 0.5);
    for (const shape of shapes)
      for (let columns = 0; columns <= MOST; columns++) {
        checkUnary(scale, (a) => 0.75 * a, 0, { ...shape, columns }, content);
        checkUnary(clamp, clamped, 0, { ...shape, columns }, content);
        checkUnary(fill, () => -0.125, 0, { ...shape, columns }, content);
      }
    const edges = { rows: 1, columns: EDGES.length, gap: 0, inPlace: false };
    checkUnary(
      scale,
      (a) => 0.75 * a,
      0,
      edges,
      (_i, j) => EDGES[j]!,
    );
    checkUnary(clamp, clamped, 0, edges, (_i, j) => EDGES[j]!);
  });

  test('limits are exact: e⁻∞ = 0, tanh keeps the sign of zero, and NaN stays', () => {
    const infinity = Number.POSITIVE_INFINITY;
    const limits = {
      exp: [
        [-infinity, 0],
        [infinity, infinity],
        [0, 1],
        [-0, 1],
        [-200, 0],
        [Number.NaN, Number.NaN],
      ],
      sigmoid: [
        [-infinity, 0],
        [infinity, 1],
        [0, 0.5],
        [-0, 0.5],
        [50, 1],
        [Number.NaN, Number.NaN],
      ],
      tanh: [
        [-infinity, -1],
        [infinity, 1],
        [0, 0],
        [-0, -0],
        [-40, -1],
        [Number.NaN, Number.NaN],
      ],
      softplus: [
        [-infinity, 0],
        [infinity, infinity],
        [200, 200],
        [Number.NaN, Number.NaN],
      ],
    };
    for (const name of ['exp', 'sigmoid', 'tanh', 'softplus'] as const) {
      const pairs = limits[name].filter(([a]) => backend.dtype === 'float32' || Math.abs(a!) !== 200);
      sandbox.clear();
      const out = sandbox.block(1, pairs.length, pairs.length, (_i, j) => pairs[j]![0]!);
      kernels[name](out.offset, out.stride, out.offset, out.stride, 1, pairs.length);
      sandbox.expect(out, (_i, j) => pairs[j]![1]!);
    }
  });
});
