/** The backend of plain TypeScript kernels, in either precision: the reference for every other implementation. */
import type { Backend, DType } from '../backend.ts';
import { Heap } from '../heap.ts';
import { elementwise } from './elementwise.ts';
import { normalization } from './normalization.ts';
import { probabilities } from './probabilities.ts';
import { products } from './products.ts';
import { reductions } from './reductions.ts';
import { rows } from './rows.ts';
import { ArrayStorage } from './storage.ts';
import { updates } from './updates.ts';

/** A new backend with a separate heap that runs on any engine. */
export function referenceBackend(dtype: DType): Backend {
  const heap = new Heap(new ArrayStorage(dtype));
  return {
    name: `${dtype} (TypeScript)`,
    dtype,
    heap,
    kernels: {
      ...products(heap),
      ...rows(heap),
      ...elementwise(heap),
      ...reductions(heap),
      ...probabilities(heap),
      ...normalization(heap),
      ...updates(heap),
    },
  };
}
