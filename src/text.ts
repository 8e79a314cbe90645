/**
 * From raw words to what a sequence takes.
 *
 * @module recurrent-cells/text
 */

export { type BatchOptions, batchesByLength, type SequenceBatch } from './text/batches.ts';
export { type CharacterOptions, characters } from './text/characters.ts';
export { chiSquaredTail } from './text/chi-distribution.ts';
export { type ChiSquaredScores, chiSquared, chiSquaredOfTable } from './text/chi-squared.ts';
export { type ChrFOptions, chrF } from './text/chrf.ts';
export { type Chunk, type ChunkOptions, chunksOf } from './text/chunks.ts';
export { compareCodePoints } from './text/code-points.ts';
export type { Complete } from './text/complete.ts';
export { Contingency, type ContingencyTable, type Label } from './text/contingency.ts';
export {
  documentEntropy,
  stopwordsByCount,
  stopwordsByDocumentFrequency,
  stopwordsByEntropy,
} from './text/corpus-stopwords.ts';
export { type CustomOptions, custom, type TokenizeFunction } from './text/custom.ts';
export { type Document, lines } from './text/documents.ts';
export {
  binaryCrossEntropy,
  crossEntropy,
  type EntropyUnit,
  entropy,
  klDivergence,
  perplexity,
} from './text/entropy.ts';
export {
  bestColumns,
  FeatureSelector,
  type FeatureSelectorOptions,
  type SavedFeatureSelector,
} from './text/feature-selector.ts';
export { HeavyHitters, type HeavyHittersOptions, type SavedHeavyHitters } from './text/heavy-hitters.ts';
export {
  documentFrequency,
  type InverseDocumentFrequency,
  inverseDocumentFrequency,
} from './text/inverse-document-frequency.ts';
export { composeHangul, decomposeHangul } from './text/jamo.ts';
export { loadTokenizer } from './text/load-tokenizer.ts';
export {
  informationGain,
  mutualInformation,
  pointwiseMutualInformation,
  scoreTables,
} from './text/mutual-information.ts';
export { type NgramOptions, ngrams } from './text/ngrams.ts';
export type { NormalizationOptions } from './text/normalize.ts';
export { countIndices, oneHot } from './text/one-hot.ts';
export { type PaddedBatch, type PaddingOptions, padSequences } from './text/padding.ts';
export { pattern } from './text/pattern.ts';
export type { RandomSource } from './text/random.ts';
export { RankFrequency } from './text/rank-frequency.ts';
export {
  type SeriesOptions,
  type SeriesSplit,
  type SeriesWindows,
  splitSeries,
} from './text/series-windows.ts';
export { type DenseTensor, SparseMatrix } from './text/sparse-matrix.ts';
export { ALL_SPECIALS, type Specials } from './text/specials.ts';
export { type SavedStopwords, type StopwordOptions, Stopwords } from './text/stopwords.ts';
export type { IndexTensor, RealTensor } from './text/tensors.ts';
export { type SavedTermCounter, TermCounter, type TermCounterOptions } from './text/term-counter.ts';
export { type TermFrequency, termFrequency } from './text/term-frequency.ts';
export { type SavedTfIdf, TfIdf, type TfIdfOptions } from './text/tf-idf.ts';
export {
  type CountOptions,
  type Counts,
  type SavedTokenCounts,
  type TokenCount,
  TokenCounts,
} from './text/token-counts.ts';
export type { CharacterTokenizer, SavedTokenizer, Token, Tokenizer } from './text/tokenizer.ts';
export { type SavedVocabulary, Vocabulary, type VocabularyOptions } from './text/vocabulary.ts';
export type { CutOptions, CutReport, DocumentBound } from './text/vocabulary-cut.ts';
export { type WordOptions, words } from './text/words.ts';
export { cutZipf, type ZipfCut, type ZipfCutOptions } from './text/zipf-cut.ts';
export { fitZipf, type ZipfFit, type ZipfFitOptions } from './text/zipf-fit.ts';
export { plotZipf, type ZipfPlotOptions } from './text/zipf-plot.ts';
