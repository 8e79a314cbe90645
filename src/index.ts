/**
 * Recurrent layers: cells, sequences, further layers, and training.
 *
 * @module recurrent-cells
 */

export type { AbortSignalLike } from './async/until-aborted.ts';
export { Attention, type AttentionInput, type AttentionOptions } from './attention/attention.ts';
export type { AttentionGradients, AttentionPass } from './attention/pass.ts';
export { Cell, type CellOptions, type CellState, type StateOf, type StepOptions } from './cells/cell.ts';
export { CoupledLSTMCell } from './cells/coupled-lstm.ts';
export type { GatedCellOptions } from './cells/forget-bias.ts';
export { GRUCell, type GRUCellOptions } from './cells/gru.ts';
export type { LayerNormCellOptions } from './cells/layer-norm.ts';
export { LayerNormGRUCell } from './cells/layer-norm-gru.ts';
export { LayerNormLSTMCell } from './cells/layer-norm-lstm.ts';
export { LSTMCell } from './cells/lstm.ts';
export { PeepholeLSTMCell } from './cells/peephole-lstm.ts';
export { ProjectedLSTMCell, type ProjectedLSTMCellOptions } from './cells/projected-lstm.ts';
export { RNNCell, type RNNCellOptions } from './cells/rnn.ts';
export type { Architecture, Part } from './common/architecture.ts';
export {
  type Indices,
  indices,
  type Nested,
  type StepsShape,
  type Targets,
  type Tensor,
  tensor,
  type VectorShape,
} from './common/tensor.ts';
export type { Batch, Batches, Epochs, Lengths, LengthsOf } from './data/batch.ts';
export {
  type BatchesOptions,
  type BatchesState,
  BatchSet,
  batches,
} from './data/batches.ts';
export type { DataRecord, Examples, Unlabelled } from './data/examples.ts';
export type { Data, FeatureSequences, IndexSequences, NestedIndexSequences, Taken } from './data/parts.ts';
export { type BeamSearchOptions, beamSearch, type ScoredHypothesis } from './decoding/beam.ts';
export { type CtcBeamSearchOptions, ctcBeamSearch } from './decoding/ctc-beam.ts';
export { ctcGreedy } from './decoding/ctc-greedy.ts';
export type { CtcDecodingOptions, CtcHypothesis } from './decoding/ctc-steps.ts';
export { type Generated, type GenerateOptions, generate } from './decoding/generate.ts';
export { greedy } from './decoding/greedy.ts';
export type { DecodingOptions, Hypothesis } from './decoding/hypothesis.ts';
export { type SampleOptions, sample } from './decoding/sample.ts';
export { EncoderDecoder } from './encoder-decoder/encoder-decoder.ts';
export type {
  EncoderDecoderInput,
  EncoderDecoderOptions,
  EncoderDecoderOutput,
} from './encoder-decoder/options.ts';
export { type ScheduledSamplingOptions, scheduledSampling } from './encoder-decoder/scheduled-sampling.ts';
export { type TeacherForced, teacherForcing } from './encoder-decoder/teacher-forcing.ts';
export { describe } from './inspection/describe.ts';
export { GradientFlow, type GradientFlowOptions, gradientFlow } from './inspection/gradient-flow.ts';
export type { LayerFlow, Verdict } from './inspection/layer-flow.ts';
export type { PlotOptions } from './inspection/plot.ts';
export type { Backend, DType } from './kernels/backend.ts';
export { type Float32Options, float32, float64 } from './kernels/index.ts';
export { Activation, type ActivationKind, type ActivationOptions } from './layers/activation.ts';
export {
  Bidirectional,
  type BidirectionalOptions,
  type BidirectionalState,
  type Merge,
} from './layers/bidirectional.ts';
export { Conv1d, type Conv1dOptions } from './layers/conv1d.ts';
export type { Conv1dPadding } from './layers/conv1d-rows.ts';
export { Dense, type DenseOptions } from './layers/dense.ts';
export { Dropout, type DropoutOptions } from './layers/dropout.ts';
export { EachStep } from './layers/each-step.ts';
export { Embedding, type EmbeddingOptions } from './layers/embedding.ts';
export { type ForwardOptions, type GradientOf, Layer, type SignalOf } from './layers/layer.ts';
export { LayerNorm, type LayerNormOptions } from './layers/layer-norm.ts';
export { Noise, type NoiseOptions, type ZoneoutRates } from './layers/noise.ts';
export { OneHot, type OneHotOptions } from './layers/one-hot.ts';
export { Pooling, type PoolingOptions } from './layers/pooling.ts';
export { Repeat, type RepeatOptions } from './layers/repeat.ts';
export { Residual } from './layers/residual.ts';
export { Sequence, type SequenceOptions } from './layers/sequence.ts';
export { type AnyLayer, Sequential, sequential } from './layers/sequential.ts';
export type { BatchTrace, Computed, Trace, TraceGradients } from './layers/trace.ts';
export {
  type AbsoluteErrorOptions,
  meanAbsoluteError,
  type QuantileLossOptions,
  quantileLoss,
} from './losses/absolute.ts';
export { type BinaryCrossEntropyOptions, binaryCrossEntropy } from './losses/binary-cross-entropy.ts';
export {
  type CrossEntropyOptions,
  crossEntropy,
  type NegativeLogLikelihoodOptions,
  negativeLogLikelihood,
} from './losses/cross-entropy.ts';
export { type CtcOptions, ctc } from './losses/ctc.ts';
export { type HuberOptions, huber, type SmoothL1Options, smoothL1 } from './losses/huber.ts';
export {
  type HeadLosses,
  type HeadOutputs,
  type HeadTargets,
  JointLoss,
  type JointLossOptions,
  type JointTally,
  jointLoss,
} from './losses/joint.ts';
export { Loss, type LossTrace, type Terms } from './losses/loss.ts';
export {
  type HeadOptions,
  type LossSettings,
  type Measured,
  Objective,
  type ObjectiveTrace,
  type OutputGradients,
  type OutputSignals,
  type TermWeights,
} from './losses/objective.ts';
export type { LossOptions } from './losses/output.ts';
export type { LossPass } from './losses/pass.ts';
export type { Reduction, ValueOf } from './losses/reduction.ts';
export { meanSquaredError, type SquaredErrorOptions } from './losses/squared.ts';
export type { Parameter } from './matrix/parameter.ts';
export type { Averaging } from './metrics/averaging.ts';
export { type ChrFOptions, chrF } from './metrics/chrf.ts';
export {
  type AveragedOptions,
  type AveragedValue,
  confusionMatrix,
  f1,
  precision,
  recall,
  type TopAccuracyOptions,
  topAccuracy,
} from './metrics/classification.ts';
export { headMetric } from './metrics/head.ts';
export type { Metric, Tally } from './metrics/metric.ts';
export {
  accuracy,
  bitsPerCharacter,
  type ClassMetricOptions,
  perplexity,
} from './metrics/metrics.ts';
export { classesOf, type ProbabilityOptions, probabilitiesOf } from './metrics/predictions.ts';
export { rocAuc, rootMeanSquaredError, rSquared } from './metrics/regression.ts';
export { editDistance, errorRate, exactMatch } from './metrics/sequences.ts';
export {
  type Span,
  type SpanOptions,
  type SpanValue,
  spanF1,
  spanPrecision,
  spanRecall,
  spansOf,
} from './metrics/spans.ts';
export { type EncoderDecoderModelOptions, encoderDecoder } from './models/encoder-decoder.ts';
export {
  Graph,
  type GraphInputs,
  type GraphOptions,
  type GraphOutputs,
  graph,
} from './models/graph.ts';
export { type ManyToManyOptions, manyToMany } from './models/many-to-many.ts';
export { type ManyToOneOptions, manyToOne } from './models/many-to-one.ts';
export {
  type AnyNode,
  concatenate,
  GraphNode,
  input,
  type NeededBy,
  type NeedsOfAll,
  type NodeOfSize,
  type RawInput,
  sum,
} from './models/node.ts';
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
export { Adagrad, type AdagradOptions } from './optimizers/adagrad.ts';
export { Adam, type AdamOptions, AdamW } from './optimizers/adam.ts';
export { Lion, type LionOptions } from './optimizers/lion.ts';
export { NAdam, type NAdamOptions } from './optimizers/nadam.ts';
export {
  clearGradients,
  Optimizer,
  type Parameters,
  type Update,
} from './optimizers/optimizer.ts';
export {
  PlateauDecay,
  type PlateauDecayOptions,
  type PlateauDecayState,
} from './optimizers/plateau.ts';
export { RMSProp, type RMSPropOptions } from './optimizers/rmsprop.ts';
export {
  type CosineDecayOptions,
  constant,
  cosineDecay,
  type ExponentialDecayOptions,
  exponentialDecay,
  type LinearWarmupOptions,
  linearWarmup,
  type OneCycleOptions,
  oneCycle,
  type Schedule,
  type StepDecayOptions,
  stepDecay,
} from './optimizers/schedules.ts';
export type { ParameterGroup, SharedOptions } from './optimizers/settings.ts';
export { SGD, type SGDOptions } from './optimizers/sgd.ts';
export type { OptimizerState, ParameterState } from './optimizers/state.ts';
export {
  chrono,
  glorotUniform,
  type Initializer,
  identity,
  normal,
  orthogonal,
  uniform,
  zeros,
} from './random/initializers.ts';
export { Random, type RandomState } from './random/random.ts';
export type { Drawn, SamplingOptions } from './random/sampling.ts';
export { flattenState, unflattenState } from './signal/named-state.ts';
export type { Gradients, Pass } from './signal/pass.ts';
export { splitStates, stackStates } from './signal/stack.ts';
export type { State } from './signal/state.ts';
export type { Builder, Builders, Model } from './storage/builders.ts';
export {
  loadCheckpoint,
  type Remembering,
  type Resumed,
  saveCheckpoint,
  type TrainingParts,
} from './storage/checkpoint.ts';
export { type LoadOptions, load, loadMetadata, type SaveOptions, save } from './storage/model-file.ts';
export {
  readSafetensors,
  type TensorFile,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from './storage/safetensors.ts';
export { StoredTensor, type WrittenType } from './storage/stored-tensor.ts';
export { loadWeights, type Weighted } from './storage/weights.ts';
export {
  BestWeights,
  type BestWeightsOptions,
  type BestWeightsState,
} from './training/best-weights.ts';
export { type ClipNormOptions, clipNorm, clipValue, gradientNorm, type Norm } from './training/clip.ts';
export { evaluate, type ValueOfMeasure } from './training/evaluate.ts';
export { MovingAverage, type MovingAverageOptions } from './training/moving-average.ts';
export type { LoopOptions, TrainingStep, TrainOptions, Validation } from './training/options.ts';
export { train } from './training/train.ts';
export type { Trainable, TrainableOptions, TrainableTrace } from './training/trainable.ts';
export type { Updated, UpdateOptions } from './training/update.ts';
export type { WeightArrays } from './training/weight-arrays.ts';
export type {
  GateStarts,
  Matrices,
  OwnParameter,
  OwnStart,
  Rule,
  Stage,
  Step,
  StepGradient,
} from './unroll/rule.ts';
