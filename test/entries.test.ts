/** Entries cost only the programs that import them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Options } from 'tsup';
import { expect, test } from 'vitest';
import config from '../tsup.config.ts';

const cache = fileURLToPath(new URL('../node_modules/.cache/recurrent-cells-entries/', import.meta.url));
const { entry, ...options } = config as Options & { readonly entry: Readonly<Record<string, string>> };
const programs = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))['size-limit'] as {
    readonly path: string;
    readonly import: string;
  }[]
).filter(({ path }) => path === 'dist/index.js');

/**
 * The lines of each measured program, bundled with a package of these entries, in alphabetical order. Bundlers number names that
 * occur in several files by the order of the files, so the numbers are left out, and `a: a2` becomes `a`.
 */
async function linesWith(name: string, entries: Readonly<Record<string, string>>): Promise<string[][]> {
  const folder = join(cache, name);
  const quiet = { config: false, dts: false, silent: true, clean: true } as const;
  await build({ ...options, ...quiet, entry: entries, format: ['esm'], outDir: folder });
  const files = programs.map(({ import: names }, at) => {
    const file = join(cache, `${name}-${at}.mjs`);
    const used = names.replace(/^\{|\}$/g, '').trim();
    writeFileSync(file, `import { ${used} } from './${name}/index.js';\nconsole.log(${used});\n`);
    return [`program-${at}`, file] as const;
  });
  const outDir = join(cache, `${name}-bundled`);
  await build({
    ...quiet,
    entry: Object.fromEntries(files),
    format: ['esm'],
    outDir,
    splitting: false,
    platform: 'browser',
    target: 'es2022',
  });
  return files.map(([program]) =>
    readFileSync(join(outDir, `${program}.js`), 'utf8')
      .split('\n')
      .map((line) =>
        line
          .trim()
          .replace(/(?<=[A-Za-z_$])\d+\b/g, '')
          .replace(/\b(\w+): \1\b/g, '$1'),
      )
      .filter((line) => line !== '' && !line.startsWith('//'))
      .sort(),
  );
}

test('a program that imports no file formats is not a byte larger because the package has them', async () => {
  expect(programs.length).toBe(2);
  const { keras, onnx, pytorch, ...rest } = entry;
  expect([keras, onnx, pytorch]).toEqual(['src/keras.ts', 'src/onnx.ts', 'src/pytorch.ts']);
  const lines = await linesWith('all', entry);
  expect(lines).toEqual(await linesWith('rest', rest));
  for (const of of lines) expect(of.length).toBeGreaterThan(1000);
}, 240_000);
