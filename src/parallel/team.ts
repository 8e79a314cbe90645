/** The threads that compute a step: the calling one, which holds the original model, and workers. */

import { type AbortSignalLike, unlessAborted } from '../async/until-aborted.ts';
import { rangeError } from '../common/errors.ts';
import { sharedKernels } from '../kernels/added.ts';
import type { Backend } from '../kernels/backend.ts';
import type { Values } from '../kernels/heap.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { Random } from '../random/random.ts';
import { forked, randomsOf } from '../random/randoms.ts';
import { blueprintOf, build } from '../storage/blueprint.ts';
import type { Builders } from '../storage/builders.ts';
import { flatArray, layoutOf, moved, writeValues } from './flat.ts';
import type { AnyBatch, Beginning, Outcome, Task } from './messages.ts';
import { type AnyLoss, type AnyModel, Replica } from './replica.ts';
import { arraysOf, combine, part, rangesOf, sequencesOf } from './shards.ts';
import { Remote, type WorkerLike } from './workers.ts';

const WHERE = 'trainParallel';

/** How the work is divided. */
export interface Division {
  readonly shards: number;
  readonly threads: number;
  readonly worker: (index: number) => WorkerLike;
  readonly builders: Builders;
}

/** A copy of the model in the calling thread, and the array that passes weights to it. */
interface Copy {
  readonly replica: Replica;
  readonly weights: Values;
}

/**
 * Thread s mod threads computes shard s; thread 0 is the calling one. The result depends only on the shards: each starts from the
 * same weights, and has its own state, generators and place in the sum.
 *
 * Shard 0 is computed in the original model: it draws from the model's generators, and its gradients stay there until the others
 * are added.
 */
export class Team {
  readonly #model: AnyModel;
  readonly #loss: AnyLoss;
  readonly #shards: number;
  readonly #threads: number;
  readonly #parameters: ReadonlyMap<string, Parameter>;
  readonly #randoms: readonly Random[];
  readonly #members: Members;
  readonly #original: Replica;
  /** For other shards of the calling thread, if it has any. */
  readonly #copy: Copy | undefined;
  /** By shard, from 1. */
  readonly #gradients: Values[] = [];
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
    this.#original = new Replica(model, loss);
    if (threads < shards)
      this.#copy = {
        replica: new Replica(build(WHERE, 'model', blueprint, backend, builders) as AnyModel, loss),
        weights: flatArray(backend, parameters),
      };
    this.#members = new Members(backend, parameters, threads, worker, {
      blueprint,
      parameters: layoutOf(parameters),
      backend: backend.name,
      kernels: sharedKernels(backend),
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
  ): Promise<Outcome | undefined> {
    const sequences = sequencesOf(WHERE, batch);
    if (batch.continues) this.#checkContinues(sequences);
    this.#sequences = sequences;
    const tasks = this.#tasks(batch, sequences);
    const tasksOf = (thread: number) => tasks.filter(({ shard }) => shard % this.#threads === thread);
    const outcomes: Outcome[] = [];

    const others = this.#members.compute(this.#parameters, tasksOf);
    // If this thread fails first, ignore their failures.
    others.catch(() => {});
    try {
      this.#computeOwn(tasksOf(0), outcomes);
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

  /** The tasks of all shards with sequences. */
  #tasks(batch: AnyBatch, sequences: number): Task[] {
    return rangesOf(sequences, this.#shards).flatMap((range, shard) => {
      const { start, end } = range;
      // Empty shards fork too, so that later draws do not depend on batch sizes.
      const randoms = shard === 0 ? [] : forked(this.#randoms);
      if (start === end) return [];
      const own = this.#shards === 1 ? batch : part(batch, range);
      return [{ shard, start, batch: own, randoms, gradients: this.#gradients[shard] }];
    });
  }

  #computeOwn([first, ...others]: readonly Task[], outcomes: Outcome[]): void {
    outcomes[0] = this.#original.compute(first!);
    if (this.#copy === undefined || others.length === 0) return;
    const { replica, weights } = this.#copy;
    writeValues(weights, this.#parameters);
    replica.load(weights);
    for (const task of others) outcomes[task.shard] = replica.compute(task);
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

/** A worker, and the array that passes weights to it. */
interface Member {
  readonly remote: Remote;
  weights: Values;
}

/** The result of a task with its gradients. */
interface Done {
  readonly shard: number;
  readonly outcome: Outcome;
  readonly gradients: Values;
}

/** Workers numbered from 1; the calling thread is number 0. */
class Members {
  readonly #members = new Map<number, Member>();

  /** @throws any error of `start`, after ending the workers already started. */
  constructor(
    backend: Backend,
    parameters: ReadonlyMap<string, Parameter>,
    threads: number,
    start: (index: number) => WorkerLike,
    begin: Beginning,
  ) {
    let shared: Values | undefined;
    try {
      for (let index = 1; index < threads; index++) {
        const weights = shared ?? flatArray(backend, parameters);
        if (moved(weights).length === 0) shared = weights;
        const remote = new Remote(start(index));
        this.#members.set(index, { remote, weights });
        remote.tell({ begin });
      }
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /**
   * Makes each worker compute the tasks that `tasksOf` returns for it.
   *
   * @throws Error if a worker fails; it names the worker.
   */
  async compute(
    parameters: ReadonlyMap<string, Parameter>,
    tasksOf: (index: number) => readonly Task[],
  ): Promise<Done[]> {
    const written = new Set<Values>();
    const asked = Array.from(this.#members, ([index, member]) => {
      const tasks = tasksOf(index);
      if (tasks.length === 0) return [];
      if (!written.has(member.weights)) writeValues(member.weights, parameters);
      written.add(member.weights);
      return ask(index, member, tasks);
    });
    return (await Promise.all(asked)).flat();
  }

  /** Ends every worker, whatever it is doing. */
  end(): void {
    for (const { remote } of this.#members.values()) remote.end();
  }
}

async function ask(index: number, member: Member, tasks: readonly Task[]): Promise<Done[]> {
  const { remote, weights } = member;
  const arrays = tasks.flatMap(({ batch, gradients }) => [...arraysOf(batch), gradients!]);
  try {
    const request = { assign: { weights, tasks } };
    const answer = await remote.ask(request, [weights, ...arrays].flatMap(moved));
    member.weights = answer.weights;
    return tasks.map(({ shard }, at) => ({
      shard,
      outcome: answer.outcomes[at]!,
      gradients: answer.gradients[at]!,
    }));
  } catch (cause) {
    throw new Error(`worker ${index}: ${(cause as Error).message}`, { cause });
  }
}
