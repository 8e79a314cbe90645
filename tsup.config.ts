import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'text/index': 'src/text/index.ts',
    // A file of its own: bundlers put it first, where it does not part code that a compressor finds alike.
    binaries: 'src/kernels/simd/binaries.generated.ts',
  },
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  tsconfig: 'tsconfig.build.json',
  // One copy of each module whichever entries a program imports: backends are singletons.
  splitting: true,
  clean: true,
  dts: {
    entry: { index: 'src/index.ts', 'text/index': 'src/text/index.ts' },
    compilerOptions: { ignoreDeprecations: '6.0' },
  },
});
