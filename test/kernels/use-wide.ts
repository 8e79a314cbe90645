/** Run before the tests of each file where KERNELS=wide: everything that computes in float32 then does so with 256 bits. */
import { useWideKernels } from '../../src/node.ts';

useWideKernels();
