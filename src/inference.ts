/**
 * Trained models in use: the same classes with `infer` alone, for programs of a few kilobytes.
 *
 * They are the classes of `recurrent-cells`, built from the same sources, without what is marked _full_ in
 * this reference: no way back, no optimisers, no starting weights, no saving. What they compute is the same bit for
 * bit. Weights are zeros until `loadWeights` brings those that `save` wrote.
 *
 * @example
 * ```ts
 * import * as full from 'recurrent-cells';
 * import { Dense, LSTMCell, loadWeights, Sequence, sequential, tensor } from 'recurrent-cells/inference';
 *
 * // Where it was trained:
 * const trained = full.sequential(
 *   new full.Sequence(new full.LSTMCell({ inputSize: 1, hiddenSize: 8 }), { outputs: 'last' }),
 *   new full.Dense({ inputSize: 8, outputSize: 1 }),
 * );
 * const bytes = full.save(trained);
 *
 * // Where it runs:
 * const model = sequential(
 *   new Sequence(new LSTMCell({ inputSize: 1, hiddenSize: 8 }), { outputs: 'last' }),
 *   new Dense({ inputSize: 8, outputSize: 1 }),
 * );
 * loadWeights(model, bytes);
 * const x = tensor([[[1], [2], [3]]]);
 * model.infer(x).output.data[0] === trained.infer(x).output.data[0] // → true
 * ```
 *
 * @module recurrent-cells/inference
 */
export { Attention, type AttentionInput, type AttentionOptions } from './attention/attention.ts';
export type { Cell, CellOptions, CellState, StateOf } from './cells/cell.ts';
export { CoupledLSTMCell } from './cells/coupled-lstm.ts';
export { GRUCell, type GRUCellOptions } from './cells/gru.ts';
export type { LayerNormCellOptions } from './cells/layer-norm.ts';
export { LayerNormGRUCell } from './cells/layer-norm-gru.ts';
export { LayerNormLSTMCell } from './cells/layer-norm-lstm.ts';
export { LSTMCell } from './cells/lstm.ts';
export { PeepholeLSTMCell } from './cells/peephole-lstm.ts';
export { ProjectedLSTMCell, type ProjectedLSTMCellOptions } from './cells/projected-lstm.ts';
export { RNNCell, type RNNCellOptions } from './cells/rnn.ts';
export {
  type Indices,
  indices,
  type Nested,
  type StepsShape,
  type Tensor,
  tensor,
  type VectorShape,
} from './common/tensor.ts';
export { type BeamSearchOptions, beamSearch, type ScoredHypothesis } from './decoding/beam.ts';
export { type CtcBeamSearchOptions, ctcBeamSearch } from './decoding/ctc-beam.ts';
export { ctcGreedy } from './decoding/ctc-greedy.ts';
export type { CtcDecodingOptions, CtcHypothesis } from './decoding/ctc-steps.ts';
export { type Generated, type GenerateOptions, generate } from './decoding/generate.ts';
export { greedy } from './decoding/greedy.ts';
export type { DecodingOptions, Hypothesis } from './decoding/hypothesis.ts';
export { type SampleOptions, sample } from './decoding/sample.ts';
export {
  EncoderDecoder,
  type EncoderDecoderInput,
  type EncoderDecoderOptions,
  type EncoderDecoderOutput,
} from './encoder-decoder/encoder-decoder.ts';
export type { Backend, DType, KernelSet } from './kernels/backend.ts';
export { type Float32Options, float32, float64 } from './kernels/index.ts';
export { Activation, type ActivationKind, type ActivationOptions } from './layers/activation.ts';
export {
  Bidirectional,
  type BidirectionalOptions,
  type BidirectionalState,
  type Merge,
} from './layers/bidirectional.ts';
export { Conv1d, type Conv1dOptions, type Conv1dPadding } from './layers/conv1d.ts';
export { Dense, type DenseOptions } from './layers/dense.ts';
export { Dropout, type DropoutOptions } from './layers/dropout.ts';
export { Embedding, type EmbeddingOptions } from './layers/embedding.ts';
export type { ForwardOptions, Layer } from './layers/layer.ts';
export { LayerNorm, type LayerNormOptions } from './layers/layer-norm.ts';
export { Noise, type NoiseOptions, type ZoneoutRates } from './layers/noise.ts';
export { OneHot, type OneHotOptions } from './layers/one-hot.ts';
export { Pooling, type PoolingOptions } from './layers/pooling.ts';
export { Repeat, type RepeatOptions } from './layers/repeat.ts';
export { Residual } from './layers/residual.ts';
export { Sequence, type SequenceOptions } from './layers/sequence.ts';
export { type AnyLayer, Sequential, sequential } from './layers/sequential.ts';
export type { Parameter } from './matrix/parameter.ts';
export { type EncoderDecoderModelOptions, encoderDecoder } from './models/encoder-decoder.ts';
export { type ManyToManyOptions, manyToMany } from './models/many-to-many.ts';
export { type ManyToOneOptions, manyToOne } from './models/many-to-one.ts';
export { type OneToManyOptions, oneToMany } from './models/one-to-many.ts';
export { type OneToOneOptions, oneToOne } from './models/one-to-one.ts';
export type {
  CellClass,
  CellKind,
  CellMaker,
  FeatureInput,
  IndexInput,
  PlaceOptions,
  RecurrentOptions,
} from './models/recurrent.ts';
export { Random, type RandomState } from './random/random.ts';
export type { Drawn, SamplingOptions } from './random/sampling.ts';
export type { State } from './signal/state.ts';
export { loadWeights, type Weighted } from './storage/weights.ts';
