/** Decoding by sampling. */
import type { Checks } from '../common/options.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import type { EncoderDecoder } from '../encoder-decoder/encoder-decoder.ts';
import { type DrawOptions, drawChecks, drawingFrom } from '../random/random.ts';
import { type SamplingOptions, sampler, samplingChecks } from '../random/sampling.ts';
import { decodeByChoice } from './choice.ts';
import { checkDecoding, type DecodingOptions, decodingChecks, type Hypothesis } from './hypothesis.ts';

/** Options of {@link sample}. */
export interface SampleOptions extends DecodingOptions, SamplingOptions, DrawOptions {}

const checks = (): Checks<SampleOptions> => ({ ...decodingChecks, ...samplingChecks, ...drawChecks });

/**
 * Decodes each source by sampling each token from the model's distribution, adjusted by `temperature`, `topK` and `topP`.
 *
 * All sources are decoded as one batch; each token costs one step of the decoder, and the encoder runs once. The reported
 * probability is the model's own, whatever the temperature and the truncation.
 *
 * @param source as the model's encoder takes it: `[batch, time]`, or features `[batch, time, width]`.
 * @returns one hypothesis for each source.
 * @throws TypeError or RangeError if the source, the lengths or the options do not fit.
 *
 * @example
 * ```ts
 * import { Dense, Embedding, EncoderDecoder, GRUCell, indices, Random, sample, Sequence, sequential } from 'recurrent-cells';
 *
 * const recurrent = () =>
 *   sequential(
 *     new Embedding({ classes: 4, outputSize: 3 }),
 *     new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 3 })),
 *   );
 * const output = new Dense({ inputSize: 3, outputSize: 4 });
 * const model = new EncoderDecoder({ encoder: recurrent(), decoder: recurrent(), output, start: 0, end: 1 });
 * const draw = () => sample(model, indices([[2, 3]]), { maxLength: 10, random: new Random(1) })[0]!.tokens;
 * draw().join() === draw().join() // → true
 * ```
 */
export function sample<Source extends Tensor | Indices>(
  model: EncoderDecoder<Source>,
  source: Source,
  options: SampleOptions,
): Hypothesis[] {
  checkDecoding('sample', model, options, checks());
  const draw = sampler('sample', options, drawingFrom('sample', options));
  return decodeByChoice('sample', model, source, options, (scores) => draw(scores).token);
}
