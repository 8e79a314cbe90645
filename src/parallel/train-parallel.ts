/** Training whose batches are cut into shards, computed side by side. */

import type { Part } from '../common/architecture.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import { type Checks, size } from '../common/options.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import type { Batches } from '../data/batch.ts';
import { type Builders, buildersOption } from '../storage/builders.ts';
import { checkTraining, loopChecks } from '../training/check.ts';
import { trainingLoop } from '../training/loop.ts';
import type { LoopOptions, TrainingStep } from '../training/options.ts';
import type { Trainable } from '../training/trainable.ts';
import type { AnyBatch } from './messages.ts';
import { Team } from './team.ts';
import { spawn, type WorkerLike } from './workers.ts';

/** Options of {@link trainParallel}. */
export interface TrainParallelOptions<Target extends Tensor | Indices> extends LoopOptions<Target> {
  /** How many parts each batch is cut into. The weights depend on it, by rounding: keep it to repeat a training. */
  readonly shards: number;
  /**
   * How many threads compute them, the calling one among them: as many as shards unless given, which is also the most.
   * The weights do not depend on it. With 1 there are no workers.
   */
  readonly threads?: number | undefined;
  /**
   * Starts worker `index`, from 1. Its script calls `serve`. The library's own script, which knows its cells, layers and
   * losses, unless given.
   */
  readonly worker?: ((index: number) => WorkerLike) | undefined;
  /** How cells and layers that are not the library's are built, by name; needed where there are fewer threads than shards. */
  readonly builders?: Builders | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: of any targets
const checks = (): Checks<TrainParallelOptions<any>> => ({
  ...loopChecks,
  shards: { required: size },
  threads: size,
  worker(where, argument, value) {
    if (typeof value === 'function') return value as () => WorkerLike;
    throw typeError(where, argument, `is ${show(value)}`, 'a function that starts a worker');
  },
  builders: buildersOption,
});

/**
 * Trains a model as `train` does, each batch cut along its first axis into shards that threads compute side by side: the
 * calling one and workers, of Node's `worker_threads` or of a browser.
 *
 * Each step, all start from the same weights. With losses L_s of weights w_s and gradients g_s, the step's are
 *
 *     L = Σ α_s·L_s,  g = Σ α_s·g_s        α_s = w_s / Σ w of a mean, 1 of a sum
 *
 * added in the order of the shards: they are those of the whole batch up to rounding, and the same bit for bit for the same
 * number of shards, whatever the timing and the number of threads. Shard 0 draws from the model's own generators, such as
 * those of its dropouts; at each step every other shard gets generators forked from them. Where a batch `continues` the one
 * before, it has as many sequences, and each shard goes on from its own states.
 *
 * Weights and gradients lie in shared memory where there is such, and are transferred elsewhere. Workers end with the
 * iteration, however it ends, and never keep a program alive. Each takes about as much memory as the model and the pass
 * over its shard. A step that is under way when `signal` is aborted is dropped if a worker has not answered by then.
 *
 * @throws RangeError if `shards` or `threads` is out of range, or a batch cannot be cut; Error if a worker fails or dies,
 * naming the worker and the step, or if a loss, gradient or weight is not finite, as `train`. The weights are those of the
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
export async function* trainParallel<Input, Target extends Tensor | Indices>(
  model: Trainable<Input> & Part,
  batches: Batches<Input, Target>,
  options: TrainParallelOptions<Target>,
): AsyncGenerator<TrainingStep, void, undefined> {
  checkTraining('trainParallel', model, batches, options, checks());
  const { loss, signal, shards, threads = shards, worker = spawn, builders = {} } = options;
  if (threads > shards)
    throw rangeError('trainParallel', 'threads', `is ${threads}`, `at most ${shards}, the shards`);
  const team = new Team(model, loss, { shards, threads, worker, builders });
  try {
    yield* trainingLoop('trainParallel', model, batches, options, (batch, step) =>
      team.step(batch as AnyBatch, step, signal),
    );
  } finally {
    team.end();
  }
}
