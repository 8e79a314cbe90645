/** Batches that are cut when they are asked for, in any number of epochs. */

/**
 * Batches that can be iterated repeatedly, and know their number of steps and their place, which `train` reads.
 *
 * @typeParam Item a batch.
 *
 * @example
 * ```ts
 * import { splitSeries } from 'recurrent-cells/text';
 * const series = { data: Float64Array.from([0, 1, 2, 3, 4, 5]), shape: [6, 1] };
 * const batches = splitSeries(series, { length: 2 }).train.batches({ batchSize: 3, epochs: 2 });
 * [batches.steps, [...batches].length, batches.epoch]; // → [4, 4, 1]
 * ```
 */
export class LazyBatches<Item> implements Iterable<Item> {
  /** The number of batches per epoch. */
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  readonly #begin: () => (position: number) => Item;
  #epoch = 0;
  #position = 0;

  /**
   * @internal
   * @param begin draws the order of an epoch, and returns a function that cuts its batches.
   */
  constructor(stepsPerEpoch: number, epochs: number, begin: () => (position: number) => Item) {
    this.stepsPerEpoch = stepsPerEpoch;
    this.epochs = epochs;
    this.#begin = begin;
  }

  /** The number of batches of all epochs. */
  get steps(): number {
    return this.epochs * this.stepsPerEpoch;
  }

  /** The epoch of the last batch returned, from 0. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The number of batches of the epoch returned so far. */
  get position(): number {
    return this.#position;
  }

  /** The batches of all epochs. */
  [Symbol.iterator](): Generator<Item, void, undefined> {
    return this.from(0, 0);
  }

  /** The batches from this place on. */
  protected *from(epoch: number, position: number): Generator<Item, void, undefined> {
    for (let start = position; epoch < this.epochs; epoch++, start = 0) {
      const cut = this.#begin();
      for (let at = start; at < this.stepsPerEpoch; at++) {
        this.#epoch = epoch;
        this.#position = at + 1;
        yield cut(at);
      }
    }
  }
}
