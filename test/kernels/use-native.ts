/** Runs before each test file if KERNELS=native: products use the system's BLAS, and all else the 256-bit kernels if possible. */
import { useNativeProducts, useWideKernels } from '../../src/node.ts';

try {
  useWideKernels();
} catch {
  // Products by BLAS replace those of any kernels.
}
useNativeProducts();
