/** Similarity of texts to references by shared character n-grams. */
import { number, rangeError, show, typeError } from '../common/errors.ts';
import { type Checks, checkOptions, size } from '../common/options.ts';

/** Options of {@link chrF}. */
export interface ChrFOptions {
  /** The longest n-grams: default 6. */
  readonly order?: number | undefined;
  /** How many times as important recall is as precision: default 2. */
  readonly beta?: number | undefined;
}

const checks: Checks<ChrFOptions> = {
  order: size,
  beta: (where, argument, value) =>
    number(where, argument, value, 'a number above 0', (beta) => beta > 0 && Number.isFinite(beta)),
};

/**
 * chrF, the F-score of character n-grams, from 0 to 1 (Popović 2015; corpus-level, without white space or smoothing, like
 * sacreBLEU 2, which multiplies it by 100).
 *
 * Precision p_n is the share of the texts' n-grams found in their references, recall r_n the share of the references' n-grams
 * found in their texts; p and r are the means over all n for which both exist. The n-grams of a text do not count if its
 * reference is too short to have any:
 *
 *     chrF_β = (1 + β²)·p·r / (β²·p + r)
 *
 * Characters are code points, so Korean text is compared by syllable; apply `decomposeHangul` first to compare letters. chrF
 * needs no tokenizer and suits languages with rich morphology.
 *
 * @throws TypeError if a text is not a string; RangeError if the numbers of texts and references differ, or an option does not fit.
 *
 * @example
 * ```ts
 * import { chrF } from 'recurrent-cells';
 *
 * chrF(['the cat sat'], ['the cat sat']) // → 1
 * chrF(['the cat sat'], ['the cats sat']).toFixed(4) // → '0.6866'
 * ```
 */
export function chrF(
  texts: readonly string[],
  references: readonly string[],
  options: ChrFOptions = {},
): number {
  const { order = 6, beta = 2 } = checkOptions('chrF', options, checks);
  check(texts, references);
  let [precisions, recalls, orders] = [0, 0, 0];
  for (let n = 1; n <= order; n++) {
    let [inTexts, inReferences, inBoth] = [0, 0, 0];
    texts.forEach((text, i) => {
      const wanted = counts(references[i]!, n);
      if (wanted.size === 0) return;
      const own = counts(text, n);
      inTexts += sum(own);
      inReferences += sum(wanted);
      for (const [ngram, count] of own) inBoth += Math.min(count, wanted.get(ngram) ?? 0);
    });
    if (inTexts === 0 || inReferences === 0) continue;
    precisions += inBoth / inTexts;
    recalls += inBoth / inReferences;
    orders++;
  }
  if (precisions === 0) return 0;
  const [p, r, square] = [precisions / orders, recalls / orders, beta * beta];
  return ((1 + square) * p * r) / (square * p + r);
}

/** The number of occurrences of each n-gram. */
function counts(text: string, n: number): Map<string, number> {
  const characters = Array.from(text.replace(/\s/gu, ''));
  const found = new Map<string, number>();
  for (let i = 0; i + n <= characters.length; i++) {
    const ngram = characters.slice(i, i + n).join('');
    found.set(ngram, (found.get(ngram) ?? 0) + 1);
  }
  return found;
}

function sum(counted: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counted.values()) total += count;
  return total;
}

function check(texts: readonly string[], references: readonly string[]): void {
  for (const [name, list] of Object.entries({ texts, references })) {
    if (!Array.isArray(list)) throw typeError('chrF', name, `is ${show(list)}`, 'an array of strings');
    const at = list.findIndex((text) => typeof text !== 'string');
    if (at >= 0) throw typeError('chrF', `${name}[${at}]`, `is ${show(list[at])}`, 'a string');
  }
  if (texts.length !== references.length)
    throw rangeError(
      'chrF',
      'texts',
      `has ${texts.length} entries`,
      `${references.length}, one for each reference`,
    );
}
