/** Matrix products in plain TypeScript: the formula for each element of C. */
import type { Heap } from '../heap.ts';
import type { ProductKernels } from '../kernels.ts';

/** The product kernels of a heap. Sums are accumulated in float64 for either element type. */
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
    // Packs by columns, so that a product reads both factors sequentially.
    pack(out, b, bRow, bColumn, k, n) {
      const x = heap.values;
      for (let j = 0; j < n; j++)
        for (let l = 0; l < k; l++) x[out + j * k + l] = x[b + l * bRow + j * bColumn]!;
    },
    gemmPacked: (c, cStride, a, aRow, aColumn, packed, m, n, k, beta) =>
      gemm(c, cStride, a, aRow, aColumn, packed, 1, k, m, n, k, beta),
  };
}
