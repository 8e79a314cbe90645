/** The backend of plain TypeScript kernels, in either precision: what every other implementation is checked against. */
import type { Backend, DType } from '../backend.ts';
import { Heap } from '../heap.ts';
import { elementwise } from './elementwise.ts';
import { optimizers } from './optimizers.ts';
import { products } from './products.ts';
import { rows } from './rows.ts';
import { ArrayStorage } from './storage.ts';

/** A new backend, with a heap of its own, that runs anywhere. */
export function referenceBackend(dtype: DType): Backend {
  const heap = new Heap(new ArrayStorage(dtype));
  const kernels = { ...products(heap), ...elementwise(heap), ...rows(heap), ...optimizers(heap) };
  return { name: `${dtype} (TypeScript)`, dtype, heap, kernels };
}
