/** Divides batches and their states along the first axis, and joins states again. */

import { isBuiltin } from '../common/builtin.ts';
import { rangeError } from '../common/errors.ts';
import type { Indices, Targets, Tensor } from '../common/tensor.ts';
import type { Batch } from '../data/batch.ts';
import { checkTensor } from '../signal/checks.ts';
import type { State } from '../signal/state.ts';

/** Inputs of several parts, as for a graph or an encoder–decoder, each with an entry per sequence. */
export interface CompositeInputs {
  readonly [part: string]: Tensor | Indices | readonly number[] | undefined;
}

/** A batch of any kind. */
export type AnyBatch = Batch<Tensor | Indices | CompositeInputs, Targets>;

/** The sequences `start` to `end` − 1 of a batch. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The range of sequences of each shard: as even as possible, larger shards first. If a batch is smaller than `shards`, the
 * last ones are empty, never the first.
 */
export function rangesOf(batch: number, shards: number): Range[] {
  const startOf = (s: number) => Math.ceil((s * batch) / shards);
  return Array.from({ length: shards }, (_, s) => ({ start: startOf(s), end: startOf(s + 1) }));
}

/**
 * Checks what is needed to divide a batch; each shard checks the rest.
 *
 * @returns the number of sequences.
 * @throws TypeError or RangeError unless inputs, targets, lengths and weights have the same number of sequences, at least one.
 */
export function sequencesOf(where: string, { inputs, targets, lengths, weights }: AnyBatch): number {
  const parts = isRecord(inputs) ? leavesOf('', inputs) : [['inputs', inputs] as const];
  const [[first, leading]] = parts as [[string, Tensor | Indices]];
  checkTensor(where, first, leading, kindOf(leading));
  const [sequences = 0] = leading.shape;
  if (sequences === 0)
    throw rangeError(where, first, `has shape [${leading.shape.join(', ')}]`, 'at least one sequence');
  for (const [name, leaf] of leavesOf('targets', targets)) checkTensor(where, name, leaf, kindOf(leaf));
  for (const [name, leaf] of [
    ...parts,
    ...leavesOf('targets', targets),
    ...leavesOf('lengths', lengths),
    ...leavesOf('weights', weights),
  ])
    checkCount(where, name, leaf, sequences, first);
  return sequences;
}

function checkCount(where: string, name: string, leaf: Leaf, sequences: number, first: string): void {
  if (isList(leaf)) {
    if (leaf.length !== sequences)
      throw rangeError(where, name, `has ${leaf.length} entries`, `${sequences}, one for each sequence`);
    return;
  }
  checkTensor(where, name, leaf, kindOf(leaf));
  if (leaf.shape[0] !== sequences)
    throw rangeError(
      where,
      name,
      `has shape [${leaf.shape.join(', ')}]`,
      `${sequences} sequences, as ${first} has`,
    );
}

/** A copy of some sequences of a batch. */
export function part({ inputs, targets, lengths, weights, continues }: AnyBatch, range: Range): AnyBatch {
  return {
    inputs: cut(inputs, range),
    targets: cut(targets, range),
    lengths: cut(lengths, range),
    weights: cut(weights, range),
    continues,
  };
}

/** The arrays of a batch. */
export function arraysOf({ inputs, targets, weights }: AnyBatch): ArrayBufferView[] {
  return [inputs, targets, weights].flatMap((field) =>
    leavesOf('', field).flatMap(([, leaf]) => (isList(leaf) ? [] : [leaf.data])),
  );
}

/**
 * The part of a state that belongs to some sequences. The shard checks the rest.
 *
 * @throws RangeError unless each part of the state has as many rows as there are sequences.
 */
export function stateRows(where: string, state: State, range: Range, sequences: number): State {
  return mapTree(state, (branch, name) => {
    if (!isTensor(branch)) return stateRows(where, branch, range, sequences);
    if (branch.shape[0] === sequences) return rows(branch, range) as Tensor;
    const came = `has a part ${name} of shape [${branch.shape.join(', ')}]`;
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

/** Data with an entry for each sequence. */
type Leaf = Tensor | Indices | readonly number[];

/** A field of a batch: one leaf, or leaves by name. */
type Field = Leaf | { readonly [name: string]: Leaf | undefined } | undefined;

function leavesOf(name: string, field: Field): (readonly [string, Leaf])[] {
  if (field === undefined) return [];
  if (!isRecord(field)) return [[name, field]];
  return Object.entries(field).flatMap(([own, leaf]) =>
    leaf === undefined ? [] : [[name === '' ? own : `${name}.${own}`, leaf]],
  );
}

/** The same field with some sequences. */
function cut<Of extends Field>(field: Of, range: Range): Of {
  if (field === undefined) return field;
  const of = (leaf: Leaf) => (isList(leaf) ? leaf.slice(range.start, range.end) : rows(leaf, range));
  if (!isRecord(field)) return of(field) as Of;
  return Object.fromEntries(Object.entries(field).map(([name, leaf]) => [name, leaf && of(leaf)])) as Of;
}

function isList(leaf: Leaf): leaf is readonly number[] {
  return Array.isArray(leaf);
}

/** An object that holds leaves and is not a tensor, or a broken one. */
function isRecord(field: Field): field is { readonly [name: string]: Leaf | undefined } {
  return (
    typeof field === 'object' &&
    field !== null &&
    !Array.isArray(field) &&
    !('data' in field || 'shape' in field) &&
    Object.keys(field).length > 0
  );
}

function kindOf(value: Leaf): 'index' | 'real' {
  return isBuiltin((value as Tensor)?.data, 'Int32Array') ? 'index' : 'real';
}

function rows({ data, shape }: Tensor | Indices, { start, end }: Range): Tensor | Indices {
  const each = data.length / shape[0]!;
  const part = data.slice(start * each, end * each);
  return { data: part, shape: [end - start, ...shape.slice(1)] } as Tensor | Indices;
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
