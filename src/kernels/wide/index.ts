/** The backends of 256-bit kernels: the same sources in tiles of twice the width. */

import { rangeError } from '../../common/errors.ts';
import { type Added, addKernels, backendOf, withProducts } from '../added.ts';
import type { Backend } from '../backend.ts';
import { bytesOf } from '../simd/text.ts';
import { pieces } from './binaries.generated.ts';
import { compileWide, obstacle } from './compile.ts';
import { isInEffect } from './effect.ts';

const NAMES = {
  relaxed: 'float32 (relaxed SIMD, 256 bits)',
  simd: 'float32 (SIMD, 256 bits)',
};

let added: Added | undefined;

/**
 * Makes `float32()`, and so every layer created from now on, compute with 256 bits: about twice as fast for large layers,
 * with the same results, bit for bit.
 *
 * The pass of the engine is experimental and off by default. Its flags are set only while these kernels are compiled,
 * for about 20 ms, so that no other code in the process is compiled with them. A measurement then checks that the pass took
 * effect. `float32({ deterministic: true })` becomes wide as well. Existing models keep their backend.
 * `trainParallel` passes the kernels to its workers.
 *
 * @returns the backend that `float32()` returns from now on; the same at each call
 * @throws RangeError if this is not Node 24 or later on an x86-64 processor with AVX2, built with the pass
 * @example
 * ```ts
 * import { float32 } from 'recurrent-cells';
 * import { useWideKernels } from 'recurrent-cells/node';
 *
 * try {
 *   useWideKernels();
 * } catch (error) {
 *   // The message gives the reason. float32() is unchanged.
 * }
 * float32().dtype; // → 'float32'
 * ```
 */
export function useWideKernels(): Backend {
  if (added === undefined) {
    const came = obstacle();
    if (came !== undefined) refuse(came);
    const relaxed = wideBackend('relaxed');
    if (!isInEffect(relaxed)) refuse('compiled the kernels without merging their instructions');
    let simd: Backend | undefined;
    added = {
      relaxed: () => relaxed,
      simd: () => {
        simd ??= wideBackend('simd');
        return simd;
      },
    };
    addKernels(added);
  }
  return withProducts(added.relaxed());
}

function wideBackend(kind: 'relaxed' | 'simd'): Backend {
  const module = compileWide(bytesOf(pieces.map((piece) => piece[kind])));
  return backendOf(NAMES[kind], module);
}

function refuse(came: string): never {
  throw rangeError('useWideKernels', 'engine', came, 'Node 24 or later for x86-64, on a processor with AVX2');
}
