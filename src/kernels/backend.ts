/** A backend: an element type, a heap, and the kernels that work in it. */

import { show, typeError } from '../common/errors.ts';
import { isCopy, otherCopy } from '../common/instance.ts';
import type { Check } from '../common/options.ts';
import { Heap, type Values } from './heap.ts';
import type { Kernels } from './kernels.ts';

/** The precision of a backend's elements. */
export type DType = 'float32' | 'float64';

/** The element type, memory and kernels that matrices, cells and layers compute with. */
export interface Backend {
  /** The element type and the implementation, such as `float32 (relaxed SIMD)`. */
  readonly name: string;
  readonly dtype: DType;
  readonly heap: Heap;
  readonly kernels: Kernels;
}

/** Returns a valid backend unchanged. */
export const backendOption: Check<Backend> = (where, argument, value) => {
  const heap: unknown = (value as Partial<Backend> | undefined | null)?.heap;
  if (heap instanceof Heap) return value as Backend;
  const expected = 'a backend such as float32() or float64()';
  if (isCopy(heap, Heap)) throw otherCopy(where, argument, expected);
  throw typeError(where, argument, `is ${show(value)}`, expected);
};

/** A new array of the backend's element type, outside any heap. */
export function newValues(backend: Backend, length: number): Values {
  return backend.dtype === 'float32' ? new Float32Array(length) : new Float64Array(length);
}
