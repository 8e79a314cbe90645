/** A model that computes shards: the original, or a copy of it in a worker or in the calling thread. */

import type { Part } from '../common/architecture.ts';
import type { Values } from '../kernels/heap.ts';
import type { Loss } from '../losses/loss.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { clearGradients } from '../optimizers/optimizer.ts';
import type { Random } from '../random/random.ts';
import { randomsOf } from '../random/randoms.ts';
import type { State } from '../signal/state.ts';
import { backPropagate } from '../training/back-propagate.ts';
import type { Trainable } from '../training/trainable.ts';
import { readValues, writeGradients } from './flat.ts';
import type { Outcome, Task } from './messages.ts';

/** A model of whatever kind, that a worker can build again. */
// biome-ignore lint/suspicious/noExplicitAny: what the inputs are plays no part here
export type AnyModel = Trainable<any> & Part;

/** A loss of whatever targets. */
// biome-ignore lint/suspicious/noExplicitAny: what the targets are plays no part here
export type AnyLoss = Loss<any>;

/** A model with the states that its shards carry from batch to batch. */
export class Replica {
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly #model: AnyModel;
  readonly #loss: AnyLoss;
  readonly #randoms: readonly Random[];
  readonly #states = new Map<number, State | undefined>();

  constructor(model: AnyModel, loss: AnyLoss) {
    this.#model = model;
    this.#loss = loss;
    this.parameters = model.parameters();
    this.#randoms = randomsOf(model);
  }

  /** Takes on the original's weights. */
  load(weights: Values): void {
    readValues(this.parameters, weights);
  }

  /** Computes a shard. The gradients of its loss are then the model's, and are written into the task's array if it has one. */
  compute({ shard, start, batch, randoms, gradients }: Task): Outcome {
    randoms.forEach((state, at) => {
      this.#randoms[at]!.state = state;
    });
    clearGradients(this.parameters);
    const initial = batch.continues ? this.#states.get(shard) : undefined;
    const where = `shard ${shard}, of the sequences from ${start}`;
    const { state, ...outcome } = backPropagate(where, this.#model, batch, this.#loss, initial);
    this.#states.set(shard, state);
    if (gradients !== undefined) writeGradients(gradients, this.parameters);
    return outcome;
  }
}
