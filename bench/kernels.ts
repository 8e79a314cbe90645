/**
 * The speed of the kernels relative to the machine's ceiling: `npm run bench:kernels`.
 *
 * The ceiling is a loop of multiply–adds without memory access, measured before and after each row of the table, since clock
 * speeds and other load vary. Every figure is the best of many repetitions.
 */

import type { Backend } from '../src/kernels/backend.ts';
import { float64 } from '../src/kernels/index.ts';
import { useNativeProducts } from '../src/kernels/native/index.ts';
import { type SimdKind, simdBackend } from '../src/kernels/simd/index.ts';
import { useWideKernels } from '../src/kernels/wide/index.ts';
import { multiplyAddsOf, ROUND_FLOPS, WIDE_ROUND_FLOPS, wideMultiplyAdds } from './multiply-adds.ts';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 0.25);

/** Processor seconds of this process, which exclude the time used by others. */
function clock(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** The best time of one call in seconds, of calls repeated for about {@link SECONDS}. */
function best(work: () => void): number {
  let calls = 1;
  let shortest = Number.POSITIVE_INFINITY;
  const end = performance.now() + SECONDS * 1000;
  do {
    const start = clock();
    for (let i = 0; i < calls; i++) work();
    const elapsed = clock() - start;
    // Long enough for the clock's resolution, short enough to fall between disturbances.
    if (elapsed < 0.002) calls *= 2;
    else shortest = Math.min(shortest, elapsed / calls);
  } while (performance.now() < end);
  return shortest;
}

function made(make: () => Backend): Backend | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** Prints a table for a backend; its shares are of the ceiling of `kind`. */
function measure(kind: SimdKind | 'wide', backend: Backend | undefined, title: string = kind): void {
  if (backend === undefined) {
    console.log(`\n${title}: not in this engine`);
    return;
  }
  const { heap, kernels } = backend;
  const multiplyAdds = kind === 'wide' ? wideMultiplyAdds() : multiplyAddsOf(kind);
  const flops = 100_000 * (kind === 'wide' ? WIDE_ROUND_FLOPS : ROUND_FLOPS);
  const ceiling = (): number => flops / best(() => multiplyAdds(100_000)) / 1e9;
  ceiling();
  console.log(`\n${backend.name}, Node ${process.version}, ceiling ${ceiling().toFixed(1)} GFLOP/s`);

  const random = (length: number): number => {
    const at = heap.allocate(length);
    for (let i = 0; i < length; i++) heap.values[at + i] = Math.sin(i * 12.9898) * 0.5;
    return at;
  };
  const only = process.argv[2] ?? '';
  const line = (name: string, text: () => string): void => {
    if (name.includes(only)) console.log(`  ${name.padEnd(34)} ${text()}`);
  };
  const gflops = (flops: number, work: () => void): string => {
    const before = ceiling();
    const speed = flops / best(work) / 1e9;
    const share = speed / Math.max(before, ceiling());
    return `${speed.toFixed(1).padStart(6)} GFLOP/s  ${(100 * share).toFixed(0).padStart(4)} %`;
  };
  const gemm = (name: string, m: number, n: number, k: number, aTransposed = false): void =>
    line(name, () => {
      const [c, a, b] = [random(m * n), random(m * k), random(k * n)];
      const strides: [number, number] = aTransposed ? [1, m] : [k, 1];
      const text = gflops(2 * m * n * k, () =>
        kernels.gemm(c, n, a, ...strides, b, n, 1, m, n, k, aTransposed ? 1 : 0),
      );
      for (const block of [c, a, b]) heap.free(block);
      return text;
    });

  gemm('gemm 512 x 512 x 512', 512, 512, 512);
  for (const h of [64, 128, 192, 256, 512, 1024])
    for (const m of [1, 10, 32, 64])
      line(`recurrent step, m ${m}, H ${h}`, () => {
        const [n, k] = [4 * h, h];
        const [c, a, b] = [random(m * n), random(m * k), random(n * k)];
        const packed = heap.allocate(kernels.packedLength(k, n));
        kernels.pack(packed, b, 1, k, k, n);
        const work = (): void => kernels.gemmPacked(c, n, a, k, 1, packed, m, n, k, 1);
        const bandwidth = m === 1 ? `  ${((4 * n * k) / best(work) / 1e9).toFixed(1)} GB/s of weights` : '';
        const text = gflops(2 * m * n * k, work) + bandwidth;
        for (const block of [c, a, b, packed]) heap.free(block);
        return text;
      });
  for (const h of [64, 128, 192, 256, 512]) gemm(`weight gradient, H ${h}, T·B 1600`, 4 * h, h, 1600, true);
  for (const h of [64, 256, 1024])
    line(`pack, H ${h}`, () => {
      const [n, k] = [4 * h, h];
      const b = random(n * k);
      const packed = heap.allocate(kernels.packedLength(k, n));
      const plain = best(() => kernels.pack(packed, b, n, 1, k, n));
      const transposed = best(() => kernels.pack(packed, b, 1, k, k, n));
      for (const block of [b, packed]) heap.free(block);
      const each = (seconds: number): string => `${((seconds * 1e9) / (n * k)).toFixed(2)} ns`;
      return `${each(plain)} an element, transposed ${each(transposed)}`;
    });
  for (const h of [64, 256, 512, 1024])
    line(`gemv, not packed, H ${h}`, () => {
      const [n, k] = [4 * h, h];
      const [c, a, b] = [random(n), random(k), random(n * k)];
      const rows = best(() => kernels.gemm(c, n, a, k, 1, b, n, 1, 1, n, k, 1));
      const dots = best(() => kernels.gemm(c, n, a, k, 1, b, 1, k, 1, n, k, 1));
      for (const block of [c, a, b]) heap.free(block);
      const speed = (seconds: number): string => `${((4 * n * k) / seconds / 1e9).toFixed(1)} GB/s`;
      return `${speed(rows)} by rows, ${speed(dots)} by dot products`;
    });
  for (const name of ['add', 'mulAdd', 'tanhBackward'] as const)
    line(name, () => {
      const [rows, columns] = [32, 256];
      const [out, a, b] = [random(rows * columns * 4), random(rows * columns), random(rows * columns)];
      const seconds = best(() => kernels[name](out, 4 * columns, a, columns, b, columns, rows, columns));
      for (const block of [out, a, b]) heap.free(block);
      return `${((seconds * 1e9) / (rows * columns)).toFixed(3)} ns an element`;
    });
  for (const name of ['copy', 'exp', 'sigmoid', 'tanh', 'softplus', 'softmax', 'logSoftmax'] as const)
    line(name, () => {
      const [rows, columns] = [32, 256];
      const [out, a] = [random(rows * columns), random(rows * columns)];
      const seconds = best(() => kernels[name](out, columns, a, columns, rows, columns));
      for (const block of [out, a]) heap.free(block);
      return `${((seconds * 1e9) / (rows * columns)).toFixed(3)} ns an element`;
    });
  line('adam', () => {
    const length = 65536;
    const [w, g, m, s] = [random(length), random(length), heap.allocate(length), heap.allocate(length)];
    kernels.fill(m, length, 0, 1, length);
    kernels.fill(s, length, 0, 1, length);
    const seconds = best(() => kernels.adam(w, g, m, s, length, 1e-3, 0.9, 0.999, 1, 1e-8, 0, 1));
    for (const block of [w, g, m, s]) heap.free(block);
    return `${((seconds * 1e9) / length).toFixed(3)} ns an element`;
  });
}

measure('simd', simdBackend('simd'));
measure('relaxed', simdBackend('relaxed'));
measure('wide', made(useWideKernels));
const native = made(useNativeProducts);
measure('wide', native, 'native');
measure('wide', native && float64(), 'native, float64');
