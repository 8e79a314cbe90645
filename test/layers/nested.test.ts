import { describe, expect, test } from 'vitest';
import { float64, indices, tensor } from '../../src/index.ts';
import {
  allSteps,
  distinctSequences,
  featureSequences,
  indexSequences,
  nested,
} from '../../src/layers/nested.ts';
import { withArena } from '../../src/matrix/arena.ts';

const words = indices([
  [
    [1, 2],
    [3, -1],
    [1, 2],
  ],
  [
    [3, -1],
    [0, 0],
    [4, 4],
  ],
]);
const ends = [3, 1];

describe('the sequences of indices', () => {
  const found = (distinct: boolean) => distinctSequences('test', 'words', words, ends, 5, distinct);

  test('are each found once', () =>
    expect(found(true)).toEqual({
      rows: [0, 1],
      lengths: [2, 1],
      places: Int32Array.of(0, 1, 1, -1, 0, -1),
    }));

  test('are all found if equal ones differ', () =>
    expect(found(false)).toEqual({
      rows: [0, 1, 2, 3],
      lengths: [2, 1, 2, 1],
      places: Int32Array.of(0, 3, 1, -1, 2, -1),
    }));

  test.each([-2, 5])('have no index %d', (index) => {
    const wrong = { data: Int32Array.of(0, index), shape: [1, 1, 2] };
    expect(() => distinctSequences('test', 'words', wrong, [1], 5, true)).toThrow(
      new RangeError(
        `test: words[0, 0, 1] is ${index}, expected an index from 0 to 4 (classes is 5), or −1 after the end`,
      ),
    );
  });

  test('become a batch, −1 beyond each end', () =>
    withArena(float64(), (arena) => {
      // Earlier contents of the arena must not show.
      arena.scope(() => arena.matrix(1, 64).write(new Array(64).fill(7)));
      const { indices: row, ...signal } = indexSequences(arena, words, found(true), 5) as never as {
        indices: { read(): Float64Array };
      };
      expect(signal).toEqual({ kind: 'oneHot', batch: 2, time: 2, timed: true, width: 5, lengths: [2, 1] });
      expect([...row.read()]).toEqual([1, 3, 2, -1]);
    }));

  test('have no lengths if all are full', () =>
    withArena(float64(), (arena) => {
      const full = indices([[[1, 2]], [[4, 4]]]);
      const { lengths, batch } = indexSequences(
        arena,
        full,
        distinctSequences('test', 'words', full, [1, 1], 5, true),
        5,
      );
      expect([lengths, batch]).toEqual([undefined, 2]);
    }));

  test('are one empty sequence if there is none', () =>
    withArena(float64(), (arena) => {
      arena.scope(() => arena.matrix(1, 64).write(new Array(64).fill(7)));
      const none = distinctSequences('test', 'words', words, [0, 0], 5, true);
      expect(none).toEqual({ rows: [], lengths: [], places: new Int32Array(6).fill(-1) });
      const signal = indexSequences(arena, words, none, 5);
      expect([signal.batch, signal.lengths]).toEqual([1, [0]]);
      if (signal.kind === 'oneHot') expect([...signal.indices.read()]).toEqual([-1, -1]);
      expect(signal.kind).toBe('oneHot');
    }));
});

describe('the sequences of features', () => {
  test('are those of all valid steps', () =>
    expect(allSteps(2, 3, 4, [3, 1])).toEqual({
      rows: [0, 1, 2, 3],
      lengths: [4, 4, 4, 4],
      places: Int32Array.of(0, 3, 1, -1, 2, -1),
    }));

  test('become a batch', () =>
    withArena(float64(), (arena) => {
      const input = tensor(
        Array.from({ length: 12 }, (_, i) => i),
        [1, 3, 2, 2],
      );
      const signal = featureSequences(arena, input, allSteps(1, 3, 2, [2]));
      expect([signal.batch, signal.time, signal.width, signal.lengths]).toEqual([2, 2, 2, undefined]);
      if (signal.kind === 'dense') expect([...signal.values.read()]).toEqual([0, 1, 4, 5, 2, 3, 6, 7]);
      expect(signal.kind).toBe('dense');
    }));
});

test('only the input of a model has sequences', () => {
  const signal = { sequences: {} } as never;
  expect(nested(signal)).toBe(signal);
  expect(() => nested({} as never)).toThrow(
    new RangeError(
      'EachStep: its input comes from another layer, expected the input of a model: a sequence at each step',
    ),
  );
});
