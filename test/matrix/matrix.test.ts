import { describe, expect, test } from 'vitest';
import { float32, float64 } from '../../src/index.ts';
import { Matrix } from '../../src/matrix/matrix.ts';
import { ownedMatrix } from '../../src/matrix/owned.ts';

describe.each([float64(), float32()])('$name', (backend) => {
  /** 3×4 with the numbers 0 to 11. */
  const counting = () => {
    const matrix = ownedMatrix(backend, 3, 4);
    matrix.write(Array.from({ length: 12 }, (_, i) => i));
    return matrix;
  };

  test('reads what was written, as a copy', () => {
    const matrix = counting();
    const read = matrix.read();
    expect(Array.from(read)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    read[0] = 99;
    expect(matrix.read()[0]).toBe(0);
  });

  test('views of rows and columns share memory', () => {
    const matrix = counting();
    const view = matrix.rowsFrom(1, 2).columnsFrom(2, 2);
    expect([view.rows, view.columns, view.stride]).toEqual([2, 2, 4]);
    expect(Array.from(view.read())).toEqual([6, 7, 10, 11]);
    view.write([-1, -2, -3, -4]);
    expect(Array.from(matrix.read())).toEqual([0, 1, 2, 3, 4, 5, -1, -2, 8, 9, -3, -4]);
  });

  test('advance moves a view by its stride, also backwards', () => {
    const view = counting().columnsFrom(1, 2).rowsFrom(0, 1);
    view.advance(2);
    expect(Array.from(view.read())).toEqual([9, 10]);
    view.advance(-1);
    expect(Array.from(view.read())).toEqual([5, 6]);
  });

  test('the transpose exchanges sizes and strides', () => {
    const matrix = counting().columnsFrom(1, 2);
    expect(matrix.T).toEqual({
      backend,
      offset: matrix.offset,
      owner: matrix.owner,
      rows: 2,
      columns: 3,
      rowStride: 1,
      columnStride: 4,
    });
    expect([matrix.rowStride, matrix.columnStride]).toEqual([4, 1]);
  });

  test('stays valid when the heap grows', () => {
    const matrix = counting();
    const before = backend.heap.values;
    const large = backend.heap.allocate(before.length);
    expect(backend.heap.values === before).toBe(false);
    expect(Array.from(matrix.read())).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    backend.heap.free(large);
  });

  test('has contiguous rows by default', () =>
    expect([new Matrix(backend, 0, 2, 3).stride, new Matrix(backend, 0, 2, 3, 7).stride]).toEqual([3, 7]));
});
