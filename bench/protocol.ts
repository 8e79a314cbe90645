/**
 * The measured process's side: it prepares one workload, then runs a round whenever it is asked to.
 *
 * Requests and answers are JSON, one a line: `{ "round": milliseconds }` is answered by `{ "ms": time of one run }`.
 * Before the first request it says `{ "ready": … }`, or `{ "cannot": reason }`. The end of its input ends it.
 * `pytorch.py` speaks the same in Python.
 */
import { createInterface } from 'node:readline';
import { read, type Tensors } from './tensors.ts';
import type { Workload } from './workloads.ts';

/** A workload as one system does it. */
export interface Job {
  /** Does the workload `times` times over. */
  run(times: number): void | Promise<void>;
  /** What the last run computed, to be compared between systems: {@link squareMean}s of outputs, norms, or a loss. */
  values(): number[] | Promise<number[]>;
}

/** What a system says of itself when it is ready. */
export interface Ready {
  readonly runtime: string;
  /** The values after the first and, unless that took too long, the second run. */
  readonly values: number[][];
  /** How long the first run took, compilation included. */
  readonly firstMs: number;
  /** Where it does not do quite the same. */
  readonly differs?: string | undefined;
  /** Whether it could not take the given weights, so that its values say nothing. */
  readonly ownWeights?: boolean | undefined;
}

/** A system: how it prepares a workload. */
export interface System {
  readonly version: string;
  readonly ownWeights?: boolean;
  /** Where this workload is not quite the same to it. */
  differs?(workload: Workload): string | undefined;
  /** @throws whatever keeps it from doing the workload. */
  prepare(workload: Workload, tensors: Tensors): Job | Promise<Job>;
}

// A run slower than this is not repeated for warmth.
const SLOW_MS = 4000;
const WARM_MS = 500;

/** The mean of the squares of some values. */
export function squareMean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return sum / values.length;
}

/** Answers the parent for a system until the parent hangs up. */
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
  // The clock is read ever more rarely, so that it costs nothing where a run is short.
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
