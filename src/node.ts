/**
 * What only Node can do: faster kernels, and checkpoints as files.
 *
 * @packageDocumentation
 */
export { useWideKernels } from './kernels/wide/index.ts';
export { writeCheckpoint } from './storage/write-checkpoint.ts';
