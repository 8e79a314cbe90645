/** Data-parallel training: batches are divided into shards, computed in parallel. */

import type { Part } from '../common/architecture.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import { type Check, type Checks, record, size } from '../common/options.ts';
import type { Targets, Tensor } from '../common/tensor.ts';
import type { Batches } from '../data/batch.ts';
import type { State } from '../signal/state.ts';
import { type Builders, buildersOption } from '../storage/builders.ts';
import { checkTraining, loopChecks } from '../training/check.ts';
import { trainingLoop } from '../training/loop.ts';
import type { TrainingStep, TrainOptions } from '../training/options.ts';
import type { Trainable } from '../training/trainable.ts';
import type { AnyBatch } from './shards.ts';
import { Team } from './team.ts';
import { spawn, type WorkerLike } from './workers.ts';

/** Options of {@link trainParallel}. */
export interface TrainParallelOptions<Target extends Targets, Output = Tensor>
  extends TrainOptions<Target, Output> {
  /** The number of parts of each batch. It affects the weights through rounding: keep it to reproduce a training. */
  readonly shards: number;
  /**
   * The number of threads, including the calling one: default and maximum the number of shards. It does not affect the weights.
   * With 1 there are no workers.
   */
  readonly threads?: number | undefined;
  /**
   * Starts worker `index`, from 1, with a script that calls `serve`. Default the library's script, which supports its own cells,
   * layers and losses.
   */
  readonly worker?: ((index: number) => WorkerLike) | undefined;
  /** Builders for cells and layers outside the library, by name; needed if there are fewer threads than shards. */
  readonly builders?: Builders | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: any targets
const checks = (): Checks<TrainParallelOptions<any, any>> => ({
  ...loopChecks,
  initialState: record as Check<State>,
  shards: { required: size },
  threads: size,
  worker(where, argument, value) {
    if (typeof value === 'function') return value as () => WorkerLike;
    throw typeError(where, argument, `is ${show(value)}`, 'a function that starts a worker');
  },
  builders: buildersOption,
});

/**
 * Trains a model like `train`, with each batch divided along its first axis into shards that threads compute in parallel: the
 * calling thread and workers, of Node's `worker_threads` or of a browser.
 *
 * In each step, all shards start from the same weights. With losses L_s, weights w_s and gradients g_s, the step's loss and gradient are
 *
 *     L = Σ α_s·L_s,  g = Σ α_s·g_s        α_s = w_s / Σ w for a mean, 1 for a sum
 *
 * summed in the order of the shards: they equal those of the whole batch up to rounding, and are identical bit for bit for the
 * same number of shards, whatever the timing and the number of threads. Shard 0 draws from the model's own generators, such as
 * those of dropout layers; at each step every other shard gets generators forked from them. If a batch `continues` the previous
 * one, it must have the same number of sequences, and each shard continues from its own states.
 *
 * Weights and gradients are in shared memory if available, and are transferred otherwise. Workers end with the
 * iteration, however it ends, and never keep a program alive. Each needs about as much memory as the model and the pass
 * over its shard. If `signal` is aborted during a step, the step is dropped unless all workers have answered.
 *
 * @throws RangeError if `shards` or `threads` is out of range, or a batch cannot be divided; Error if a worker fails or dies,
 * naming the worker and the step, or if a loss, gradient or weight is not finite, as for `train`. The weights are then those of the
 * last step that was yielded.
 *
 * @example
 * ```ts
 * import { Adam, Dense, LSTMCell, meanSquaredError, Random, Sequence, sequential, tensor } from 'recurrent-cells';
 * import { trainParallel } from 'recurrent-cells/parallel';
 *
 * const random = new Random(1);
 * const model = sequential(
 *   new Sequence(new LSTMCell({ inputSize: 1, hiddenSize: 8, random }), { outputs: 'last' }),
 *   new Dense({ inputSize: 8, outputSize: 1, random }),
 * );
 * const batch = { inputs: tensor([[[1], [2], [3]], [[2], [4], [6]]]), targets: tensor([[0.4], [0.8]]) };
 * const losses = [];
 * for await (const { loss } of trainParallel(model, Array(50).fill(batch), {
 *   loss: meanSquaredError(),
 *   optimizer: new Adam({ learningRate: 0.02 }),
 *   shards: 2,
 *   threads: 1, // without it, 2: the weights are the same
 * }))
 *   losses.push(loss);
 * losses.at(-1)! < losses[0]! / 10 // → true
 * ```
 */
export async function* trainParallel<Input, Target extends Targets, Output>(
  model: Trainable<Input, Output> & Part,
  batches: Batches<Input, Target>,
  options: TrainParallelOptions<Target, Output>,
): AsyncGenerator<TrainingStep, void, undefined> {
  checkTraining('trainParallel', model, batches, options, checks());
  const { loss, signal, shards, threads = shards, worker = spawn, builders = {}, initialState } = options;
  if (threads > shards)
    throw rangeError('trainParallel', 'threads', `is ${threads}`, `at most ${shards}, the shards`);
  const team = new Team(model, loss, { shards, threads, worker, builders, initialState });
  try {
    yield* trainingLoop('trainParallel', model, batches, options, (batch, step) =>
      team.step(batch as AnyBatch, step, signal),
    );
  } finally {
    team.end();
  }
}
