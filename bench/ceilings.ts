/**
 * The limits of the machine and the engine: multiply–adds without memory access, and a copy larger than the caches. Runs in its
 * own process, like the systems; prints one line of JSON.
 */
import { type SimdKind, simdBackend } from '../src/kernels/simd/index.ts';
import { useWideKernels } from '../src/kernels/wide/index.ts';
import { multiplyAddsOf, ROUND_FLOPS, WIDE_ROUND_FLOPS, wideMultiplyAdds } from './multiply-adds.ts';

/** The ceilings of one core. */
export interface Ceilings {
  readonly runtime: string;
  /** GFLOP/s of 128-bit multiply–adds with the instructions that `float32()` uses here; undefined without WebAssembly. */
  readonly gflops: number | undefined;
  readonly kernels: string | undefined;
  /** GFLOP/s of 256-bit multiply–adds; undefined if {@link useWideKernels} throws. */
  readonly wideGflops: number | undefined;
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

function wideGflops(): number | undefined {
  try {
    useWideKernels();
  } catch {
    return undefined;
  }
  const multiplyAdds = wideMultiplyAdds();
  return (ROUNDS * WIDE_ROUND_FLOPS) / best(() => multiplyAdds(ROUNDS)) / 1e9;
}

const kinds: SimdKind[] = ['relaxed', 'simd'];
const kind = kinds.find((candidate) => simdBackend(candidate) !== undefined);
const multiplyAdds = kind && multiplyAddsOf(kind);
const from = new Uint8Array(COPY_BYTES).fill(1);
const to = new Uint8Array(COPY_BYTES);

const ceilings: Ceilings = {
  runtime: `node ${process.version}`,
  gflops: multiplyAdds && (ROUNDS * ROUND_FLOPS) / best(() => multiplyAdds(ROUNDS)) / 1e9,
  kernels: kind && simdBackend(kind)?.name,
  wideGflops: wideGflops(),
  copyGBs: COPY_BYTES / best(() => to.set(from)) / 1e9,
};
process.stdout.write(`${JSON.stringify(ceilings)}\n`);
