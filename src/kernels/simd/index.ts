/** The backend of WebAssembly kernels: float32, with 128-bit SIMD. */
import { type Backend, newBackend } from '../backend.ts';
import { Heap } from '../heap.ts';
import { apart, heapBase, together } from './binaries.generated.ts';
import { MemoryStorage } from './memory.ts';

/** The instructions: `relaxed` fuses multiply and add, faster and not bit-identical between machines. */
export type SimdKind = 'relaxed' | 'simd';

const KINDS = {
  // Relaxed SIMD's multiply–add comes in place of what `scripts/unfuse.mjs` wrote for it.
  relaxed: { name: 'float32 (relaxed SIMD)', tile: 6, multiplyAdd: together },
  simd: { name: 'float32 (SIMD)', tile: 4, multiplyAdd: apart },
};

/** A new backend with a heap of its own, or `undefined` where the engine refuses WebAssembly or the instructions. */
export function simdBackend(kind: SimdKind): Backend | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  const { name, tile, multiplyAdd } = KINDS[kind];
  const storage = new MemoryStorage(heapBase);
  const env = { memory: storage.memory, tile };
  // Compiling tells what validating would not: whether a content security policy allows it.
  try {
    return newBackend(name, 'float32', new Heap(storage), <Set>({ binary }: { readonly binary: string }) => {
      const module = new WebAssembly.Module(bytesOf(binary.replaceAll(apart, multiplyAdd)));
      return new WebAssembly.Instance(module, { env }).exports as Set;
    });
  } catch {
    return undefined;
  }
}

/** The binary that `scripts/build-kernels.mjs` wrote as text: a byte is a digit of 90, behind a page if it is not on page 0. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  let page = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 124) page = code - 124;
    else {
      const digit = ((code === 33 ? 92 : code) - 5) % 90;
      bytes[length++] = 90 * page + digit - 4;
      page = 0;
    }
  }
  return bytes.slice(0, length);
}
