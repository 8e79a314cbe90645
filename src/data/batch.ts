/** The data a model is trained and evaluated on. */
import { show, typeError } from '../common/errors.ts';
import { nearestName } from '../common/options.ts';
import type { Indices, Targets, Tensor } from '../common/tensor.ts';

/** The valid steps of each sequence: of all inputs with a time axis, or by input. */
export type Lengths = readonly number[] | { readonly [input: string]: readonly number[] | undefined };

/** The lengths that go with inputs: by name only for a record of inputs. */
export type LengthsOf<Input> = Input extends Tensor | Indices ? readonly number[] : Lengths;

/** A batch of sequences with their targets. */
export interface Batch<Input, Target extends Targets> {
  readonly inputs: Input;
  readonly targets: Target;
  /** The valid steps of each sequence, of all inputs or by the name of an input; default all. */
  readonly lengths?: LengthsOf<Input> | undefined;
  /** The weight of each term of the loss, shaped like the targets; default 1. */
  readonly weights?: Tensor | { readonly [head: string]: Tensor | undefined } | undefined;
  /** Whether each sequence continues the same sequence of the previous batch: the final state becomes the initial state. */
  readonly continues?: boolean | undefined;
}

/** Batches from any iterable: an array, a generator, a stream. */
export type Batches<Input, Target extends Targets> =
  | Iterable<Batch<Input, Target>>
  | AsyncIterable<Batch<Input, Target>>;

/** Batches that know where their epochs end, such as those of `batches`, `chunksOf` and the windows of a series. */
export interface Epochs {
  /** The number of batches per epoch. */
  readonly stepsPerEpoch: number;
  /** The number of batches of all epochs. */
  readonly steps: number;
  /** The epoch of the last batch returned, from 0. */
  readonly epoch: number;
  /** The number of batches of the epoch returned so far. */
  readonly position: number;
}

/** Whether batches know where their epochs end. */
export function knowEpochs(batches: unknown): batches is Epochs {
  return typeof (batches as Partial<Epochs>).stepsPerEpoch === 'number';
}

/** Single-pass iterables, such as generators, that have been iterated. */
const begun = /* @__PURE__ */ new WeakSet<object>();

/**
 * Checks batches immediately before they are iterated.
 *
 * @throws TypeError if `batches` is not iterable; Error if it is a single-pass iterable that has been iterated already.
 */
export function checkBatches(where: string, batches: unknown): void {
  checkIterable(where, batches);
  // A generator. Other iterables may allow several passes, and are not iterated to find out.
  if (!('next' in batches)) return;
  if (begun.has(batches))
    throw new Error(
      `${where}: batches has been iterated before and has no second pass, expected a new one, an array, or batches(…)`,
    );
  begun.add(batches);
}

/** @throws TypeError if `batches` is not iterable, or is a generator, which has a single pass. */
export function checkRepeatable(where: string, batches: unknown): void {
  checkIterable(where, batches);
  if ('next' in batches)
    throw typeError(
      where,
      'batches',
      'is a generator, which has a single pass',
      'an array or batches(…): each validation iterates them',
    );
}

function checkIterable(where: string, batches: unknown): asserts batches is object {
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
}

const FIELDS = ['inputs', 'targets', 'lengths', 'weights', 'continues'];

/**
 * Other fields are allowed.
 *
 * @throws TypeError if an item of `batches` is not a batch, or has a field that looks like a misspelt one.
 */
export function checkBatch(where: string, batch: unknown): void {
  const { inputs, targets } = (batch ?? {}) as Partial<Batch<unknown, Tensor>>;
  if (inputs === undefined || targets === undefined) {
    const came =
      typeof batch === 'object' && batch !== null ? `has ${Object.keys(batch)}` : `is ${show(batch)}`;
    throw typeError(where, 'batch', came, '{ inputs, targets }');
  }
  for (const name in batch as object) {
    if (FIELDS.includes(name)) continue;
    const meant = nearestName(name, FIELDS);
    if (meant !== undefined) throw typeError(where, 'batch', `has ${show(name)}`, meant);
  }
}
