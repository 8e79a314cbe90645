import { show } from '../common/errors.ts';
import { Activation } from '../layers/activation.ts';
import { Conv1d } from '../layers/conv1d.ts';
import { Dense } from '../layers/dense.ts';
import { Dropout } from '../layers/dropout.ts';
import { Embedding } from '../layers/embedding.ts';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Pooling } from '../layers/pooling.ts';
import { Repeat } from '../layers/repeat.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import { type KerasLayer, layerOf } from './config.ts';
import { bidirectional, recurrent } from './recurrent.ts';
import { hasBias, type Maker, refused, type Source, setting, size, turned, weight, write } from './source.ts';

/** The layer for an activation; empty for a linear one. The code that builds the last layer handles softmax. */
function activation(source: Source, layer: KerasLayer, name = 'activation'): readonly AnyLayer[] {
  const kind = setting(source, layer, name, ['linear', 'tanh', 'sigmoid', 'relu', 'softmax'] as const);
  return kind === 'linear' || kind === 'softmax' ? [] : [new Activation({ kind, backend: source.backend })];
}

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
  RepeatVector: (layer, source) => {
    source.masked = false;
    return [new Repeat({ steps: size(source, layer, 'n', 1), backend: source.backend })];
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
