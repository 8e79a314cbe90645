/** A Keras model: its layers, final activation, and mask. */
import { rangeError, show } from '../common/errors.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import type { Backend } from '../kernels/backend.ts';
import { type AnyLayer, Sequential } from '../layers/sequential.ts';
import { softmax } from '../math/elementary.ts';
import { withoutStart } from '../matrix/parameter.ts';
import { build } from './build.ts';
import { type KerasLayer, layerOf, layersOf } from './config.ts';
import type { Source, Weights } from './source.ts';

/**
 * A Keras model, for inference as in Keras, or for continued training of its layers.
 *
 * @example
 * ```ts
 * import { tensor } from 'recurrent-cells';
 * import { fromTfjs, type KerasModel } from 'recurrent-cells/keras';
 *
 * const file = (content: unknown) => new TextEncoder().encode(JSON.stringify(content));
 * const spec = (name: string, shape: number[]) => ({ name, shape, dtype: 'float32' });
 * const dense = { class_name: 'Dense', config: { name: 'd', units: 2, activation: 'softmax', use_bias: false } };
 * const model: KerasModel = fromTfjs({
 *   'model.json': file({
 *     modelTopology: { class_name: 'Sequential', config: { layers: [dense] } },
 *     weightsManifest: [{ paths: ['w.bin'], weights: [spec('d/kernel', [1, 2])] }],
 *   }),
 *   'w.bin': new Uint8Array(Float32Array.of(0, 0).buffer),
 * });
 * Array.from(model.infer(tensor([[3]])).data) // → [0.5, 0.5]
 * model.output // → 'softmax'
 * ```
 */
export class KerasModel {
  /** The layers, without a final softmax, because the losses take logits. */
  readonly model: Sequential;
  /** The function Keras applies to the last layer's output. */
  readonly output: 'linear' | 'softmax';
  /** The value that marks masked steps: index 0, or the features of a Masking layer; undefined without masking. */
  readonly maskValue: number | undefined;

  /** @internal */
  constructor(where: string, topology: unknown, weights: Weights, elements: number, backend: Backend) {
    const layers = layersOf(where, topology);
    const source: Source = { where, weights, backend, masked: false };
    const made = withoutStart(elements, () => layers.flatMap((layer) => build(layer, source)));
    if (made.length === 0) throw rangeError(where, 'the model', 'has no layers', 'one at least');
    this.model = new Sequential(made as readonly AnyLayer[]);
    const softmax = layers.findIndex((layer) => activationOf(where, layer) === 'softmax');
    const after =
      softmax < 0 ? [] : layers.slice(softmax + 1).filter(({ type }) => !type.endsWith('Dropout'));
    if (after.length > 0)
      throw rangeError(
        where,
        `layer ${show(layers[softmax]!.name)}`,
        'has softmax within the model',
        'it at the end',
      );
    this.output = softmax < 0 ? 'linear' : 'softmax';
    this.maskValue = maskOf(where, layers);
  }

  /**
   * The valid steps of each sequence of an input; undefined if the model has no mask.
   *
   * @throws RangeError if a masked step precedes a valid one: only padding at the end is supported.
   */
  lengths(input: Tensor | Indices): readonly number[] | undefined {
    const { maskValue } = this;
    if (maskValue === undefined) return undefined;
    const [batch, time, width = 1] = input.shape as [number, number, number?];
    return Array.from({ length: batch }, (_, b) => {
      const masked = (t: number) => {
        const from = (b * time + t) * width;
        return input.data.subarray(from, from + width).every((value: number) => value === maskValue);
      };
      let length = time;
      while (length > 0 && masked(length - 1)) length--;
      for (let t = 0; t < length; t++)
        if (masked(t))
          throw rangeError('KerasModel', `inputs[${b}, ${t}]`, 'is masked', 'masked steps at the end alone');
      return length;
    });
  }

  /**
   * The output of Keras's `predict`, zero at masked steps.
   *
   * @param input `[batch, time, features]`, `[batch, features]`, or indices `[batch, time]`.
   * @throws RangeError or TypeError if the input does not fit.
   */
  infer(input: Tensor | Indices): Tensor {
    const lengths = this.lengths(input);
    const { output } = this.model.infer(input as Tensor, { lengths });
    return this.output === 'softmax' ? softmaxOf(output, lengths) : output;
  }
}

/** A layer's activation; for TimeDistributed, that of the inner layer. */
function activationOf(where: string, { type, options }: KerasLayer): unknown {
  return type === 'TimeDistributed' ? layerOf(where, options.layer).options.activation : options.activation;
}

function maskOf(where: string, layers: readonly KerasLayer[]): number | undefined {
  const at = layers.findIndex(({ type, options }) => type === 'Masking' || options.mask_zero === true);
  if (at < 0) return undefined;
  const { type, name, options } = layers[at]!;
  if (layers.slice(0, at).some((before) => before.type !== 'InputLayer'))
    throw rangeError(where, `layer ${show(name)}`, 'masks within the model', 'a mask of the input');
  return type === 'Masking' ? Number(options.mask_value ?? 0) : 0;
}

/** exp(x) divided by its sum over the last axis, at valid steps. */
function softmaxOf({ data, shape }: Tensor, lengths: readonly number[] | undefined): Tensor {
  const width = shape.at(-1)!;
  const steps = shape.length === 3 ? shape[1]! : 1;
  const out = data.slice();
  for (let row = 0; row * width < data.length; row++) {
    if (lengths !== undefined && shape.length === 3 && row % steps >= lengths[Math.floor(row / steps)]!)
      continue;
    const values = Float64Array.from(data.subarray(row * width, (row + 1) * width));
    softmax(values);
    out.set(values, row * width);
  }
  return { data: out, shape };
}
