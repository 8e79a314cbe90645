/** What decoding gives: token lists with their probability. */

import { instanceOf } from '../common/instance.ts';
import { type Checks, checkOptions, flag, later, size } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { EncoderDecoder } from '../encoder-decoder/encoder-decoder.ts';
import type { Steps } from '../encoder-decoder/steps.ts';
import type { Values } from '../kernels/heap.ts';

/** Options of every way of decoding. */
export interface DecodingOptions {
  /** The most steps: a hypothesis that has not ended by then is cut off. */
  readonly maxLength: number;
  /** The valid steps of each source; all are unless given. */
  readonly lengths?: readonly number[] | undefined;
  /** Whether to give attention weights: false unless given. */
  readonly weights?: boolean | undefined;
}

export const decodingChecks: Checks<DecodingOptions> = {
  maxLength: { required: size },
  lengths: later,
  weights: flag,
};

/** A decoded sequence. */
export interface Hypothesis {
  /** Without start and end token. */
  readonly tokens: readonly number[];
  /** ln p of all tokens together, that of the end token included where it came. */
  readonly logProbability: number;
  /** Whether the end token came; if not, it was cut off at `maxLength`. */
  readonly ended: boolean;
  /** `[tokens, source time]` What each token looked at; undefined without attention, or where they were not asked for. */
  readonly weights: Tensor | undefined;
}

/** The last token of a hypothesis under way, and the one before it. */
export interface Trail {
  readonly token: number;
  readonly before: Trail | undefined;
  readonly weights: Values | undefined;
}

/** Passes options on if they and the model are right. */
export function checkDecoding<Described extends DecodingOptions, Options extends Described>(
  where: string,
  model: unknown,
  options: Options,
  checks: Checks<Described>,
): Options {
  instanceOf(where, 'model', model, EncoderDecoder, 'an EncoderDecoder, such as encoderDecoder(…) makes');
  return checkOptions(where, options, checks);
}

/** What hypothesis w of sequence b looked at in the last step, where that is wanted. */
export function weightsOf(
  steps: Steps,
  b: number,
  w: number,
  wanted: boolean | undefined,
): Values | undefined {
  return wanted ? steps.weights?.rowsFrom(b * steps.width + w, 1).read() : undefined;
}

/** A hypothesis from its trail, which may end in the end token. */
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
