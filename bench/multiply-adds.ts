/** The loop that measures what a core can do at most, with the instructions of each flavour of kernels. */
import type { SimdKind } from '../src/kernels/simd/index.ts';
import { bytesOf } from '../src/kernels/simd/text.ts';
import { pieces } from './ceiling.generated.ts';

/** `count` rounds of twelve independent multiply–adds of four lanes. */
type MultiplyAdds = (count: number, factor: number, summand: number) => number;

/** The floating-point operations of one round. */
export const ROUND_FLOPS = 96;

/** The loop, in an engine that has the instructions. */
export function multiplyAddsOf(kind: SimdKind): MultiplyAdds {
  const env = { memory: new WebAssembly.Memory({ initial: 1 }) };
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(bytesOf(...pieces.map((piece) => piece[kind]))),
    {
      env,
    },
  );
  return exports.multiplyAdds as MultiplyAdds;
}
