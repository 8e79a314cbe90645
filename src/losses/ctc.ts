/** Connectionist temporal classification: labels without their places in time. */
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
  /** `mean` over the sequences, each divided by the number of its labels, unless given. */
  readonly reduction?: R | undefined;
  /** The class that means no label: 0 unless given. */
  readonly blank?: number | undefined;
  /** Whether a sequence too short for its labels counts 0, with gradient 0, instead of ∞: false unless given. */
  readonly zeroInfinity?: boolean | undefined;
  /** What fills a target up behind its labels: −1 unless given. */
  readonly ignoreIndex?: number | undefined;
}

const checks: Checks<CtcOptions> = {
  reduction: reductions,
  blank: count,
  zeroInfinity: flag,
  ignoreIndex: integer,
};

/**
 * The CTC loss (Graves et al. 2006), in nats: −ln of the probability that logits `[batch, time, classes]` give to labels,
 * wherever in time each of them lies. With p = ln softmax(logits) and the alignments that collapse to the labels when equal
 * neighbours are joined and blanks left out, a sequence's term is
 *
 *     −ln Σ_alignments Π_t e^(p_t(class of the alignment at t))
 *
 * Targets are `[batch, labels]`, filled up with `ignoreIndex` behind the last label; labels may be none. A sequence's steps are its
 * length; those beyond get no gradient. Two equal labels in a row need a blank between them: where steps are fewer than
 * labels and such blanks, the term is ∞ and its gradient NaN, or 0 both with `zeroInfinity`.
 *
 * The mean divides each term by the number of its labels, at least 1, and their sum by the number of sequences (as in
 * PyTorch); reduction `none` gives `[batch]`. Computed in log space and in double precision; the cost of a sequence grows
 * with steps × labels. What a trained model says is read by `ctcGreedy` or `ctcBeamSearch`.
 *
 * @throws RangeError if `blank` is not a whole number of at least 0, or `reduction` is unknown; TypeError if an option is;
 * when used, RangeError if the output has no time axis, or a label is the blank or not a class.
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

  /** What the −ln p of a sequence counts. */
  #factor(labels: readonly number[], { logProbability }: Alignments): number {
    if (this.#zeroInfinity && logProbability === Number.NEGATIVE_INFINITY) return 0;
    return this.reduction === 'mean' ? 1 / Math.max(labels.length, 1) : 1;
  }
}

/** dx ← d·(softmax x − the shares of each class's states), from dx = softmax x. */
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
