/** Run before the tests of each file where KERNELS=native: products are the system's BLAS, and the rest 256 bits where it can be. */
import { useNativeProducts, useWideKernels } from '../../src/node.ts';

try {
  useWideKernels();
} catch {
  // Products by BLAS replace those of any kernels.
}
useNativeProducts();
