import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    // Cut out of the same sources by scripts/cut-inference.mjs.
    inference: 'build/inference/inference.ts',
    'text/index': 'src/text/index.ts',
    'testing/index': 'src/testing/index.ts',
    'matrix/index': 'src/matrix/index.ts',
    // Beside the shared chunks, wherever among them the address of the worker ends up.
    parallel: 'src/parallel/index.ts',
    worker: 'src/parallel/worker.ts',
    // A file of its own: bundlers put it first, where it does not part code that a compressor finds alike.
    binaries: 'src/kernels/simd/binaries.generated.ts',
  },
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  tsconfig: 'tsconfig.build.json',
  // One copy of each module whichever entries a program imports: backends are singletons.
  splitting: true,
  // Replaces import.meta.url, which is a syntax error in CommonJS.
  shims: true,
  clean: true,
  dts: {
    entry: {
      index: 'src/index.ts',
      inference: 'build/inference/inference.ts',
      'text/index': 'src/text/index.ts',
      'testing/index': 'src/testing/index.ts',
      'matrix/index': 'src/matrix/index.ts',
      parallel: 'src/parallel/index.ts',
    },
    // What is left of a file that something was cut out of may have parameters without use.
    compilerOptions: { ignoreDeprecations: '6.0', noUnusedLocals: false, noUnusedParameters: false },
    // A pass has [Symbol.dispose], which programs that aim at an older language do not know of.
    banner: '/// <reference lib="esnext.disposable" />',
  },
});
