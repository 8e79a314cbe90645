/** Writes files as `model.save` of TensorFlow.js does: model.json and its weights. */
import { joined } from '../common/bytes.ts';
import { rangeError } from '../common/errors.ts';
import { instanceOf } from '../common/instance.ts';
import { Layer } from '../layers/layer.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import { takesSteps } from '../layers/time-axis.ts';
import { encodeElements } from '../storage/stored-tensor.ts';
import type { Files } from './tfjs.ts';
import { WHERE, written } from './written.ts';

/**
 * Writes a model as a layers model of TensorFlow.js, for `tf.loadLayersModel`.
 *
 * Supports `Sequence` and `Bidirectional` of RNN, LSTM and GRU cells, `Dense`, `Embedding`, `OneHot`, `LayerNorm`, `Dropout`,
 * `Activation`, `Pooling`, `Repeat` and `Conv1d`, in a `Sequential` or alone. The model ends as it does here: scores have no softmax. All
 * steps are valid there, because TensorFlow.js has no lengths; the initial state is zero; both biases are written as their sum.
 *
 * @returns `model.json` and `weights.bin`.
 * @throws RangeError if TensorFlow.js has no such layer: a GRU that resets after the product, other cells, zoneout, a learned
 * initial state, all outputs in reverse, `Residual`, padding by numbers; or if the model has no inputSize. TypeError if it is not
 * a layer.
 *
 * @example
 * ```ts
 * import { Dense, LSTMCell, Sequence, sequential, tensor } from 'recurrent-cells';
 * import { fromTfjs, toTfjs } from 'recurrent-cells/keras';
 *
 * const model = sequential(
 *   new Sequence(new LSTMCell({ inputSize: 2, hiddenSize: 3 }), { outputs: 'last' }),
 *   new Dense({ inputSize: 3, outputSize: 1 }),
 * );
 * const files = toTfjs(model);
 * Object.keys(files) // → ['model.json', 'weights.bin']
 * const x = tensor([[[1, 2], [3, 4]]]);
 * Math.abs(fromTfjs(files).infer(x).data[0]! - model.infer(x).output.data[0]!) < 1e-6 // → true
 * ```
 */
export function toTfjs(model: AnyLayer): Files {
  instanceOf(WHERE, 'model', model, Layer, 'a layer: new Sequence(cell) makes one of a cell');
  const layers = written(model, '').map((layer, at) => ({
    ...layer,
    name: `${layer.type.toLowerCase()}_${at}`,
  }));
  const weights = layers.flatMap(({ name, weights }) =>
    weights.map(({ path, ...weight }) => ({ ...weight, name: `${name}/${path}` })),
  );
  const topology = {
    class_name: 'Sequential',
    config: {
      name: 'sequential',
      layers: [
        inputLayer(model),
        ...layers.map(({ type, name, config }) => ({
          class_name: type,
          config: { name, trainable: true, ...config },
        })),
      ],
    },
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
  };
  const specs = weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  const json = {
    format: 'layers-model',
    generatedBy: 'recurrent-cells',
    convertedBy: null,
    modelTopology: topology,
    weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
  };
  return {
    'model.json': new TextEncoder().encode(JSON.stringify(json)),
    'weights.bin': floats(weights),
  };
}

function inputLayer(model: AnyLayer): object {
  const { accepts, inputSize } = model;
  if (inputSize === undefined)
    throw rangeError(WHERE, 'model', `(${model.type}) has no inputSize`, 'one whose first layer has it');
  const indices = accepts === 'indices';
  const shape = [null, ...(takesSteps(model) ? [null] : []), ...(indices ? [] : [inputSize])];
  const config = {
    name: 'input',
    batch_input_shape: shape,
    dtype: indices ? 'int32' : 'float32',
    sparse: false,
  };
  return { class_name: 'InputLayer', config };
}

/** All numbers as float32, little-endian, one after another. */
function floats(weights: readonly { readonly name: string; readonly data: ArrayLike<number> }[]): Uint8Array {
  return joined(weights.map(({ name, data }) => encodeElements(WHERE, name, Float64Array.from(data), 'F32')));
}
