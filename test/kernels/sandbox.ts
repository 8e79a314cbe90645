/**
 * What every kernel test needs: the backends that this engine runs, and a piece of heap that detects any write outside the blocks
 * that a kernel may write.
 */
import type { Backend } from '../../src/kernels/backend.ts';
import { float32 } from '../../src/kernels/index.ts';
import { openBlas } from '../../src/kernels/native/blas.ts';
import { nativeBackend } from '../../src/kernels/native/index.ts';
import { referenceBackend } from '../../src/kernels/reference/index.ts';
import { type SimdKind, simdBackend } from '../../src/kernels/simd/index.ts';
import { useWideKernels } from '../../src/kernels/wide/index.ts';

/** The instructions of each flavour of SIMD kernels, as the body of a function without parameters that returns a vector. */
const INSTRUCTIONS: Readonly<Record<SimdKind, readonly number[]>> = {
  // i32.const 0; i32x4.splat
  simd: [0x41, 0, 0xfd, 0x11],
  // The same three times; f32x4.relaxed_madd
  relaxed: [0x41, 0, 0xfd, 0x11, 0x41, 0, 0xfd, 0x11, 0x41, 0, 0xfd, 0x11, 0xfd, 0x85, 0x02],
};

/** The flavours whose instructions this engine compiles, asking the engine rather than the library. */
export const flavours = (Object.keys(INSTRUCTIONS) as SimdKind[]).filter((kind) => {
  const body = [0, ...INSTRUCTIONS[kind], 0x0b];
  const magic = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const types = [1, 5, 1, 0x60, 0, 1, 0x7b];
  const functions = [3, 2, 1, 0];
  const code = [10, body.length + 2, 1, body.length, ...body];
  return WebAssembly.validate(Uint8Array.from([...magic, ...types, ...functions, ...code]));
});

/** The 256-bit backends, fused and unfused; empty if the engine or the processor does not support them. */
export const wideBackends: readonly Backend[] = (() => {
  try {
    useWideKernels();
  } catch {
    return [];
  }
  return [float32({ kernels: 'wide' }), float32({ kernels: 'wide', deterministic: true })];
})();
export const runsWide: boolean = wideBackends.length > 0;

/** Backends with products by the system's BLAS; empty if this engine or the system has none. */
export const nativeBackends: readonly Backend[] = (() => {
  try {
    const { blas } = openBlas(undefined, 1);
    const float32 = wideBackends[0] ?? simdBackend('simd')!;
    return [float32, referenceBackend('float64')].map((base) => nativeBackend(base, blas));
  } catch {
    return [];
  }
})();
export const runsNative: boolean = nativeBackends.length > 0;

/** Each implementation of the contract that this engine can run, each with its own heap. */
export const backends: readonly Backend[] = [
  referenceBackend('float64'),
  referenceBackend('float32'),
  ...flavours.map((kind) => {
    const backend = simdBackend(kind);
    if (backend === undefined)
      throw new Error(`this engine runs the instructions of "${kind}", but there is no such backend`);
    return backend;
  }),
  ...wideBackends,
  ...nativeBackends,
];

/** Half the distance between 1 and the next number: the relative error of one rounding. */
export function roundingOf(backend: Backend): number {
  return backend.dtype === 'float32' ? 2 ** -24 : 2 ** -53;
}

/** The number nearest to `value` that the backend can hold. */
export function rounded(backend: Backend, value: number): number {
  return backend.dtype === 'float32' ? Math.fround(value) : value;
}

/** A repeatable sequence of numbers in [−1, 1) that float32 holds exactly. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  };
}

/** Rows of a heap, `stride` apart. */
export interface Block {
  readonly offset: number;
  readonly stride: number;
  readonly rows: number;
  readonly columns: number;
}

const LENGTH = 1_500_000;
const GUARD = 19;

/** A piece of one backend's heap, in which blocks lie at odd addresses between guard zones. */
export class Sandbox {
  readonly backend: Backend;
  readonly #start: number;
  #end: number;
  readonly #guard = numbers(99);

  constructor(backend: Backend) {
    this.backend = backend;
    this.#start = backend.heap.allocate(LENGTH);
    this.#end = this.#start;
  }

  /** Removes all blocks. */
  clear(): void {
    this.#end = this.#start;
  }

  /** A new block with these contents; the gaps between its rows are guard zones too. */
  block(
    rows: number,
    columns: number,
    stride: number,
    content: (row: number, column: number) => number,
  ): Block {
    const offset = this.#end + GUARD;
    const end = offset + rows * stride + GUARD;
    if (end > this.#start + LENGTH) throw new Error('the sandbox is full');
    const { values } = this.backend.heap;
    for (let i = this.#end; i < end; i++) values[i] = this.#guard();
    this.#end = end - GUARD;
    const block = { offset, stride, rows, columns };
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) values[offset + i * stride + j] = content(i, j);
    return block;
  }

  /** Runs a kernel, and throws if it wrote anything outside `outputs`. */
  run(act: () => void, ...outputs: readonly Block[]): void {
    const end = this.#end + GUARD;
    const before = this.backend.heap.values.slice(this.#start, end);
    act();
    const { values } = this.backend.heap;
    for (const { offset, stride, rows, columns } of outputs)
      for (let i = 0; i < rows; i++) {
        const at = offset + i * stride;
        before.set(values.subarray(at, at + columns), at - this.#start);
      }
    for (let i = 0; i < before.length; i++)
      if (!Object.is(before[i], values[this.#start + i]))
        throw new Error(
          `written outside the output, at ${i}: ${before[i]} became ${values[this.#start + i]}`,
        );
  }

  /** One element. */
  at(block: Block, row: number, column: number): number {
    return this.backend.heap.values[block.offset + row * block.stride + column]!;
  }

  /** Throws unless each element of `block` is within `tolerance` of what is expected; NaN equals NaN. */
  expect(
    block: Block,
    expected: (row: number, column: number) => number,
    tolerance: (row: number, column: number, expected: number) => number = () => 0,
  ): void {
    for (let i = 0; i < block.rows; i++)
      for (let j = 0; j < block.columns; j++) {
        const want = expected(i, j);
        const got = this.at(block, i, j);
        if (Object.is(got, want)) continue;
        // With a tolerance above 0, zeros of either sign are the same.
        const bound = tolerance(i, j, want);
        if (bound > 0 && Math.abs(got - want) <= bound) continue;
        throw new Error(`[${i}][${j}] is ${got}, expected ${want} ± ${bound}`);
      }
  }
}

/** The distance between `value` and the next number of the backend's precision. */
export function ulp(backend: Backend, value: number): number {
  const [digits, least] = backend.dtype === 'float32' ? [23, -149] : [52, -1074];
  if (value === 0) return 2 ** least;
  return 2 ** Math.max(Math.floor(Math.log2(Math.abs(value))) - digits, least);
}
