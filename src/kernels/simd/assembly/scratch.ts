/** The memory below the heap: where products keep blocks of their factors. Its sizes are the blocking of the product. */

/** Columns in a panel of B: two vectors. */
export const PANEL: i32 = 8;
/** The most rows in a tile of either binary: the memory is laid out alike in both. */
const TALLEST: i32 = 6;
/** The most rows in a tile of this binary. Without a fused multiply–add each product needs a register, and older engines one more. */
export const TILE: i32 = ASC_FEATURE_RELAXED_SIMD ? TALLEST : 4;
/**
 * Whether every block of A is copied, so that its rows are a known distance apart and one pointer serves them all. Unfused, a
 * tile has more instructions than the processor takes in the time of its arithmetic, and pointers are a sixth of them.
 */
export const COPIES_A: bool = !ASC_FEATURE_RELAXED_SIMD;
/** Rows of B in a block: a panel that deep takes 16 KiB and stays in the L1 cache beside the rows of A. */
export const DEPTH: i32 = 512;
/** Rows of A in a block: that many of DEPTH elements stay in the L2 cache. A multiple of either TILE. */
export const HEIGHT: i32 = 120;
/** Columns of B in a block that is packed for one product. */
export const WIDTH: i32 = 512;

/** A copy of a block of A, row by row. Below it lie the constants, where the compiler puts them. */
export const BLOCK_A: usize = 4096;
/** Between its rows, a cache line more than they take: at a power of two all would fall into the same few sets. */
export const STRIDE_A: usize = (DEPTH + 16) << 2;
/** A block of B, in panels. */
export const BLOCK_B: usize = BLOCK_A + HEIGHT * STRIDE_A;
/** A tile at the right edge of C, where fewer columns than PANEL exist. */
export const EDGE: usize = BLOCK_B + ((WIDTH * DEPTH) << 2);

/** The first element that belongs to the heap. */
export const heapBase: i32 = <i32>((EDGE >> 2) + TALLEST * PANEL);
