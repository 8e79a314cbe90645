/** What every CTC decoding reads and gives: log-probabilities step by step, and labels with their probability. */
import { rangeError } from '../common/errors.ts';
import { type Checks, count, later } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { logSum } from '../math/elementary.ts';
import { checkLengths, checkTensor, extent } from '../signal/checks.ts';

/** Options of every way of decoding what a model learned with `ctc`. */
export interface CtcDecodingOptions {
  /** The valid steps of each sequence; all are unless given. */
  readonly lengths?: readonly number[] | undefined;
  /** The class that means no label: 0 unless given. */
  readonly blank?: number | undefined;
}

export const ctcChecks: Checks<CtcDecodingOptions> = { lengths: later, blank: count };

/** Labels read out of a sequence. */
export interface CtcHypothesis {
  /** The labels: equal neighbours joined, blanks left out. */
  readonly tokens: readonly number[];
  /** ln p of the alignments to these labels that were looked at. */
  readonly logProbability: number;
}

/** ln p of each class at each step of one sequence. */
export type CtcSteps = Iterable<Float64Array>;

/** Checks logits `[batch, time, classes]`; they are read only when a sequence's steps are gone through. */
export function ctcSteps(
  where: string,
  logits: Tensor,
  { lengths, blank = 0 }: CtcDecodingOptions,
): { readonly sequences: readonly CtcSteps[]; readonly blank: number } {
  checkTensor(where, 'logits', logits, 'real');
  const classes = logits.shape.at(-1) ?? 0;
  const expected = { where, argument: 'logits', width: undefined, widthName: 'classes', timed: true };
  const { batch, time } = extent(expected, logits.shape, [classes]);
  if (blank >= classes) throw rangeError(where, 'blank', `is ${blank}`, `a class from 0 to ${classes - 1}`);
  const valid = checkLengths(where, lengths, batch, time);
  const sequences = Array.from({ length: batch }, (_, b) => ({
    *[Symbol.iterator]() {
      for (let t = 0; t < (valid?.[b] ?? time); t++) {
        const from = (b * time + t) * classes;
        const row = logits.data.subarray(from, from + classes);
        const sum = logSum(row);
        if (!Number.isFinite(sum))
          throw rangeError(
            where,
            `logits[${b}, ${t}]`,
            `have ${Array.from(row).reduce((most, score) => Math.max(most, score))} as the largest`,
            'finite scores',
          );
        yield Float64Array.from(row, (logit) => logit - sum);
      }
    },
  }));
  return { sequences, blank };
}
