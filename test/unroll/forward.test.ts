/** What the laws of sequences do not cover: more rows than a float32 can count. */
import { expect, test } from 'vitest';
import { float32, RNNCell } from '../../src/index.ts';
import { withArena } from '../../src/matrix/arena.ts';
import { fill } from '../../src/matrix/operations.ts';
import { unroll } from '../../src/unroll/forward.ts';

test('beyond 2²⁴ rows, each sequence has its own final state', () => {
  // Two steps and one more slot: the final states start at row 2²⁴.
  const [batch, time] = [2 ** 23, 2];
  const cell = new RNNCell({ inputSize: 1, hiddenSize: 1, bias: false, activation: 'relu' });
  cell.weightIh.write([1]);
  cell.weightHh.write([0]);
  withArena(float32(), (arena) => {
    const values = arena.matrix(time * batch, 1);
    fill(values, 1);
    const marked = [0, 1, 2, 3, 12_345, batch - 2, batch - 1];
    for (const b of marked) values.rowsFrom(batch + b, 1).write([b + 2]);
    const input = { kind: 'dense', batch, time, timed: true, width: 1, lengths: undefined, values } as const;
    const { final } = unroll(arena, cell, input, undefined);
    for (const b of marked) expect([b, final.h.rowsFrom(b, 1).read()[0]]).toEqual([b, b + 2]);
    expect(final.h.rowsFrom(4, 1).read()[0]).toBe(1);
  });
});
