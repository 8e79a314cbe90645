/** Makes a backend from a compiled module of kernels. */
import type { Backend } from '../backend.ts';
import { Heap } from '../heap.ts';
import type { Kernels } from '../kernels.ts';
import { heapBase } from './binaries.generated.ts';
import { MemoryStorage } from './memory.ts';

/** A new backend with a separate heap. */
export function instantiate(name: string, module: WebAssembly.Module): Backend {
  const storage = new MemoryStorage(heapBase);
  const env = { memory: storage.memory, tile: tileRows(), zero: 0 };
  const { exports } = new WebAssembly.Instance(module, { env });
  return { name, dtype: 'float32', heap: new Heap(storage), kernels: exports as unknown as Kernels };
}

/**
 * The height of a tile with fused multiply–adds. V8 before 13 (Node 22) loads all operands of a round before it multiplies,
 * and runs out of registers with six rows: 24 GFLOP/s instead of 53.
 */
function tileRows(): number {
  const { process } = globalThis as { process?: { versions?: { v8?: string } } };
  return Number.parseInt(process?.versions?.v8 ?? '13', 10) < 13 ? 4 : 6;
}
