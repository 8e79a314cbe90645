/** Layers as those of Keras that compute the same: class, configuration and weights. */
import type { Cell } from '../cells/cell.ts';
import type { GRUCell } from '../cells/gru.ts';
import type { RNNCell } from '../cells/rnn.ts';
import { rangeError } from '../common/errors.ts';
import type { Activation } from '../layers/activation.ts';
import type { Bidirectional } from '../layers/bidirectional.ts';
import type { Conv1d } from '../layers/conv1d.ts';
import type { Dense } from '../layers/dense.ts';
import type { Dropout } from '../layers/dropout.ts';
import type { Embedding } from '../layers/embedding.ts';
import { type LayerNorm, LEAST_EPSILON } from '../layers/layer-norm.ts';
import { zonesOut } from '../layers/noise.ts';
import type { Pooling } from '../layers/pooling.ts';
import type { Repeat } from '../layers/repeat.ts';
import type { Sequence } from '../layers/sequence.ts';
import type { AnyLayer, Sequential } from '../layers/sequential.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { ordered, turned } from './source.ts';

export const WHERE = 'toTfjs';

/** Weights by their path within a layer, such as `kernel` or `forward_rnn/bias`. */
interface WrittenWeight {
  readonly path: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** A layer as Keras describes it. */
export interface Written {
  readonly type: string;
  readonly config: { readonly [name: string]: unknown };
  readonly weights: readonly WrittenWeight[];
}

/** An error about a layer of the model, at a path such as `1.forward`. */
function refused(type: string, path: string, expected: string): RangeError {
  return rangeError(WHERE, 'model', `has a ${type}${path === '' ? '' : ` at ${path}`}`, expected);
}

const zeros = { class_name: 'Zeros', config: {} };
// What is loaded need not be drawn first: orthogonal weights would take long.
const undrawn = { kernel_initializer: zeros, recurrent_initializer: zeros, bias_initializer: zeros };

const join = (path: string, name: string | number) => (path === '' ? `${name}` : `${path}.${name}`);

/** The layers equivalent to a layer, at a path such as `1.0`. */
export function written(layer: AnyLayer, path: string): readonly Written[] {
  if (layer.type === 'Sequential')
    return (layer as Sequential).layers.flatMap((part, at) => written(part, join(path, at)));
  const write = Object.hasOwn(writers, layer.type) ? writers[layer.type] : undefined;
  if (write === undefined) throw refused(layer.type, path, `one of ${Object.keys(writers).join(', ')}`);
  return [write(layer, path)];
}

type Writer = (layer: AnyLayer, path: string) => Written;

const plain = (type: string, config: object = {}): Written => ({ type, config: { ...config }, weights: [] });

const writers: { readonly [type: string]: Writer } = {
  Activation: (layer) => plain('Activation', { activation: (layer as Activation).kind }),
  Bidirectional: (layer, path) => bidirectional(layer as Bidirectional<string>, path),
  Conv1d: (layer, path) => conv1d(layer as Conv1d, path),
  Dense: (layer) => dense(layer as Dense),
  Dropout: (layer) => {
    const { acrossTime, rate } = layer as Dropout;
    return plain(acrossTime ? 'SpatialDropout1D' : 'Dropout', { rate });
  },
  Embedding: (layer) => {
    const { weight, outputSize } = layer as Embedding;
    return table(weight.read(), weight.shape[0]!, outputSize);
  },
  LayerNorm: (layer) => layerNorm(layer as LayerNorm),
  // An index gathers its row of the identity.
  OneHot: ({ inputSize }) => {
    const size = inputSize!;
    const identity = Float32Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
    return table(identity, size, size);
  },
  Pooling: (layer) =>
    plain((layer as Pooling).kind === 'mean' ? 'GlobalAveragePooling1D' : 'GlobalMaxPooling1D'),
  Repeat: (layer) => plain('RepeatVector', { n: (layer as Repeat).steps }),
  Sequence: (layer, path) => {
    const { reverse, outputs } = layer as Sequence<Cell>;
    // Keras gives such steps in the order of computation.
    if (reverse && outputs === 'all')
      throw refused('Sequence in reverse', path, 'one that gives its last output');
    return recurrent(layer as Sequence<Cell>, path, reverse);
  },
};

function table(data: ArrayLike<number>, classes: number, size: number): Written {
  const config = { input_dim: classes, output_dim: size, embeddings_initializer: zeros, mask_zero: false };
  return { type: 'Embedding', config, weights: [{ path: 'embeddings', shape: [classes, size], data }] };
}

function dense({ weight, bias, inputSize, outputSize }: Dense): Written {
  return {
    type: 'Dense',
    config: { units: outputSize, activation: 'linear', use_bias: bias !== undefined, ...undrawn },
    weights: [
      {
        path: 'kernel',
        shape: [inputSize, outputSize],
        data: turned({ data: weight.read(), shape: weight.shape }),
      },
      ...(bias === undefined ? [] : [{ path: 'bias', shape: [outputSize], data: bias.read() }]),
    ],
  };
}

function layerNorm({ weight, bias, epsilon, inputSize }: LayerNorm): Written {
  const filled = (value: number) => new Float32Array(inputSize).fill(value);
  return {
    type: 'LayerNormalization',
    config: { axis: -1, epsilon: Math.max(epsilon, LEAST_EPSILON), center: true, scale: true },
    weights: [
      { path: 'gamma', shape: [inputSize], data: weight?.read() ?? filled(1) },
      { path: 'beta', shape: [inputSize], data: bias?.read() ?? filled(0) },
    ],
  };
}

/** TensorFlow.js pads neither causally nor by numbers, and a stride with its own margins. */
function conv1d(layer: Conv1d, path: string): Written {
  const { inputSize, outputSize, kernelSize, stride, dilation, weight, bias } = layer;
  const padding = [layer.padding].flat().every((size) => size === 0) ? 'valid' : layer.padding;
  const same = padding === 'same' && layer.paddingMode === 'zeros' && stride === 1;
  if ((padding !== 'valid' && !same) || (stride > 1 && dilation > 1))
    throw refused('Conv1d', path, 'padding "valid", or "same" with stride 1, and no stride with dilation');
  // [outputSize, inputSize, kernelSize] → [kernelSize, inputSize, outputSize]
  const from = weight.read();
  const kernel = Float64Array.from(from, (_, at) => {
    const [k, i, o] = [
      Math.floor(at / (inputSize * outputSize)),
      Math.floor(at / outputSize),
      at % outputSize,
    ];
    return from[(o * inputSize + (i % inputSize)) * kernelSize + k]!;
  });
  return {
    type: 'Conv1D',
    config: {
      filters: outputSize,
      kernel_size: [kernelSize],
      strides: [stride],
      dilation_rate: [dilation],
      padding,
      activation: 'linear',
      use_bias: bias !== undefined,
      kernel_initializer: zeros,
    },
    weights: [
      { path: 'kernel', shape: [kernelSize, inputSize, outputSize], data: kernel },
      ...(bias === undefined ? [] : [{ path: 'bias', shape: [outputSize], data: bias.read() }]),
    ],
  };
}

/** The classes of cells, with the order of Keras's gates. */
const kinds: {
  readonly [type: string]: { readonly type: string; readonly gates: readonly number[] };
} = {
  RNNCell: { type: 'SimpleRNN', gates: [0] },
  LSTMCell: { type: 'LSTM', gates: [0, 1, 2, 3] },
  GRUCell: { type: 'GRU', gates: [1, 0, 2] },
};

/** A layer of one direction. */
function recurrent(layer: Sequence<Cell>, path: string, backwards: boolean): Written {
  const { cell, outputs } = layer;
  const kind = Object.hasOwn(kinds, cell.type) ? kinds[cell.type] : undefined;
  if (kind === undefined) throw refused(cell.type, path, `one of ${Object.keys(kinds).join(', ')}`);
  if (kind.type === 'GRU' && (cell as GRUCell).reset === 'after')
    throw refused('GRUCell with reset "after"', path, '"before", the only one of TensorFlow.js');
  if (zonesOut(layer.noise)) throw refused('Sequence with zoneout', path, 'one without');
  if (layer.initial !== undefined)
    throw refused('Sequence with learnInitialState', path, 'one that starts from zeros');
  const activation = kind.type === 'SimpleRNN' ? (cell as RNNCell).activation : 'tanh';
  return {
    type: kind.type,
    config: {
      units: cell.hiddenSize,
      activation,
      ...(kind.type !== 'SimpleRNN' && { recurrent_activation: 'sigmoid' }),
      ...(kind.type === 'GRU' && { reset_after: false }),
      use_bias: cell.biasIh !== undefined,
      return_sequences: outputs === 'all',
      go_backwards: backwards,
      ...undrawn,
    },
    weights: cellWeights(cell, kind.gates),
  };
}

function cellWeights(
  { weightIh, weightHh, biasIh, biasHh }: Cell,
  gates: readonly number[],
): WrittenWeight[] {
  const matrix = (path: string, weight: Parameter) => {
    const [rows, columns] = weight.shape as readonly [number, number];
    return {
      path,
      shape: [columns, rows],
      data: turned({ data: ordered(weight.read(), gates), shape: [rows, columns] }),
    };
  };
  const weights: WrittenWeight[] = [matrix('kernel', weightIh), matrix('recurrent_kernel', weightHh)];
  if (biasIh === undefined) return weights;
  // TensorFlow.js has one bias: the sum of both.
  const other = biasHh!.read();
  const sum = Float64Array.from(biasIh.read(), (value, at) => value + other[at]!);
  return [...weights, { path: 'bias', shape: [sum.length], data: ordered(sum, gates) }];
}

const modes = { concatenate: 'concat', sum: 'sum', mean: 'ave', product: 'mul' } as const;

/** A layer of two directions, the second made by Keras of the first. */
function bidirectional(layer: Bidirectional<string>, path: string): Written {
  const { forward, reverse } = layer.directions;
  const ways = [
    ['forward', recurrent(forward, join(path, 'forward'), false)],
    ['backward', recurrent(reverse, join(path, 'reverse'), false)],
  ] as const;
  const [[, first], [, second]] = ways;
  if (first.type !== second.type || JSON.stringify(first.config) !== JSON.stringify(second.config))
    throw refused(
      'Bidirectional of two kinds of cells',
      path,
      'one cell, as TensorFlow.js has in both directions',
    );
  return {
    type: 'Bidirectional',
    config: {
      merge_mode: modes[layer.merge],
      layer: { class_name: first.type, config: { name: 'rnn', ...first.config } },
    },
    weights: ways.flatMap(([way, { weights }]) =>
      weights.map((weight) => ({ ...weight, path: `${way}_rnn/${weight.path}` })),
    ),
  };
}
