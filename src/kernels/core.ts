/** The kernels that every program may need. */
import type { KernelSet } from './backend.ts';
import type { Kernels } from './kernels.ts';
import { elementwise } from './reference/elementwise.ts';
import { products } from './reference/products.ts';
import { rows } from './reference/rows.ts';
import { core as binary } from './simd/binaries.generated.ts';

/** The set of them. */
export const core: KernelSet<Kernels> = {
  binary,
  plain: (heap) => ({ ...products(heap), ...elementwise(heap), ...rows(heap) }),
};
