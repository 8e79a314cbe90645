/**
 * From raw words to what a sequence takes.
 *
 * @module recurrent-cells/text
 */

export { type BatchOptions, batchesByLength, type SequenceBatch } from './batches.ts';
export { type CharacterOptions, characters } from './characters.ts';
export { chiSquaredTail } from './chi-distribution.ts';
export { type ChiSquaredScores, chiSquared, chiSquaredOfTable } from './chi-squared.ts';
export { type ChrFOptions, chrF } from './chrf.ts';
export { type Chunk, type ChunkOptions, chunksOf } from './chunks.ts';
export { compareCodePoints } from './code-points.ts';
export type { Complete } from './complete.ts';
export { Contingency, type ContingencyTable, type Label } from './contingency.ts';
export {
  documentEntropy,
  stopwordsByCount,
  stopwordsByDocumentFrequency,
  stopwordsByEntropy,
} from './corpus-stopwords.ts';
export { type CustomOptions, custom, type TokenizeFunction } from './custom.ts';
export { type Document, lines } from './documents.ts';
export {
  binaryCrossEntropy,
  crossEntropy,
  type EntropyUnit,
  entropy,
  klDivergence,
  perplexity,
} from './entropy.ts';
export {
  bestColumns,
  FeatureSelector,
  type FeatureSelectorOptions,
  type SavedFeatureSelector,
} from './feature-selector.ts';
export { HeavyHitters, type HeavyHittersOptions, type SavedHeavyHitters } from './heavy-hitters.ts';
export {
  documentFrequency,
  type InverseDocumentFrequency,
  inverseDocumentFrequency,
} from './inverse-document-frequency.ts';
export { composeHangul, decomposeHangul } from './jamo.ts';
export { loadTokenizer } from './load-tokenizer.ts';
export {
  informationGain,
  mutualInformation,
  pointwiseMutualInformation,
  scoreTables,
} from './mutual-information.ts';
export { type NgramOptions, ngrams } from './ngrams.ts';
export type { NormalizationOptions } from './normalize.ts';
export { countIndices, oneHot } from './one-hot.ts';
export { type PaddedBatch, type PaddingOptions, padSequences } from './padding.ts';
export { pattern } from './pattern.ts';
export type { RandomSource } from './random.ts';
export { RankFrequency } from './rank-frequency.ts';
export { type SeriesOptions, type SeriesSplit, type SeriesWindows, splitSeries } from './series-windows.ts';
export { type DenseTensor, SparseMatrix } from './sparse-matrix.ts';
export { ALL_SPECIALS, type Specials } from './specials.ts';
export { type SavedStopwords, type StopwordOptions, Stopwords } from './stopwords.ts';
export type { IndexTensor, RealTensor } from './tensors.ts';
export { type SavedTermCounter, TermCounter, type TermCounterOptions } from './term-counter.ts';
export { type TermFrequency, termFrequency } from './term-frequency.ts';
export { type SavedTfIdf, TfIdf, type TfIdfOptions } from './tf-idf.ts';
export {
  type CountOptions,
  type Counts,
  type SavedTokenCounts,
  type TokenCount,
  TokenCounts,
} from './token-counts.ts';
export type { CharacterTokenizer, SavedTokenizer, Token, Tokenizer } from './tokenizer.ts';
export { type SavedVocabulary, Vocabulary, type VocabularyOptions } from './vocabulary.ts';
export type { CutOptions, CutReport, DocumentBound } from './vocabulary-cut.ts';
export { type WordOptions, words } from './words.ts';
export { cutZipf, type ZipfCut, type ZipfCutOptions } from './zipf-cut.ts';
export { fitZipf, type ZipfFit, type ZipfFitOptions } from './zipf-fit.ts';
export { plotZipf, type ZipfPlotOptions } from './zipf-plot.ts';
