/** Matrix products in plain TypeScript: the formula, one element of C at a time. */
import type { Heap } from '../heap.ts';
import type { ProductKernels } from '../kernels.ts';

/** The products over one heap. Sums are accumulated in float64 whatever the element type. */
export function products(heap: Heap): ProductKernels {
  const gemm: ProductKernels['gemm'] = (c, cStride, a, aRow, aColumn, b, bRow, bColumn, m, n, k, beta) => {
    const x = heap.values;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        const at = c + i * cStride + j;
        let sum = beta === 0 ? 0 : x[at]!;
        for (let l = 0; l < k; l++) sum += x[a + i * aRow + l * aColumn]! * x[b + l * bRow + j * bColumn]!;
        x[at] = sum;
      }
    }
  };
  return {
    gemm,
    packedLength: (k, n) => k * n,
    // Columns one after another, so that a product reads both its factors in order.
    pack(out, b, bRow, bColumn, k, n) {
      const x = heap.values;
      for (let j = 0; j < n; j++)
        for (let l = 0; l < k; l++) x[out + j * k + l] = x[b + l * bRow + j * bColumn]!;
    },
    gemmPacked: (c, cStride, a, aRow, aColumn, packed, m, n, k, beta) =>
      gemm(c, cStride, a, aRow, aColumn, packed, 1, k, m, n, k, beta),
  };
}
