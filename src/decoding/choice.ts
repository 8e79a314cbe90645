/** Decoding with one hypothesis per sequence, one token at a time. */

import type { Indices, Tensor } from '../common/tensor.ts';
import type { EncoderDecoder } from '../encoder-decoder/encoder-decoder.ts';
import type { Values } from '../kernels/heap.ts';
import { withArena } from '../matrix/arena.ts';
import { type DecodingOptions, type Hypothesis, hypothesis, type Trail, weightsOf } from './hypothesis.ts';

/** Chooses a token from the log-probabilities of all tokens. */
export type Choice = (logProbabilities: Values) => number;

/** Decodes all sources in parallel until every one has ended. */
export function decodeByChoice<Source extends Tensor | Indices>(
  where: string,
  model: EncoderDecoder<Source>,
  source: Source,
  { maxLength, lengths, weights }: DecodingOptions,
  choose: Choice,
): Hypothesis[] {
  return withArena(model.backend, (arena) => {
    const steps = model.begin(arena, model.toSource(arena, where, source, lengths, 'lengths'), 1);
    const trails = new Array<Trail | undefined>(steps.batch).fill(undefined);
    const sums = new Float64Array(steps.batch);
    const tokens = new Int32Array(steps.batch).fill(model.start);
    const running = new Set(tokens.keys());
    for (let t = 0; t < maxLength && running.size > 0; t++) {
      steps.advance(tokens);
      for (const b of running) {
        const scores = steps.logProbabilities.rowsFrom(b, 1).read();
        const token = choose(scores);
        tokens[b] = token;
        sums[b]! += scores[token]!;
        trails[b] = { token, before: trails[b], weights: weightsOf(steps, b, 0, weights) };
        if (token === model.end) running.delete(b);
      }
    }
    return trails.map((trail, b) => hypothesis(trail, sums[b]!, model.end));
  });
}
