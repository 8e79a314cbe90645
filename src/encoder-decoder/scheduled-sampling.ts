/** Scheduled sampling: training a decoder on some of its own tokens instead of the true ones. */

import { numberWithin, show, typeError } from '../common/errors.ts';
import { type Checks, checkOptions, count } from '../common/options.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import { type Batch, type Batches, checkBatch, checkBatches } from '../data/batch.ts';
import { withArena } from '../matrix/arena.ts';
import type { Schedule } from '../optimizers/schedules.ts';
import { type DrawOptions, drawChecks, drawingFrom } from '../random/random.ts';
import { type Drawn, type SamplingOptions, sampler, samplingChecks } from '../random/sampling.ts';
import type { EncoderDecoder } from './encoder-decoder.ts';
import type { EncoderDecoderInput } from './options.ts';

/** Options of {@link scheduledSampling}, with those for drawing the model's tokens: temperature 0 takes the most probable. */
export interface ScheduledSamplingOptions extends SamplingOptions, DrawOptions {
  /** The probability of using the model's own token, by step number from 0: 1 − ε in the paper. */
  readonly probability: Schedule;
  /** The number of the first step, for resumed training: default 0. */
  readonly firstStep?: number | undefined;
}

const checks = (): Checks<ScheduledSamplingOptions> => ({
  ...samplingChecks,
  ...drawChecks,
  probability: {
    required(where, argument, value) {
      if (typeof value === 'function') return value as Schedule;
      throw typeError(where, argument, `is ${show(value)}`, 'a function of the step');
    },
  },
  firstStep: count,
});

/**
 * Replaces some of the decoder's true input tokens with its own predictions, so that it learns to recover from its mistakes:
 * scheduled sampling (Bengio et al. 2015, arXiv:1506.03099), with an independent draw for each token.
 *
 * Wrap the batches passed to `train` in it. When a batch is requested, the current model decodes its targets; at each step
 * it is fed its own prediction with the given probability. No gradient flows through the choice, so training proceeds as
 * usual on the mixed inputs. The targets and the first input token are unchanged.
 *
 * @throws TypeError or RangeError if the batches or an option do not fit, or a probability is not from 0 to 1.
 *
 * @example
 * ```ts
 * import {
 *   Adam, crossEntropy, Dense, Embedding, EncoderDecoder, GRUCell, Random, scheduledSampling, Sequence, sequential,
 *   teacherForcing, train,
 * } from 'recurrent-cells';
 *
 * const recurrent = () =>
 *   sequential(
 *     new Embedding({ classes: 4, outputSize: 3 }),
 *     new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 3 })),
 *   );
 * const output = new Dense({ inputSize: 3, outputSize: 4 });
 * const model = new EncoderDecoder({ encoder: recurrent(), decoder: recurrent(), output, start: 0, end: 1 });
 * const batches = Array(10).fill(teacherForcing(model, [[2, 3]], [[3, 2]]));
 * const mixed = scheduledSampling(model, batches, {
 *   probability: (step) => Math.min(0.5, step / 100),
 *   random: new Random(1),
 * });
 * let steps = 0;
 * for await (const _ of train(model, mixed, { loss: crossEntropy(), optimizer: new Adam() })) steps++;
 * steps // → 10
 * ```
 */
export async function* scheduledSampling<Source extends Tensor | Indices>(
  model: EncoderDecoder<Source>,
  batches: Batches<EncoderDecoderInput<Source>, Indices>,
  options: ScheduledSamplingOptions,
): AsyncGenerator<Batch<EncoderDecoderInput<Source>, Indices>, void, undefined> {
  const where = 'scheduledSampling';
  const { probability, firstStep = 0 } = checkOptions(where, options, checks());
  if (model?.type !== 'EncoderDecoder')
    throw typeError(where, 'model', `is ${show(model)}`, 'an EncoderDecoder');
  checkBatches(where, batches);
  const random = drawingFrom(where, options);
  const own = sampler(where, options, random);
  let step = firstStep;
  for await (const batch of batches) {
    checkBatch(where, batch);
    const share = numberWithin(where, `probability(${step})`, probability(step), 0, 1);
    const replaced = () => random.next() < share;
    yield { ...batch, inputs: mixed(where, model, batch.inputs, replaced, own) };
    step++;
  }
}

/** The input, with the target tokens for which `replaced` returns true replaced by draws from `own`. */
function mixed<Source extends Tensor | Indices>(
  where: string,
  model: EncoderDecoder<Source>,
  input: EncoderDecoderInput<Source>,
  replaced: () => boolean,
  own: (logProbabilities: Tensor['data']) => Drawn,
): EncoderDecoderInput<Source> {
  return withArena(model.backend, (arena) => {
    const { source, target } = model.toSignals(arena, where, input);
    const { batch, time, lengths } = target;
    const data = input.target.data.slice();
    const steps = model.begin(arena, source, 1);
    const tokens = target.indices.columnsFrom(0, batch).read();
    for (let t = 1; t < time; t++) {
      steps.advance(tokens);
      for (let b = 0; b < batch; b++) {
        if (t >= (lengths?.[b] ?? time)) continue;
        const at = b * time + t;
        if (replaced()) data[at] = own(steps.logProbabilities.rowsFrom(b, 1).read()).token;
        tokens[b] = data[at]!;
      }
    }
    return { ...input, target: { ...input.target, data } };
  });
}
