/** The memory below the heap: where products keep blocks of their factors. Its sizes are the blocking of the product. */

/** Columns in a panel of B: two vectors, or four where the engine makes one instruction of two. */
export const PANEL: i32 = WIDE ? 16 : 8;
/** The columns of a panel in any flavour. */
const WIDEST: i32 = 16;
/** The most rows in a tile that there is code for: 6, or 4 where multiply–adds are not fused; see `tile.ts`. */
export const TALLEST: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;
// What the engine's registers are good for, where that is not known before.
// @ts-ignore: decorator
@external("env", "tile")
declare const ENGINES_TILE: i32;
/** The most rows in a tile. */
// @ts-ignore: decorator
@inline
export function tileRows(): i32 {
  return ASC_FEATURE_RELAXED_SIMD && !WIDE ? ENGINES_TILE : TALLEST;
}
/** Rows of B in a block: a panel that deep takes 16 KiB and stays in the L1 cache beside the rows of A. */
export const DEPTH: i32 = 512;
/** Rows of A in a block: that many of DEPTH elements stay in the L2 cache. A multiple of 6 and 4, the rows of a tile. */
export const HEIGHT: i32 = 120;
/** Columns of B in a block that is packed for one product. */
export const WIDTH: i32 = 512;

/** A copy of a block of A, row by row. Below it lie the constants, where the compiler puts them. */
export const BLOCK_A: usize = 4096;
/** Between its rows, a cache line more than they take: at a power of two all would fall into the same few sets. */
export const STRIDE_A: usize = (DEPTH + 16) << 2;
/** A block of B, in panels. */
export const BLOCK_B: usize = BLOCK_A + HEIGHT * STRIDE_A;
/** A tile at the right edge of C, where fewer columns than PANEL exist; or a few sums on their way. */
export const EDGE: usize = BLOCK_B + ((WIDTH * DEPTH) << 2);

/** The first element that belongs to the heap. */
export const heapBase: i32 = <i32>((EDGE >> 2) + 6 * WIDEST);
