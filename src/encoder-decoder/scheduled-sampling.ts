/** Scheduled sampling: a decoder trained on some tokens of its own in place of the true ones. */

import { numberWithin, show, typeError } from '../common/errors.ts';
import { type Checks, checkOptions, count } from '../common/options.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import { type Batch, type Batches, checkBatch, checkBatches } from '../data/batch.ts';
import { withArena } from '../matrix/arena.ts';
import type { Schedule } from '../optimizers/schedules.ts';
import { type DrawOptions, drawChecks, drawingFrom } from '../random/random.ts';
import { type Drawn, type SamplingOptions, sampler, samplingChecks } from '../random/sampling.ts';
import type { EncoderDecoder, EncoderDecoderInput } from './encoder-decoder.ts';

/** Options of {@link scheduledSampling}, beside how the model's own tokens are drawn: temperature 0 takes the likeliest. */
export interface ScheduledSamplingOptions extends SamplingOptions, DrawOptions {
  /** The probability of a token of the model's own, by step, the first being 0: 1 − ε of the paper. */
  readonly probability: Schedule;
  /** The number of the first step, of a training that goes on: 0 by default. */
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
 * Mixes the true tokens that a decoder is told with tokens of its own, so that it learns to go on from its own mistakes:
 * scheduled sampling (Bengio et al. 2015, arXiv:1506.03099), a coin for each token.
 *
 * To be put between the batches and `train`. As each batch is asked for, the model as it is then goes along its targets;
 * from each step on it is told, with the given probability, what it takes to be the next token. No gradient goes through a
 * choice, so the training that follows is an ordinary one on what was told. The goals stay as they are, and so does the
 * first token.
 *
 * @throws TypeError or RangeError if the batches or an option are not what they should be, or a probability is not from 0
 * to 1.
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

/** The input with some of its target's tokens, those for which `replaced` says so, replaced by the model's `own`. */
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
