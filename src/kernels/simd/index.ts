/** The backend of WebAssembly kernels: float32, with 128-bit SIMD. */
import type { Backend } from '../backend.ts';
import { Heap } from '../heap.ts';
import type { Kernels } from '../kernels.ts';
import { heapBase, pieces } from './binaries.generated.ts';
import { MemoryStorage } from './memory.ts';
import { moduleOf } from './module.ts';

/** The instructions: `relaxed` fuses multiply and add, faster and not bit-identical between machines. */
export type SimdKind = 'relaxed' | 'simd';

// Each probe is a module with one function of vectors: (x) => x + x, and (x) => x · x + x fused.
const FLAVOURS = {
  simd: {
    name: 'float32 (SIMD)',
    probe: '0061736d0100000001060160017b017b030201000a0b01090020002000fde4010b',
  },
  relaxed: {
    name: 'float32 (relaxed SIMD)',
    probe: '0061736d0100000001060160017b017b030201000a0d010b00200020002000fd85020b',
  },
};

/** A new backend with a heap of its own, or `undefined` where the engine refuses WebAssembly or the instructions. */
export function simdBackend(kind: SimdKind): Backend | undefined {
  const { name, probe } = FLAVOURS[kind];
  try {
    // Compiling tells what validating would not: whether a content security policy allows it.
    moduleOf(probe);
  } catch {
    return undefined;
  }
  const storage = new MemoryStorage(heapBase);
  const module = moduleOf(pieces.map((piece) => piece[kind]).join(''));
  const env = { memory: storage.memory, tile: tileRows() };
  const { exports } = new WebAssembly.Instance(module, { env });
  return { name, dtype: 'float32', heap: new Heap(storage), kernels: exports as unknown as Kernels };
}

/**
 * The rows of a tile whose multiply–adds are fused. V8 before 13 (Node 22) loads all that a round needs before it multiplies,
 * and has no registers left for six: 24 GFLOP/s instead of 53.
 */
function tileRows(): number {
  const { process } = globalThis as { process?: { versions?: { v8?: string } } };
  return Number.parseInt(process?.versions?.v8 ?? '13', 10) < 13 ? 4 : 6;
}
