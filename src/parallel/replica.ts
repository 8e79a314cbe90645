/** A model that computes shards: the original, or a copy in a worker or in the calling thread. */

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

/** A model of any kind that a worker can rebuild. */
// biome-ignore lint/suspicious/noExplicitAny: any inputs
export type AnyModel = Trainable<any> & Part;

/** A loss with any targets. */
// biome-ignore lint/suspicious/noExplicitAny: any targets
export type AnyLoss = Loss<any>;

/** A model with the state that each of its shards carries from batch to batch. */
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

  /** Copies the original's weights. */
  load(weights: Values): void {
    readValues(this.parameters, weights);
  }

  /** Computes a shard. Its gradients are then in the model, and in the task's array if there is one. */
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
