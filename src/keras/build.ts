/** Builds layers of the library from Keras layers and their weights. */
import type { Cell } from '../cells/cell.ts';
import { GRUCell } from '../cells/gru.ts';
import { LSTMCell } from '../cells/lstm.ts';
import { RNNCell } from '../cells/rnn.ts';
import { rangeError, show } from '../common/errors.ts';
import { elementsOf, type Tensor } from '../common/tensor.ts';
import type { Backend } from '../kernels/backend.ts';
import { Activation } from '../layers/activation.ts';
import { Bidirectional, type Merge } from '../layers/bidirectional.ts';
import { Conv1d } from '../layers/conv1d.ts';
import { Dense } from '../layers/dense.ts';
import { Dropout } from '../layers/dropout.ts';
import { Embedding } from '../layers/embedding.ts';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Pooling } from '../layers/pooling.ts';
import { Sequence } from '../layers/sequence.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { type KerasLayer, layerOf } from './config.ts';

/** Looks up the weights of a layer, or of one of its directions, by Keras name. */
export type Weights = (
  layer: KerasLayer,
  direction: 'forward' | 'backward' | undefined,
  name: string,
) => Tensor;

/** The context for building layers. */
export interface Source {
  readonly where: string;
  readonly weights: Weights;
  readonly backend: Backend;
  /** Whether steps are masked before this layer. */
  masked: boolean;
}

type Maker = (layer: KerasLayer, source: Source) => readonly AnyLayer[];

/** An error about a layer. */
export function refused(
  { where }: Source,
  { type, name }: KerasLayer,
  came: string,
  expected: string,
): RangeError {
  return rangeError(where, `layer ${show(name)} (${type})`, came, expected);
}

/** A weight with this number of axes. */
function weight(
  source: Source,
  layer: KerasLayer,
  name: string,
  axes: number,
  direction?: 'forward' | 'backward',
): Tensor {
  const tensor = source.weights(layer, direction, name);
  if (tensor.shape.length === axes && tensor.data.length === elementsOf(tensor.shape)) return tensor;
  throw refused(source, layer, `has ${name} of shape [${tensor.shape.join(', ')}]`, `${axes} axes`);
}

/** Writes a parameter of the same length. */
function write(
  source: Source,
  layer: KerasLayer,
  name: string,
  parameter: Parameter,
  values: ArrayLike<number>,
): void {
  const count = elementsOf(parameter.shape);
  if (values.length !== count)
    throw refused(
      source,
      layer,
      `has ${name} of ${values.length} numbers`,
      `${count} for shape [${parameter.shape.join(', ')}]`,
    );
  parameter.write(values);
}

/** [rows, columns] → [columns, rows] */
function turned({ data, shape: [rows, columns] }: Tensor): Float64Array {
  return Float64Array.from(data, (_, at) => data[(at % rows!) * columns! + Math.floor(at / rows!)]!);
}

/** Reorders blocks: block i comes from `order[i]`. */
function ordered(values: ArrayLike<number>, order: readonly number[]): Float64Array {
  const block = values.length / order.length;
  return Float64Array.from(values, (_, at) => values[order[Math.floor(at / block)]! * block + (at % block)]!);
}

/** A setting with the given allowed values; the first is the default. */
function setting<Word>(source: Source, layer: KerasLayer, name: string, words: readonly Word[]): Word {
  const value = (layer.options[name] ?? words[0]) as Word;
  if (words.includes(value)) return value;
  throw refused(source, layer, `has ${name} ${show(value)}`, words.map(show).join(' or '));
}

/** A whole number, alone or in a list of one, as for kernel sizes. */
function size(source: Source, layer: KerasLayer, name: string, otherwise: number): number {
  const value = [layer.options[name] ?? otherwise].flat()[0];
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw refused(source, layer, `has ${name} ${show(value)}`, 'a whole number of at least 1');
}

const hasBias = ({ options }: KerasLayer) => options.use_bias !== false;

/** The layer for an activation; empty for a linear one. The code that builds the last layer handles softmax. */
function activation(source: Source, layer: KerasLayer, name = 'activation'): readonly AnyLayer[] {
  const kind = setting(source, layer, name, ['linear', 'tanh', 'sigmoid', 'relu', 'softmax'] as const);
  return kind === 'linear' || kind === 'softmax' ? [] : [new Activation({ kind, backend: source.backend })];
}

/** Kinds of cells by class: the order of Keras's gates, and the cell. */
const kinds: {
  readonly [type: string]: {
    readonly gates: readonly number[];
    readonly make: (
      sizes: {
        readonly inputSize: number;
        readonly hiddenSize: number;
        readonly bias: boolean;
        readonly backend: Backend;
      },
      layer: KerasLayer,
      source: Source,
    ) => Cell<string>;
  };
} = {
  SimpleRNN: {
    gates: [0],
    make: (sizes, layer, source) =>
      new RNNCell({ ...sizes, activation: setting(source, layer, 'activation', ['tanh', 'relu'] as const) }),
  },
  // Keras orders the gates i, f, c, o, like LSTMCell's i, f, g, o.
  LSTM: {
    gates: [0, 1, 2, 3],
    make: (sizes, layer, source) => gated(layer, source, () => new LSTMCell(sizes)),
  },
  // Keras orders the gates z, r, h; GRUCell r, z, n.
  GRU: {
    gates: [1, 0, 2],
    make: (sizes, layer, source) =>
      gated(
        layer,
        source,
        () => new GRUCell({ ...sizes, reset: layer.options.reset_after === true ? 'after' : 'before' }),
      ),
  },
};

/** Makes a cell after checking its activations: hard_sigmoid, the default of TensorFlow.js, is a different function. */
function gated<Made>(layer: KerasLayer, source: Source, make: () => Made): Made {
  setting(source, layer, 'activation', ['tanh']);
  setting(source, layer, 'recurrent_activation', ['sigmoid']);
  return make();
}

function makeCell(
  layer: KerasLayer,
  source: Source,
  owner: KerasLayer,
  direction?: 'forward' | 'backward',
): Cell<string> {
  const kind = Object.hasOwn(kinds, layer.type) ? kinds[layer.type]! : undefined;
  if (kind === undefined)
    throw refused(source, layer, 'is no recurrent layer', Object.keys(kinds).join(', '));
  if (layer.options.return_state === true)
    throw refused(source, layer, 'returns its state', 'one that does not');
  const take = (name: string, axes: number) => weight(source, owner, name, axes, direction);
  const [kernel, recurrent] = [take('kernel', 2), take('recurrent_kernel', 2)];
  const hiddenSize = recurrent.shape[0]!;
  const bias = hasBias(layer);
  const { backend } = source;
  const cell = kind.make({ inputSize: kernel.shape[0]!, hiddenSize, bias, backend }, layer, source);
  write(source, owner, 'kernel', cell.weightIh, ordered(turned(kernel), kind.gates));
  write(source, owner, 'recurrent_kernel', cell.weightHh, ordered(turned(recurrent), kind.gates));
  if (!bias) return cell;
  // One bias, or two for a GRU that resets after the product.
  const two = layer.type === 'GRU' && layer.options.reset_after === true;
  const { data } = take('bias', two ? 2 : 1);
  const rows = kind.gates.length * hiddenSize;
  write(source, owner, 'bias', cell.biasIh!, ordered(data.subarray(0, two ? rows : undefined), kind.gates));
  if (two) write(source, owner, 'bias', cell.biasHh!, ordered(data.subarray(rows), kind.gates));
  else cell.biasHh!.write(new Float64Array(rows));
  return cell;
}

const outputsOf = ({ options }: KerasLayer) =>
  options.return_sequences === true ? ('all' as const) : ('last' as const);

const recurrent: Maker = (layer, source) => {
  const reverse = layer.options.go_backwards === true;
  const outputs = outputsOf(layer);
  // Keras keeps such outputs in the order of computation.
  if (reverse && outputs === 'all')
    throw refused(source, layer, 'returns its steps backwards', 'go_backwards false');
  source.masked &&= outputs === 'all';
  return [new Sequence(makeCell(layer, source, layer), { reverse, outputs })];
};

const merges: { readonly [mode: string]: Merge } = {
  concat: 'concatenate',
  sum: 'sum',
  ave: 'mean',
  mul: 'product',
};

const bidirectional: Maker = (layer, source) => {
  const forward = layerOf(source.where, layer.options.layer);
  const backward = layer.options.backward_layer
    ? layerOf(source.where, layer.options.backward_layer)
    : forward;
  const mode = setting(source, layer, 'merge_mode', ['concat', 'sum', 'ave', 'mul']);
  const outputs = outputsOf(forward);
  source.masked &&= outputs === 'all';
  const made = new Bidirectional(
    makeCell(forward, source, layer, 'forward'),
    makeCell(backward, source, layer, 'backward'),
    { outputs, merge: merges[mode]! },
  );
  return [made as AnyLayer];
};

const dense: Maker = (layer, source) => {
  const kernel = weight(source, layer, 'kernel', 2);
  const [inputSize, outputSize] = kernel.shape as [number, number];
  const made = new Dense({ inputSize, outputSize, bias: hasBias(layer), backend: source.backend });
  made.weight.write(turned(kernel));
  if (made.bias !== undefined) write(source, layer, 'bias', made.bias, weight(source, layer, 'bias', 1).data);
  return [made, ...activation(source, layer)];
};

const embedding: Maker = (layer, source) => {
  const table = weight(source, layer, 'embeddings', 2);
  const [classes, outputSize] = table.shape as [number, number];
  const made = new Embedding({ classes, outputSize, backend: source.backend });
  made.weight.write(table.data);
  source.masked ||= layer.options.mask_zero === true;
  return [made];
};

const conv1d: Maker = (layer, source) => {
  if (source.masked)
    throw refused(source, layer, 'follows masked steps, which it forgets', 'no mask before it');
  setting(source, layer, 'data_format', ['channels_last']);
  if (size(source, layer, 'groups', 1) !== 1) throw refused(source, layer, 'has groups', 'groups 1');
  const kernel = weight(source, layer, 'kernel', 3);
  const [kernelSize, inputSize, outputSize] = kernel.shape as [number, number, number];
  const stride = size(source, layer, 'strides', 1);
  const padding = setting(
    source,
    layer,
    'padding',
    stride > 1 ? (['valid', 'causal'] as const) : (['valid', 'causal', 'same'] as const),
  );
  const dilation = size(source, layer, 'dilation_rate', 1);
  const made = new Conv1d({
    inputSize,
    outputSize,
    kernelSize,
    stride,
    padding,
    dilation,
    bias: hasBias(layer),
    backend: source.backend,
  });
  // [kernelSize, inputSize, outputSize] → [outputSize, inputSize, kernelSize]
  const values = Float64Array.from(kernel.data, (_, at) => {
    const [o, i, k] = [
      Math.floor(at / (inputSize * kernelSize)),
      Math.floor(at / kernelSize) % inputSize,
      at % kernelSize,
    ];
    return kernel.data[(k * inputSize + i) * outputSize + o]!;
  });
  made.weight.write(values);
  if (made.bias !== undefined) write(source, layer, 'bias', made.bias, weight(source, layer, 'bias', 1).data);
  return [made, ...activation(source, layer)];
};

const layerNormalization: Maker = (layer, source) => {
  const { scale, center, axis, epsilon = 0.001 } = layer.options;
  const last = [axis ?? -1].flat();
  if (last.length !== 1 || ![-1, 1, 2].includes(last[0] as number))
    throw refused(source, layer, `has axis ${show(axis)}`, 'the last axis');
  const [gamma, beta] = [
    scale !== false && weight(source, layer, 'gamma', 1),
    center !== false && weight(source, layer, 'beta', 1),
  ];
  const width = (gamma || beta || undefined)?.shape[0];
  if (width === undefined) throw refused(source, layer, 'has neither scale nor center', 'one of them');
  const made = new LayerNorm({ inputSize: width, epsilon: Number(epsilon), backend: source.backend });
  write(source, layer, 'gamma', made.weight!, gamma ? gamma.data : new Float64Array(width).fill(1));
  write(source, layer, 'beta', made.bias!, beta ? beta.data : new Float64Array(width));
  return [made];
};

const dropout =
  (acrossTime: boolean): Maker =>
  ({ options }, { backend }) => [new Dropout({ rate: Number(options.rate ?? 0.5), acrossTime, backend })];

const pooling =
  (kind: 'mean' | 'max'): Maker =>
  (layer, source) => {
    if (kind === 'max' && source.masked)
      throw refused(source, layer, 'follows masked steps, which it forgets', 'no mask before it');
    source.masked = false;
    return [new Pooling({ kind, backend: source.backend })];
  };

const makers: { readonly [type: string]: Maker } = {
  Activation: (layer, source) => activation(source, layer),
  Bidirectional: bidirectional,
  Conv1D: conv1d,
  Dense: dense,
  Dropout: dropout(false),
  Embedding: embedding,
  GlobalAveragePooling1D: pooling('mean'),
  GlobalMaxPooling1D: pooling('max'),
  GRU: recurrent,
  InputLayer: () => [],
  LayerNormalization: layerNormalization,
  LSTM: recurrent,
  Masking: (_, source) => {
    source.masked = true;
    return [];
  },
  SimpleRNN: recurrent,
  SpatialDropout1D: dropout(true),
  TimeDistributed: (layer, source) => {
    const inner = layerOf(source.where, layer.options.layer);
    if (inner.type !== 'Dense') throw refused(source, layer, `holds a ${inner.type}`, 'a Dense');
    return dense({ ...inner, name: layer.name }, source);
  },
};

/** The layers equivalent to a Keras layer. */
export function build(layer: KerasLayer, source: Source): readonly AnyLayer[] {
  const make = Object.hasOwn(makers, layer.type) ? makers[layer.type] : undefined;
  if (make === undefined)
    throw refused(source, layer, 'is of a class that is not computed', Object.keys(makers).join(', '));
  return make(layer, source);
}
