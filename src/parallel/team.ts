/** The threads that compute a step, the calling one and workers, and the sum of their shards. */

import { type AbortSignalLike, unlessAborted } from '../async/until-aborted.ts';
import { rangeError } from '../common/errors.ts';
import { sharedOf } from '../kernels/added.ts';
import type { Values } from '../kernels/heap.ts';
import type { Reduction } from '../losses/reduction.ts';
import type { Random } from '../random/random.ts';
import { forked, randomsOf } from '../random/randoms.ts';
import type { State } from '../signal/state.ts';
import { blueprintOf, build } from '../storage/blueprint.ts';
import type { Builders } from '../storage/builders.ts';
import type { Computed } from '../training/loop.ts';
import {
  type AnyLoss,
  type AnyModel,
  addGradients,
  flatArray,
  layoutOf,
  type Outcome,
  type Parameters,
  Replica,
  scaleGradients,
  type Task,
} from './replica.ts';
import { type AnyBatch, joinStates, part, rangesOf, sequencesOf, stateRows } from './shards.ts';
import { type WorkerLike, Workers } from './workers.ts';

const WHERE = 'trainParallel';

/** How the work is divided. */
export interface Division {
  readonly shards: number;
  readonly threads: number;
  readonly worker: (index: number) => WorkerLike;
  readonly builders: Builders;
  /** The state before a first batch that continues. */
  readonly initialState: State | undefined;
}

/**
 * Thread s mod threads computes shard s; thread 0 is the calling one. The result depends only on the shards: each starts from
 * the same weights, and has its own state and generators and a fixed place in the sum.
 *
 * Shard 0 is computed in the original model: it draws from the model's generators, and its gradients stay there until the others
 * are added.
 */
export class Team {
  readonly #model: AnyModel;
  readonly #loss: AnyLoss;
  readonly #shards: number;
  readonly #threads: number;
  readonly #parameters: Parameters;
  readonly #randoms: readonly Random[];
  readonly #workers: Workers;
  readonly #original: Replica;
  /** A copy for other shards of the calling thread, if it has any. */
  readonly #copy: Replica | undefined;
  /** By shard, from 1. */
  readonly #gradients: Values[] = [];
  #sequences = 0;
  /** The state of a resumed training before its first step. */
  #resumed: State | undefined;

  constructor(model: AnyModel, loss: AnyLoss, { shards, threads, worker, builders, initialState }: Division) {
    this.#resumed = initialState;
    const { backend } = model;
    const parameters = model.parameters();
    const blueprint = blueprintOf(model);
    this.#model = model;
    this.#loss = loss;
    this.#shards = shards;
    this.#threads = threads;
    this.#parameters = parameters;
    this.#randoms = randomsOf(model);
    for (let s = 1; s < shards; s++) this.#gradients[s] = flatArray(backend, parameters);
    this.#original = new Replica(model, loss);
    if (threads < shards)
      this.#copy = new Replica(build(WHERE, 'model', blueprint, backend, builders) as AnyModel, loss);
    this.#workers = new Workers(backend, parameters, threads, worker, {
      blueprint,
      parameters: layoutOf(parameters),
      backend: sharedOf(backend),
      loss: { name: loss.name, options: loss.options },
    });
  }

  /**
   * Computes the gradients of a batch into the model's parameters.
   *
   * @returns the loss and its weights; undefined if `signal` is aborted before all shards are done.
   * @throws Error if a worker fails; it names the worker and the step.
   */
  async step(
    batch: AnyBatch,
    step: number,
    signal: AbortSignalLike | undefined,
  ): Promise<Computed | undefined> {
    const sequences = sequencesOf(WHERE, batch);
    if (batch.continues) this.#checkContinues(sequences);
    this.#sequences = sequences;
    const tasks = this.#tasks(batch, sequences);
    this.#resumed = undefined;
    const tasksOf = (thread: number) => tasks.filter(({ shard }) => shard % this.#threads === thread);

    const others = this.#workers.compute(this.#parameters, tasksOf);
    // If this thread fails first, ignore their failures.
    others.catch(() => {});
    try {
      const own = this.#compute(tasksOf(0));
      const theirs = await unlessAborted(others, signal);
      if (theirs === undefined) return undefined;
      const outcomes = [...own, ...theirs].sort((a, b) => a.shard - b.shard);
      // A transferred array comes back as another one.
      for (const { shard, gradients } of outcomes) if (gradients) this.#gradients[shard] = gradients;
      return combine(this.#parameters, this.#loss.reduction, outcomes);
    } catch (cause) {
      throw new Error(`${WHERE}: step ${step}: ${(cause as Error).message}`, { cause });
    }
  }

  /** Ends every worker. */
  end(): void {
    this.#workers.end();
  }

  /** The tasks of all shards with sequences. */
  #tasks(batch: AnyBatch, sequences: number): Task[] {
    return rangesOf(sequences, this.#shards).flatMap((range, shard) => {
      const { start, end } = range;
      // Empty shards fork too, so that later draws do not depend on batch sizes.
      const randoms = shard === 0 ? [] : forked(this.#randoms);
      if (start === end) return [];
      const own = this.#shards === 1 ? batch : part(batch, range);
      const initial =
        batch.continues && this.#resumed ? stateRows(WHERE, this.#resumed, range, sequences) : undefined;
      return [{ shard, start, initial, batch: own, randoms, gradients: this.#gradients[shard] }];
    });
  }

  /** Computes the tasks of the calling thread, of which shard 0 is the first. */
  #compute([first, ...others]: readonly Task[]): Outcome[] {
    const outcome = this.#original.compute(first!);
    if (this.#copy === undefined || others.length === 0) return [outcome];
    this.#copy.loadFrom(this.#parameters);
    return [outcome, ...others.map((task) => this.#copy!.compute(task))];
  }

  #checkContinues(sequences: number): void {
    const hasState = Object.keys(this.#model.stateSizes ?? {}).length > 0;
    if (hasState && this.#sequences > 0 && this.#sequences !== sequences)
      throw rangeError(
        WHERE,
        'inputs',
        `has ${sequences} sequences`,
        `${this.#sequences}, those of the batch that it continues`,
      );
  }
}

/**
 * Sums the shards: `loss = Σ α_s·loss_s` and `g = Σ α_s·g_s`, with α = 1 for a sum. A mean with weights w_s has
 * `α_s = w_s / Σ w`, which gives the mean over all.
 *
 * @param parameters their gradients are initially those of shard 0, and finally the combined ones.
 * @param outcomes in order of the shards, from 0.
 */
function combine(parameters: Parameters, reduction: Reduction, outcomes: readonly Outcome[]): Computed {
  const sum = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const weight = sum((outcome) => outcome.weight);
  // The mean of no terms is 0, as it then is for each shard.
  const factor = (outcome: Outcome) => (reduction === 'sum' || weight === 0 ? 1 : outcome.weight / weight);
  for (const outcome of outcomes)
    if (outcome.gradients === undefined) scaleGradients(parameters, factor(outcome));
    else addGradients(parameters, outcome.gradients, factor(outcome));
  return {
    loss: sum((outcome) => factor(outcome) * outcome.loss),
    weight,
    tokens: sum(({ tokens }) => tokens),
    state: joinStates(outcomes.map(({ state }) => state)),
  };
}
