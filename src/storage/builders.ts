/** How each class is rebuilt from its architecture. */
import { Attention, type AttentionOptions } from '../attention/attention.ts';
import type { Cell } from '../cells/cell.ts';
import { CoupledLSTMCell } from '../cells/coupled-lstm.ts';
import { GRUCell, type GRUCellOptions } from '../cells/gru.ts';
import { LayerNormGRUCell } from '../cells/layer-norm-gru.ts';
import { LayerNormLSTMCell } from '../cells/layer-norm-lstm.ts';
import { LSTMCell } from '../cells/lstm.ts';
import { PeepholeLSTMCell } from '../cells/peephole-lstm.ts';
import { ProjectedLSTMCell, type ProjectedLSTMCellOptions } from '../cells/projected-lstm.ts';
import { RNNCell, type RNNCellOptions } from '../cells/rnn.ts';
import { type Check, functionsByName } from '../common/options.ts';
import { EncoderDecoder } from '../encoder-decoder/encoder-decoder.ts';
import type { EncoderDecoderOptions } from '../encoder-decoder/options.ts';
import { Activation, type ActivationOptions } from '../layers/activation.ts';
import { Bidirectional, type BidirectionalOptions } from '../layers/bidirectional.ts';
import { Conv1d, type Conv1dOptions } from '../layers/conv1d.ts';
import { Dense, type DenseOptions } from '../layers/dense.ts';
import { Dropout, type DropoutOptions } from '../layers/dropout.ts';
import { EachStep } from '../layers/each-step.ts';
import { Embedding, type EmbeddingOptions } from '../layers/embedding.ts';
import type { Layer } from '../layers/layer.ts';
import { LayerNorm, type LayerNormOptions } from '../layers/layer-norm.ts';
import { Noise, type NoiseOptions } from '../layers/noise.ts';
import { OneHot, type OneHotOptions } from '../layers/one-hot.ts';
import { Pooling, type PoolingOptions } from '../layers/pooling.ts';
import { Repeat, type RepeatOptions } from '../layers/repeat.ts';
import { Residual } from '../layers/residual.ts';
import { Sequence, type SequenceOptions } from '../layers/sequence.ts';
import { type AnyLayer, Sequential } from '../layers/sequential.ts';
import { Graph } from '../models/graph.ts';
import { restoredOutputs, type SavedGraph } from '../models/plan.ts';
import { Random, type RandomState } from '../random/random.ts';

/** A savable object: a cell, a layer, attention, a graph, or an encoder–decoder, of any size. */
// biome-ignore lint/suspicious/noExplicitAny: the type of a loaded model is known only at run time
export type Model = Cell<any, any, any, any> | Layer<any, any, any, any> | OtherModel;

// biome-ignore lint/suspicious/noExplicitAny: as above
type OtherModel = Attention | EncoderDecoder<any> | Graph<any, any>;

/** Builds an instance from the options and parts of its architecture; without parts, `options` also contain a `backend`. */
export type Builder = (
  // biome-ignore lint/suspicious/noExplicitAny: each class has different options
  options: any,
  parts: { readonly [name: string]: Model },
) => Model;

/** Builders by class name. */
export interface Builders {
  readonly [type: string]: Builder;
}

export const buildersOption: Check<Builders> = functionsByName;

/** Options in which a generator is replaced by its state. */
interface Saved {
  readonly state?: RandomState | undefined;
}

/** The same options with a generator in that state. */
function drawing<Options>({
  state,
  ...options
}: Options & Saved): Omit<Options & Saved, 'state'> & { random?: Random } {
  if (state === undefined) return options;
  const random = new Random(0);
  random.state = state;
  return { ...options, random };
}

/** The same options with the noise that they describe, if any. */
function noisy({
  recurrentDropout,
  zoneout,
  state,
  ...options
}: BidirectionalOptions & NoiseOptions & Saved): BidirectionalOptions {
  if (state === undefined) return options;
  return { ...options, noise: new Noise(drawing({ recurrentDropout, zoneout, state })) };
}

const builders: Builders = {
  RNNCell: (options: RNNCellOptions<number, number>) => new RNNCell(options),
  LSTMCell: (options) => new LSTMCell(options),
  PeepholeLSTMCell: (options) => new PeepholeLSTMCell(options),
  CoupledLSTMCell: (options) => new CoupledLSTMCell(options),
  ProjectedLSTMCell: (options: ProjectedLSTMCellOptions<number, number, number>) =>
    new ProjectedLSTMCell(options),
  LayerNormLSTMCell: (options) => new LayerNormLSTMCell(options),
  LayerNormGRUCell: (options) => new LayerNormGRUCell(options),
  GRUCell: (options: GRUCellOptions<number, number>) => new GRUCell(options),
  Sequence: (options: SequenceOptions & NoiseOptions & Saved, { cell }) =>
    new Sequence(cell as Cell, noisy(options)),
  Bidirectional: (options: BidirectionalOptions & NoiseOptions & Saved, { forward, reverse }) =>
    new Bidirectional(forward as Cell, reverse as Cell, noisy(options)),
  Activation: (options: ActivationOptions) => new Activation(options),
  Conv1d: (options: Conv1dOptions) => new Conv1d(options),
  LayerNorm: (options: LayerNormOptions) => new LayerNorm(options),
  Pooling: (options: PoolingOptions) => new Pooling(options),
  Repeat: (options: RepeatOptions) => new Repeat(options),
  Residual: (_, { layer }) => new Residual(layer as AnyLayer),
  Dense: (options: DenseOptions) => new Dense(options),
  Embedding: (options: EmbeddingOptions) => new Embedding(options),
  OneHot: (options: OneHotOptions) => new OneHot(options),
  Dropout: (options: DropoutOptions & Saved) => new Dropout(drawing(options)),
  Attention: (options: AttentionOptions) => new Attention(options),
  EncoderDecoder: (options: EncoderDecoderOptions, parts) =>
    new EncoderDecoder({ ...options, ...(parts as Partial<EncoderDecoderOptions>) }),
  EachStep: (_, { layer }) => new EachStep(layer as AnyLayer),
  Graph: (options: SavedGraph, layers) =>
    new Graph(restoredOutputs(options, layers as { readonly [name: string]: AnyLayer })),
  Sequential: (_, parts) => new Sequential(Object.values(parts) as AnyLayer[]),
};

/** The builder of a class; user-defined builders take precedence. */
export function builderOf(type: string, own: Builders): Builder | undefined {
  if (Object.hasOwn(own, type)) return own[type];
  return Object.hasOwn(builders, type) ? builders[type] : undefined;
}
