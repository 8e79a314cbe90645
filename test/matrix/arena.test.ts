import { describe, expect, test } from 'vitest';
import { referenceBackend } from '../../src/kernels/reference/index.ts';
import { Arena, borrowArena, returnArena, withArena } from '../../src/matrix/arena.ts';
import type { Matrix } from '../../src/matrix/matrix.ts';

/** A new backend, whose heap is used by the test alone. */
const fresh = () => referenceBackend('float64');

const overlap = (a: Matrix, b: Matrix) =>
  a.offset < b.offset + b.rows * b.columns && b.offset < a.offset + a.rows * a.columns;

describe('Arena', () => {
  test('gives matrices that do not overlap, with any contents', () => {
    const arena = new Arena(fresh());
    for (let pass = 0; pass < 3; pass++) {
      const taken = [1, 5, 16, 17, 100].map((columns) => arena.matrix(pass + 1, columns));
      taken.forEach((a, i) => {
        for (const b of taken.slice(0, i)) expect(overlap(a, b)).toBe(false);
      });
      arena.reset();
    }
  });

  test('zeros clears used memory', () => {
    const arena = new Arena(fresh());
    arena.matrix(2, 3).write([1, 2, 3, 4, 5, 6]);
    arena.reset();
    expect(Array.from(arena.zeros(2, 3).read())).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('starts every matrix on a cache line', () => {
    const arena = new Arena(fresh());
    arena.matrix(1, 3);
    expect(arena.matrix(1, 3).offset % 16).toBe(0);
  });

  test('allocates nothing more after the largest pass', () => {
    const backend = fresh();
    const arena = new Arena(backend);
    const pass = () => {
      for (const columns of [10, 200, 3000]) arena.matrix(2, columns);
      arena.reset();
    };
    pass();
    const { used } = backend.heap;
    for (let i = 0; i < 5; i++) pass();
    expect(backend.heap.used).toBe(used);
  });

  test('a scope returns its memory, also if it throws', () => {
    const arena = new Arena(fresh());
    arena.matrix(4, 100);
    arena.reset();
    const before = arena.matrix(1, 16).offset;
    expect(arena.scope(() => arena.matrix(1, 16).offset)).toBe(before + 16);
    expect(() =>
      arena.scope(() => {
        arena.matrix(1, 32);
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(arena.matrix(1, 16).offset).toBe(before + 16);
  });

  test('is empty if its chunks cannot be joined', () => {
    const backend = fresh();
    const arena = new Arena(backend);
    arena.matrix(1, 100);
    arena.matrix(1, 100);
    const { allocate } = backend.heap;
    backend.heap.allocate = () => {
      throw new RangeError('full');
    };
    expect(() => arena.reset()).toThrow('full');
    backend.heap.allocate = allocate;
    expect(backend.heap.used).toBe(0);
    arena.reset();
    const other = backend.heap.allocate(100);
    expect(arena.matrix(1, 100).offset).not.toBe(other);
  });
});

describe('borrowing', () => {
  test('a used arena is not lent again, and a returned one is', () => {
    const backend = fresh();
    const [a, b] = [borrowArena(backend), borrowArena(backend)];
    expect(a).not.toBe(b);
    returnArena(a);
    expect(borrowArena(backend)).toBe(a);
    expect(borrowArena(fresh())).not.toBe(b);
  });

  test('withArena returns the arena, also if the work throws', () => {
    const backend = fresh();
    let lent: Arena | undefined;
    expect(() =>
      withArena(backend, (arena) => {
        lent = arena;
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(withArena(backend, (arena) => arena)).toBe(lent);
  });
});
