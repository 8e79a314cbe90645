/**
 * The kernels as operations on matrices, used by cells, layers, losses and optimisers. Outputs come first.
 *
 * Each operation checks shapes, because a wrong one would overwrite other memory; the cost is a few comparisons. Code
 * above this folder never calls a kernel.
 */
export * from './elementwise.ts';
export * from './products.ts';
export * from './reductions.ts';
export * from './rows.ts';
export * from './updates.ts';
