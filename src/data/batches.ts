/** A data set divided into batches, optionally reshuffled each epoch. */
import { rangeError, requiredOptions } from '../common/errors.ts';
import { type Checks, checkOptions, count, flag, integer, later, size } from '../common/options.ts';
import type { Indices, Targets, Tensor } from '../common/tensor.ts';
import { generatorOf, type Random, type RandomState } from '../random/random.ts';
import type { Batch, Epochs } from './batch.ts';
import {
  type AnyExamples,
  type DataRecord,
  type Examples,
  exampleChecks,
  isPart,
  lengthsOf,
  partsOf,
  type TakenOf,
  type Unlabelled,
} from './examples.ts';
import { groupsOf } from './order.ts';
import type { Data, DataPart } from './parts.ts';

/** Options of {@link batches}. */
export interface BatchesOptions {
  /** The number of examples per batch. */
  readonly batchSize: number;
  /** The number of epochs; default 1. */
  readonly epochs?: number | undefined;
  /** Whether to reshuffle each epoch; default `false`, the given order. */
  readonly shuffle?: boolean | undefined;
  /** The generator from which the shuffling generator is forked. */
  readonly random?: Random | undefined;
  /** Whether to drop an incomplete last batch of an epoch; default `false`. */
  readonly dropLast?: boolean | undefined;
  /** Whether to group examples of similar length, which reduces padding; default `false`. */
  readonly byLength?: boolean | undefined;
  /** Whether to draw each class equally often, repeating rare ones; default `false`. */
  readonly balanced?: boolean | undefined;
  /**
   * The padding of target sequences. If set, their lengths may differ from those of the inputs, as with the labels of `ctc`,
   * whose padding is −1. By default the lengths are the inputs' lengths, and the padding is ignored.
   */
  readonly targetPadding?: number | undefined;
}

const checks: Checks<BatchesOptions> = {
  batchSize: { required: size },
  epochs: size,
  shuffle: flag,
  random: later,
  dropLast: flag,
  byLength: flag,
  balanced: flag,
  targetPadding: integer,
};

/** The position in a batch set: with the examples, all that is needed to continue with the same batches. */
export interface BatchesState {
  readonly epoch: number;
  /** The number of batches of the epoch returned so far. */
  readonly position: number;
  /** The generator's state before the epoch's order was drawn. */
  readonly random: RandomState;
}

const WHERE = 'batches';

/**
 * Divides examples into batches for `train` and `evaluate`.
 *
 * Inputs and targets are tensors, indices, one class per example, or sequences of indices or feature vectors of individual
 * lengths, padded to the longest of their batch; or records of such parts. The result can be iterated repeatedly, knows its
 * number of steps, and its position can be saved and restored. Without targets, the batches are inputs for `infer`.
 *
 * @throws TypeError or RangeError if the parts differ in number or length of examples, or an option does not fit.
 *
 * @example
 * ```ts
 * import { batches, Random } from 'recurrent-cells';
 *
 * const data = batches(
 *   { inputs: [[1, 2, 3], [4], [5, 6]], targets: [0, 1, 1] },
 *   { batchSize: 2, epochs: 10, shuffle: true, random: new Random(1) },
 * );
 * data.steps // → 20
 * const shapes = [];
 * for (const { inputs, targets, lengths } of batches({ inputs: [[1, 2, 3], [4]], targets: [0, 1] }, { batchSize: 2 }))
 *   shapes.push([inputs.shape, targets.shape, lengths]);
 * shapes // → [[[2, 3], [2], [3, 1]]]
 * ```
 *
 * @example Sequences for a trained model, padded.
 * ```ts
 * import { batches, manyToOne } from 'recurrent-cells';
 *
 * const model = manyToOne({ classes: 9, hiddenSize: 4, outputSize: 2 });
 * for (const { inputs, lengths } of batches({ inputs: [[1, 2, 3], [4]] }, { batchSize: 32 }))
 *   model.infer(inputs, { lengths }).output.shape // → [2, 2]
 * ```
 */
export function batches<Inputs extends Data | DataRecord, Targets extends Data | DataRecord>(
  examples: Examples<Inputs, Targets>,
  options: BatchesOptions,
): BatchSet<TakenOf<Inputs>, TakenOf<Targets>>;
export function batches<Inputs extends Data | DataRecord>(
  examples: Unlabelled<Inputs>,
  options: BatchesOptions,
): Iterable<Omit<Batch<TakenOf<Inputs>, Targets>, 'targets'>>;
export function batches(examples: AnyExamples, options: BatchesOptions): BatchSet<never, never> {
  return new BatchSet(examples, options);
}

/**
 * The result of {@link batches}.
 *
 * @example
 * ```ts
 * import { batches, type BatchSet, type Indices } from 'recurrent-cells';
 *
 * const make = (): BatchSet<Indices, Indices> =>
 *   batches({ inputs: [[1], [2], [3], [4]], targets: [0, 1, 0, 1] }, { batchSize: 1, shuffle: true });
 * const first = make();
 * const iterator = first[Symbol.iterator]();
 * iterator.next();
 * const kept = first.state();
 * const next = iterator.next().value;
 * const again = make();
 * again.restore(kept);
 * const [resumed] = again;
 * resumed // → next
 * ```
 */
export class BatchSet<Input, Target> implements Epochs, Iterable<Batch<Input, Target & (Tensor | Indices)>> {
  /** The number of batches per epoch. */
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  readonly #inputs: readonly DataPart[];
  readonly #targets: readonly DataPart[];
  readonly #single: { readonly inputs: boolean; readonly targets: boolean };
  readonly #lengths: readonly number[] | undefined;
  readonly #options: BatchesOptions;
  readonly #random: Random;
  #place: BatchesState;
  #restored = false;

  /** @internal */
  constructor(examples: AnyExamples, options: BatchesOptions) {
    const {
      batchSize,
      epochs = 1,
      random,
      dropLast = false,
      targetPadding,
    } = checkOptions(WHERE, options, checks);
    checkOptions(WHERE, examples, exampleChecks);
    this.#options = options;
    const { inputs, targets } = examples;
    this.#single = { inputs: isPart(inputs), targets: targets !== undefined && isPart(targets) };
    this.#inputs = partsOf(WHERE, 'inputs', inputs, 0);
    this.#targets = targets === undefined ? [] : partsOf(WHERE, 'targets', targets, targetPadding ?? 0);
    const { count } = this.#inputs[0]!;
    for (const part of [...this.#inputs, ...this.#targets])
      if (part.count !== count)
        throw rangeError(
          WHERE,
          part.name,
          `has ${part.count} examples`,
          `${count}, as ${this.#inputs[0]!.name} has`,
        );
    this.#lengths = lengthsOf(
      WHERE,
      this.#inputs,
      targetPadding === undefined ? this.#targets : [],
      examples.lengths,
    );
    this.stepsPerEpoch = dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
    if (this.stepsPerEpoch === 0)
      throw rangeError(
        WHERE,
        'batchSize',
        `is ${batchSize}`,
        `at most ${count}, the examples, with dropLast`,
      );
    this.epochs = epochs;
    if (options.byLength && this.#lengths === undefined)
      throw rangeError(WHERE, 'byLength', 'is true', 'false of examples without lengths');
    if (options.balanced && this.#targets[0]?.classes === undefined)
      throw rangeError(WHERE, 'balanced', 'is true', 'false unless targets are one class for each example');
    this.#random = generatorOf(WHERE, random).fork();
    this.#place = { epoch: 0, position: 0, random: this.#random.state };
  }

  /** The number of batches of all epochs. */
  get steps(): number {
    return this.epochs * this.stepsPerEpoch;
  }

  /** The epoch of the last batch returned, from 0. */
  get epoch(): number {
    return this.#place.epoch;
  }

  /** The number of batches of the epoch returned so far. */
  get position(): number {
    return this.#place.position;
  }

  /** The position of the last iteration, for {@link restore}. */
  state(): BatchesState {
    return this.#place;
  }

  /**
   * Starts the next iteration from a saved position.
   *
   * @throws RangeError if these batches have no such position.
   */
  restore(state: BatchesState): void {
    const { epoch, position, random } = requiredOptions(
      `${WHERE}.restore`,
      state,
      '{ epoch, position, random }',
    );
    for (const [name, value] of Object.entries({ epoch, position })) count(`${WHERE}.restore`, name, value);
    const fits = (value: number, most: number) => Number.isSafeInteger(value) && value >= 0 && value <= most;
    if (!fits(epoch, this.epochs - 1) || !fits(position, this.stepsPerEpoch))
      throw rangeError(
        `${WHERE}.restore`,
        'state',
        `is batch ${position} of epoch ${epoch}`,
        `at most batch ${this.stepsPerEpoch} of epoch ${this.epochs - 1}`,
      );
    this.#random.state = random;
    this.#place = { epoch, position, random };
    this.#restored = true;
  }

  /** The batches, from the first epoch or the restored position. */
  *[Symbol.iterator](): Generator<Batch<Input, Target & (Tensor | Indices)>, void, undefined> {
    let { epoch, position } = this.#restored ? this.#place : { epoch: 0, position: 0 };
    this.#restored = false;
    for (; epoch < this.epochs; epoch++, position = 0) {
      const random = this.#random.state;
      const groups = groupsOf(this.#random, this.#inputs[0]!.count, this.stepsPerEpoch, this.#options, {
        lengths: this.#lengths,
        classes: this.#targets[0]?.classes,
      });
      for (; position < groups.length; position++) {
        this.#place = { epoch, position: position + 1, random };
        yield this.#take(groups[position]!);
      }
    }
  }

  #take(rows: readonly number[]): Batch<Input, Target & (Tensor | Indices)> {
    const of = (parts: readonly DataPart[], single: boolean) =>
      single
        ? parts[0]!.take(rows)
        : Object.fromEntries(
            parts.map((part) => [part.name.slice(part.name.indexOf('.') + 1), part.take(rows)]),
          );
    const lengths = this.#lengths;
    const targets = this.#targets.length > 0 && { targets: of(this.#targets, this.#single.targets) };
    return {
      inputs: of(this.#inputs, this.#single.inputs) as Input,
      ...(targets as { targets: Target & (Tensor | Indices) }),
      lengths: lengths && rows.map((row) => lengths[row]!),
    };
  }
}
