/** A worker as the calling thread sees it: asked, it answers or fails; it never keeps the process alive on its own. */
import type { Answer, Request, Response } from './messages.ts';
import type { WorkerLike } from './spawn.ts';

/** What Node's workers and those of browsers offer beyond what they have in common. */
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

/** One worker, from its start to its end. */
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

  /** Says something that needs no answer. */
  tell(request: Request): void {
    this.#worker.postMessage(request, []);
  }

  /** Resolves to the answer; rejects when the worker fails, or has before. Only meanwhile the process stays alive for it. */
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
