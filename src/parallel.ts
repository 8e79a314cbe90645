/**
 * Training on several threads: data-parallel, over Node's `worker_threads` and the Web Workers of browsers.
 *
 * @module recurrent-cells/parallel
 */

export { type LossBuilder, type LossBuilders, type ServeOptions, serve } from './parallel/serve.ts';
export { type TrainParallelOptions, trainParallel } from './parallel/train-parallel.ts';
export type { WorkerLike } from './parallel/workers.ts';
