/** Training: a batch forward and back, a clipped gradient, an update; one step of an async iterable at a time. */

import { type Check, type Checks, record } from '../common/options.ts';
import type { Targets } from '../common/tensor.ts';
import type { Batches } from '../data/batch.ts';
import { clearGradients } from '../optimizers/optimizer.ts';
import type { State } from '../signal/state.ts';
import { backPropagate } from './back-propagate.ts';
import { checkTraining, loopChecks } from './check.ts';
import { trainingLoop } from './loop.ts';
import type { TrainingStep, TrainOptions } from './options.ts';
import type { Trainable } from './trainable.ts';

// biome-ignore lint/suspicious/noExplicitAny: of any targets
const checks = (): Checks<TrainOptions<any, any>> => ({
  ...loopChecks,
  initialState: record as Check<State>,
});

/**
 * Trains a model on batches, one update each. Nothing happens until the result is iterated, so `await train(…)` alone trains
 * nothing. The caller owns the loop: `break` or an aborted `signal` ends it. The weights are then those of the last step that was yielded; after
 * an abort, the best ones if `validate` has `best`.
 *
 * Each step clears the gradients, runs the forward and backward pass, clips (Pascanu, Mikolov and Bengio 2013, arXiv:1211.5063)
 * and updates. Between steps the event loop runs, so a page stays responsive. A step whose loss, gradient or update
 * is not finite leaves the weights and the optimiser's state as they were.
 *
 * @throws TypeError if the batches, the loss or the optimiser have the wrong type; Error if a loss, gradient or weight is not finite: it names the step and the first parameter concerned.
 *
 * @example
 * ```ts
 * import { Adam, Dense, LSTMCell, meanSquaredError, Random, Sequence, sequential, tensor, train } from 'recurrent-cells';
 *
 * const random = new Random(1);
 * const model = sequential(
 *   new Sequence(new LSTMCell({ inputSize: 1, hiddenSize: 8, random }), { outputs: 'last' }),
 *   new Dense({ inputSize: 8, outputSize: 1, random }),
 * );
 * const batch = { inputs: tensor([[[1], [2], [3]], [[2], [4], [6]]]), targets: tensor([[0.4], [0.8]]) };
 * const losses = [];
 * for await (const { loss } of train(model, Array(50).fill(batch), {
 *   loss: meanSquaredError(),
 *   optimizer: new Adam({ learningRate: 0.02 }),
 *   clipNorm: 1,
 * }))
 *   losses.push(loss);
 * losses.at(-1)! < losses[0]! / 10 // → true
 * ```
 */
export async function* train<Input, Target extends Targets, Output>(
  model: Trainable<Input, Output>,
  batches: Batches<Input, Target>,
  options: TrainOptions<Target, Output>,
): AsyncGenerator<TrainingStep, void, undefined> {
  checkTraining('train', model, batches, options, checks());
  const parameters = model.parameters();
  let state = options.initialState;
  yield* trainingLoop('train', model, batches, options, (batch, step) => {
    clearGradients(parameters);
    const initial = batch.continues ? state : undefined;
    const result = backPropagate(`train: step ${step}`, model, batch, options.loss, initial);
    state = result.state;
    return result;
  });
}
