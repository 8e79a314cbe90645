/** Spans that tags mark (BIO), and precision, recall and F₁ of spans. */
import { rangeError, show, typeError } from '../common/errors.ts';
import { type Check, type Checks, checkOptions, integer } from '../common/options.ts';
import type { Indices } from '../common/tensor.ts';
import { classTargets } from '../losses/class-targets.ts';
import { type Averaging, averagings, combined, each, type Ratio, ratios } from './averaging.ts';
import { countingMetric, type Metric } from './metric.ts';
import { largest } from './predictions.ts';
import type { MetricBatch } from './terms.ts';

/** A part of a sequence with a label. */
export interface Span {
  readonly label: string;
  /** The first step. */
  readonly start: number;
  /** The step after the last. */
  readonly end: number;
}

/** Options of {@link spanPrecision}, {@link spanRecall} and {@link spanF1}. */
export interface SpanOptions<A extends Averaging = Averaging> {
  /** The tag of each class: `O`, or `B-` or `I-` with a label, such as `B-PER`. */
  readonly tags: readonly string[];
  /**
   * `micro`, over all spans; `macro`, the mean over the labels that occur among targets or predictions; `none`, an object with
   * a value per label. Default `micro`.
   */
  readonly average?: A | undefined;
  /** The target of steps to leave out, such as later pieces of a word: default none. Spans continue across them. */
  readonly ignoreIndex?: number | undefined;
}

/** A number, or one per label. */
export type SpanValue<A extends Averaging> = A extends 'none' ? { readonly [label: string]: number } : number;

const tagsOption: Check<readonly string[]> = (where, argument, value) => {
  if (!Array.isArray(value)) throw typeError(where, argument, `is ${show(value)}`, 'an array of tags');
  // A loop, because array methods skip holes.
  for (const [i, tag] of value.entries()) {
    const expected = '"O", or "B-" or "I-" with a label';
    if (typeof tag !== 'string') throw typeError(where, `${argument}[${i}]`, `is ${show(tag)}`, expected);
    if (!/^(O|[BI]-.+)$/s.test(tag))
      throw rangeError(where, `${argument}[${i}]`, `is ${show(tag)}`, expected);
  }
  return value;
};

const checks = (): Checks<SpanOptions> => ({
  tags: { required: tagsOption },
  average: averagings,
  ignoreIndex: integer,
});

/**
 * The spans that the tags of a sequence mark, in order.
 *
 * `B-` begins a span and `I-` continues it. An `I-` that follows no tag of its label begins a span as well, as in
 * `conlleval` (Tjong Kim Sang and De Meulder 2003, arXiv:cs/0306050) and in seqeval's default mode.
 *
 * @throws TypeError if `tags` is not an array of strings; RangeError if a tag is not `O`, or `B-` or `I-` with a label.
 *
 * @example
 * ```ts
 * import { spansOf } from 'recurrent-cells';
 *
 * spansOf(['B-PER', 'I-PER', 'O', 'I-LOC']) // → [{ label: 'PER', start: 0, end: 2 }, { label: 'LOC', start: 3, end: 4 }]
 * ```
 */
export function spansOf(tags: readonly string[]): Span[] {
  return spansIn(tagsOption('spansOf', 'tags', tags));
}

/**
 * Precision of spans: the share of the predicted spans that are right in label, start and end; 0 if none is predicted.
 *
 * Spans are those of {@link spansOf}; a step with a NaN score is `O`. Each sequence of a batch is complete in itself: a span
 * cut by the end of a batch counts as two. Weights have no effect, since a span counts as one. NaN if there are no spans at
 * all.
 *
 * @throws TypeError or RangeError if `tags` or `average` does not fit; when used, if the number of tags is not the number of
 * classes.
 *
 * @example
 * ```ts
 * import { indices, spanPrecision, tensor } from 'recurrent-cells';
 *
 * const tally = spanPrecision({ tags: ['O', 'B-PER', 'I-PER'] }).begin();
 * tally.add(tensor([[[0, 1, 0], [0, 0, 1], [0, 1, 0]]]), indices([[1, 2, 0]]));
 * tally.value() // → 0.5
 * ```
 */
export function spanPrecision<A extends Averaging = 'micro'>(
  options: SpanOptions<A>,
): Metric<Indices, SpanValue<A>> {
  return spanMetric('spanPrecision', options, ratios.precision);
}

/**
 * Recall of spans: the share of the target's spans that are predicted with the same label, start and end; 0 if there are none.
 *
 * All else is as for {@link spanPrecision}.
 *
 * @throws TypeError or RangeError if `tags` or `average` does not fit; when used, if the number of tags is not the number of
 * classes.
 *
 * @example
 * ```ts
 * import { indices, spanRecall, tensor } from 'recurrent-cells';
 *
 * const tally = spanRecall({ tags: ['O', 'B-PER', 'B-LOC'], average: 'none' }).begin();
 * tally.add(tensor([[[0, 1, 0], [1, 0, 0], [0, 0, 1]]]), indices([[1, 1, 2]]));
 * tally.value() // → { PER: 0.5, LOC: 1 }
 * ```
 */
export function spanRecall<A extends Averaging = 'micro'>(
  options: SpanOptions<A>,
): Metric<Indices, SpanValue<A>> {
  return spanMetric('spanRecall', options, ratios.recall);
}

/**
 * F₁ of spans, the harmonic mean of {@link spanPrecision} and {@link spanRecall}, as `conlleval` and seqeval compute it.
 *
 * All else is as for {@link spanPrecision}.
 *
 * @throws TypeError or RangeError if `tags` or `average` does not fit; when used, if the number of tags is not the number of
 * classes.
 *
 * @example
 * ```ts
 * import { indices, spanF1, tensor } from 'recurrent-cells';
 *
 * const tally = spanF1({ tags: ['O', 'B-PER', 'I-PER'] }).begin();
 * tally.add(tensor([[[0, 1, 0], [0, 0, 1], [0, 1, 0]]]), indices([[1, 2, 0]]));
 * tally.value().toFixed(4) // → '0.6667'
 * ```
 */
export function spanF1<A extends Averaging = 'micro'>(
  options: SpanOptions<A>,
): Metric<Indices, SpanValue<A>> {
  return spanMetric('spanF1', options, ratios.f1);
}

function spanMetric<A extends Averaging>(
  name: string,
  options: SpanOptions<A>,
  ratio: Ratio,
): Metric<Indices, SpanValue<A>> {
  const { average = 'micro' as Averaging, ignoreIndex, ...given } = checkOptions(name, options, checks());
  const tags = [...given.tags];
  const labels = [...new Set(tags.filter((tag) => tag !== 'O').map(labelOf))];
  return countingMetric(name, {
    begin: () => new Map(labels.map((label) => [label, { right: 0, taken: 0, wanted: 0 }])),
    count(counted, batch) {
      eachSequence(batch, tags, ignoreIndex, (found, wanted) => {
        const own = new Set(found.map(keyOf));
        for (const { label } of found) counted.get(label)!.taken++;
        for (const span of wanted) {
          const counts = counted.get(span.label)!;
          counts.wanted++;
          if (own.has(keyOf(span))) counts.right++;
        }
      });
    },
    value(counted) {
      const classes = [...counted.values()];
      if (average !== 'none') return combined(classes, average, ratio) as SpanValue<A>;
      const values = each(classes, ratio);
      return Object.fromEntries(labels.map((label, i) => [label, values[i]])) as SpanValue<A>;
    },
  });
}

/** Visits the predicted and the target's spans of each sequence, without the steps that are left out. */
function eachSequence(
  { arena, where, output, target }: MetricBatch<Indices>,
  tags: readonly string[],
  ignoreIndex: number | undefined,
  visit: (found: Span[], wanted: Span[]) => void,
): void {
  const { batch, time, width } = output;
  if (width !== tags.length)
    throw rangeError(where, 'output', `has ${width} classes`, `${tags.length}, one for each tag`);
  const classes = classTargets(where, output, target, ignoreIndex);
  const { values } = arena.backend.heap;
  for (let b = 0; b < batch; b++) {
    const found: string[] = [];
    const wanted: string[] = [];
    for (let i = b; i < time * batch; i += batch) {
      if (classes[i]! < 0) continue;
      const start = output.values.offset + i * width;
      found.push(tags[largest(values.subarray(start, start + width))] ?? 'O');
      wanted.push(tags[classes[i]!]!);
    }
    visit(spansIn(found), spansIn(wanted));
  }
}

function spansIn(tags: readonly string[]): Span[] {
  const spans: Span[] = [];
  let label: string | undefined;
  let start = 0;
  // The O after the last tag ends its span.
  [...tags, 'O'].forEach((tag, t) => {
    const own = tag === 'O' ? undefined : labelOf(tag);
    if (tag.startsWith('I-') && own === label) return;
    if (label !== undefined) spans.push({ label, start, end: t });
    label = own;
    start = t;
  });
  return spans;
}

function labelOf(tag: string): string {
  return tag.slice(2);
}

function keyOf({ label, start, end }: Span): string {
  return `${start} ${end} ${label}`;
}
