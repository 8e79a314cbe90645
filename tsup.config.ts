import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type Options } from 'tsup';

const entry = {
  index: 'src/index.ts',
  matrix: 'src/matrix.ts',
  node: 'src/node.ts',
  parallel: 'src/parallel.ts',
  keras: 'src/keras.ts',
  onnx: 'src/onnx.ts',
  pytorch: 'src/pytorch.ts',
  testing: 'src/testing.ts',
  text: 'src/text.ts',
  // Beside the file that holds its address.
  worker: 'src/parallel/worker.ts',
};

type Plugin = NonNullable<Options['plugins']>[number];

/**
 * Names classes as the sources do. When esbuild bundles, it turns a class that mentions itself into
 * `var Matrix = class _Matrix`, and consoles and stack traces would show `_Matrix`.
 */
const classNames: Plugin = {
  name: 'class-names',
  renderChunk: (code) => ({
    code: code.replace(
      /^var (\w+) = class (_\w+)[\s\S]*?^\};$/gm,
      (declaration: string, name: string, inner: string) =>
        declaration.replace(`var ${name} = `, '').replaceAll(new RegExp(`\\b${inner}\\b`, 'g'), name),
    ),
  }),
};

/**
 * Makes every entry but `text` load what `index` loads. esbuild writes a file for each set of entries that share a module: without this
 * thirty, and reading them is a third of the time from the start of a process to its first output.
 */
const loadIndex: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'load-index',
  setup(build) {
    const { index, text, ...others } = entry;
    const paths = new Set(Object.values(others).map((path) => resolve(path)));
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (!paths.has(path)) return undefined;
      return { contents: `${readFileSync(path, 'utf8')}\nimport 'recurrent-cells';`, loader: 'ts' };
    });
    // The package has no side effects, so an import that names nothing would be left out.
    build.onResolve({ filter: /^recurrent-cells$/ }, () => ({ path: resolve(index), sideEffects: true }));
  },
};

export default defineConfig({
  entry,
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  tsconfig: 'tsconfig.build.json',
  // One copy of each module whichever entries a program imports: backends are singletons.
  splitting: true,
  sourcemap: true,
  esbuildPlugins: [loadIndex],
  // By Rollup, for the sake of what it writes in CommonJS: without it every class and every ?. is rewritten.
  // Files that only stand for order are not imported: nothing has side effects, and esbuild warns whoever bundles such an import.
  treeshake: { moduleSideEffects: false },
  plugins: [classNames],
  esbuildOptions(options, { format }) {
    // The sources are published beside the maps, once.
    options.sourcesContent = false;
    // import.meta is a syntax error in CommonJS; what stands for it must do no harm where it is loaded and not used.
    if (format === 'cjs') options.define = { ...options.define, 'import.meta.url': 'location.href' };
  },
  dts: {
    compilerOptions: { ignoreDeprecations: '6.0' },
    // A pass has [Symbol.dispose], which programs that aim at an older language do not know of.
    banner: '/// <reference lib="esnext.disposable" />',
  },
});
