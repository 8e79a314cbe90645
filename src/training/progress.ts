/** The progress of a training: its epoch, the time left, and when a validation is due. */
import { knowEpochs } from '../data/batch.ts';

/** Tracks epochs and the remaining time, as far as the batches reveal them. */
export class Progress {
  readonly #batches: unknown;
  readonly #started = performance.now();
  #done = 0;
  #epochEnded = false;

  constructor(batches: unknown) {
    this.#batches = batches;
  }

  /** Counts the batch that was last taken. */
  count(): void {
    const batches = this.#batches;
    this.#done++;
    if (knowEpochs(batches)) this.#epochEnded ||= batches.position === batches.stepsPerEpoch;
    else if (Array.isArray(batches)) this.#epochEnded ||= this.#done === batches.length;
  }

  get epoch(): number | undefined {
    return knowEpochs(this.#batches) ? this.#batches.epoch : undefined;
  }

  get secondsLeft(): number | undefined {
    const batches = this.#batches;
    const perBatch = (performance.now() - this.#started) / 1000 / this.#done;
    if (knowEpochs(batches))
      return perBatch * (batches.steps - batches.epoch * batches.stepsPerEpoch - batches.position);
    return Array.isArray(batches) ? perBatch * (batches.length - this.#done) : undefined;
  }

  /** Whether a validation follows the current step. */
  validates(
    step: number,
    validation: { readonly every?: number | 'epoch' | undefined } | undefined,
  ): boolean {
    if (validation === undefined) return false;
    const { every = 'epoch' } = validation;
    if (every !== 'epoch') return (step + 1) % every === 0;
    const ended = this.#epochEnded;
    this.#epochEnded = false;
    return ended;
  }
}
