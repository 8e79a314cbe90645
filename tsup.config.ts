import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'text/index': 'src/text/index.ts',
    'testing/index': 'src/testing/index.ts',
    'matrix/index': 'src/matrix/index.ts',
  },
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  tsconfig: 'tsconfig.build.json',
  // One copy of each module whichever entries a program imports: backends are singletons.
  splitting: true,
  clean: true,
  dts: {
    compilerOptions: { ignoreDeprecations: '6.0' },
    // A pass has [Symbol.dispose], which programs that aim at an older language do not know of.
    banner: '/// <reference lib="esnext.disposable" />',
  },
});
