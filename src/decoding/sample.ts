/** Decoding by chance. */
import type { EncoderDecoder } from '../encoder-decoder/encoder-decoder.ts';
import { requiredOptions, show, typeError } from '../errors.ts';
import { Random } from '../random/random.ts';
import type { Indices, Tensor } from '../tensor.ts';
import { draw } from './draw.ts';
import type { DecodingOptions, Hypothesis } from './hypothesis.ts';
import { type Choice, walk } from './walk.ts';

/** Options of {@link sample}. */
export interface SampleOptions extends DecodingOptions {
  /** What the tokens are drawn from. */
  readonly random: Random;
  /**
   * Chooses each token by ln p of all, which are scores as well: where a temperature or a filter of one's own goes. Drawn as
   * probable as the model says unless given.
   */
  readonly choose?: ((logProbabilities: Float32Array | Float64Array, random: Random) => number) | undefined;
}

/**
 * Decodes each source by drawing each token by its probability.
 *
 * All sources go side by side; each step costs one step of the decoder, and the encoder runs once. The probability of what
 * is found is the model's, however it was chosen.
 *
 * @param source as the model's encoder takes it: `[batch, time]`, or features `[batch, time, width]`.
 * @returns one hypothesis for each source.
 * @throws TypeError or RangeError if the source, the lengths or the options do not fit, or `choose` gives no token.
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
  const { random, choose = draw } = requiredOptions('sample', options, '{ maxLength, random }');
  if (!(random instanceof Random)) throw typeError('sample', 'random', `is ${show(random)}`, 'a Random');
  const choice: Choice = (logProbabilities) => {
    const token = choose(logProbabilities, random);
    if (Number.isInteger(token) && token >= 0 && token < logProbabilities.length) return token;
    throw typeError(
      'sample',
      'choose',
      `gave ${show(token)}`,
      `a token from 0 to ${logProbabilities.length - 1}`,
    );
  };
  return walk('sample', model, source, options, choice);
}
