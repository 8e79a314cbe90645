/** The backend of WebAssembly kernels: float32, with 128-bit SIMD. */
import type { Backend } from '../backend.ts';
import { pieces } from './binaries.generated.ts';
import { instantiate } from './instance.ts';
import { bytesOf } from './text.ts';

/** The instruction set: `relaxed` fuses multiply and add, which is faster but not bit-identical across machines. */
export type SimdKind = 'relaxed' | 'simd';

// Each probe is a module with one vector function: (x) => x + x, or (x) => x · x + x fused.
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
    // Unlike validation, compilation shows whether the content security policy allows WebAssembly.
    new WebAssembly.Module(bytesOf([probe]));
  } catch {
    return undefined;
  }
  return instantiate(name, new WebAssembly.Module(bytesOf(pieces.map((piece) => piece[kind]))));
}
