/**
 * Features for Node only: faster kernels, on request, and checkpoint files.
 *
 * @packageDocumentation
 */
export { useWideKernels } from './kernels/wide/index.ts';
export { writeCheckpoint } from './storage/write-checkpoint.ts';
