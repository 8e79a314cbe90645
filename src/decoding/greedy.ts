/** Greedy decoding. */

import type { Indices, Tensor } from '../common/tensor.ts';
import type { EncoderDecoder } from '../encoder-decoder/encoder-decoder.ts';
import type { Values } from '../kernels/heap.ts';
import { decodeByChoice } from './choice.ts';
import { checkDecoding, type DecodingOptions, decodingChecks, type Hypothesis } from './hypothesis.ts';

/**
 * Decodes each source by taking the most probable token at each step (the first of equal ones).
 *
 * All sources are decoded as one batch; each token costs one step of the decoder, and the encoder runs once.
 *
 * @param source as the model's encoder takes it: `[batch, time]`, or features `[batch, time, width]`.
 * @returns one hypothesis for each source.
 * @throws TypeError or RangeError if the source, the lengths or the options do not fit.
 *
 * @example
 * ```ts
 * import { Dense, Embedding, EncoderDecoder, greedy, GRUCell, indices, Sequence, sequential } from 'recurrent-cells';
 *
 * const recurrent = () =>
 *   sequential(
 *     new Embedding({ classes: 4, outputSize: 3 }),
 *     new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 3 })),
 *   );
 * const output = new Dense({ inputSize: 3, outputSize: 4 });
 * const model = new EncoderDecoder({ encoder: recurrent(), decoder: recurrent(), output, start: 0, end: 1 });
 * // This bias makes every sequence end at once.
 * output.bias!.write([0, 50, 0, 0]);
 * const [first] = greedy(model, indices([[2, 3, 2]]), { maxLength: 10 });
 * first!.tokens // → []
 * first!.ended // → true
 * ```
 */
export function greedy<Source extends Tensor | Indices>(
  model: EncoderDecoder<Source>,
  source: Source,
  options: DecodingOptions,
): Hypothesis[] {
  checkDecoding('greedy', model, options, decodingChecks);
  return decodeByChoice('greedy', model, source, options, largest);
}

/** The index of the largest value; ties go to the first. */
function largest(values: Values): number {
  let at = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[at]!) at = i;
  return at;
}
