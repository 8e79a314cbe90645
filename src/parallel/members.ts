/** The workers of a training: started, each asked for its tasks, and ended together. */
import type { Backend } from '../kernels/backend.ts';
import type { Values } from '../kernels/heap.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { flatArray, moved, writeValues } from './flat.ts';
import type { Beginning, Outcome, Task } from './messages.ts';
import { Remote } from './remote.ts';
import { arraysOf } from './shards.ts';
import type { WorkerLike } from './spawn.ts';

/** A worker, and the array in which weights go to it. */
interface Member {
  readonly remote: Remote;
  weights: Values;
}

/** What came of a task, and its gradients. */
export interface Done {
  readonly shard: number;
  readonly outcome: Outcome;
  readonly gradients: Values;
}

/** Workers numbered from 1: the calling thread is number 0. */
export class Members {
  readonly #members = new Map<number, Member>();

  /** @throws whatever `start` does; no worker is left behind then. */
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
   * Has each worker compute the tasks that `tasksOf` gives it.
   *
   * @throws Error if a worker fails: it names it.
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
  const arrays = tasks.flatMap(({ batch, gradients }) => [...arraysOf(batch), gradients]);
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
