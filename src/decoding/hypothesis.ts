/** The results of decoding: token lists with their probability. */

import { instanceOf } from '../common/instance.ts';
import { type Checks, checkOptions, flag, later, size } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { EncoderDecoder } from '../encoder-decoder/encoder-decoder.ts';
import type { Steps } from '../encoder-decoder/steps.ts';
import type { Values } from '../kernels/heap.ts';

/** Options of every decoder. */
export interface DecodingOptions {
  /** The maximum number of steps: a hypothesis that has not ended by then is cut off. */
  readonly maxLength: number;
  /** The valid steps of each source: default all. */
  readonly lengths?: readonly number[] | undefined;
  /** Whether to return attention weights: default false. */
  readonly weights?: boolean | undefined;
}

export const decodingChecks: Checks<DecodingOptions> = {
  maxLength: { required: size },
  lengths: later,
  weights: flag,
};

/** A decoded sequence. */
export interface Hypothesis {
  /** The tokens without the start and end token. */
  readonly tokens: readonly number[];
  /** ln p of all tokens together, including the end token if it was reached. */
  readonly logProbability: number;
  /** Whether the end token was reached; otherwise the hypothesis was cut off at `maxLength`. */
  readonly ended: boolean;
  /** `[tokens, source time]` The attention weights of each token; undefined without attention, or if not requested. */
  readonly weights: Tensor | undefined;
}

/** The last token of a hypothesis under way, linked to the one before it. */
export interface Trail {
  readonly token: number;
  readonly before: Trail | undefined;
  readonly weights: Values | undefined;
}

/** Checks the model and the options, and returns the options. */
export function checkDecoding<Described extends DecodingOptions, Options extends Described>(
  where: string,
  model: unknown,
  options: Options,
  checks: Checks<Described>,
): Options {
  instanceOf(where, 'model', model, EncoderDecoder, 'an EncoderDecoder, such as encoderDecoder(…) makes');
  return checkOptions(where, options, checks);
}

/** The attention weights of hypothesis w of sequence b at the last step, if wanted. */
export function weightsOf(
  steps: Steps,
  b: number,
  w: number,
  wanted: boolean | undefined,
): Values | undefined {
  return wanted ? steps.weights?.rowsFrom(b * steps.width + w, 1).read() : undefined;
}

/** Builds a hypothesis from its trail, whose last token may be the end token. */
export function hypothesis(trail: Trail | undefined, logProbability: number, end: number): Hypothesis {
  const ended = trail?.token === end;
  const nodes: Trail[] = [];
  for (let node = ended ? trail.before : trail; node !== undefined; node = node.before) nodes.unshift(node);
  const [first] = nodes;
  const width = (first ?? trail)?.weights?.length;
  return {
    tokens: nodes.map(({ token }) => token),
    logProbability,
    ended,
    weights: width === undefined ? undefined : stacked(nodes, width),
  };
}

function stacked(nodes: readonly Trail[], width: number): Tensor {
  const data = new Float64Array(nodes.length * width);
  nodes.forEach(({ weights }, i) => {
    data.set(weights!, i * width);
  });
  return { data, shape: [nodes.length, width] };
}
