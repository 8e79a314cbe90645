/** Which rows a convolution multiplies; its results are tested in small.test.ts. */
import { describe, expect, test } from 'vitest';
import { float64 } from '../../src/index.ts';
import {
  type Filters,
  mirroredRows,
  outputSteps,
  paddedInput,
  tapsOf,
  windowsOf,
} from '../../src/layers/conv1d-rows.ts';
import { type Arena, withArena } from '../../src/matrix/arena.ts';
import type { Matrix } from '../../src/matrix/matrix.ts';
import type { DenseSignal } from '../../src/signal/signal.ts';

const backend = float64();
const filters = (options: Partial<Filters> = {}): Filters => ({
  kernelSize: 3,
  dilation: 1,
  stride: 2,
  padding: 'valid',
  paddingMode: 'zeros',
  ...options,
});

/** The numbers 0, 1, … */
function counted(arena: Arena, rows: number, columns = 1): Matrix {
  const matrix = arena.matrix(rows, columns);
  matrix.write(Array.from({ length: rows * columns }, (_, i) => i));
  return matrix;
}

function signal(values: Matrix, batch: number, lengths?: readonly number[]): DenseSignal {
  const { rows, columns: width } = values;
  return { kind: 'dense', batch, time: rows / batch, timed: true, width, lengths, values };
}

describe('the windows of one signal', () => {
  const windows = (options: Partial<Filters>, rows: number, time: number, batch = 1, columns = 1) =>
    withArena(backend, (arena) => {
      const x = counted(arena, rows * batch, columns).columnsFrom(0, 1);
      const output = { batch, time } as DenseSignal;
      const found = windowsOf(filters(options), x, output);
      return found && { read: [...found.read()], start: found.offset - x.offset };
    });
  const overlapping = { read: [0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8], start: 0 };

  test('are one view, up to the last step', () => expect(windows({}, 9, 4)).toEqual(overlapping));

  test('start in mirrored steps', () =>
    expect(windows({ padding: [1, 0], paddingMode: 'reflect' }, 9, 4)).toEqual(overlapping));

  test('may be followed by zeros that none of them reaches', () =>
    expect(windows({ padding: [0, 1] }, 9, 4)).toEqual(overlapping));

  test.each<[string, () => unknown]>([
    ['that reach beyond the end', () => windows({ padding: [0, 2] }, 9, 5)],
    ['that start in zeros', () => windows({ padding: [1, 0] }, 9, 4)],
    ['of successive steps', () => windows({ stride: 1 }, 9, 7)],
    ['with gaps', () => windows({ dilation: 2 }, 9, 3)],
    ['of a batch', () => windows({}, 9, 4, 2)],
    ['of one feature among others', () => windows({}, 9, 4, 1, 2)],
  ])('%s are not a view', (_, found) => expect(found()).toBeUndefined());
});

describe('the taps', () => {
  const rows = (options: Partial<Filters>, batch: number, steps: number, time: number) =>
    withArena(backend, (arena) => {
      const [y, x] = [counted(arena, time * batch), counted(arena, steps * batch)];
      return tapsOf(filters(options), batch, steps, time).map(({ k, at, from }) => [
        k,
        [...at(y).read()],
        [...from(x).read()],
      ]);
    });

  test('of successive steps are whole blocks of a batch', () =>
    expect(rows({ kernelSize: 2, stride: 1, padding: 'causal' }, 2, 3, 3)).toEqual([
      [0, [2, 3, 4, 5], [0, 1, 2, 3]],
      [1, [0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]],
    ]));

  test('with stride are those of each sequence', () =>
    expect(rows({ kernelSize: 2, padding: [1, 0] }, 2, 4, 2)).toEqual([
      [0, [2], [2]],
      [0, [3], [3]],
      [1, [0, 2], [0, 4]],
      [1, [1, 3], [1, 5]],
    ]));

  test('of a filter longer than the sequence are empty where it begins', () =>
    expect(rows({ kernelSize: 4, stride: 1, padding: 'causal' }, 1, 2, 2)).toEqual([
      [0, [], []],
      [1, [], []],
      [2, [1], [0]],
      [3, [0, 1], [0, 1]],
    ]));
});

test('an empty sequence gives no steps, whatever the padding', () => {
  const outputs = outputSteps(filters({ kernelSize: 1, stride: 1, padding: 2 }), 4);
  expect([0, 1, 4].map(outputs)).toEqual([0, 5, 8]);
});

describe('the padded input', () => {
  const padding = (options: Partial<Filters>, lengths?: readonly number[]) =>
    withArena(backend, (arena) => {
      const input = signal(counted(arena, 6), 2, lengths);
      const x = paddedInput(arena, filters(options), input, mirroredRows(filters(options), input));
      return { same: x === input.values, x: [...x.read()], given: [...input.values.read()] };
    });
  const given = [0, 1, 2, 3, 4, 5];

  test('is zero beyond each length if a filter looks ahead', () =>
    expect(padding({ padding: 'same' }, [3, 1])).toEqual({ same: false, x: [0, 1, 2, 0, 4, 0], given }));

  test('is the input itself otherwise', () => {
    expect(padding({ padding: 'same' })).toEqual({ same: true, x: given, given });
    expect(padding({ padding: 'causal' }, [3, 1])).toEqual({ same: true, x: given, given });
    expect(padding({ padding: 'valid' }, [3, 1])).toEqual({ same: true, x: given, given });
  });

  test('is mirrored at the ends of each sequence', () =>
    expect(padding({ padding: [1, 1], paddingMode: 'reflect' }, [3, 2])).toEqual({
      same: false,
      x: [2, 3, 0, 1, 2, 3, 4, 1, 2, 0],
      given,
    }));

  test.each([[[2, 0]], [[0, 2]]] as const)('padded by %j needs more steps than are mirrored', (padding) =>
    withArena(backend, (arena) => {
      const input = signal(counted(arena, 2), 1);
      expect(() => mirroredRows(filters({ padding, paddingMode: 'reflect' }), input)).toThrow(
        new RangeError(
          'Conv1d: its input has a sequence of 2 steps, expected more than 2, as many as are mirrored',
        ),
      );
    }),
  );
});
