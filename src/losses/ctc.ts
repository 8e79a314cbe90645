/** Connectionist temporal classification: labels without positions in time. */
import { rangeError } from '../common/errors.ts';
import { type Checks, checkOptions, count, flag, integer } from '../common/options.ts';
import type { Indices } from '../common/tensor.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { exp, fill, logSoftmax, scale } from '../matrix/operations.ts';
import type { DenseSignal } from '../signal/signal.ts';
import { Alignments } from './alignments.ts';
import { labelsOf } from './labels.ts';
import { Loss, type Terms } from './loss.ts';
import { type Reduction, reductions } from './reduction.ts';

/** Options of {@link ctc}. */
export interface CtcOptions<R extends Reduction = Reduction> {
  /** Default `mean`, over the sequences, each term divided by its number of labels. */
  readonly reduction?: R | undefined;
  /** The class that means no label: default 0. */
  readonly blank?: number | undefined;
  /** Whether a sequence too short for its labels has loss 0 and gradient 0 instead of ∞: default false. */
  readonly zeroInfinity?: boolean | undefined;
  /** The padding after the labels of a target: default −1. */
  readonly ignoreIndex?: number | undefined;
}

const checks: Checks<CtcOptions> = {
  reduction: reductions,
  blank: count,
  zeroInfinity: flag,
  ignoreIndex: integer,
};

/**
 * The CTC loss (Graves et al. 2006), in nats: −ln of the probability that logits `[batch, time, classes]` assign to the labels,
 * whatever their positions in time. With p = ln softmax(logits), a sequence's term sums over the alignments that become the
 * labels when equal neighbours are merged and blanks removed:
 *
 *     −ln Σ_alignments Π_t e^(p_t(class of the alignment at t))
 *
 * Targets are `[batch, labels]`, padded with `ignoreIndex` after the last label; a target may be empty. Steps beyond a
 * sequence's length get no gradient. Two equal labels in a row need a blank between them: with fewer steps than labels and
 * such blanks, the term is ∞ and its gradient NaN, or both 0 with `zeroInfinity`.
 *
 * The mean divides each term by its number of labels, at least 1, and their sum by the number of sequences (as in PyTorch);
 * reduction `none` gives `[batch]`. Computed in log space and double precision; the cost per sequence grows with
 * steps × labels. Decode a trained model with `ctcGreedy` or `ctcBeamSearch`.
 *
 * @throws RangeError if `blank` is not a whole number of at least 0, or `reduction` is unknown; TypeError if an option is
 * unknown or has the wrong type; when used, RangeError if the output has no time axis, or a label is the blank or not a class.
 *
 * @example
 * ```ts
 * import { ctc, indices, tensor } from 'recurrent-cells';
 *
 * // Classes: blank, a, b; all equally likely at both steps. "a" is said by aa, a–, –a: 3 of 9 alignments.
 * const logits = tensor([[[0, 0, 0], [0, 0, 0]]]);
 * const pass = ctc().forward(logits, indices([[1, -1]]));
 * Math.exp(-pass.value).toFixed(6) // → '0.333333'
 * Array.from(pass.backward().data, (d) => d.toFixed(2)) // → ['0.00', '-0.33', '0.33', '0.00', '-0.33', '0.33']
 * ```
 */
export function ctc<R extends Reduction = 'mean'>(options: CtcOptions<R> = {}): Loss<Indices, R> {
  return new Ctc(options);
}

class Ctc<R extends Reduction> extends Loss<Indices, R> {
  readonly #blank: number;
  readonly #zeroInfinity: boolean;
  readonly #ignoreIndex: number;

  constructor(options: CtcOptions<R>) {
    const {
      reduction = 'mean' as R,
      blank = 0,
      zeroInfinity = false,
      ignoreIndex = -1,
    } = checkOptions('ctc', options, checks);
    super('ctc', reduction, { ...options });
    this.#blank = blank;
    this.#zeroInfinity = zeroInfinity;
    this.#ignoreIndex = ignoreIndex;
  }

  terms(arena: Arena, where: string, output: DenseSignal, target: Indices): Terms {
    const { batch, time, timed, width, lengths } = output;
    if (!timed) throw rangeError(where, 'output', `has shape [${batch}, ${width}]`, '[batch, time, classes]');
    if (this.#blank >= width)
      throw rangeError(where, 'blank', `is ${this.#blank}`, `a class from 0 to ${width - 1}`);
    const labels = labelsOf(where, output, target, this.#blank, this.#ignoreIndex);
    const logarithms = arena.matrix(time * batch, width);
    logSoftmax(logarithms, output.values);
    const steps = (b: number) => lengths?.[b] ?? time;

    const sequences = labels.map((own, b) => {
      const rows = logarithms.rowsFrom(b, steps(b), batch);
      return { own, alignments: new Alignments(own, this.#blank, rows) };
    });
    const factors = sequences.map(({ own, alignments }) => this.#factor(own, alignments));
    const gradient = (dTerms: number | Float64Array) => {
      const out = arena.matrix(time * batch, width);
      exp(out, logarithms);
      sequences.forEach(({ alignments }, b) => {
        const d = factors[b]! * (typeof dTerms === 'number' ? dTerms : dTerms[b]!);
        descend(out.rowsFrom(b, steps(b), batch), alignments, d);
        fill(out.rowsFrom(steps(b) * batch + b, time - steps(b), batch), 0);
      });
      return out;
    };
    const terms = sequences.map(({ alignments }, b) =>
      factors[b] === 0 ? 0 : factors[b]! * (0 - alignments.logProbability),
    );
    return { values: Float64Array.from(terms), weight: batch, perSequence: true, gradient };
  }

  /** The factor of a sequence's −ln p. */
  #factor(labels: readonly number[], { logProbability }: Alignments): number {
    if (this.#zeroInfinity && logProbability === Number.NEGATIVE_INFINITY) return 0;
    return this.reduction === 'mean' ? 1 / Math.max(labels.length, 1) : 1;
  }
}

/** dx ← d·(softmax x − the posterior of each class), given dx = softmax x. */
function descend(dx: Matrix, alignments: Alignments, d: number): void {
  if (d === 0) fill(dx, 0);
  else if (alignments.logProbability === Number.NEGATIVE_INFINITY) fill(dx, Number.NaN);
  else {
    scale(dx, dx, d);
    const { values } = dx.backend.heap;
    alignments.shares((t, s, share) => {
      values[dx.offset + t * dx.stride + alignments.states[s]!]! -= d * share;
    });
  }
}
