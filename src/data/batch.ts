/** What a model is trained and evaluated on. */
import { show, typeError } from '../common/errors.ts';
import type { Indices, Tensor } from '../common/tensor.ts';

/** A batch of sequences, and what the model should make of them. */
export interface Batch<Input, Target extends Tensor | Indices> {
  readonly inputs: Input;
  readonly targets: Target;
  /** The valid steps of each sequence; all are unless given. */
  readonly lengths?: readonly number[] | undefined;
  /** Whether each sequence goes on where the same one of the batch before ended: its final state is then the first here. */
  readonly continues?: boolean | undefined;
}

/** Batches from anywhere: an array, a generator, a stream. */
export type Batches<Input, Target extends Tensor | Indices> =
  | Iterable<Batch<Input, Target>>
  | AsyncIterable<Batch<Input, Target>>;

/** @throws TypeError if `batches` cannot be iterated. */
export function checkBatches(where: string, batches: unknown): void {
  if (
    typeof batches === 'object' &&
    batches !== null &&
    (Symbol.iterator in batches || Symbol.asyncIterator in batches)
  )
    return;
  throw typeError(
    where,
    'batches',
    `is ${show(batches)}`,
    'an iterable of batches, such as an array of them',
  );
}
