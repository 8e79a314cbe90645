/**
 * From raw text to model inputs.
 *
 * @module recurrent-cells/text
 */

export type { Complete } from './common/options.ts';
export type { Tensor } from './common/tensor.ts';
export type { RandomSource } from './random/random.ts';
export {
  type BytePairTrainingOptions,
  trainBytePairs,
  trainBytePairsAsync,
} from './text/counts/byte-pair-training.ts';
export type { Document } from './text/counts/documents.ts';
export { encodeAll, encodeAllAsync } from './text/counts/encode-all.ts';
export {
  HeavyHitters,
  type HeavyHittersOptions,
  type SavedHeavyHitters,
} from './text/counts/heavy-hitters.ts';
export { type ByteSource, lines, linesOfPart } from './text/counts/lines.ts';
export { RankFrequency } from './text/counts/rank-frequency.ts';
export type { SavedSpecials, Specials } from './text/counts/specials.ts';
export {
  type CountOptions,
  type Counts,
  type SavedTokenCounts,
  type TokenCount,
  TokenCounts,
} from './text/counts/token-counts.ts';
export {
  type DecodeOptions,
  type EncodeOptions,
  type SavedVocabulary,
  Vocabulary,
  type VocabularyOptions,
} from './text/counts/vocabulary.ts';
export type { CutOptions, CutReport, DocumentBound } from './text/counts/vocabulary-cut.ts';
export { cutZipf, type ZipfCut, type ZipfCutOptions } from './text/counts/zipf-cut.ts';
export { fitZipf, type ZipfFit, type ZipfFitOptions } from './text/counts/zipf-fit.ts';
export { plotZipf, type ZipfPlotOptions } from './text/counts/zipf-plot.ts';
export { type ChiSquaredScores, chiSquared, chiSquaredOfTable } from './text/features/chi-squared.ts';
export { Contingency, type ContingencyTable } from './text/features/contingency.ts';
export {
  documentEntropy,
  stopwordsByCount,
  stopwordsByDocumentFrequency,
  stopwordsByEntropy,
} from './text/features/corpus-stopwords.ts';
export {
  binaryCrossEntropyOf,
  crossEntropyOf,
  type EntropyUnit,
  entropy,
  klDivergence,
  perplexityOf,
} from './text/features/entropy.ts';
export {
  FeatureSelector,
  type FeatureSelectorOptions,
  type SavedFeatureSelector,
} from './text/features/feature-selector.ts';
export {
  documentFrequency,
  type InverseDocumentFrequency,
  inverseDocumentFrequency,
} from './text/features/inverse-document-frequency.ts';
export {
  informationGain,
  mutualInformation,
  pointwiseMutualInformation,
} from './text/features/mutual-information.ts';
export { type DenseTensor, SparseMatrix } from './text/features/sparse-matrix.ts';
export { type SavedTermCounter, TermCounter, type TermCounterOptions } from './text/features/term-counter.ts';
export { type TermFrequency, termFrequency } from './text/features/term-frequency.ts';
export { type SavedTfIdf, TfIdf, type TfIdfOptions } from './text/features/tf-idf.ts';
export {
  classWeights,
  type Label,
  LabelEncoder,
  type Labels,
  type SavedLabelEncoder,
} from './text/labels/label-encoder.ts';
export {
  type DealOptions,
  type FoldOptions,
  kFolds,
  type Split,
  type SplitOptions,
  split,
} from './text/labels/split.ts';
export { type BatchOptions, batchesByLength, type SequenceBatch } from './text/sequences/batches.ts';
export {
  type Chunk,
  type ChunkOptions,
  Chunks,
  type ChunksState,
  chunksOf,
} from './text/sequences/chunks.ts';
export { chunksOfStreams, type StreamOptions } from './text/sequences/chunks-of-streams.ts';
export { LazyBatches } from './text/sequences/lazy-batches.ts';
export { oneHotVectors } from './text/sequences/one-hot.ts';
export {
  type IndexTensor,
  type PaddedBatch,
  type PaddingOptions,
  padSequences,
} from './text/sequences/padding.ts';
export {
  MinMaxScaler,
  type SavedScaler,
  type Scaler,
  type ScalerOptions,
  StandardScaler,
} from './text/sequences/scalers.ts';
export { fillMissing, padSeries } from './text/sequences/series.ts';
export {
  type SeriesOptions,
  type SeriesSplit,
  type SeriesWindows,
  splitSeries,
  type WindowBatch,
  type WindowBatchOptions,
} from './text/sequences/series-windows.ts';
export { type CharacterOptions, characters } from './text/tokenizers/characters.ts';
export {
  type CustomOptions,
  custom,
  type PlacedToken,
  type TokenizeFunction,
} from './text/tokenizers/custom.ts';
export { composeHangul, decomposeHangul } from './text/tokenizers/jamo.ts';
export { loadTokenizer } from './text/tokenizers/load-tokenizer.ts';
export { type NgramOptions, ngrams } from './text/tokenizers/ngrams.ts';
export type { NormalizationOptions } from './text/tokenizers/normalize.ts';
export { pattern } from './text/tokenizers/pattern.ts';
export {
  type SavedStopwords,
  type StopwordOptions,
  Stopwords,
  without,
} from './text/tokenizers/stopwords.ts';
export { huggingFace } from './text/tokenizers/subwords/hugging-face.ts';
export type {
  SubwordDecodeOptions,
  SubwordEncodeOptions,
  SubwordTokenizer,
} from './text/tokenizers/subwords/subword-tokenizer.ts';
export type { CharacterTokenizer, SavedTokenizer, Token, Tokenizer } from './text/tokenizers/tokenizer.ts';
export { type WordOptions, words } from './text/tokenizers/words.ts';
