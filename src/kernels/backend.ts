/** A backend: an element type, a heap, and the kernels that work in it. */
import type { Heap, Values } from './heap.ts';
import type { Kernels } from './kernels.ts';

/** The precision of a backend's elements. */
export type DType = 'float32' | 'float64';

/** What every matrix, and so every cell and layer, computes with. */
export interface Backend {
  /** The element type and the implementation, such as `float32 (relaxed SIMD)`. */
  readonly name: string;
  readonly dtype: DType;
  readonly heap: Heap;
  readonly kernels: Kernels;
}

/** A new array, outside any heap, of the backend's element type. */
export function newValues(backend: Backend, length: number): Values {
  return backend.dtype === 'float32' ? new Float32Array(length) : new Float64Array(length);
}
