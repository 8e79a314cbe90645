/** Training: a batch forward and back, a clipped gradient, an update; one step of an async iterable at a time. */
import { numberWithin } from '../errors.ts';
import type { Layer } from '../layers/layer.ts';
import type { Loss } from '../losses/loss.ts';
import { withArena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { copy } from '../matrix/operations.ts';
import { ownedMatrix } from '../matrix/owned.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Schedule } from '../optimizers/schedules.ts';
import { type State, stateOutput } from '../signal/state.ts';
import type { Indices, Tensor } from '../tensor.ts';
import type { Batch, Batches } from './batch.ts';
import { breather } from './breathe.ts';
import { clipNorm, gradientNorm } from './clip.ts';

/** Options of {@link train}. */
export interface TrainOptions<Target extends Tensor | Indices> {
  readonly loss: Loss<Target>;
  readonly optimizer: Optimizer;
  /** θ of g ← min(1, θ/‖g‖)·g over all gradients together; they are not clipped unless given. */
  readonly clipNorm?: number | undefined;
  /** A factor for the optimiser's learning rate, by step, the first being 0; 1 unless given. */
  readonly schedule?: Schedule | undefined;
  /** Ends the training after the step under way. */
  readonly signal?: AbortSignal | undefined;
  /** The number of the first step, of a training that goes on: 0 unless given. */
  readonly firstStep?: number | undefined;
}

/** What one step did. */
export interface TrainingStep {
  /** The number of the step, the first being `firstStep`. */
  readonly step: number;
  /** The loss before the step's update. */
  readonly loss: number;
  /** ‖g‖ over all parameters, before clipping. */
  readonly gradientNorm: number;
  /** The learning rate of the update. */
  readonly learningRate: number;
  /** Valid time steps of the batch a second. */
  readonly tokensPerSecond: number;
}

/**
 * Trains a model on batches, one update each. Nothing happens until the result is iterated, and the caller owns the loop:
 * `break` ends it, an aborted `signal` ends it, and the weights are then those of the last step that was yielded.
 *
 * Each step clears the gradients, goes forward and backward, clips (Pascanu, Mikolov and Bengio 2013, arXiv:1211.5063)
 * and updates. Between steps the event loop runs, so a page stays alive. A copy of the weights is kept, so that a step
 * whose loss, gradient or update is not finite leaves them as they were.
 *
 * @throws Error if a loss, gradient or weight is not finite: it names the step and the first parameter concerned.
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
export async function* train<Input extends Tensor | Indices, Target extends Tensor | Indices>(
  // biome-ignore lint/suspicious/noExplicitAny: widths and states play no part here
  model: Layer<Input, any, any, any>,
  batches: Batches<Input, Target>,
  options: TrainOptions<Target>,
): AsyncGenerator<TrainingStep, void, undefined> {
  const { optimizer, schedule = () => 1, signal, firstStep = 0 } = options;
  if (options.clipNorm !== undefined)
    numberWithin('train', 'clipNorm', options.clipNorm, 0, Number.POSITIVE_INFINITY);
  const parameters = model.parameters();
  const kept = keeper(parameters);
  const breathe = breather();
  let step = firstStep;
  let state: State | undefined;
  for await (const batch of batches) {
    if (signal?.aborted) return;
    const started = performance.now();
    for (const parameter of parameters.values()) parameter.clearGradient();
    const result = backPropagate(model, batch, options.loss, batch.continues ? state : undefined);
    state = result.state;

    const norm =
      options.clipNorm === undefined ? gradientNorm(parameters) : clipNorm(parameters, options.clipNorm);
    if (!Number.isFinite(result.loss) || !Number.isFinite(norm))
      throw notFinite(step, result.loss, norm, parameters);
    const learningRate = optimizer.learningRate * schedule(step);
    kept.keep();
    optimizer.step(parameters, learningRate);
    const broken = firstNotFinite(parameters, ({ value }) => value);
    if (broken !== undefined) {
      kept.putBack();
      throw new Error(
        `train: step ${step}: the update made ${broken} not finite (learning rate ${learningRate}, gradient norm ${norm}); the weights are those before it`,
      );
    }
    const seconds = (performance.now() - started) / 1000;
    yield {
      step,
      loss: result.loss,
      gradientNorm: norm,
      learningRate,
      tokensPerSecond: result.tokens / seconds,
    };
    step++;
    await breathe();
  }
}

/** One batch forward and back, without a copy of anything but the final state. */
function backPropagate<Input extends Tensor | Indices, Target extends Tensor | Indices>(
  // biome-ignore lint/suspicious/noExplicitAny: widths and states play no part here
  model: Layer<Input, any, any, any>,
  { inputs, targets, lengths }: Batch<Input, Target>,
  loss: Loss<Target>,
  initial: State | undefined,
): { loss: number; state: State | undefined; tokens: number } {
  return withArena(model.backend, (arena) => {
    const signal = model.toSignal(arena, 'train', inputs, lengths);
    const trace = model.record(arena, signal, model.toMatrixState(arena, 'train', 'state', initial, signal));
    const lossTrace = loss.trace(arena, 'train', trace.output, targets);
    trace.backward(lossTrace.backward(1), undefined, false);
    const { batch, time } = signal;
    const tokens = signal.lengths?.reduce((sum, length) => sum + length, 0) ?? batch * time;
    return { loss: lossTrace.value, state: trace.state && stateOutput(trace.state), tokens };
  });
}

/** A second copy of the weights. */
function keeper(parameters: ReadonlyMap<string, Parameter>): { keep(): void; putBack(): void } {
  const copies = [...parameters.values()].map((parameter) => {
    const { backend, rows, columns } = parameter.value;
    const owner = {};
    return { parameter, owner, copy: ownedMatrix(owner, backend, rows, columns) };
  });
  return {
    keep() {
      for (const kept of copies) copy(kept.copy, kept.parameter.value);
    },
    putBack() {
      for (const kept of copies) {
        copy(kept.parameter.value, kept.copy);
        kept.parameter.changed();
      }
    },
  };
}

function notFinite(
  step: number,
  loss: number,
  norm: number,
  parameters: ReadonlyMap<string, Parameter>,
): Error {
  const first = firstNotFinite(parameters, ({ gradient }) => gradient);
  const concerned = first === undefined ? 'all gradients are finite' : `the first is that of ${first}`;
  return new Error(
    `train: step ${step}: the loss is ${loss} and the gradient norm ${norm}, expected finite numbers; ${concerned}; the weights are those before it`,
  );
}

function firstNotFinite(
  parameters: ReadonlyMap<string, Parameter>,
  matrixOf: (parameter: Parameter) => Matrix,
): string | undefined {
  for (const [name, parameter] of parameters) {
    const { backend, offset, stride, rows, columns } = matrixOf(parameter);
    if (!Number.isFinite(backend.kernels.maximumMagnitude(offset, stride, rows, columns))) return name;
  }
  return undefined;
}
