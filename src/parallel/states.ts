/** States of batches, divided by sequences into those of shards, and joined again. */
import { rangeError } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';
import type { State } from '../signal/state.ts';
import { type Range, rows } from './shards.ts';

/**
 * The part of a state that belongs to some sequences. The shard checks the rest.
 *
 * @throws RangeError unless each part of the state has as many rows as there are sequences.
 */
export function stateRows(where: string, state: State, range: Range, sequences: number): State {
  return mapTree(state, (part, name) => {
    if (!isTensor(part)) return stateRows(where, part, range, sequences);
    if (part.shape[0] === sequences) return rows(part, range) as Tensor;
    const came = `has a part ${name} of shape [${part.shape.join(', ')}]`;
    throw rangeError(where, 'initialState', came, `${sequences} rows, one for each sequence`);
  });
}

/** The state of a batch from those of its shards, in order; undefined if the model has none. */
export function joinStates([first, ...others]: readonly (State | undefined)[]): State | undefined {
  if (first === undefined) return undefined;
  return mapTree(first, (part, name) => {
    const parts = others.map((other) => other![name]!);
    if (!isTensor(part)) return joinStates([part, ...(parts as State[])])!;
    return joinRows([part, ...(parts as Tensor[])]);
  });
}

function joinRows(parts: readonly Tensor[]): Tensor {
  const [{ data: first, shape }] = parts as [Tensor];
  const data = new (first.constructor as Float64ArrayConstructor)(
    parts.reduce((length, { data }) => length + data.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  const count = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
  return { data, shape: [count, ...shape.slice(1)] };
}

function mapTree(state: State, map: (part: Tensor | State, name: string) => Tensor | State): State {
  return Object.fromEntries(Object.entries(state).map(([name, part]) => [name, map(part, name)]));
}

function isTensor(part: Tensor | State): part is Tensor {
  return ArrayBuffer.isView(part.data) && Array.isArray(part.shape);
}
