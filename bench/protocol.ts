/**
 * The measured process's side: it prepares one workload, then runs a round on each request.
 *
 * Requests and answers are JSON, one per line: `{ "round": milliseconds }` is answered by `{ "ms": time of one run }`.
 * Before the first request it sends `{ "ready": … }` or `{ "cannot": reason }`. It exits at the end of its input.
 * `pytorch.py` implements the same protocol in Python.
 */
import { createInterface } from 'node:readline';
import { read, type Tensors } from './tensors.ts';
import type { Workload } from './workloads.ts';

/** A workload as implemented by one system. */
export interface Job {
  /** Runs the workload `times` times. */
  run(times: number): void | Promise<void>;
  /** The values of the last run, compared between systems: {@link squareMean}s of outputs, norms, or a loss. */
  values(): number[] | Promise<number[]>;
}

/** What a system reports when it is ready. */
export interface Ready {
  readonly runtime: string;
  /** The values after the first and, unless that took too long, the second run. */
  readonly values: number[][];
  /** How long the first run took, compilation included. */
  readonly firstMs: number;
  /** How its computation differs, if it does. */
  readonly differs?: string | undefined;
  /** Whether it could not use the given weights, so that its values cannot be compared. */
  readonly ownWeights?: boolean | undefined;
}

/** A system: prepares workloads. */
export interface System {
  readonly version: string;
  readonly ownWeights?: boolean;
  /** How this workload differs for the system, if it does. */
  differs?(workload: Workload): string | undefined;
  /** @throws any reason it cannot run the workload. */
  prepare(workload: Workload, tensors: Tensors): Job | Promise<Job>;
}

// A run slower than this is not repeated for warm-up.
const SLOW_MS = 4000;
const WARM_MS = 500;

/** The mean of the squares of some values. */
export function squareMean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return sum / values.length;
}

/** Answers the parent's requests until the parent closes the input. */
export async function serve(system: System): Promise<void> {
  const workload = JSON.parse(process.argv[2]!) as Workload;
  try {
    const job = await system.prepare(workload, read(process.argv[3]!));
    const firstMs = await round(job, 0);
    const values = [await job.values()];
    if (firstMs < SLOW_MS) {
      await job.run(1);
      values.push(await job.values());
      await round(job, WARM_MS);
    }
    const { ownWeights, version, differs } = system;
    const runtime = `node ${process.version}, ${version}`;
    answer({ ready: { runtime, values, firstMs, ownWeights, differs: differs?.(workload) } satisfies Ready });
    for await (const line of createInterface({ input: process.stdin })) {
      const request = JSON.parse(line) as { round: number };
      answer({ ms: await round(job, request.round) });
    }
    answer({ peakRssMiB: process.resourceUsage().maxRSS / 1024 });
  } catch (error) {
    answer({ cannot: String(error instanceof Error ? error.message : error).split('\n')[0] });
  }
  process.exit(0);
}

/** The mean time of one run, of runs in sequence for at least `milliseconds`. */
async function round(job: Job, milliseconds: number): Promise<number> {
  const start = performance.now();
  let runs = 0;
  let spent = 0;
  // The clock is read less and less often, so that it costs nothing when runs are short.
  for (let times = 1; runs === 0 || spent < milliseconds; times = Math.ceil(runs / 4)) {
    await job.run(times);
    runs += times;
    spent = performance.now() - start;
  }
  return spent / runs;
}

function answer(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
