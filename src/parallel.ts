/**
 * Training on several threads: data-parallel, over Node's `worker_threads` and the Web Workers of browsers.
 *
 * @packageDocumentation
 */
export type { LossBuilder, LossBuilders } from './parallel/losses.ts';
export { type ServeOptions, serve } from './parallel/serve.ts';
export type { WorkerLike } from './parallel/spawn.ts';
export { type TrainParallelOptions, trainParallel } from './parallel/train-parallel.ts';
