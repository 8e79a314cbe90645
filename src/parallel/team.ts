/** The threads that compute a step together: the calling one, which holds the model itself, and workers. */

import type { AbortSignalLike } from '../async/until-aborted.ts';
import { rangeError } from '../common/errors.ts';
import type { Values } from '../kernels/heap.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { clearGradients } from '../optimizers/optimizer.ts';
import type { Random } from '../random/random.ts';
import { forked, randomsOf } from '../random/randoms.ts';
import type { State } from '../signal/state.ts';
import { blueprintOf, build } from '../storage/blueprint.ts';
import type { Builders } from '../storage/builders.ts';
import { backPropagate } from '../training/back-propagate.ts';
import { combine } from './combine.ts';
import { flatArray, layoutOf, writeValues } from './flat.ts';
import { Members } from './members.ts';
import type { AnyBatch, Outcome, Task } from './messages.ts';
import { type AnyLoss, type AnyModel, Replica } from './replica.ts';
import { part, rangesOf, sequencesOf } from './shards.ts';
import type { WorkerLike } from './spawn.ts';

const WHERE = 'trainParallel';

/** How the work is divided. */
export interface Division {
  readonly shards: number;
  readonly threads: number;
  readonly worker: (index: number) => WorkerLike;
  readonly builders: Builders;
}

/** What the calling thread computes beside shard 0: a replica, and the weights on their way to it. */
interface Own {
  readonly replica: Replica;
  readonly weights: Values;
}

/**
 * Shard s is computed by thread s mod threads, thread 0 being the calling one. What comes out depends on the shards
 * alone: each starts from the same weights, and has its own state, generators and place in the sum.
 */
export class Team {
  readonly #model: AnyModel;
  readonly #loss: AnyLoss;
  readonly #shards: number;
  readonly #threads: number;
  readonly #parameters: ReadonlyMap<string, Parameter>;
  readonly #randoms: readonly Random[];
  readonly #members: Members;
  readonly #own: Own | undefined;
  /** By shard; those of shard 0 lie in the model. */
  readonly #gradients: Values[] = [];
  /** The final state of shard 0. */
  #state: State | undefined;
  #sequences = 0;

  constructor(model: AnyModel, loss: AnyLoss, { shards, threads, worker, builders }: Division) {
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
    if (threads < shards)
      this.#own = {
        replica: new Replica(build(WHERE, 'model', blueprint, backend, builders) as AnyModel, loss),
        weights: flatArray(backend, parameters),
      };
    this.#members = new Members(backend, parameters, threads, worker, {
      blueprint,
      parameters: layoutOf(parameters),
      backend: backend.name,
      loss: { name: loss.name, options: loss.options },
    });
  }

  /**
   * Computes the gradients of a batch into the model's parameters.
   *
   * @returns the loss and what it counts; undefined if `signal` is aborted before all shards are done.
   * @throws Error if a worker fails: it names it and the step.
   */
  async step(
    batch: AnyBatch,
    step: number,
    signal: AbortSignalLike | undefined,
  ): Promise<Outcome | undefined> {
    const sequences = sequencesOf(WHERE, batch);
    if (batch.continues) this.#checkContinues(sequences);
    this.#sequences = sequences;
    const ranges = rangesOf(sequences, this.#shards);
    const tasks = this.#tasks(batch, ranges);
    const tasksOf = (thread: number) => tasks.filter(({ shard }) => shard % this.#threads === thread);
    const outcomes: Outcome[] = [];

    const others = this.#members.compute(this.#parameters, tasksOf);
    // Should this thread fail first, their failures concern nobody.
    others.catch(() => {});
    outcomes[0] = this.#first(this.#shards === 1 ? batch : part(batch, ranges[0]!));
    try {
      if (this.#own !== undefined) computeOwn(this.#own, this.#parameters, tasksOf(0), outcomes);
      const done = await unlessAborted(others, signal);
      if (done === undefined) return undefined;
      for (const { shard, outcome, gradients } of done) {
        outcomes[shard] = outcome;
        this.#gradients[shard] = gradients;
      }
    } catch (cause) {
      throw new Error(`${WHERE}: step ${step}: ${(cause as Error).message}`, { cause });
    }
    return combine(this.#parameters, this.#loss.reduction, outcomes, this.#gradients);
  }

  /** Ends every worker. */
  end(): void {
    this.#members.end();
  }

  /** Computes shard 0, in the model itself. */
  #first(batch: AnyBatch): Outcome {
    clearGradients(this.#parameters);
    const initial = batch.continues ? this.#state : undefined;
    const { state, ...outcome } = backPropagate(WHERE, this.#model, batch, this.#loss, initial);
    this.#state = state;
    return outcome;
  }

  /** The tasks of all shards but the first. */
  #tasks(batch: AnyBatch, ranges: readonly { readonly start: number; readonly end: number }[]): Task[] {
    const tasks: Task[] = [];
    for (let shard = 1; shard < this.#shards; shard++) {
      // Empty shards fork too: what is drawn later does not depend on the sizes of batches.
      const states = forked(this.#randoms);
      const range = ranges[shard]!;
      const gradients = this.#gradients[shard]!;
      if (range.start < range.end)
        tasks.push({ shard, start: range.start, batch: part(batch, range), randoms: states, gradients });
    }
    return tasks;
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

function computeOwn(
  { replica, weights }: Own,
  parameters: ReadonlyMap<string, Parameter>,
  tasks: readonly Task[],
  outcomes: Outcome[],
): void {
  if (tasks.length === 0) return;
  writeValues(weights, parameters);
  replica.load(weights);
  for (const task of tasks) outcomes[task.shard] = replica.compute(task);
}

/** What `work` resolves to; undefined if `signal` is aborted before. */
async function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignalLike | undefined,
): Promise<Result | undefined> {
  if (signal === undefined) return work;
  let stop = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop);
  });
  try {
    return await (signal.aborted ? undefined : Promise.race([work, aborted]));
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
