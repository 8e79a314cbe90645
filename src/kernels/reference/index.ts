/** The backend of plain TypeScript kernels, in either precision: what every other implementation is checked against. */
import { type Backend, type DType, newBackend } from '../backend.ts';
import { Heap } from '../heap.ts';
import { ArrayStorage } from './storage.ts';

/** A new backend, with a heap of its own, that runs anywhere. */
export function referenceBackend(dtype: DType): Backend {
  const heap = new Heap(new ArrayStorage(dtype));
  return newBackend(`${dtype} (TypeScript)`, dtype, heap, (set) => set.plain(heap));
}
