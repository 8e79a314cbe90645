/**
 * The alignments of labels to the steps of a sequence and their probability: the computation of CTC, in log space.
 *
 * An alignment assigns a class to each step; equal neighbours are merged, then blanks removed (Graves et al. 2006). The
 * alignments of labels l₁ … l_U are the paths through S = 2U + 1 states with the classes
 *
 *     k = blank, l₁, blank, l₂, …, blank                                                                   (1)
 *
 * from one of the first two states to one of the last two. Each step stays, moves to the next state, or skips a blank between
 * two different labels: it may skip where k_s ≠ k_{s−2}, which excludes two blanks. With y_t(s) the log-probability of
 * class k_s at step t, ⊕ the addition of probabilities and T steps:
 *
 *     α₀(s) = y₀(s) for s < 2,   α_t(s) = y_t(s) + (α_{t−1}(s) ⊕ α_{t−1}(s−1) ⊕ α_{t−1}(s−2) if k_s ≠ k_{s−2})   (2)
 *     ln p = α_{T−1}(S−1) ⊕ α_{T−1}(S−2)                                                                   (3)
 *     ω_t(s) = β_t(s) + y_t(s),   β_{T−1}(s) = 0 for s ≥ S − 2
 *     β_t(s) = ω_{t+1}(s) ⊕ ω_{t+1}(s+1) ⊕ ω_{t+1}(s+2) if k_s ≠ k_{s+2}                                   (4)
 *     γ_t(s) = e^(α_t(s) + β_t(s) − ln p)                                                                  (5)
 *
 * γ_t(s) is the posterior probability of state s at step t, and −γ summed over the states of a class is the derivative of
 * −ln p with respect to that class's log-probability.
 */

import { exponential, logAdd } from '../math/elementary.ts';
import type { Matrix } from '../matrix/matrix.ts';

const IMPOSSIBLE = Number.NEGATIVE_INFINITY;

/** The alignments of one labelling. */
export class Alignments {
  /** k, the class of each state. */
  readonly states: readonly number[];
  /** ln p of all alignments together; −∞ if there are none, as when the labels need more steps than there are. */
  readonly logProbability: number;
  readonly #scores: Float64Array;
  readonly #alpha: Float64Array;

  /** @param logProbabilities [time, classes] */
  constructor(labels: readonly number[], blank: number, logProbabilities: Matrix) {
    const { rows: time, offset, stride } = logProbabilities;
    const { values } = logProbabilities.backend.heap;
    this.states = [blank, ...labels.flatMap((label) => [label, blank])];
    const { length } = this.states;
    this.#scores = new Float64Array(time * length);
    for (let t = 0; t < time; t++)
      for (let s = 0; s < length; s++)
        this.#scores[t * length + s] = values[offset + t * stride + this.states[s]!]!;
    this.#alpha = this.#forward(time);
    if (time === 0) this.logProbability = labels.length === 0 ? 0 : IMPOSSIBLE;
    else this.logProbability = this.#alpha.subarray(Math.max(-2, -length)).reduce(logAdd);
  }

  /** (2) */
  #forward(time: number): Float64Array {
    const { states } = this;
    const { length } = states;
    const alpha = new Float64Array(time * length).fill(IMPOSSIBLE);
    if (time > 0) alpha.set(this.#scores.subarray(0, Math.min(length, 2)));
    for (let t = 1; t < time; t++)
      for (let s = 0; s < length; s++) {
        const at = t * length + s;
        let sum = alpha[at - length]!;
        if (s >= 1) sum = logAdd(sum, alpha[at - length - 1]!);
        if (s >= 2 && states[s] !== states[s - 2]) sum = logAdd(sum, alpha[at - length - 2]!);
        alpha[at] = this.#scores[at]! + sum;
      }
    return alpha;
  }

  /** Visits the posterior of each state at each step, from the last step to the first: (4), (5). */
  shares(visit: (t: number, s: number, share: number) => void): void {
    const { states } = this;
    const { length } = states;
    const time = this.#scores.length / length;
    const beta = new Float64Array(length).fill(IMPOSSIBLE).fill(0, -2);
    const omega = new Float64Array(length);
    for (let t = time - 1; t >= 0; t--)
      for (let s = 0; s < length; s++) {
        // In increasing s, ω still holds the values of the following step for states not yet visited.
        if (t < time - 1) beta[s] = this.#before(omega, s);
        visit(t, s, exponential(this.#alpha[t * length + s]! + beta[s]! - this.logProbability));
        omega[s] = beta[s]! + this.#scores[t * length + s]!;
      }
  }

  /** (4) */
  #before(omega: Float64Array, s: number): number {
    const { states } = this;
    let sum = omega[s]!;
    if (s + 1 < states.length) sum = logAdd(sum, omega[s + 1]!);
    if (s + 2 < states.length && states[s] !== states[s + 2]) sum = logAdd(sum, omega[s + 2]!);
    return sum;
  }
}
