/**
 * What only Node can do: faster kernels that a program asks for.
 *
 * @packageDocumentation
 */
export { useWideKernels } from './kernels/wide/index.ts';
