/**
 * Features for Node only: faster kernels and products, on request, checkpoint files, and files read in parts.
 *
 * @module recurrent-cells/node
 */
export { type NativeProductsOptions, useNativeProducts } from './kernels/native/index.ts';
export { useWideKernels } from './kernels/wide/index.ts';
export { bytesOf } from './storage/bytes-of.ts';
export { writeCheckpoint } from './storage/write-checkpoint.ts';
