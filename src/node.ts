/**
 * Features for Node only: faster kernels and products, on request, and checkpoint files.
 *
 * @packageDocumentation
 */
export { type NativeProductsOptions, useNativeProducts } from './kernels/native/index.ts';
export { useWideKernels } from './kernels/wide/index.ts';
export { writeCheckpoint } from './storage/write-checkpoint.ts';
