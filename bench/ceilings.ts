/**
 * What the machine and the engine can do at most: multiply–adds that touch no memory, and a copy too large for the
 * caches. Run as a process of its own, like the systems; prints one line of JSON.
 */
import { type SimdKind, simdBackend } from '../src/kernels/simd/index.ts';
import { multiplyAddsOf, ROUND_FLOPS } from './multiply-adds.ts';

/** The ceilings of one core. */
export interface Ceilings {
  readonly runtime: string;
  /** GFLOP/s of 128-bit multiply–adds, of the kernels that `float32()` chooses here; none without WebAssembly. */
  readonly gflops: number | undefined;
  readonly kernels: string | undefined;
  /** GB/s written by a copy of 64 MB. */
  readonly copyGBs: number;
}

const ROUNDS = 200_000;
const COPY_BYTES = 64e6;

/** The best time of `work` in seconds over about half a second. */
function best(work: () => void): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (const end = performance.now() + 500; performance.now() < end; ) {
    const start = performance.now();
    work();
    shortest = Math.min(shortest, (performance.now() - start) / 1000);
  }
  return shortest;
}

const kinds: SimdKind[] = ['relaxed', 'simd'];
const kind = kinds.find((candidate) => simdBackend(candidate) !== undefined);
const multiplyAdds = kind && multiplyAddsOf(kind);
const from = new Uint8Array(COPY_BYTES).fill(1);
const to = new Uint8Array(COPY_BYTES);

const ceilings: Ceilings = {
  runtime: `node ${process.version}`,
  gflops: multiplyAdds && (ROUNDS * ROUND_FLOPS) / best(() => multiplyAdds(ROUNDS, 0.5, 1)) / 1e9,
  kernels: kind && simdBackend(kind)?.name,
  copyGBs: COPY_BYTES / best(() => to.set(from)) / 1e9,
};
process.stdout.write(`${JSON.stringify(ceilings)}\n`);
