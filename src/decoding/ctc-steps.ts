/** Input and output common to CTC decoders: log-probabilities step by step, and labels with their probability. */
import { rangeError } from '../common/errors.ts';
import { type Checks, count, later } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { logSum } from '../math/elementary.ts';
import { checkLengths, checkTensor, extent } from '../signal/checks.ts';

/** Options of every CTC decoder. */
export interface CtcDecodingOptions {
  /** The valid steps of each sequence: default all. */
  readonly lengths?: readonly number[] | undefined;
  /** The class that means no label: default 0. */
  readonly blank?: number | undefined;
}

export const ctcChecks: Checks<CtcDecodingOptions> = { lengths: later, blank: count };

/** Labels read out of a sequence. */
export interface CtcHypothesis {
  /** The labels, with equal neighbours merged and blanks removed. */
  readonly tokens: readonly number[];
  /** ln p summed over the alignments to these labels that were considered. */
  readonly logProbability: number;
}

/** ln p of each class at each step of one sequence. */
export type CtcSteps = Iterable<Float64Array>;

/** Checks the shape of logits `[batch, time, classes]`; values are read and checked as each sequence is iterated. */
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
