/** The library as it is published, with workers of the tests' own, since a worker cannot be started from sources. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build, type Options } from 'tsup';
import config from '../../tsup.config.ts';

/** Where it is built. */
export const folder: string = fileURLToPath(
  new URL('../../node_modules/.cache/recurrent-cells-parallel/', import.meta.url),
);

/** Builds it, the tests' worker as part of the library, whose classes it shares. */
export async function bundle(): Promise<void> {
  const { entry, ...options } = config as Options;
  await build({
    ...options,
    entry: { ...(entry as Record<string, string>), 'test-worker': 'test/parallel/worker.ts' },
    config: false,
    outDir: folder,
    dts: false,
    silent: true,
  });
}

/** What the tests' own worker does, see `worker.ts`. */
export type Behaviour = 'own' | 'exit' | 'throw' | 'silent' | 'slow';

/** Starts the library's own worker. */
export const plain = (): Worker => new Worker(`${folder}worker.js`);

/** Starts the tests' worker. */
export const behaving =
  (behaviour: Behaviour): ((index: number) => Worker) =>
  (index) =>
    new Worker(`${folder}test-worker.js`, { workerData: { behaviour, index } });
