/** Tensors drawn and compared. */
import { expect } from 'vitest';
import type { Random, State, Tensor } from '../../src/index.ts';

/** The state with its numbers replaced. */
export function shaken(state: State, random: Random): State {
  return Object.fromEntries(
    Object.entries(state).map(([name, part]) =>
      'data' in part
        ? [
            name,
            { data: (part as Tensor).data.map(() => Math.fround(random.next() - 0.5)), shape: part.shape },
          ]
        : [name, shaken(part as State, random)],
    ),
  ) as State;
}

/** The largest difference of two tensors of one shape. */
export function difference(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return Array.from(a.data).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b.data[i]!)), 0);
}
