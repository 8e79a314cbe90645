/**
 * Prefix beam search of CTC.
 *
 * For labels ℓ, b(ℓ) and n(ℓ) are ln p of the alignments to the steps so far that end in a blank or in ℓ's last label.
 * With y(k) = ln p of class k at the next step, ⊕ the addition of probabilities, and ℓk the labels ℓ followed by k:
 *
 *     b′(ℓ) = (b(ℓ) ⊕ n(ℓ)) + y(blank)                                              (1)
 *     n′(ℓk) = (n(ℓk) ⊕ b(ℓ) ⊕ n(ℓ) if k is not ℓ's last label) + y(k)              (2)
 *
 * In (2) the first term repeats the last label, the others emit a new one; equal labels need a blank between them.
 */
import { rangeError } from '../common/errors.ts';
import { type Checks, checkOptions, size } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { logAdd } from '../math/elementary.ts';
import { Best } from './best.ts';
import {
  type CtcDecodingOptions,
  type CtcHypothesis,
  type CtcSteps,
  ctcChecks,
  ctcSteps,
} from './ctc-steps.ts';

const IMPOSSIBLE = Number.NEGATIVE_INFINITY;

/** Options of {@link ctcBeamSearch}. */
export interface CtcBeamSearchOptions extends CtcDecodingOptions {
  /** The number of label prefixes kept. */
  readonly width: number;
  /** The number of labellings returned per sequence, best first: default 1, at most `width`. */
  readonly results?: number | undefined;
  /** Considers only the k most probable classes of each step, the blank included: default all. */
  readonly topK?: number | undefined;
}

const checks = (): Checks<CtcBeamSearchOptions> => ({
  ...ctcChecks,
  width: { required: size },
  results: size,
  topK: size,
});

/**
 * Reads the most probable labels from logits `[batch, time, classes]` of a model trained with `ctc`, keeping the `width`
 * most probable prefixes from step to step. Unlike a beam search over paths, it adds up all alignments of the same labelling
 * (Graves et al. 2006; Hannun et al. 2014, arXiv:1408.2873, without a language model).
 *
 * If the beam is wide enough to keep every prefix, `logProbability` is exactly ln p of the labels, the negative of `ctc`'s
 * term; with a narrower beam or `topK`, it lacks the alignments left out. Ties are ranked in the order of discovery, prefixes
 * without a new label first, so the same logits give the same results on every engine. It computes in log space and double
 * precision; the cost per sequence grows with steps × width × classes.
 *
 * @returns the results of each sequence, best first; fewer than `results` only if no more exist.
 * @throws TypeError or RangeError if the logits, the lengths or the options do not fit, or a logit is NaN or +∞.
 *
 * @example
 * ```ts
 * import { ctcBeamSearch, ctcGreedy, tensor } from 'recurrent-cells';
 *
 * // Classes: blank, a. Of all paths – – is the most probable, 0.36; but a –, – a and a a together are more.
 * const step = [Math.log(0.6), Math.log(0.4)];
 * const logits = tensor([[step, step]]);
 * ctcGreedy(logits)[0]!.tokens // → []
 * const [found] = ctcBeamSearch(logits, { width: 4, results: 2 });
 * found!.map(({ tokens }) => tokens) // → [[1], []]
 * found!.map(({ logProbability }) => Math.exp(logProbability).toFixed(2)) // → ['0.64', '0.36']
 * ```
 */
export function ctcBeamSearch(logits: Tensor, options: CtcBeamSearchOptions): CtcHypothesis[][] {
  const where = 'ctcBeamSearch';
  const { width, results = 1, topK } = checkOptions(where, options, checks());
  if (results > width) throw rangeError(where, 'results', `is ${results}`, `at most ${width}, the width`);
  const { sequences, blank } = ctcSteps(where, logits, options);
  return sequences.map((steps) => search(steps, blank, width, topK).slice(0, results));
}

function search(steps: CtcSteps, blank: number, width: number, topK: number | undefined): CtcHypothesis[] {
  const root = Object.assign(new Prefix(), { blank: 0, total: 0 });
  let beam = [root];
  for (const row of steps) beam = extended(beam, row, blank, width, topK);
  return beam.map((prefix) => ({ tokens: prefix.tokens(), logProbability: prefix.total }));
}

/** The prefixes after one more step, best first. */
function extended(
  beam: readonly Prefix[],
  row: Float64Array,
  blank: number,
  width: number,
  topK: number | undefined,
): Prefix[] {
  const classes = likeliest(row, topK);
  const y = new Float64Array(row.length).fill(IMPOSSIBLE);
  for (const k of classes) y[k] = row[k]!;
  const inBeam = new Set(beam);
  const best = new Best<Candidate>(width);
  const offer = (candidate: Candidate) => {
    const total = logAdd(candidate.blank, candidate.label);
    if (total > IMPOSSIBLE) best.offer(candidate, total);
  };
  for (const prefix of beam) {
    const { token, before } = prefix;
    const arrived = before !== undefined && inBeam.has(before) ? before.beforeNew(token) : IMPOSSIBLE;
    const label = token < 0 ? IMPOSSIBLE : logAdd(prefix.label, arrived) + y[token]!; // (2)
    offer({ prefix, token: -1, blank: prefix.total + y[blank]!, label }); // (1)
  }
  for (const prefix of beam)
    for (const k of classes) {
      const next = prefix.next.get(k);
      if (k === blank || (next !== undefined && inBeam.has(next))) continue;
      offer({ prefix, token: k, blank: IMPOSSIBLE, label: prefix.beforeNew(k) + y[k]! }); // (2)
    }
  // Updated last, because the code above reads the scores of the previous step.
  return best.items.map(({ item: { prefix, token, blank, label }, score: total }) =>
    Object.assign(token < 0 ? prefix : prefix.followedBy(token), { blank, label, total }),
  );
}

/** All classes in order, or the k most probable ones; ties go to the first. */
function likeliest(row: Float64Array, topK: number | undefined): number[] {
  const classes = Array.from(row.keys());
  if (topK === undefined || topK >= row.length) return classes;
  return classes.sort((a, b) => row[b]! - row[a]!).slice(0, topK);
}

/** A candidate for the next beam: a prefix with one more token, or unchanged if the token is −1. */
interface Candidate {
  readonly prefix: Prefix;
  readonly token: number;
  readonly blank: number;
  readonly label: number;
}

/** A prefix of labels. There is one node for each, in which all its alignments meet. */
class Prefix {
  /** b, n and b ⊕ n, at the last step at which it was in the beam. */
  blank = IMPOSSIBLE;
  label = IMPOSSIBLE;
  total = IMPOSSIBLE;
  /** The last label; −1 for the empty prefix. */
  readonly token: number;
  readonly before: Prefix | undefined;
  /** The prefixes with one more token that have been in the beam. */
  readonly next = new Map<number, Prefix>();

  constructor(token = -1, before?: Prefix) {
    this.token = token;
    this.before = before;
  }

  /** ln p of the alignments that a new label k may follow. */
  beforeNew(k: number): number {
    return k === this.token ? this.blank : this.total;
  }

  followedBy(token: number): Prefix {
    const next = this.next.get(token) ?? new Prefix(token, this);
    this.next.set(token, next);
    return next;
  }

  tokens(): number[] {
    const tokens: number[] = [];
    for (let node: Prefix = this; node.before !== undefined; node = node.before) tokens.unshift(node.token);
    return tokens;
  }
}
