/** A batch cut along its first axis. */
import { rangeError } from '../errors.ts';
import { checkTensor } from '../signal/checks.ts';
import type { Indices, Tensor } from '../tensor.ts';
import type { AnyBatch } from './messages.ts';

/** The sequences `start` to `end` − 1 of a batch. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Which sequences each shard holds: as evenly as can be, the larger shards first. Of a batch smaller than `shards` the
 * last ones are empty, never the first.
 */
export function rangesOf(batch: number, shards: number): Range[] {
  const border = (s: number) => Math.ceil((s * batch) / shards);
  return Array.from({ length: shards }, (_, s) => ({ start: border(s), end: border(s + 1) }));
}

/**
 * Checks what cutting relies on; what else there is to check, each shard does.
 *
 * @returns the number of sequences.
 * @throws TypeError or RangeError if inputs, targets and lengths are not of the same number of sequences, at least one.
 */
export function sequencesOf(where: string, batch: AnyBatch): number {
  const { inputs, targets, lengths } = batch;
  checkTensor(where, 'inputs', inputs, kindOf(inputs));
  checkTensor(where, 'targets', targets, kindOf(targets));
  const [sequences = 0] = inputs.shape;
  if (sequences === 0)
    throw rangeError(where, 'inputs', `has shape [${inputs.shape.join(', ')}]`, 'at least one sequence');
  if (targets.shape[0] !== sequences)
    throw rangeError(
      where,
      'targets',
      `has shape [${targets.shape.join(', ')}]`,
      `${sequences} sequences, as inputs has`,
    );
  if (lengths !== undefined && lengths.length !== sequences)
    throw rangeError(
      where,
      'lengths',
      `has ${lengths.length} entries`,
      `${sequences}, one for each sequence`,
    );
  return sequences;
}

/** A copy of some sequences of a batch. */
export function part({ inputs, targets, lengths, continues }: AnyBatch, range: Range): AnyBatch {
  return {
    inputs: rows(inputs, range),
    targets: rows(targets, range),
    lengths: lengths?.slice(range.start, range.end),
    continues,
  };
}

function kindOf(value: Tensor | Indices): 'index' | 'real' {
  return value?.data instanceof Int32Array ? 'index' : 'real';
}

function rows({ data, shape }: Tensor | Indices, { start, end }: Range): Tensor | Indices {
  const each = data.length / shape[0]!;
  const part = data.slice(start * each, end * each);
  return { data: part, shape: [end - start, ...shape.slice(1)] } as Tensor | Indices;
}
