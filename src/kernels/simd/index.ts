/** The backend of WebAssembly kernels: float32, with 128-bit SIMD. */
import type { Backend } from '../backend.ts';
import { pieces } from './binaries.generated.ts';
import { instantiate } from './instance.ts';
import { bytesOf } from './text.ts';

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

/** A new backend with a separate heap, or `undefined` if the engine refuses WebAssembly or the instructions. */
export function simdBackend(kind: SimdKind): Backend | undefined {
  const { name, probe } = FLAVOURS[kind];
  try {
    // Compiling tells what validating would not: whether a content security policy allows it.
    new WebAssembly.Module(bytesOf([probe]));
  } catch {
    return undefined;
  }
  return instantiate(name, new WebAssembly.Module(bytesOf(pieces.map((piece) => piece[kind]))));
}
