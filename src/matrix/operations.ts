/**
 * The kernels, spoken in matrices: what cells, layers, losses and optimisers are written in. Outputs come first.
 *
 * Each checks that the shapes agree, since a wrong one would write over a neighbour; the cost is a few comparisons. Nobody
 * above this folder calls a kernel.
 */
export * from './elementwise.ts';
export * from './products.ts';
export * from './reductions.ts';
export * from './rows.ts';
export * from './updates.ts';
