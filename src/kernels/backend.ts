/** A backend: an element type, a heap, and the kernels that work in it. */
import { show, typeError } from '../common/errors.ts';
import type { Check } from '../common/options.ts';
import { core } from './core.ts';
import type { Heap, Values } from './heap.ts';
import type { Kernels } from './kernels.ts';

/** The precision of a backend's elements. */
export type DType = 'float32' | 'float64';

/** Kernels that belong together, in both implementations. */
export interface KernelSet<Set> {
  /** For WebAssembly, as `scripts/build-kernels.mjs` writes it. */
  readonly binary: string;
  /** In plain TypeScript, over one heap. */
  plain(heap: Heap): Set;
}

/** What every matrix, and so every cell and layer, computes with. */
export interface Backend {
  /** The element type and the implementation, such as `float32 (relaxed SIMD)`. */
  readonly name: string;
  readonly dtype: DType;
  readonly heap: Heap;
  readonly kernels: Kernels;
  /** Further kernels, made when first asked for: a program has those of the sets it names, and no others. */
  link<Set>(set: KernelSet<Set>): Set;
}

/** A new backend, whose sets of kernels are made by `make`. */
export function newBackend(
  name: string,
  dtype: DType,
  heap: Heap,
  make: <Set>(set: KernelSet<Set>) => Set,
): Backend {
  const made = new Map<KernelSet<unknown>, unknown>();
  const link = <Set>(set: KernelSet<Set>): Set => {
    if (!made.has(set)) made.set(set, make(set));
    return made.get(set) as Set;
  };
  return { name, dtype, heap, kernels: link(core), link };
}

/** Passes a backend on. */
export const backendOption: Check<Backend> = (where, argument, value) => {
  const { dtype, heap, kernels } = (value ?? {}) as Partial<Backend>;
  if (dtype !== undefined && heap !== undefined && kernels !== undefined) return value as Backend;
  throw typeError(where, argument, `is ${show(value)}`, 'a backend such as float32() or float64()');
};

/** A new array, outside any heap, of the backend's element type. */
export function newValues(backend: Backend, length: number): Values {
  return backend.dtype === 'float32' ? new Float32Array(length) : new Float64Array(length);
}
