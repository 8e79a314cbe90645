/** The calling thread's side: starting workers, sending them shards and ending them, in Node and browsers. */

import type { Shared } from '../kernels/added.ts';
import type { Backend } from '../kernels/backend.ts';
import type { Values } from '../kernels/heap.ts';
import type { LossSettings } from '../losses/objective.ts';
import type { Blueprint } from '../storage/blueprint.ts';
import { flatArray, moved, type Outcome, type Parameters, type Task, writeValues } from './replica.ts';
import { arraysOf } from './shards.ts';

/** The initial message to a worker: the model and the loss. */
export interface Beginning {
  readonly blueprint: Blueprint;
  /** The parameters' names and shapes, in their order in flat arrays. */
  readonly parameters: readonly string[];
  readonly backend: Shared;
  readonly loss: { readonly name: string; readonly options: LossSettings };
}

/** The shards of a step assigned to a worker. */
export interface Assignment {
  /** Parameter by parameter. */
  readonly weights: Values;
  readonly tasks: readonly Task[];
}

/** A worker's answer to an assignment. Arrays that are not shared are returned with it. */
export interface Answer {
  readonly weights: Values;
  readonly outcomes: readonly Outcome[];
}

/** To a worker. */
export type Request = { readonly begin: Beginning } | { readonly assign: Assignment };

/** From a worker. */
export type Response = { readonly answer: Answer } | { readonly failure: Error };

/** A worker of Node or of a browser. */
export interface WorkerLike {
  /** Sends a message, and transfers the listed objects. */
  // biome-ignore lint/suspicious/noExplicitAny: Node and browsers differ in what can be transferred
  postMessage(message: unknown, transfer: any): void;
  /** Ends it immediately. */
  terminate(): unknown;
}

/** In CommonJS, the path of this file. */
declare const __filename: string | undefined;
declare const module: unknown;

/** @throws Error if there are no workers in this environment. */
export function spawn(): WorkerLike {
  const node = nodeModules();
  // `bun build` gives modules a __filename too, which is the path on the machine that built them.
  const isCommonJS = typeof module === 'object' && typeof __filename === 'string';
  const path = node && isCommonJS ? __filename : undefined;
  // Bundlers look for exactly this expression.
  if (typeof Worker === 'function' && path === undefined)
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  if (node === undefined)
    throw new Error('trainParallel: there are no workers here, expected some, or { threads: 1 }');
  const here = path === undefined ? import.meta.url : node.url.pathToFileURL(path);
  // Not a literal within the expression, because bundlers would treat it as a file to copy.
  const script = './worker.js';
  const url = new URL(script, here);
  // Node starts no file with --input-type, which a worker would inherit from `node --input-type=module -e …`.
  return new node.threads.Worker(url, node.inputType ? { execArgv: [] } : {}) as WorkerLike;
}

/** A worker, and the array that passes weights to it. */
interface Member {
  readonly remote: Remote;
  weights: Values;
}

/** Workers numbered from 1; the calling thread is number 0. */
export class Workers {
  readonly #members = new Map<number, Member>();

  /** @throws any error of `start`, after ending the workers already started. */
  constructor(
    backend: Backend,
    parameters: Parameters,
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
  async compute(parameters: Parameters, tasksOf: (index: number) => readonly Task[]): Promise<Outcome[]> {
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

async function ask(index: number, member: Member, tasks: readonly Task[]): Promise<readonly Outcome[]> {
  const { remote, weights } = member;
  const arrays = tasks.flatMap(({ batch, gradients }) => [...arraysOf(batch), gradients!]);
  try {
    const request = { assign: { weights, tasks } };
    const answer = await remote.ask(request, [weights, ...arrays].flatMap(moved));
    member.weights = answer.weights;
    return answer.outcomes;
  } catch (cause) {
    throw new Error(`worker ${index}: ${(cause as Error).message}`, { cause });
  }
}

/** Members of Node's and browsers' workers outside their common interface. */
interface AnyWorker extends WorkerLike {
  on?(event: string, listener: (value: unknown) => void): void;
  addEventListener?(event: string, listener: (event: never) => void): void;
  ref?(): void;
  unref?(): void;
}

interface Waiting {
  resolve(answer: Answer): void;
  reject(reason: Error): void;
}

/** One worker, from start to end. */
export class Remote {
  readonly #worker: AnyWorker;
  #waiting: Waiting | undefined;
  #failure: Error | undefined;

  constructor(worker: WorkerLike) {
    this.#worker = worker;
    const { on, addEventListener } = this.#worker;
    const failed = (what: string) => () => this.#fail(new Error(what));
    const unreadable = failed('sent a message that cannot be read');
    if (on !== undefined) {
      on.call(worker, 'message', (response) => this.#receive(response as Response));
      on.call(worker, 'messageerror', unreadable);
      on.call(worker, 'error', (error) =>
        this.#fail(error instanceof Error ? error : new Error(String(error))),
      );
      on.call(worker, 'exit', (code) =>
        this.#fail(new Error(`ended with exit code ${code}, expected an answer`)),
      );
    } else if (addEventListener !== undefined) {
      addEventListener.call(worker, 'message', ({ data }: MessageEvent) => this.#receive(data));
      addEventListener.call(worker, 'messageerror', unreadable);
      addEventListener.call(worker, 'error', (event: ErrorEvent) =>
        this.#fail(new Error(event.message || 'its script could not be loaded')),
      );
    }
    this.#worker.unref?.();
  }

  /** Sends a message that needs no answer. */
  tell(request: Request): void {
    this.#worker.postMessage(request, []);
  }

  /** Resolves to the answer; rejects if the worker fails or has failed. The process stays alive only while waiting. */
  ask(request: Request, transfer: readonly ArrayBuffer[]): Promise<Answer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker.ref?.();
      this.#worker.postMessage(request, transfer);
    });
  }

  /** Ends the worker, whatever it is doing. */
  end(): void {
    this.#worker.unref?.();
    this.#worker.terminate();
  }

  #receive(response: Response): void {
    if ('failure' in response) this.#fail(response.failure);
    else this.#settle()?.resolve(response.answer);
  }

  #fail(reason: Error): void {
    this.#failure ??= reason;
    this.#settle()?.reject(this.#failure);
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#worker.unref?.();
    return waiting;
  }
}

/** A worker's end of the connection. */
export interface Port {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
}

/** The parts of Node's modules in use. */
interface NodeModules {
  readonly threads: {
    readonly Worker: new (script: URL, options: { execArgv?: readonly string[] }) => unknown;
    readonly parentPort: Port | null;
  };
  readonly url: { pathToFileURL(path: string): URL };
  /** Whether the program started with --input-type. */
  readonly inputType: boolean;
}

/** Node's modules, without an import that would fail in browsers or bundlers; undefined elsewhere. */
export function nodeModules(): NodeModules | undefined {
  const { process } = globalThis as {
    process?: { readonly execArgv?: readonly string[]; getBuiltinModule?(name: string): unknown };
  };
  const inputType = process?.execArgv?.some((option) => option.startsWith('--input-type')) ?? false;
  const threads = process?.getBuiltinModule?.('node:worker_threads');
  const url = process?.getBuiltinModule?.('node:url');
  return threads && url ? ({ threads, url, inputType } as NodeModules) : undefined;
}
