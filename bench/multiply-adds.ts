/** The loop that measures what a core can do at most, as a set of kernels: it shares the instructions of the backend it is linked to. */
import type { KernelSet } from '../src/kernels/backend.ts';
import { ceiling as binary } from './ceiling.generated.ts';

/** The loop. */
export interface CeilingKernels {
  /** `count` rounds of twelve independent multiply–adds of four lanes. */
  multiplyAdds(count: number, factor: number, summand: number): number;
}

/** The floating-point operations of one round. */
export const ROUND_FLOPS = 96;

/** The set of it; only WebAssembly has a ceiling. */
export const ceiling: KernelSet<CeilingKernels> = {
  binary,
  plain() {
    throw new Error('plain TypeScript has no ceiling');
  },
};
