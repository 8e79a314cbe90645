import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Options } from 'tsup';

/** The entries whose exports are all in `src/library.ts`. */
const parts = {
  index: 'src/index.ts',
  testing: 'src/testing.ts',
  matrix: 'src/matrix.ts',
  parallel: 'src/parallel.ts',
  // Beside the library, which holds its address.
  worker: 'src/parallel/worker.ts',
};
// It has nothing in common with the others but the wording of errors.
const text = { text: 'src/text.ts' };

/** Has the files of `parts` take what they export from the library. */
const fromLibrary: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'from-library',
  setup({ onResolve, initialOptions }) {
    const outputs = new Map(
      Object.entries(parts).map(([output, file]) => [fileURLToPath(new URL(file, import.meta.url)), output]),
    );
    onResolve({ filter: /^\./ }, ({ importer }) => {
      const output = outputs.get(importer);
      if (output === undefined) return undefined;
      const folder = relative(dirname(output), '.') || '.';
      const extension = initialOptions.format === 'cjs' ? 'cjs' : 'js';
      return { path: `${folder}/library.${extension}`, external: true };
    });
  },
};

const common: Options = {
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  tsconfig: 'tsconfig.build.json',
};
const { worker: _, ...typed } = { ...parts, ...text };

export default defineConfig([
  {
    ...common,
    entry: {
      library: 'src/library.ts',
      // A file of its own: bundlers put it first, where it does not part code that a compressor finds alike.
      binaries: 'src/kernels/simd/binaries.generated.ts',
    },
    // One copy of each module whichever entries a program imports: backends are singletons.
    splitting: true,
    // Replaces import.meta.url, which is a syntax error in CommonJS.
    shims: true,
    dts: {
      entry: typed,
      compilerOptions: { ignoreDeprecations: '6.0' },
      // A pass has [Symbol.dispose], which programs that aim at an older language do not know of.
      banner: '/// <reference lib="esnext.disposable" />',
    },
  },
  { ...common, entry: { ...parts, ...text }, splitting: false, esbuildPlugins: [fromLibrary] },
]);
