/** Reverses sequences in time, each within its length. Applied twice, it restores the signal. */
import type { Arena } from '../matrix/arena.ts';
import { Matrix } from '../matrix/matrix.ts';
import { gather } from '../matrix/operations.ts';
import type { Signal } from './signal.ts';

/** The source row of each row of a reversed signal, −1 beyond each length; [1, time·batch]. */
export function reversal(arena: Arena, { batch, time, lengths }: Signal): Matrix {
  const rows = arena.matrix(1, time * batch);
  const { values } = rows.backend.heap;
  for (let t = 0; t < time; t++)
    for (let b = 0; b < batch; b++) {
      const from = (lengths?.[b] ?? time) - 1 - t;
      values[rows.offset + t * batch + b] = from < 0 ? -1 : from * batch + b;
    }
  return rows;
}

/** The rows of `values` [time·batch, any] in the order of a {@link reversal}. */
export function flipped(arena: Arena, values: Matrix, order: Matrix): Matrix {
  const out = arena.matrix(values.rows, values.columns);
  gather(out, values, order);
  return out;
}

/** A signal in the order of its {@link reversal}. */
export function flip(arena: Arena, signal: Signal, order: Matrix): Signal {
  if (signal.kind === 'dense') return { ...signal, values: flipped(arena, signal.values, order) };
  const { backend, offset, columns } = signal.indices;
  const column = flipped(arena, new Matrix(backend, offset, columns, 1), order);
  const indices = new Matrix(backend, column.offset, 1, columns);
  const { values } = backend.heap;
  // `gather` turns −1 into 0, the first class; restore it beyond the lengths.
  for (let i = 0; i < columns; i++) if (values[order.offset + i] === -1) values[indices.offset + i] = -1;
  return { ...signal, indices };
}
