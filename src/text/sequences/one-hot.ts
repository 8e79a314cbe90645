/** Materialises indices as one-hot vectors, for inspection; cells gather rows by index instead. */
import { rangeError, show, typeError, wholeNumber } from '../../common/errors.ts';
import type { Tensor } from '../../common/tensor.ts';
import { checkIndices, type IndexTensor } from './padding.ts';

/**
 * One-hot vectors: 1 at the index, 0 elsewhere.
 *
 * @param inputs - [batch, time]
 * @param size - the size of the vocabulary
 * @returns [batch, time, size]
 * @throws RangeError for an index of `size` or more, or a shape that does not fit; TypeError if `inputs` are not
 * indices.
 *
 * @example
 * ```ts
 * import { oneHotVectors } from 'recurrent-cells/text';
 * [...oneHotVectors({ data: Int32Array.of(1, 0), shape: [1, 2] }, 3).data]; // → [0, 1, 0, 1, 0, 0]
 * ```
 */
export function oneHotVectors(inputs: IndexTensor, size: number): Tensor {
  checkIndices('oneHotVectors', 'inputs.data', inputs?.data);
  const shape: unknown = inputs.shape;
  if (!Array.isArray(shape))
    throw typeError('oneHotVectors', 'inputs.shape', `is ${show(shape)}`, '[batch, time]');
  if (shape.length !== 2 || shape[0] * shape[1] !== inputs.data.length)
    throw rangeError(
      'oneHotVectors',
      'inputs',
      `has shape [${shape.join(', ')}] and ${inputs.data.length} indices`,
      'shape [batch, time]',
    );
  const data = new Float32Array(inputs.data.length * wholeNumber('oneHotVectors', 'size', size));
  for (const [at, index] of inputs.data.entries()) data[at * size + within('oneHotVectors', index, size)] = 1;
  return { data, shape: [...inputs.shape, size] };
}

function within(where: string, index: number, size: number): number {
  if (index >= 0 && index < size) return index;
  throw rangeError(where, 'index', `is ${index}`, `from 0 to ${size - 1} (size is ${size})`);
}
