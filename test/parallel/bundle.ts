/** The library as published, with workers for the tests, since a worker cannot be started from sources. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build, type Options } from 'tsup';
import config from '../../tsup.config.ts';

/** The folder of the build. */
export const folder: string = fileURLToPath(
  new URL('../../node_modules/.cache/recurrent-cells-parallel/', import.meta.url),
);

/** Builds the library together with the tests' worker, which shares its classes. */
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

/** The behaviours of the tests' worker, see `worker.ts`. */
export type Behaviour = 'own' | 'exit' | 'throw' | 'silent' | 'slow';

/** Starts the library's worker. */
export const plain = (): Worker => new Worker(`${folder}worker.js`);

/** Starts the tests' worker. */
export const behaving =
  (behaviour: Behaviour): ((index: number) => Worker) =>
  (index) =>
    new Worker(`${folder}test-worker.js`, { workerData: { behaviour, index } });
