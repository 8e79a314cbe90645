/** Checks that imports only go down the floors of docs/architecture.md, and never form a circle. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');

/** The folders of `src/`, from the top of the house to the bottom; a folder with floors of its own is replaced by them. */
const floors = [
  ...readFileSync(join(root, 'docs/architecture.md'), 'utf8').matchAll(/^\| `([\w/-]+)` *\|/gm),
].map(([, name]) => name!);
/** All sources except those for AssemblyScript, whose imports differ. */
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(sep).join('/'))
  .filter((file) => file.endsWith('.ts') && !file.includes('/assembly/') && !file.endsWith('.generated.ts'));

/** The files that a file imports, or exports from, as paths from `src/`. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  return [...text.matchAll(/from '(\.[^']+)'/g)].map(([, target]) =>
    relative(source, join(source, dirname(file), target!))
      .split(sep)
      .join('/'),
  );
}

const folderOf = (file: string) =>
  floors.find((floor) => file.startsWith(`${floor}/`)) ?? file.split('/').slice(0, -1)[0];

test('every folder is a floor, and every floor is a folder', () => {
  const folders = new Set(files.map(folderOf).filter((folder) => folder !== undefined));
  expect([...folders].sort()).toEqual([...floors].sort());
});

test('imports go down the floors', () => {
  const climbing = files.flatMap((file) => {
    const from = folderOf(file);
    return importsOf(file)
      .filter((target) => {
        const to = folderOf(target);
        if (from === undefined) return false;
        return to === undefined || (to !== from && floors.indexOf(to) <= floors.indexOf(from));
      })
      .map((target) => `${file} imports ${target}`);
  });
  expect(climbing).toEqual([]);
});

test('only matrix/ calls kernels', () => {
  const above = files.filter((file) => {
    const folder = folderOf(file);
    return folder !== undefined && floors.indexOf(folder) < floors.indexOf('matrix');
  });
  expect(above.length).toBeGreaterThan(100);
  const calling = above.filter((file) => /\.(kernels|link)\b/.test(readFileSync(join(source, file), 'utf8')));
  expect(calling).toEqual([]);
});

test('no file imports itself through others', () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file) || path.includes(file)) return;
    for (const target of importsOf(file)) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});
