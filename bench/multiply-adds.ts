/** The loop that measures a core's peak rate with the instructions of each kernel flavour. */
import type { SimdKind } from '../src/kernels/simd/index.ts';
import { bytesOf } from '../src/kernels/simd/text.ts';
import { compileWide } from '../src/kernels/wide/compile.ts';
import { pieces } from './ceiling.generated.ts';
import { pieces as widePieces } from './wide-ceiling.generated.ts';

/** `count` rounds of twelve independent multiply–adds of four lanes, or of eight. */
type MultiplyAdds = (count: number) => void;

/** The floating-point operations of one round, of 128 bits and of 256. */
export const ROUND_FLOPS = 96;
export const WIDE_ROUND_FLOPS = 192;

/** The compiled loop, for an engine that supports the instructions. */
export function multiplyAddsOf(kind: SimdKind): MultiplyAdds {
  return loopOf(new WebAssembly.Module(bytesOf(pieces.map((piece) => piece[kind]))));
}

/** The 256-bit loop, if `useWideKernels` has found such instructions in effect. */
export function wideMultiplyAdds(): MultiplyAdds {
  return loopOf(compileWide(bytesOf(widePieces.map((piece) => piece.relaxed))));
}

function loopOf(module: WebAssembly.Module): MultiplyAdds {
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Float32Array(memory.buffer).set([0.5, 1], 384 / 4);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const multiplyAdds = exports.multiplyAdds as (count: number, at: number) => void;
  return (count) => multiplyAdds(count, 0);
}
