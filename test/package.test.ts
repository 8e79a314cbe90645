/** The files that are published: each module is in them once, and only `recurrent-cells/parallel` knows of workers. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build, type Options } from 'tsup';
import { beforeAll, describe, expect, test } from 'vitest';
import config from '../tsup.config.ts';

const folder = fileURLToPath(new URL('../node_modules/.cache/recurrent-cells-package/', import.meta.url));

interface Output {
  readonly imports: readonly { readonly path: string }[];
  readonly inputs: { readonly [source: string]: unknown };
}

beforeAll(async () => {
  const options = config as Options;
  await build({ ...options, config: false, outDir: folder, dts: false, silent: true, metafile: true });
}, 60_000);

describe.each([
  ['esm', 'js'],
  ['cjs', 'cjs'],
])('%s', (format, extension) => {
  /** By the names of files. */
  const outputs = (): ReadonlyMap<string, Output> => {
    const text = readFileSync(join(folder, `metafile-${format}.json`), 'utf8');
    const { outputs } = JSON.parse(text) as { readonly outputs: { readonly [path: string]: Output } };
    return new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  };

  /** The code of an entry and of all that it loads. */
  const loadedBy = (entry: string): string => {
    const files = new Set([`${entry}.${extension}`]);
    for (const file of files) for (const { path } of outputs().get(file)!.imports) files.add(basename(path));
    return [...files].map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  };

  test('each module is in one file, which all entries share', () => {
    const modules = [...outputs().values()].flatMap(({ inputs }) => Object.keys(inputs));
    expect(modules).toContain('src/kernels/backend.ts');
    expect(modules.filter((module, i) => modules.indexOf(module) < i)).toEqual([]);
  });

  test.each(['index', 'matrix', 'testing', 'text'])('%s has no worker, and asks for no address', (entry) => {
    expect(loadedBy(entry)).not.toMatch(/new Worker|import\.meta|__filename|\blocation\.href/);
  });

  test('parallel has the worker, as bundlers look for it', () => {
    const url = format === 'esm' ? 'import.meta.url' : 'location.href';
    expect(loadedBy('parallel')).toContain(`new Worker(new URL("./worker.js", ${url}), { type: "module" })`);
  });
});

test('it computes in a sandbox, where its arrays are not of the realm that WebAssembly and encoders are of', () => {
  const context = createContext({ WebAssembly, TextEncoder, TextDecoder });
  const modules = new Map<string, object>();
  const loaded = (path: string): object => {
    const name = basename(path);
    const made = modules.get(name);
    if (made !== undefined) return made;
    const exports = {};
    modules.set(name, exports);
    const code = readFileSync(join(folder, name), 'utf8');
    runInContext(`(exports, require) => {${code}\n}`, context)(exports, loaded);
    return exports;
  };
  const { Dense, float32, load, save, tensor } = loaded('index.cjs') as typeof import('../src/index.ts');
  const dense = new Dense({ inputSize: 2, outputSize: 1 });
  dense.weight.write([2, 3]);
  const again = load(save(dense)) as typeof dense;
  expect(again.infer(tensor([[1, 10]])).output.data[0]).toBe(32);
  expect(float32().name).toMatch('SIMD');
});
