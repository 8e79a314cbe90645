import { describe, expect, test } from 'vitest';
import { Dense, tensor } from '../../src/index.ts';
import { referenceBackend } from '../../src/kernels/reference/index.ts';
import type { Matrix } from '../../src/matrix/matrix.ts';
import { ownedMatrix } from '../../src/matrix/owned.ts';
import { Parameter } from '../../src/matrix/parameter.ts';
import { collected } from '../collected.ts';

test('memory is freed when its matrix is collected, and kept while it is reachable', async () => {
  const backend = referenceBackend('float64');
  const matrix = ownedMatrix(backend, 2, 3);
  matrix.write([1, 2, 3, 4, 5, 6]);
  const { used } = backend.heap;
  (() => {
    ownedMatrix(backend, 40, 50);
    new Parameter(backend, [30, 30], new Float64Array(900)).clearGradient();
  })();
  expect(backend.heap.used).toBeGreaterThan(used + 2800);
  await collected(() => backend.heap.used === used);
  expect(backend.heap.used).toBe(used);
  expect(Array.from(matrix.read())).toEqual([1, 2, 3, 4, 5, 6]);
});

describe('a view that outlives its parameter keeps its memory', () => {
  const views: [string, (parameter: Parameter) => Pick<Matrix, 'offset'>][] = [
    ['the value', ({ value }) => value],
    ['the gradient', ({ gradient }) => gradient],
    ['rows of rows', ({ value }) => value.rowsFrom(1, 2).rowsFrom(1, 1)],
    ['columns', ({ value }) => value.columnsFrom(1, 2)],
    ['the transpose', ({ value }) => value.T],
  ];
  test.each(views)('%s', async (_, viewOf) => {
    const backend = referenceBackend('float64');
    const held = [viewOf(new Parameter(backend, [4, 4], new Float64Array(16)))];
    await collected(() => backend.heap.used === 0);
    expect(backend.heap.used).toBe(16);
    const { offset } = held[0]!;
    expect(new Parameter(backend, [4, 4], new Float64Array(16)).value.offset).not.toBe(offset);
    held.pop();
    await collected(() => backend.heap.used === 0);
    expect(backend.heap.used).toBe(0);
  });
});

describe('release', () => {
  const overdue = 'Matrix: its memory has been released, expected no use of a model after that';

  test('frees the memory immediately, and only once', async () => {
    const backend = referenceBackend('float64');
    const parameter = new Parameter(backend, [4, 4], new Float64Array(16));
    const { value, gradient } = parameter;
    parameter.release();
    expect(backend.heap.used).toBe(0);
    const next = new Parameter(backend, [8, 4], new Float64Array(32));
    parameter.release();
    expect(backend.heap.used).toBe(32);
    for (const use of [
      () => value.read(),
      () => value.write([1]),
      () => gradient.read(),
      () => value.rowsFrom(0, 1),
      () => value.T.offset,
      () => parameter.read(),
      () => parameter.readGradient(),
      () => parameter.clearGradient(),
      () => parameter.write(new Float64Array(16)),
    ])
      expect(use).toThrow(overdue);
    // The collector must not free it again, since another matrix may use it by now.
    await collected(() => backend.heap.used === 0);
    expect(next.read()).toEqual(new Float64Array(32));
    expect(backend.heap.used).toBe(32);
  });

  test('creates no gradient afterwards', () => {
    const backend = referenceBackend('float64');
    const parameter = new Parameter(backend, [4, 4], new Float64Array(16));
    parameter.release();
    expect(() => parameter.readGradient()).toThrow(overdue);
    expect(backend.heap.used).toBe(0);
  });

  test('models made in a synchronous loop do not grow the heap', () => {
    const backend = referenceBackend('float64');
    let used = 0;
    for (let i = 0; i < 20; i++) {
      const dense = new Dense({ inputSize: 30, outputSize: 30, backend });
      dense.forward(tensor([Array(30).fill(1)])).backward(tensor([Array(30).fill(1)]));
      dense.release();
      if (i === 0) used = backend.heap.used;
      expect(backend.heap.used).toBe(used);
      expect(() => dense.infer(tensor([Array(30).fill(1)]))).toThrow(overdue);
    }
  });
});
