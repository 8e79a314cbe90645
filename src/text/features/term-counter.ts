/** Converts documents to a matrix of term counts; TfIdf weights them. */

import { rangeError, typeError } from '../../common/errors.ts';
import { checkOwn, instanceOf, own } from '../../common/instance.ts';
import { type Checks, checkOptions, later } from '../../common/options.ts';
import { readSaved } from '../../common/saved.ts';
import { checkDocuments, countDocuments, type Document } from '../counts/documents.ts';
import { compareCodePoints } from '../counts/order.ts';
import {
  type CountOptions,
  type Counts,
  countChecks,
  type TokenCount,
  TokenCounts,
} from '../counts/token-counts.ts';
import { flat, TokenMap } from '../counts/token-map.ts';
import { type SavedVocabulary, VOCABULARY_FORMAT, Vocabulary } from '../counts/vocabulary.ts';
import { type CutOptions, cut, cutChecks } from '../counts/vocabulary-cut.ts';
import type { TokenizeFunction } from '../tokenizers/custom.ts';
import { loadTokenizer } from '../tokenizers/load-tokenizer.ts';
import { type SavedTokenizer, TOKENIZER_FORMAT } from '../tokenizers/tokenizer.ts';
import { arranged, matrixOf, type SparseMatrix } from './sparse-matrix.ts';
import { countRows, countsOf } from './term-rows.ts';

/** The tokenizer, and the bounds of the vocabulary or an existing vocabulary. */
export interface TermCounterOptions extends CutOptions, CountOptions {
  /** The terms, instead of fitting them: a term's column is its index in the vocabulary. */
  readonly vocabulary?: Vocabulary | undefined;
}

const checks = (): Checks<TermCounterOptions> => ({ ...cutChecks(), ...countChecks, vocabulary: later });

/** The saved form of a fitted counter. */
export interface SavedTermCounter {
  readonly format: 'recurrent-cells/text/term-counter';
  readonly version: 1;
  readonly tokenizer: SavedTokenizer | null;
  readonly vocabulary: SavedVocabulary;
}

const FORMAT = 'recurrent-cells/text/term-counter';

/**
 * Counts each term in each document: x[d, t] = number of occurrences of term t in document d.
 *
 * If fitted, the columns are the kept tokens by code point, as in scikit-learn's `CountVectorizer`. Tokens that
 * aren't in the vocabulary are ignored (or counted in the column of its `unknown`, if it has one).
 *
 * @example
 * ```ts
 * import { pattern, TermCounter } from 'recurrent-cells/text';
 * const counter = TermCounter.fit(['the boat', 'the river the sea'], { tokenizer: pattern() });
 * counter.terms; // → ['boat', 'river', 'sea', 'the']
 * [...counter.transform(['the sea, the sky']).toDense().data]; // → [0, 0, 1, 2]
 * ```
 */
export class TermCounter {
  readonly vocabulary: Vocabulary;
  readonly #options: CountOptions;

  private constructor(key: typeof own, vocabulary: Vocabulary, options: CountOptions) {
    checkOwn('TermCounter', key, 'TermCounter.fit(…) or fromJSON(…)');
    this.vocabulary = vocabulary;
    this.#options = options.tokenizer === undefined ? {} : { tokenizer: options.tokenizer };
  }

  /**
   * Finds the terms. Use only the training set.
   *
   * @throws RangeError for an empty corpus, bounds that keep nothing, or bounds beside a vocabulary; TypeError as
   * {@link Vocabulary.fit}.
   */
  static fit(documents: Iterable<Document>, options: TermCounterOptions = {}): TermCounter {
    const where = 'TermCounter.fit';
    const { vocabulary, tokenizer, ...bounds } = checkOptions(where, options, checks());
    if (vocabulary !== undefined)
      return new TermCounter(own, checkVocabulary(where, vocabulary, bounds), options);
    const counts = countDocuments(where, new TokenCounts(), documents, { tokenizer });
    return new TermCounter(own, termsOf(where, counts, bounds).vocabulary, options);
  }

  /**
   * Finds the terms and counts them: {@link TermCounter.fit} and {@link TermCounter.transform} in one pass. Documents are
   * tokenized once, and may come from a generator.
   *
   * @throws as {@link TermCounter.fit}.
   *
   * @example
   * ```ts
   * import { pattern, TermCounter } from 'recurrent-cells/text';
   * const { counter, counts } = TermCounter.fitTransform(['the boat', 'the sea'], { tokenizer: pattern() });
   * counter.terms; // → ['boat', 'sea', 'the']
   * [...counts.toDense().data]; // → [1, 0, 1, 0, 1, 1]
   * ```
   */
  static fitTransform(
    documents: Iterable<Document>,
    options: TermCounterOptions = {},
  ): { readonly counter: TermCounter; readonly counts: SparseMatrix } {
    const where = 'TermCounter.fitTransform';
    const { vocabulary, tokenizer, ...bounds } = checkOptions(where, options, checks());
    checkDocuments(where, documents);
    if (vocabulary !== undefined) {
      const counter = new TermCounter(own, checkVocabulary(where, vocabulary, bounds), options);
      return { counter, counts: counter.transform(documents) };
    }
    const numbers = new TokenMap();
    const numberOf = (token: string) => numbers.get(token) ?? numbers.add(flat(token));
    const rows = countRows(where, documents, tokenizer, numberOf, false).view();
    const { vocabulary: terms, kept } = termsOf(where, countsOf(rows, numbers), bounds);
    const place = new Int32Array(numbers.size).fill(-1);
    for (let at = 0; at < kept.length; at++) place[kept[at]!.column] = at;
    const counts = arranged(rows, place, kept.length);
    return { counter: new TermCounter(own, terms, options), counts };
  }

  /** The terms, by column. */
  get terms(): string[] {
    return Array.from({ length: this.vocabulary.size }, (_, column) => this.vocabulary.tokenAt(column));
  }

  /** Counts the terms: [documents, terms]. @throws TypeError for invalid documents. */
  transform(documents: Iterable<Document>): SparseMatrix {
    checkDocuments('TermCounter.transform', documents);
    const { vocabulary } = this;
    const columnOf = (token: string) => vocabulary.indexOf(token) ?? vocabulary.unknown;
    const rows = countRows('TermCounter.transform', documents, this.#options.tokenizer, columnOf, true);
    return matrixOf(rows, vocabulary.size);
  }

  /** The versioned form that {@link TermCounter.fromJSON} reads. @throws as the tokenizer's `toJSON`. */
  toJSON(): SavedTermCounter {
    const tokenizer = this.#options.tokenizer?.toJSON() ?? null;
    return { format: FORMAT, version: 1, tokenizer, vocabulary: this.vocabulary.toJSON() };
  }

  /** Reads the output of `toJSON`; `functions` as in {@link loadTokenizer}. @throws as the parts' `fromJSON`. */
  static fromJSON(saved: unknown, functions?: Readonly<Record<string, TokenizeFunction>>): TermCounter {
    const where = 'TermCounter.fromJSON';
    const { tokenizer, vocabulary } = readSaved(where, saved, FORMAT);
    if (tokenizer === undefined)
      throw typeError(where, 'tokenizer', 'is missing', 'a saved tokenizer or null');
    if (tokenizer !== null) readSaved(where, tokenizer, TOKENIZER_FORMAT, 'tokenizer');
    readSaved(where, vocabulary, VOCABULARY_FORMAT, 'vocabulary');
    return new TermCounter(
      own,
      Vocabulary.fromJSON(vocabulary),
      tokenizer === null ? {} : { tokenizer: loadTokenizer(tokenizer, functions) },
    );
  }
}

function checkVocabulary(where: string, vocabulary: unknown, bounds: CutOptions): Vocabulary {
  const given = instanceOf(
    where,
    'vocabulary',
    vocabulary,
    Vocabulary,
    'a Vocabulary, such as Vocabulary.of(terms)',
  );
  const [bound] = Object.entries(bounds).find(([, value]) => value !== undefined) ?? [];
  if (bound === undefined) return given;
  throw rangeError(where, bound, 'is given beside vocabulary', 'one of the two: a vocabulary is cut already');
}

/** The kept tokens by code point: a term's column is its index. */
function termsOf<Entry extends TokenCount>(
  where: string,
  counts: Counts<Entry>,
  bounds: CutOptions,
): { vocabulary: Vocabulary; kept: Entry[] } {
  const byToken = (a: Entry, b: Entry) => compareCodePoints(a.token, b.token);
  const { kept, report } = cut(where, counts, bounds, [], byToken);
  return { vocabulary: new Vocabulary(own, where, {}, kept, report), kept };
}
