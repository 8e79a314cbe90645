/** Many inputs, a variable number of outputs: encoder and decoder. */
import { Attention, type AttentionOptions } from '../attention/attention.ts';
import { rangeError } from '../common/errors.ts';
import { type Checks, checkOptions, count, flag, size } from '../common/options.ts';
import type { Indices } from '../common/tensor.ts';
import { EncoderDecoder } from '../encoder-decoder/encoder-decoder.ts';
import { Dense } from '../layers/dense.ts';
import { Sequential } from '../layers/sequential.ts';
import { inputLayer, type RecurrentOptions, recurrentChecks, recurrentLayers } from './recurrent.ts';

/** Options of {@link encoderDecoder}. */
export interface EncoderDecoderModelOptions<Classes extends number = number> extends RecurrentOptions {
  /** The tokens of the source: indices go from 0 to `sourceClasses` − 1. */
  readonly sourceClasses: number;
  /** The number of target tokens, including start and end. */
  readonly targetClasses: Classes;
  /** The size of a learned embedding for each token: default one-hot vectors. */
  readonly embeddingSize?: number | undefined;
  /** Whether the encoder also reads each source from its end: default false. */
  readonly bidirectional?: boolean | undefined;
  /** The score comparing decoder steps with encoder steps: default `'general'`; `'none'` for no attention. */
  readonly attention?: AttentionOptions['score'] | 'none' | undefined;
  /** The token fed to the decoder before the first target token. */
  readonly start: number;
  /** The token that ends a target. */
  readonly end: number;
}

const checks = (): Checks<EncoderDecoderModelOptions> => ({
  ...recurrentChecks(),
  sourceClasses: { required: size },
  targetClasses: { required: size },
  embeddingSize: size,
  bidirectional: flag,
  attention: ['dot', 'general', 'additive', 'none'],
  start: { required: count },
  end: { required: count },
});

/**
 * Encoder–decoder: source tokens `[batch, source time]` → target tokens, until the end token.
 *
 *                       y₁       y₂    ⟨end⟩
 *                       ▲        ▲     ▲
 *     ┌─────┬─────┬─────┼────────┼─────┤  attention
 *     h₁ ─▶ h₂ ─▶ h₃ ─▶ s₁ ────▶ s₂ ─▶ s₃
 *     ▲     ▲     ▲     ▲        ▲     ▲
 *     x₁    x₂    x₃    ⟨start⟩  y₁    y₂
 *
 * The structure for translation. Train it on batches from `teacherForcing`; decode with `greedy`, `beamSearch` or `sample`.
 *
 * @throws RangeError or TypeError if an option does not fit.
 *
 * @example
 * ```ts
 * import { encoderDecoder, greedy, indices } from 'recurrent-cells';
 *
 * const model = encoderDecoder({ sourceClasses: 30, targetClasses: 12, hiddenSize: 8, start: 0, end: 1 });
 * greedy(model, indices([[4, 7, 9]]), { maxLength: 5 })[0]!.tokens.length <= 5 // → true
 * ```
 */
export function encoderDecoder<const Classes extends number>(
  options: EncoderDecoderModelOptions<Classes>,
): EncoderDecoder<Indices, Classes> {
  const where = 'encoderDecoder';
  const { sourceClasses, targetClasses, embeddingSize, start, end } = checkOptions(where, options, checks());
  const { bidirectional, merge, learnInitialState, attention = 'general', backend, random } = options;
  const stack = (
    classes: number,
    directions: Pick<RecurrentOptions, 'bidirectional' | 'merge' | 'learnInitialState'>,
  ) => {
    const settings = { ...options, ...directions, classes, embeddingSize };
    const input = inputLayer(where, settings);
    const { layers, width } = recurrentLayers(where, input.width, settings, 'all');
    return { layer: new Sequential<Indices>([...input.layers, ...layers]), width };
  };
  const encoder = stack(sourceClasses, { bidirectional, merge, learnInitialState });
  const decoder = stack(targetClasses, { bidirectional: false, merge: undefined, learnInitialState: false });
  if (attention === 'dot' && encoder.width !== decoder.width)
    throw rangeError(
      where,
      'attention',
      `is "dot", and the encoder gives ${encoder.width} features, the decoder ${decoder.width}`,
      'as many of both, or "general"',
    );
  const attentionSize = attention === 'additive' ? decoder.width : undefined;
  const sizes = { querySize: decoder.width, keySize: encoder.width, attentionSize };
  return new EncoderDecoder({
    encoder: encoder.layer,
    decoder: decoder.layer,
    attention:
      attention === 'none' ? undefined : new Attention({ score: attention, ...sizes, backend, random }),
    output: new Dense({ inputSize: decoder.width, outputSize: targetClasses, backend, random }),
    start,
    end,
    random,
  });
}
