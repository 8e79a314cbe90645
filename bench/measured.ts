/** The parent's side of `protocol.ts`: a process that runs one workload on request. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { Ready } from './protocol.ts';

type Answer = { ready: Ready } | { cannot: string } | { ms: number } | { peakRssMiB: number };

const ANSWER = /^\{"(ready|cannot|ms|peakRssMiB)":/;

/** A process under measurement. */
export class Measured {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  readonly #limitMs: number;
  #errors = '';
  #late = false;

  /** @param limitMs the time limit for an answer, after which the process is killed. */
  constructor(command: readonly string[], environment: NodeJS.ProcessEnv, limitMs: number) {
    const [program, ...parameters] = command;
    this.#child = spawn(program!, parameters, { env: environment, stdio: 'pipe' });
    this.#reader = createInterface({ input: this.#child.stdout! });
    this.#lines = this.#reader[Symbol.asyncIterator]();
    this.#child.stderr!.on('data', (text) => {
      this.#errors += text;
    });
    // The end of its output signals that the process has exited.
    this.#child.stdin!.on('error', () => undefined);
    this.#limitMs = limitMs;
  }

  /** Waits until the process is ready; returns a string with the reason if it cannot run the workload. */
  async ready(): Promise<Ready | string> {
    const answer = await this.#answer();
    if ('ready' in answer) return answer.ready;
    return 'cannot' in answer ? answer.cannot : 'answered out of turn';
  }

  /** The time of one run in milliseconds, from a round of about `milliseconds`; undefined if the process has exited. */
  async round(milliseconds: number): Promise<number | undefined> {
    this.#child.stdin!.write(`${JSON.stringify({ round: milliseconds })}\n`);
    const answer = await this.#answer();
    return 'ms' in answer ? answer.ms : undefined;
  }

  /** Ends the process, and returns its peak resident memory. */
  async end(): Promise<number | undefined> {
    this.#child.stdin!.end();
    const answer = await this.#answer();
    this.#child.kill();
    this.#reader.close();
    return 'peakRssMiB' in answer ? answer.peakRssMiB : undefined;
  }

  async #answer(): Promise<Answer> {
    const stop = setTimeout(() => {
      this.#late = true;
      this.#child.kill('SIGKILL');
    }, this.#limitMs);
    const line = await this.#line();
    clearTimeout(stop);
    if (line !== undefined) return JSON.parse(line) as Answer;
    const reason = this.#errors.split('\n').find((text) => /error/i.test(text));
    return {
      cannot: this.#late ? `gave no answer in ${this.#limitMs / 1000} s` : (reason ?? 'its process ended'),
    };
  }

  /** The next line that is an answer; libraries may print other lines. */
  async #line(): Promise<string | undefined> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) return undefined;
      if (ANSWER.test(value)) return value;
    }
  }
}
