/** Packed matrices: the right factor of many products, stored once in the order the kernel reads it. */
import type { Arena } from './arena.ts';
import type { Factor } from './matrix.ts';
import { isMatrix } from './shapes.ts';

/**
 * A packed copy of a factor for many products; later changes of the original do not affect it.
 *
 * @example
 * ```ts
 * import { Dense } from 'recurrent-cells';
 * import { type Arena, type Matrix, Packed, product } from 'recurrent-cells/matrix';
 *
 * // out_t ← x_t · Wᵀ for every step t, with W packed once
 * function project(arena: Arena, out: Matrix[], x: Matrix[], { weight }: Dense) {
 *   const factor = new Packed(arena, weight.value.T);
 *   out.forEach((of, t) => product(of, x[t]!, factor));
 * }
 * project.length // → 4
 * ```
 */
export class Packed {
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;

  constructor(arena: Arena, factor: Factor) {
    isMatrix('Packed', 'factor', factor);
    const { kernels } = factor.backend;
    this.rows = factor.rows;
    this.columns = factor.columns;
    this.offset = arena.allocate(kernels.packedLength(factor.rows, factor.columns));
    kernels.pack(
      this.offset,
      factor.offset,
      factor.rowStride,
      factor.columnStride,
      factor.rows,
      factor.columns,
    );
  }
}

/** A right factor for `times` products: packed if that is faster. */
export function repeated(arena: Arena, factor: Factor, times: number): Factor | Packed {
  return times > 1 ? new Packed(arena, factor) : factor;
}
