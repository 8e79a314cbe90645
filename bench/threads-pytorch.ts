/** PyTorch's part of `threads.ts`: runs a workload of `workloads.ts` in one process per setting of its two thread pools. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Measured } from './measured.ts';
import { avx2, environment, pythonWithTorch } from './peers.ts';
import { programFile } from './prepare.ts';
import { draw, write } from './tensors.ts';
import { workloads } from './workloads.ts';

/** PyTorch with one setting. */
export interface PyTorch {
  readonly title: string;
  /** Whether AVX-512 is disabled. */
  readonly limited: boolean;
  /** Milliseconds of the steps so far. */
  readonly times: number[];
  /** One training step. */
  step(): Promise<void>;
  end(): Promise<void>;
}

const LIMIT_MS = 120_000;
// OpenBLAS and OpenMP threads spin after work, which would slow down the next system.
const REST_MS = 50;
/** The number of threads of OpenBLAS and of PyTorch. */
const THREADS = [
  [1, 1],
  [2, 1],
  [2, 2],
];

/** All settings, ready; empty if PyTorch or the workload is missing. */
export async function startPyTorch(name: string): Promise<PyTorch[]> {
  const workload = workloads.find((each) => each.name === name);
  const python = pythonWithTorch();
  if (workload === undefined || python === undefined) return [];
  const folder = mkdtempSync(join(tmpdir(), 'recurrent-cells-threads-'));
  const file = join(folder, `${name}.safetensors`);
  write(file, draw(workload));
  const command = [python, programFile('pytorch.py'), JSON.stringify(workload), file];
  const started: PyTorch[] = [];
  for (const limited of [false, true])
    for (const [blas, torch] of THREADS) {
      const threads = { OPENBLAS_NUM_THREADS: String(blas), OMP_NUM_THREADS: String(torch) };
      const process = new Measured(
        [...command, String(torch)],
        { ...environment(), ...(limited ? avx2 : {}), ...threads },
        LIMIT_MS,
      );
      const ready = await process.ready();
      if (typeof ready === 'string') throw new Error(`pytorch: ${ready}`);
      started.push(
        setting(process, `PyTorch${limited ? ' with AVX2' : ''}, OpenBLAS ${blas}, own ${torch}`, limited),
      );
    }
  rmSync(folder, { recursive: true });
  return started;
}

function setting(process: Measured, title: string, limited: boolean): PyTorch {
  const times: number[] = [];
  return {
    title,
    limited,
    times,
    async step() {
      const time = await process.round(0);
      if (time === undefined) throw new Error(`${title}: gave no time`);
      times.push(time);
      await setTimeout(REST_MS);
    },
    async end() {
      await process.end();
    },
  };
}
