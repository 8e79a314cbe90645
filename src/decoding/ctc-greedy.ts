/** Greedy decoding of CTC. */
import { checkOptions } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type CtcDecodingOptions, type CtcHypothesis, ctcChecks, ctcSteps } from './ctc-steps.ts';

/**
 * Reads labels from logits `[batch, time, classes]` of a model trained with `ctc`: takes the most probable class at each step
 * (the first of equal ones), merges equal neighbours and removes blanks (best path decoding, Graves et al. 2006).
 *
 * The most probable path need not belong to the most probable labels, whose probability is a sum over many paths:
 * `ctcBeamSearch` computes that sum.
 *
 * @returns the labels of each sequence, and ln p of the path they were read from.
 * @throws TypeError or RangeError if the logits, the lengths or the blank do not fit, or a logit is NaN or +∞.
 *
 * @example
 * ```ts
 * import { ctcGreedy, tensor } from 'recurrent-cells';
 *
 * // Classes: blank, a, b. The path is a a – a b b.
 * const [a, b, blank] = [[0, 9, 0], [0, 0, 9], [9, 0, 0]];
 * const logits = tensor([[a, a, blank, a, b, b]]);
 * ctcGreedy(logits)[0]!.tokens // → [1, 1, 2]
 * ctcGreedy(logits, { lengths: [3] })[0]!.tokens // → [1]
 * ```
 */
export function ctcGreedy(logits: Tensor, options: CtcDecodingOptions = {}): CtcHypothesis[] {
  const where = 'ctcGreedy';
  const { sequences, blank } = ctcSteps(where, logits, checkOptions(where, options, ctcChecks));
  return sequences.map((steps) => {
    const tokens: number[] = [];
    let logProbability = 0;
    let last = blank;
    for (const row of steps) {
      const best = row.reduce((most, value) => Math.max(most, value));
      const token = row.indexOf(best);
      logProbability += best;
      if (token !== last && token !== blank) tokens.push(token);
      last = token;
    }
    return { tokens, logProbability };
  });
}
