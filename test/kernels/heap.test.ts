/** The heap, on both kinds of storage: blocks never overlap, freed neighbours join, and growth keeps contents. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Heap, type Storage } from '../../src/kernels/heap.ts';
import { ArrayStorage } from '../../src/kernels/reference/storage.ts';
import { MemoryStorage } from '../../src/kernels/simd/memory.ts';

const storages: [string, () => Storage][] = [
  ['float64 array', () => new ArrayStorage('float64')],
  ['float32 array', () => new ArrayStorage('float32')],
  ['WebAssembly memory', () => new MemoryStorage(1000)],
];

describe.each(storages)('%s', (_name, storage) => {
  test('blocks are aligned, apart, above the base, and counted', () => {
    const { base } = storage();
    const heap = new Heap(storage());
    const offsets = [0, 1, 16, 17].map((length) => heap.allocate(length));
    expect(offsets[0]).toBeGreaterThanOrEqual(base);
    expect(offsets.map((offset) => offset % 16)).toEqual([0, 0, 0, 0]);
    expect(offsets.map((offset) => offset - offsets[0]!)).toEqual([0, 16, 32, 48]);
    expect(heap.used).toBe(16 + 16 + 16 + 32);
    heap.free(offsets[2]!);
    expect(heap.used).toBe(64);
  });

  test('freed neighbours join in any order, and are reused before the heap grows', () => {
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [2, 1, 0],
    ]) {
      const heap = new Heap(storage());
      const offsets = [16, 32, 48, 16].map((length) => heap.allocate(length));
      for (const index of order) heap.free(offsets[index]!);
      expect(heap.allocate(96)).toBe(offsets[0]);
    }
  });

  test('growing keeps the contents', () => {
    const heap = new Heap(storage());
    const first = heap.allocate(100);
    heap.values.fill(7, first, first + 100);
    const second = heap.allocate(1_000_000);
    heap.values.fill(9, second, second + 1_000_000);
    expect(Array.from(heap.values.subarray(first, first + 100))).toEqual(Array(100).fill(7));
    expect(heap.values[second + 999_999]).toBe(9);
  });

  test('only a block in use can be freed, and only once', () => {
    const heap = new Heap(storage());
    const offset = heap.allocate(32);
    const refusal = (at: number): RangeError =>
      new RangeError(`Heap.free: offset is ${at}, expected the offset of a block in use`);
    expect(() => heap.free(offset + 16)).toThrow(refusal(offset + 16));
    heap.free(offset);
    expect(() => heap.free(offset)).toThrow(refusal(offset));
  });

  test('memory that the engine refuses is a RangeError with the requested size, and changes nothing', () => {
    const heap = new Heap(storage());
    const offset = heap.allocate(2 ** 18);
    heap.values[offset] = 5;
    const bytes = heap.values.BYTES_PER_ELEMENT;
    const message =
      `Heap.allocate: length asks for ${(2 ** 30 * bytes).toFixed(1)} MiB while ${(bytes / 4).toFixed(1)} MiB ` +
      'are in use, expected no more than the engine has left; models and passes give theirs back at once with ' +
      'release() or `using`, and else when the program next awaits after they were collected';
    expect(() => heap.allocate(2 ** 50)).toThrow(expect.objectContaining({ name: 'RangeError', message }));
    expect(heap.used).toBe(2 ** 18);
    expect(heap.values[offset]).toBe(5);
    const next = heap.allocate(16);
    expect(next).toBe(offset + 2 ** 18);
    heap.values[next + 15] = 6;
    expect(heap.values[next + 15]).toBe(6);
  });

  test.each([Number.NaN, 1.5, -1, Number.POSITIVE_INFINITY, undefined])(
    'a length of %s is refused, and changes nothing',
    (length) => {
      const heap = new Heap(storage());
      const first = heap.allocate(16);
      expect(() => heap.allocate(length as number)).toThrow(
        `Heap.allocate: length is ${length}, expected a whole number of at least 0`,
      );
      expect(heap.used).toBe(16);
      expect(heap.allocate(16)).toBe(first + 16);
    },
  );

  test('any sequence of allocations and frees agrees with a simple model', () => {
    const step = fc.oneof(fc.record({ allocate: fc.nat(3000) }), fc.record({ free: fc.nat(50) }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const heap = new Heap(storage());
        const model: { offset: number; length: number; mark: number }[] = [];
        let mark = 0;
        for (const action of steps) {
          if ('allocate' in action) {
            const length = action.allocate;
            const offset = heap.allocate(length);
            mark += 1;
            heap.values.fill(mark, offset, offset + length);
            model.push({ offset, length, mark });
          } else if (model.length > 0) {
            const [block] = model.splice(action.free % model.length, 1);
            heap.free(block!.offset);
          }
          for (const { offset, length, mark } of model)
            for (const i of [0, length >> 1, length - 1])
              if (i >= 0 && i < length) expect(heap.values[offset + i]).toBe(mark);
        }
        for (const { offset, length, mark } of model)
          expect(heap.values.subarray(offset, offset + length).every((value) => value === mark)).toBe(true);
        for (const { offset } of model) heap.free(offset);
        expect(heap.used).toBe(0);
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});

test('a WebAssembly memory grows by only what is needed if the engine refuses twice as much', () => {
  const storage = new MemoryStorage(10 * 16384);
  const { memory } = storage;
  const asked: number[] = [];
  const grow = memory.grow.bind(memory);
  memory.grow = (pages) => {
    asked.push(pages);
    if (pages > 5) throw new RangeError('refused');
    return grow(pages);
  };
  storage.grow(11 * 16384 + 1);
  expect(asked).toEqual([11, 1]);
  // Minus one vector, which no block uses.
  expect(storage.values.length).toBe(12 * 16384 - 4);
});
