import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const entry = (name: string, file: string) => ({
  find: new RegExp(`^${name}$`),
  replacement: fileURLToPath(new URL(file, import.meta.url)),
});

export default defineConfig({
  resolve: {
    alias: [
      entry('recurrent-cells', 'src/index.ts'),
      entry('recurrent-cells/matrix', 'src/matrix.ts'),
      entry('recurrent-cells/node', 'src/node.ts'),
      entry('recurrent-cells/parallel', 'src/parallel.ts'),
      entry('recurrent-cells/keras', 'src/keras.ts'),
      entry('recurrent-cells/onnx', 'src/onnx.ts'),
      entry('recurrent-cells/pytorch', 'src/pytorch.ts'),
      entry('recurrent-cells/testing', 'src/testing.ts'),
      entry('recurrent-cells/text', 'src/text.ts'),
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // KERNELS=wide: whatever computes in float32 does so with 256 bits. KERNELS=native: products are the system's BLAS.
    setupFiles: [
      ...(process.env.KERNELS === 'wide' ? ['test/kernels/use-wide.ts'] : []),
      ...(process.env.KERNELS === 'native' ? ['test/kernels/use-native.ts'] : []),
    ],
    // Only what hangs should end by the clock: a busy machine takes its time.
    testTimeout: 60_000,
    reporters: ['default', './test/closing-line.ts'],
    // The documentation's examples are written there, and resolve the package like any other test.
    server: { deps: { inline: [/\.cache\/documentation/] } },
  },
});
