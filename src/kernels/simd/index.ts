/** The backend of WebAssembly kernels: float32, with 128-bit SIMD. */
import type { Backend } from '../backend.ts';
import { Heap } from '../heap.ts';
import type { Kernels } from '../kernels.ts';
import { heapBase, relaxed, simd } from './binaries.generated.ts';
import { MemoryStorage } from './memory.ts';
import { moduleOf } from './module.ts';

/** The instructions: `relaxed` fuses multiply and add, faster and not bit-identical between machines. */
export type SimdKind = 'relaxed' | 'simd';

// Each probe is a module with one function of vectors: (x) => x + x, and (x) => x · x + x fused.
const FLAVOURS = {
  simd: {
    name: 'float32 (SIMD)',
    binary: simd,
    probe: '0061736d0100000001060160017b017b030201000a0b01090020002000fde4010b',
  },
  relaxed: {
    name: 'float32 (relaxed SIMD)',
    binary: relaxed,
    probe: '0061736d0100000001060160017b017b030201000a0d010b00200020002000fd85020b',
  },
};

/** A new backend with a heap of its own, or `undefined` where the engine refuses WebAssembly or the instructions. */
export function simdBackend(kind: SimdKind): Backend | undefined {
  const { name, binary, probe } = FLAVOURS[kind];
  try {
    // Compiling tells what validating would not: whether a content security policy allows it.
    moduleOf(probe);
  } catch {
    return undefined;
  }
  const storage = new MemoryStorage(heapBase);
  const { exports } = new WebAssembly.Instance(moduleOf(binary), { env: { memory: storage.memory } });
  return { name, dtype: 'float32', heap: new Heap(storage), kernels: exports as unknown as Kernels };
}
