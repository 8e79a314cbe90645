/** Tests whether the engine merged instructions: it may accept a flag and ignore it, and the processor may lack AVX2. */
import type { Backend } from '../backend.ts';

const DEPTH = 512;
const COLUMNS = 16;

/**
 * Compares the times of a tile of six rows and one of two. Merged, six rows take 1.5 times as long, since twice as many sums
 * hide latency better; unmerged, their sums do not fit in the registers, and they take four times as long.
 */
export function isInEffect({ kernels, heap }: Backend): boolean {
  const [a, b, c] = [6 * DEPTH, DEPTH * COLUMNS, 6 * COLUMNS].map((length) => heap.allocate(length));
  const packed = heap.allocate(kernels.packedLength(DEPTH, COLUMNS));
  for (const offset of [a!, b!]) heap.values.fill(1, offset, offset + 6 * DEPTH);
  kernels.pack(packed, b!, COLUMNS, 1, DEPTH, COLUMNS);
  const time = (rows: number): number => {
    const start = performance.now();
    for (let i = 0; i < 20; i++)
      kernels.gemmPacked(c!, COLUMNS, a!, DEPTH, 1, packed, rows, COLUMNS, DEPTH, 0);
    return performance.now() - start;
  };
  let [two, six] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let merged = false;
  // Three milliseconds: enough for an engine that ignored the flags to replace its baseline code, whose ratio is
  // meaningless. The shortest times count, because of interruptions.
  for (let i = 0; i < 400 && !merged; i++) {
    two = Math.min(two, time(2));
    six = Math.min(six, time(6));
    merged = i >= 100 && six / two < 2.5;
  }
  for (const offset of [a!, b!, c!, packed]) heap.free(offset);
  return merged;
}
