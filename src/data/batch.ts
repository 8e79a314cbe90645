/** What a model is trained and evaluated on. */
import { show, typeError } from '../common/errors.ts';
import type { Indices, Tensor } from '../common/tensor.ts';

/** A batch of sequences, and what the model should make of them. */
export interface Batch<Input, Target extends Tensor | Indices> {
  readonly inputs: Input;
  readonly targets: Target;
  /** The valid steps of each sequence; default: all are. */
  readonly lengths?: readonly number[] | undefined;
  /** What each term of the loss is multiplied by, shaped like the targets; default 1. */
  readonly weights?: Tensor | undefined;
  /** Whether each sequence goes on where the same one of the batch before ended: its final state is then the first here. */
  readonly continues?: boolean | undefined;
}

/** Batches from anywhere: an array, a generator, a stream. */
export type Batches<Input, Target extends Tensor | Indices> =
  | Iterable<Batch<Input, Target>>
  | AsyncIterable<Batch<Input, Target>>;

/** Batches that know where their epochs end: all that a training asks of a set, so that a program without one has none in it. */
export abstract class Epochs {
  /** The batches of one epoch. */
  abstract readonly stepsPerEpoch: number;
  /** The batches of all epochs. */
  abstract get steps(): number;
  /** The epoch of the last batch given, from 0. */
  abstract get epoch(): number;
  /** How many batches of the epoch have been given. */
  abstract get position(): number;
}

/** Iterables that are their own iterator, as a generator is: there is one pass over them. */
const begun = /* @__PURE__ */ new WeakSet<object>();

/**
 * Checks batches before they are iterated, which is then to happen.
 *
 * @throws TypeError if `batches` cannot be iterated; Error if they can be once, and have been.
 */
export function checkBatches(where: string, batches: unknown): void {
  if (
    typeof batches !== 'object' ||
    batches === null ||
    !(Symbol.iterator in batches || Symbol.asyncIterator in batches)
  )
    throw typeError(
      where,
      'batches',
      `is ${show(batches)}`,
      'an iterable of batches, such as an array of them',
    );
  // A generator; other iterables may begin anew each time, and are not asked twice to find out.
  if (!('next' in batches)) return;
  if (begun.has(batches))
    throw new Error(
      `${where}: batches has been iterated before and has no second pass, expected a new one, an array, or batches(…)`,
    );
  begun.add(batches);
}

/** @throws TypeError if an item of `batches` is no batch. */
export function checkBatch(where: string, batch: unknown): void {
  const { inputs, targets } = (batch ?? {}) as Partial<Batch<unknown, Tensor>>;
  if (inputs === undefined || targets === undefined) {
    const came =
      typeof batch === 'object' && batch !== null ? `has ${Object.keys(batch)}` : `is ${show(batch)}`;
    throw typeError(where, 'batch', came, '{ inputs, targets }');
  }
}
