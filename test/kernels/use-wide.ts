/** Runs before each test file if KERNELS=wide: everything in float32 then uses the 256-bit kernels. */
import { useWideKernels } from '../../src/node.ts';

useWideKernels();
