/** What operations add to kernels: addresses, and checks of shapes. Other tests cover the kernels. */
import { afterAll, describe, expect, test } from 'vitest';
import { Dense, float64 } from '../../src/index.ts';
import { borrowArena, returnArena } from '../../src/matrix/arena.ts';
import type { Matrix } from '../../src/matrix/matrix.ts';
import * as exported from '../../src/matrix/operations.ts';
import { Packed } from '../../src/matrix/packed.ts';

const operations = { ...exported };
const arena = borrowArena(float64());
afterAll(() => returnArena(arena));

/** A view within a larger matrix, whose other elements must not change. */
function matrix(values: readonly (readonly number[])[]): Matrix {
  const [rows, columns] = [values.length, values[0]!.length];
  const around = arena.matrix(rows + 2, columns + 3);
  operations.fill(around, 1e9);
  const view = around.rowsFrom(1, rows).columnsFrom(2, columns);
  view.write(values.flat());
  return view;
}

const read = (of: Matrix): number[][] =>
  Array.from({ length: of.rows }, (_, i) => Array.from(of.rowsFrom(i, 1).read()));

const sigma = (x: number) => 1 / (1 + Math.exp(-x));
const a = [
  [0.5, -1, 2],
  [0, 3, -0.25],
];
const b = [
  [1, 0.5, -2],
  [4, -1, 0.125],
];

describe('of one matrix', () => {
  test.each<[keyof typeof operations, (x: number) => number]>([
    ['copy', (x) => x],
    ['exp', Math.exp],
    ['sigmoid', sigma],
    ['tanh', Math.tanh],
    ['relu', (x) => Math.max(x, 0)],
    ['softplus', (x) => Math.log(1 + Math.exp(x))],
  ])('%s', (name, f) => {
    const operation = operations[name] as (out: Matrix, a: Matrix) => void;
    const out = matrix([
      [9, 9, 9],
      [9, 9, 9],
    ]);
    operation(out, matrix(a));
    read(out).forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(f(a[i]![j]!), 14);
      });
    });
    expect(() => operation(out, matrix([[1]]))).toThrow(
      new RangeError(`${name}: a has shape [1, 1], expected [2, 3], the shape of out`),
    );
  });

  test.each(['softmax', 'logSoftmax'] as const)('%s works row by row', (name) => {
    const out = matrix([
      [9, 9, 9],
      [9, 9, 9],
    ]);
    operations[name](out, matrix(a));
    read(out).forEach((row, i) => {
      const sum = a[i]!.reduce((total, x) => total + Math.exp(x), 0);
      row.forEach((value, j) => {
        const want = Math.exp(a[i]![j]!) / sum;
        expect(value).toBeCloseTo(name === 'softmax' ? want : Math.log(want), 14);
      });
    });
  });

  test('fill, scale, transpose', () => {
    const out = matrix(a);
    operations.fill(out, 7);
    expect(read(out)).toEqual([
      [7, 7, 7],
      [7, 7, 7],
    ]);
    operations.scale(out, matrix(a), -2);
    expect(read(out)).toEqual(a.map((row) => row.map((x) => -2 * x)));
    const turned = matrix([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    operations.transpose(turned, matrix(a));
    expect(read(turned)).toEqual([
      [0.5, 0],
      [-1, 3],
      [2, -0.25],
    ]);
    expect(() => operations.transpose(out, matrix(a))).toThrow(
      new RangeError('transpose: a has shape [2, 3], expected [3, 2]'),
    );
    expect(() => operations.scale(turned, matrix(a), 1)).toThrow(
      new RangeError('scale: a has shape [2, 3], expected [3, 2], the shape of out'),
    );
  });
});

describe('of two matrices', () => {
  test.each<[keyof typeof operations, (x: number, y: number) => number]>([
    ['add', (x, y) => x + y],
    ['sub', (x, y) => x - y],
    ['mul', (x, y) => x * y],
    ['mulAdd', (x, y) => 10 + x * y],
    ['sigmoidBackward', (y, dy) => dy * y * (1 - y)],
    ['tanhBackward', (y, dy) => dy * (1 - y * y)],
    ['reluBackward', (y, dy) => (y > 0 ? dy : 0)],
  ])('%s', (name, f) => {
    const operation = operations[name] as (out: Matrix, a: Matrix, b: Matrix) => void;
    const out = matrix([
      [10, 10, 10],
      [10, 10, 10],
    ]);
    operation(out, matrix(a), matrix(b));
    read(out).forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(f(a[i]![j]!, b[i]![j]!), 14);
      });
    });
    expect(() => operation(out, matrix([[1]]), matrix(b))).toThrow(`${name}: a has shape [1, 1]`);
    expect(() => operation(out, matrix(a), matrix([[1]]))).toThrow(`${name}: b has shape [1, 1]`);
  });
});

describe('rows', () => {
  test('addRow and addColumnSums', () => {
    const out = matrix(a);
    operations.addRow(out, matrix([[1, 2, 3]]));
    expect(read(out)).toEqual([
      [1.5, 1, 5],
      [1, 5, 2.75],
    ]);
    const sums = matrix([[100, 100, 100]]);
    operations.addColumnSums(sums, out);
    expect(read(sums)).toEqual([[102.5, 106, 107.75]]);
    expect(() => operations.addRow(out, matrix([[1, 2]]))).toThrow(
      new RangeError('addRow: row has shape [1, 2], expected [1, 3]'),
    );
    expect(() => operations.addColumnSums(matrix(a), out)).toThrow(
      new RangeError('addColumnSums: out has shape [2, 3], expected [1, 3]'),
    );
  });

  test('normalize and normalizeBackward', () => {
    const column = () => matrix([[0], [0]]);
    const [y, dx] = [matrix(a), matrix(a)];
    const inverseDeviation = column();
    operations.normalize(y, inverseDeviation, y, 0.5);
    operations.normalizeBackward(dx, y, inverseDeviation, matrix(b));
    const mean = (row: readonly number[]) => row.reduce((sum, x) => sum + x, 0) / row.length;
    a.forEach((row, i) => {
      const centred = row.map((x) => x - mean(row));
      const d = 1 / Math.sqrt(mean(centred.map((x) => x ** 2)) + 0.5);
      const normal = centred.map((x) => x * d);
      const dy = b[i]!;
      const slope = mean(dy.map((value, j) => value * normal[j]!));
      expect(read(inverseDeviation)[i]![0]).toBeCloseTo(d, 14);
      normal.forEach((value, j) => {
        expect(read(y)[i]![j]).toBeCloseTo(value, 14);
        expect(read(dx)[i]![j]).toBeCloseTo(d * (dy[j]! - mean(dy) - value * slope), 14);
      });
    });
    expect(() => operations.normalize(y, matrix([[1, 2]]), y, 1)).toThrow(
      new RangeError('normalize: inverseDeviation has shape [1, 2], expected [2, 1]'),
    );
    expect(() => operations.normalize(y, column(), matrix([[1]]), 1)).toThrow(
      new RangeError('normalize: a has shape [1, 1], expected [2, 3], the shape of out'),
    );
    expect(() => operations.normalizeBackward(dx, y, matrix([[1]]), dx)).toThrow(
      new RangeError('normalizeBackward: inverseDeviation has shape [1, 1], expected [2, 1]'),
    );
    expect(() => operations.normalizeBackward(dx, matrix([[1]]), column(), dx)).toThrow(
      new RangeError('normalizeBackward: y has shape [1, 1], expected [2, 3], the shape of out'),
    );
    expect(() => operations.normalizeBackward(dx, y, column(), matrix([[1]]))).toThrow(
      new RangeError('normalizeBackward: dy has shape [1, 1], expected [2, 3], the shape of out'),
    );
  });

  test('gather and scatterAdd skip an index of −1', () => {
    const out = matrix([
      [9, 9, 9],
      [9, 9, 9],
      [9, 9, 9],
    ]);
    operations.gather(out, matrix(a), matrix([[1, -1, 0]]));
    expect(read(out)).toEqual([a[1], [0, 0, 0], a[0]]);
    const table = matrix([
      [0, 0, 0],
      [1, 1, 1],
    ]);
    operations.scatterAdd(table, matrix([...a, a[0]!]), matrix([[1, -1, 1]]));
    expect(read(table)).toEqual([
      [0, 0, 0],
      [2, -1, 5],
    ]);
    const sums = matrix([[0, 0, 0]]);
    // The third row and its index are not part of the views.
    operations.scatterAdd(sums, matrix([...a, a[0]!]).rowsFrom(0, 2), matrix([[0, -1, 0]]).columnsFrom(0, 2));
    expect(read(sums)).toEqual([a[0]]);
    expect(() => operations.gather(out, matrix(a), matrix([[1]]))).toThrow(
      new RangeError('gather: indices has shape [1, 1], expected [1, 3]'),
    );
    expect(() => operations.scatterAdd(table, matrix(a), matrix([[1]]))).toThrow(
      new RangeError('scatterAdd: indices has shape [1, 1], expected [1, 2]'),
    );
    expect(() => operations.gather(out, matrix([[1]]), matrix([[0, 0, 0]]))).toThrow(
      new RangeError('gather: table has 1 columns, expected 3'),
    );
    expect(() => operations.scatterAdd(matrix([[1]]), matrix(a), matrix([[0, 0]]))).toThrow(
      new RangeError('scatterAdd: table has 1 columns, expected 3'),
    );
  });
});

describe('products', () => {
  const c = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  const ac = [
    [0.5 - 3 + 10, 1 - 4 + 12],
    [9 - 1.25, 12 - 1.5],
  ];

  test.each(['unpacked', 'packed'])('take a right factor that is %s', (how) => {
    const right = how === 'packed' ? new Packed(arena, matrix(c)) : matrix(c);
    const out = matrix([
      [9, 9],
      [9, 9],
    ]);
    operations.product(out, matrix(a), right);
    expect(read(out)).toEqual(ac);
    operations.addProduct(out, matrix(a), right);
    expect(read(out)).toEqual(ac.map((row) => row.map((x) => 2 * x)));
  });

  test('accept transposes', () => {
    const out = matrix([
      [9, 9],
      [9, 9],
    ]);
    const turned = (of: number[][]) => of[0]!.map((_, j) => of.map((row) => row[j]!));
    operations.product(out, matrix(turned(a)).T, matrix(turned(c)).T);
    expect(read(out)).toEqual(ac);
    operations.product(out, matrix(a), new Packed(arena, matrix(turned(c)).T));
    expect(read(out)).toEqual(ac);
  });

  test('refuse shapes that do not fit', () => {
    const out = matrix([
      [9, 9],
      [9, 9],
    ]);
    expect(() => operations.product(out, matrix(a), matrix(b))).toThrow(
      new RangeError('product: a · b is [2, 3] · [2, 3], expected a product of shape [2, 2]'),
    );
    expect(() => operations.addProduct(out, matrix(c), matrix(a))).toThrow(
      new RangeError('addProduct: a · b is [3, 2] · [2, 3], expected a product of shape [2, 2]'),
    );
  });
});

test('leave the memory around an output unchanged', () => {
  const around = arena.matrix(4, 6);
  operations.fill(around, 5);
  operations.fill(around.rowsFrom(1, 2).columnsFrom(2, 3), 0);
  expect(read(around)).toEqual([
    [5, 5, 5, 5, 5, 5],
    [5, 5, 0, 0, 0, 5],
    [5, 5, 0, 0, 0, 5],
    [5, 5, 5, 5, 5, 5],
  ]);
});

test('clamp', () => {
  const out = matrix(a);
  operations.clamp(out, out, -0.5, 1);
  expect(read(out)).toEqual([
    [0.5, -0.5, 1],
    [0, 1, -0.25],
  ]);
  expect(() => operations.clamp(out, matrix([[1]]), 0, 1)).toThrow(
    new RangeError('clamp: a has shape [1, 1], expected [2, 3], the shape of out'),
  );
});

test('single rows: fillRow, addRowOf', () => {
  const out = matrix(a);
  operations.addRowOf(out, matrix(b), 1);
  expect(read(out)).toEqual([a[0], [4, 2, -0.125]]);
  operations.fillRow(out, 0, 7);
  expect(read(out)).toEqual([
    [7, 7, 7],
    [4, 2, -0.125],
  ]);
  expect(() => operations.addRowOf(out, matrix([[1]]), 0)).toThrow(
    new RangeError('addRowOf: a has shape [1, 1], expected [2, 3], the shape of out'),
  );
});

test('reductions: sumOfSquares, maximumMagnitude', () => {
  expect(operations.sumOfSquares(matrix(a))).toBe(0.25 + 1 + 4 + 9 + 0.0625);
  expect(operations.maximumMagnitude(matrix(b))).toBe(4);
});

describe('updates', () => {
  const without = (values: number[]) => {
    const whole = arena.matrix(2, 2);
    whole.write(values);
    return whole;
  };

  test('sgd has momentum and decay', () => {
    const [w, velocity] = [without([1, 2, 3, 4]), without([0, 1, 0, 1])];
    const constants = { rate: 0.5, momentum: 0.5, nesterov: false, decay: 1 };
    operations.sgd(w, without([1, 1, 1, 1]), velocity, constants);
    expect(read(velocity)).toEqual([
      [2, 3.5],
      [4, 5.5],
    ]);
    expect(read(w)).toEqual([
      [0, 0.25],
      [1, 1.25],
    ]);
  });

  test('refuse matrices that do not fit', () => {
    const w = without([1, 2, 3, 4]);
    const constants = { rate: 1, epsilon: 0, decay: 0 };
    expect(() => operations.adagrad(w, w, matrix([[1]]), constants)).toThrow(
      new RangeError('adagrad: square has shape [1, 1], expected [2, 2], the shape of w'),
    );
    const apart = matrix([
      [1, 2],
      [3, 4],
    ]);
    expect(() => operations.adagrad(w, apart, w, constants)).toThrow(
      new RangeError('adagrad: g has rows 5 apart, expected [2, 2] without gaps'),
    );
  });
});

test('operations refuse values other than matrices and numbers by name', () => {
  const { value } = new Dense({ inputSize: 1, outputSize: 1 }).weight;
  const { add, fill, gather, product, scale } = exported;
  for (const [act, message] of [
    [() => add(value, undefined as never, value), 'add: a is undefined, expected a Matrix'],
    [() => add(null as never, value, value), 'add: out is null, expected a Matrix'],
    [() => add(1 as never, 2 as never, 3 as never), 'add: out is 1, expected a Matrix'],
    [() => product(value, value, {} as never), 'product: b is an object, expected a Matrix'],
    [() => gather(value, value, undefined as never), 'gather: indices is undefined, expected a Matrix'],
    [() => fill(value, '1' as never), 'fill: value is "1", expected a number'],
    [() => scale(value, value, 1n as never), 'scale: factor is 1n, expected a number'],
  ] as const)
    expect(act).toThrow(new TypeError(message));
});
