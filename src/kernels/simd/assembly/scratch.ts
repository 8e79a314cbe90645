/** The memory below the heap, in which products store blocks of their factors, and the block sizes of the product. */

/** Columns in a panel of B: two vectors, or four if the engine merges pairs of instructions. */
export const PANEL: i32 = WIDE ? 16 : 8;
/** The most columns of a panel in any flavour. */
const WIDEST: i32 = 16;
/** The height of the tallest tile compiled: 6, or 4 without fused multiply–adds; see `tile.ts`. */
export const TALLEST: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;
// Supplied by the host, because it depends on how the engine uses registers.
// @ts-ignore: decorator
@external("env", "tile")
declare const ENGINES_TILE: i32;
/** The height of the tallest tile used. */
// @ts-ignore: decorator
@inline
export function tileRows(): i32 {
  return ASC_FEATURE_RELAXED_SIMD && !WIDE ? ENGINES_TILE : TALLEST;
}
/** Rows of B in a block: a panel of this depth takes 16 KiB and fits in the L1 cache beside the rows of A. */
export const DEPTH: i32 = 512;
/** Rows of A in a block: this many rows of DEPTH elements fit in the L2 cache. A multiple of the tile heights 6 and 4. */
export const HEIGHT: i32 = 120;
/** Columns of B in a block that is packed for one product. */
export const WIDTH: i32 = 512;

/** A copy of a block of A, row by row. The compiler places the constants below it. */
export const BLOCK_A: usize = 4096;
/** The distance between its rows, padded by a cache line: at a power of two, all rows would map to the same few cache sets. */
export const STRIDE_A: usize = (DEPTH + 16) << 2;
/** A block of B, in panels. */
export const BLOCK_B: usize = BLOCK_A + HEIGHT * STRIDE_A;
/** A tile at the right edge of C, with fewer than PANEL valid columns; also used for a few intermediate sums. */
export const EDGE: usize = BLOCK_B + ((WIDTH * DEPTH) << 2);

/** The first element of the heap. */
export const heapBase: i32 = <i32>((EDGE >> 2) + 6 * WIDEST);
