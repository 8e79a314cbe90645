/** The backend of WebAssembly kernels: float32, with 128-bit SIMD. */
import type { Backend } from '../backend.ts';
import { Heap } from '../heap.ts';
import type { Kernels } from '../kernels.ts';
import { heapBase, relaxed, simd } from './binaries.generated.ts';
import { MemoryStorage } from './memory.ts';

/** The two binaries: `relaxed` fuses multiply and add, faster and not bit-identical between machines. */
export type SimdKind = 'relaxed' | 'simd';

const NAMES: Readonly<Record<SimdKind, string>> = {
  relaxed: 'float32 (relaxed SIMD)',
  simd: 'float32 (SIMD)',
};
const BINARIES: Readonly<Record<SimdKind, string>> = { relaxed, simd };

/** A new backend with a heap of its own, or `undefined` where the engine refuses WebAssembly or the instructions. */
export function simdBackend(kind: SimdKind): Backend | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  const storage = new MemoryStorage(heapBase);
  const instance = instantiate(bytesOf(BINARIES[kind]), storage.memory);
  if (instance === undefined) return undefined;
  const kernels = instance.exports as unknown as Kernels;
  return { name: NAMES[kind], dtype: 'float32', heap: new Heap(storage), kernels };
}

/** Compiling tells what validating would not: whether a content security policy allows it. */
function instantiate(
  binary: Uint8Array<ArrayBuffer>,
  memory: WebAssembly.Memory,
): WebAssembly.Instance | undefined {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
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
      const digit = (code === 33 ? 92 : code) - 35;
      bytes[length++] = 90 * page + digit - 4;
      page = 0;
    }
  }
  return bytes.slice(0, length);
}
