/** Divides a batch along its first axis. */

import { isBuiltin } from '../common/builtin.ts';
import { rangeError } from '../common/errors.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import type { Batch } from '../data/batch.ts';
import { checkTensor } from '../signal/checks.ts';

/** Inputs of several parts, as for an encoder–decoder, each with an entry per sequence. */
export interface CompositeInputs {
  readonly [part: string]: Tensor | Indices | readonly number[] | undefined;
}

/** A batch of any kind. */
export type AnyBatch = Batch<Tensor | Indices | CompositeInputs, Tensor | Indices>;

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
 * @throws TypeError or RangeError unless inputs, targets and lengths have the same number of sequences, at least one.
 */
export function sequencesOf(where: string, batch: AnyBatch): number {
  const { inputs, targets, lengths, weights } = batch;
  const parts = Object.entries(isComposite(inputs) ? inputs : { inputs });
  const [[first, leading]] = parts as [[string, Tensor | Indices]];
  checkTensor(where, first, leading, kindOf(leading));
  checkTensor(where, 'targets', targets, kindOf(targets));
  const [sequences = 0] = leading.shape;
  if (sequences === 0)
    throw rangeError(where, first, `has shape [${leading.shape.join(', ')}]`, 'at least one sequence');
  for (const [name, part] of [
    ...parts,
    ['targets', targets],
    ['lengths', lengths],
    ['weights', weights],
  ] as const)
    if (part !== undefined) checkCount(where, name, part, sequences, first);
  return sequences;
}

function checkCount(
  where: string,
  name: string,
  part: Tensor | Indices | readonly number[],
  sequences: number,
  first: string,
): void {
  if (isList(part)) {
    if (part.length !== sequences)
      throw rangeError(where, name, `has ${part.length} entries`, `${sequences}, one for each sequence`);
    return;
  }
  checkTensor(where, name, part, kindOf(part));
  if (part.shape[0] !== sequences)
    throw rangeError(
      where,
      name,
      `has shape [${part.shape.join(', ')}]`,
      `${sequences} sequences, as ${first} has`,
    );
}

/** A copy of some sequences of a batch. */
export function part({ inputs, targets, lengths, weights, continues }: AnyBatch, range: Range): AnyBatch {
  return {
    inputs: isComposite(inputs) ? mapped(inputs, range) : rows(inputs, range),
    targets: rows(targets, range),
    lengths: lengths?.slice(range.start, range.end),
    weights: weights && (rows(weights, range) as Tensor),
    continues,
  };
}

/** The arrays of a batch. */
export function arraysOf({ inputs, targets, weights }: AnyBatch): ArrayBufferView[] {
  const parts = isComposite(inputs) ? Object.values(inputs) : [inputs];
  return [...parts, targets, weights].flatMap((part) =>
    part === undefined || isList(part) ? [] : [part.data],
  );
}

function mapped(inputs: CompositeInputs, range: Range): CompositeInputs {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, part]) => [
      name,
      part && (isList(part) ? part.slice(range.start, range.end) : rows(part, range)),
    ]),
  );
}

function isList(part: Tensor | Indices | readonly number[]): part is readonly number[] {
  return Array.isArray(part);
}

/** An object that contains tensors but is not one itself. */
function isComposite(inputs: Tensor | Indices | CompositeInputs): inputs is CompositeInputs {
  return (
    typeof inputs === 'object' &&
    inputs !== null &&
    !Array.isArray(inputs) &&
    !('data' in inputs) &&
    'source' in inputs
  );
}

function kindOf(value: Tensor | Indices): 'index' | 'real' {
  return isBuiltin(value?.data, 'Int32Array') ? 'index' : 'real';
}

function rows({ data, shape }: Tensor | Indices, { start, end }: Range): Tensor | Indices {
  const each = data.length / shape[0]!;
  const part = data.slice(start * each, end * each);
  return { data: part, shape: [end - start, ...shape.slice(1)] } as Tensor | Indices;
}
