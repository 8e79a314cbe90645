/**
 * Training on several threads: data-parallel, over Node's `worker_threads` and the Web Workers of browsers.
 *
 * @packageDocumentation
 */
export type { LossBuilder, LossBuilders } from './losses.ts';
export { type ServeOptions, serve } from './serve.ts';
export type { WorkerLike } from './spawn.ts';
export { type TrainParallelOptions, trainParallel } from './train-parallel.ts';
