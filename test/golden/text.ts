/**
 * Compares the text submodule with scikit-learn's results: one case in, one row for each compared array out.
 *
 * It translates scikit-learn's settings; the harness reads files and reports.
 */
import {
  chiSquared,
  custom,
  FeatureSelector,
  mutualInformation,
  pattern,
  type SparseMatrix,
  TermCounter,
  TfIdf,
  type Tokenizer,
  Vocabulary,
} from '../../src/text.ts';

/** One compared array: `worst` is the largest difference, `allowed` the largest that passes. */
export interface Result {
  readonly tensor: string;
  readonly worst: number;
  readonly allowed: number;
  readonly passed: boolean;
}

type Matrix = readonly (readonly number[])[];

/** scikit-learn's settings; omitted ones have their defaults. */
interface Settings {
  readonly vectorizer?: string;
  readonly analyzer?: 'word' | 'char' | 'char_wb';
  readonly token_pattern?: string;
  readonly lowercase?: boolean;
  readonly strip_accents?: 'unicode' | 'ascii' | null;
  readonly ngram_range?: readonly [number, number];
  readonly min_df?: number;
  readonly max_df?: number;
  readonly max_features?: number | null;
  readonly binary?: boolean;
  readonly stop_words?: readonly string[] | null;
  readonly vocabulary?: readonly string[] | Readonly<Record<string, number>> | null;
  readonly norm?: 'l1' | 'l2' | null;
  readonly use_idf?: boolean;
  readonly smooth_idf?: boolean;
  readonly sublinear_tf?: boolean;
  /** The settings of `mutual_info`. */
  readonly mutual_info?: string;
}

/** The JSON of one case of kind `text`. */
export interface TextCase {
  readonly name: string;
  readonly op: string;
  readonly settings: Settings;
  readonly docs: readonly string[];
  readonly features: readonly string[];
  readonly matrix: Matrix;
  readonly idf?: readonly number[];
  readonly new_docs?: readonly string[];
  readonly new_matrix?: Matrix;
  readonly labels?: readonly number[];
  readonly chi2?: readonly number[];
  readonly chi2_p?: readonly number[];
  readonly mutual_info?: readonly number[];
  readonly tolerances: { readonly float64: { readonly rtol: number; readonly atol: number } };
}

const DISCRETE = 'discrete_features=True (natural logarithm)';

const unknown = (setting: string, value: unknown) =>
  new RangeError(`runText: settings.${setting} is ${JSON.stringify(value)}, which is not computed`);

/** Runs one case. @throws Error if a setting has no translation. */
export function runText(given: unknown): Result[] {
  const text = given as TextCase;
  const { settings, docs, tolerances } = text;
  const vectorizer = settings.vectorizer ?? text.op;
  const isTfIdf = vectorizer === 'TfidfVectorizer';
  if (!isTfIdf && vectorizer !== 'CountVectorizer') throw unknown('vectorizer', vectorizer);
  const { mutual_info = DISCRETE } = settings;
  if (mutual_info !== DISCRETE) throw unknown('mutual_info', mutual_info);
  const counter = TermCounter.fit(docs, counterOptions(settings));
  const counts = binary(counter.transform(docs), settings);
  const tfidf = isTfIdf ? TfIdf.fit(counts, tfIdfOptions(settings)) : undefined;
  const weigh = (documents: readonly string[]) => {
    const matrix = binary(counter.transform(documents), settings);
    return tfidf === undefined ? matrix : tfidf.transform(matrix);
  };
  const matrix = weigh(docs);

  const wrong = counter.terms.filter((term, i) => term !== text.features[i]).length;
  const missing = Math.abs(counter.terms.length - text.features.length);
  const results: Result[] = [
    { tensor: 'features', worst: wrong + missing, allowed: 0, passed: wrong + missing === 0 },
  ];
  const compare = (tensor: string, got: ArrayLike<number>, want: readonly number[] | undefined) => {
    if (want !== undefined) results.push(difference(tensor, got, want, tolerances.float64));
  };
  compare('matrix', matrix.toDense().data, text.matrix.flat());
  if (text.new_docs) compare('new_matrix', weigh(text.new_docs).toDense().data, text.new_matrix?.flat());
  if (tfidf) compare('idf', tfidf.weights, text.idf);
  if (text.labels) {
    const chi2 = chiSquared(matrix, text.labels);
    compare('chi2', chi2.scores, text.chi2);
    compare('chi2_p', chi2.pValues, text.chi2_p);
    if (text.mutual_info) compare('mutual_info', mutualInformation(matrix, text.labels), text.mutual_info);
    compare('chi2 of the selector', FeatureSelector.fit(matrix, text.labels).scores ?? [], text.chi2);
  }
  return results;
}

function difference(
  tensor: string,
  got: ArrayLike<number>,
  want: readonly number[],
  tolerance: { readonly rtol: number; readonly atol: number },
): Result {
  const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const allowed = tolerance.atol + tolerance.rtol * largest;
  const worst =
    got.length === want.length
      ? want.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i]!)), 0)
      : Number.POSITIVE_INFINITY;
  return { tensor, worst, allowed, passed: worst <= allowed };
}

function counterOptions(settings: Settings) {
  const { min_df = 1, max_df = 1, max_features, vocabulary } = settings;
  // JSON can't tell 1 from 1.0: a min_df of 1 is a count, a max_df of 1 a share.
  const minDocuments = min_df >= 1 ? min_df : { share: min_df };
  const maxDocuments = max_df > 1 ? max_df : { share: max_df };
  // scikit-learn does not cut a given vocabulary.
  if (vocabulary)
    return {
      tokenizer: tokenizer(settings),
      vocabulary: Vocabulary.of(columns(vocabulary), { specials: {} }),
    };
  return {
    tokenizer: tokenizer(settings),
    ...(max_features ? { maxSize: max_features } : {}),
    minDocuments,
    maxDocuments,
  };
}

function columns(vocabulary: readonly string[] | Readonly<Record<string, number>>): string[] {
  if (Array.isArray(vocabulary)) return vocabulary;
  return Object.entries(vocabulary)
    .sort(([, a], [, b]) => a - b)
    .map(([term]) => term);
}

function tfIdfOptions({ use_idf = true, smooth_idf = true, sublinear_tf = false, norm = 'l2' }: Settings) {
  const idf = smooth_idf ? 'scikit-learn' : 'scikit-learn-unsmoothed';
  return { tf: sublinear_tf ? 'log' : 'raw', idf: use_idf ? idf : 'none', norm: norm ?? 'none' } as const;
}

function binary(counts: SparseMatrix, settings: Settings): SparseMatrix {
  return settings.binary ? counts.map(() => 1) : counts;
}

// White space of Python's str.split and \s; JavaScript's \s has fewer controls, and the byte order mark.
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python counts these controls as space.
const PYTHON_SPACES = /[\t-\r\x1c-\x20\x85\p{Z}]+/gu;

/** scikit-learn's analyzer: it removes stopwords before forming n-grams, and lists the n-grams by n. */
function tokenizer(settings: Settings): Tokenizer {
  const { analyzer = 'word', ngram_range = [1, 1], lowercase = true, strip_accents } = settings;
  const stopWords = new Set(stopWordsOf(settings));
  const words = pattern(pythonPattern(settings.token_pattern ?? '(?u)\\b\\w\\w+\\b'), {
    normalization: 'none',
  });
  const units = (text: string): string[][] => {
    if (analyzer === 'word') return [words.tokenize(text).filter((word) => !stopWords.has(word))];
    if (analyzer === 'char') return [[...text.replace(PYTHON_SPACES, (run) => (run.length > 1 ? ' ' : run))]];
    if (analyzer !== 'char_wb') throw unknown('analyzer', analyzer);
    const parts = text.split(PYTHON_SPACES).filter((part) => part !== '');
    return parts.map((part) => [...` ${part} `]);
  };
  const analyze = (text: string) =>
    units(stripAccents(text, strip_accents)).flatMap((tokens) =>
      ngramsOf(tokens, ngram_range, analyzer === 'word' ? ' ' : '', analyzer === 'char_wb'),
    );
  return custom(analyze, { normalization: 'none', lowercase });
}

function ngramsOf(
  tokens: readonly string[],
  [from, to]: readonly [number, number],
  joiner: string,
  keepShort: boolean,
): string[] {
  const grams: string[] = [];
  for (let n = from; n <= to; n++) {
    for (let at = 0; at + n <= tokens.length; at++) grams.push(tokens.slice(at, at + n).join(joiner));
    // Within word bounds, a word shorter than n counts once, unchanged.
    if (keepShort && tokens.length <= n) {
      if (tokens.length < n) grams.push(tokens.join(joiner));
      break;
    }
  }
  return grams;
}

function pythonPattern(source: string): RegExp {
  const word = '\\p{L}\\p{N}_';
  const translated = source
    .replace(/^\(\?[a-zA-Z]+\)/, '')
    .replace(/\[([^\]]*)\]/g, (set) => set.replaceAll('\\w', word).replaceAll('\\d', '\\p{Nd}'))
    .replace(/\\w(?![^[]*\])/g, `[${word}]`)
    .replace(/\\W(?![^[]*\])/g, `[^${word}]`)
    .replace(/\\b/g, `(?:(?<=[${word}])(?![${word}])|(?<![${word}])(?=[${word}]))`);
  return new RegExp(translated, 'gu');
}

function stopWordsOf({ stop_words }: Settings): readonly string[] {
  if (stop_words === null || stop_words === undefined) return [];
  if (Array.isArray(stop_words)) return stop_words;
  throw new RangeError(
    `runText: settings.stop_words is ${JSON.stringify(stop_words)}, expected a list or null`,
  );
}

function stripAccents(text: string, how: 'unicode' | 'ascii' | null | undefined): string {
  if (how === 'ascii') return text.normalize('NFKD').replace(/[^\p{ASCII}]/gu, '');
  return how === 'unicode' ? text.normalize('NFKD').replace(/\p{Mn}/gu, '') : text;
}
