/** The README and its Korean twin: what programs print, figures, links. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import peers from '../../docs/peers.json' with { type: 'json' };
import manifest from '../../package.json' with { type: 'json' };
import { program, root } from '../examples/blocks.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const folder = join(root, 'node_modules/.cache/documentation-printed');

beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A ts block and the text block after it, which shows what it prints. */
const printing = ['README.md', 'README.ko.md'].flatMap((file) =>
  [
    ...read(file).matchAll(
      /^```ts\n([^`]*?(?:`[^`\n]*`[^`]*?)*)^```\n+(?:[^\n`#]+\n+)?^```text\n([\s\S]*?)^```$/gm,
    ),
  ].map(([, code, printed], at) => ({ file, code: code!, printed: printed!, name: `${file}, ${at}` })),
);
// Figures depend on the initial weights; the drawing of a model depends only on its sizes.
const shape = (text: string) => text.replace(/\d+\.\d+/g, '#');

test('the README shows what two of its programs print', () => {
  expect(printing.filter(({ file }) => file === 'README.md').length).toBe(2);
});

test.each(printing)('$name prints what is shown', async ({ name, code, printed }) => {
  const file = join(folder, `${name.replace(/\W+/g, '-')}.ts`);
  writeFileSync(file, program({ place: name, code }));
  Object.assign(globalThis, {
    check: (actual: unknown, expected: unknown) => expect(actual).toEqual(expected),
  });
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
  try {
    await import(/* @vite-ignore */ file);
  } finally {
    log.mockRestore();
  }
  expect(shape(`${lines.join('\n')}\n`)).toBe(shape(printed));
});

describe('the comparison with other libraries', () => {
  const rows = (text: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
  const figures = (cells: readonly string[]) =>
    cells.map((cell) => /^[\d.,]+|^–/.exec(cell)?.[0].replace(',', ''));
  const others = Object.entries(peers.speed.times);

  test.each(['README.md', 'README.ko.md'])('%s has the measured figures, with their dates', (file) => {
    const text = read(file);
    const [head, , w1, w5, size] = rows(text);
    expect(head!.slice(1).map((name) => name.replace(' (wasm)', ''))).toEqual([
      'recurrent-cells',
      ...others.map(([name]) => name),
    ]);
    const times = (workload: 'W1' | 'W5') => others.map(([, factors]) => String(factors[workload] ?? '–'));
    const [first, second] = peers.speed.rows;
    expect(figures(w1!.slice(1))).toEqual([first!.ours.split(' ')[0], ...times('W1')]);
    expect(figures(w5!.slice(1))).toEqual([second!.ours.split(' ')[0], ...times('W5')]);
    expect(figures(size!.slice(1))).toEqual(Object.values(peers.size.gzip).map(String));
    expect(text).toContain(peers.speed.date);
    expect(text).toContain(peers.size.date);
  });

  test('the figures are those of the table in docs/performance.md', () => {
    const [, javascript] = read('docs/performance.md').split('beside other libraries for JavaScript');
    const [, jax, tfjs, , brain, web] = rows(javascript!).find(([name]) => name === 'W1')!;
    const { times } = peers.speed;
    expect([jax, tfjs, brain]).toEqual(
      [times['jax-js'].W1, times['TensorFlow.js'].W1, times['brain.js'].W1].map(String),
    );
    expect([web, times['ONNX Runtime Web'].W1]).toEqual(['does not train', null]);
  });
});

describe('links of the published documents', () => {
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
  const [{ files }] = JSON.parse(String(packed)) as [{ files: { path: string }[] }];
  const published = new Set(files.map(({ path }) => path));
  const documents = [...published].filter((path) => path.endsWith('.md'));
  const prose = (file: string) => read(file).replace(/^```\w*\n[\s\S]*?^```$/gm, '');
  const linksOf = (file: string) =>
    [...prose(file).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link]) => link!)
      .filter((link) => !/^https?:/.test(link));
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replace(/ /g, '-');

  test('are those of the READMEs, the guides and the decisions', () => {
    for (const file of ['README.md', 'README.ko.md']) expect(linksOf(file).length).toBeGreaterThan(8);
    for (const file of ['docs/guides/serving.md', 'docs/decisions/README.md', 'CHANGELOG.md'])
      expect(documents).toContain(file);
  });

  test.each(documents)('%s: lead to files that are published with it, and to headings that exist', (file) => {
    for (const link of linksOf(file)) {
      const [path, anchor] = link.split('#');
      const target = path === '' ? file : join(dirname(file), path!);
      expect([...published], `${link} is published`).toContain(target);
      if (anchor === undefined) continue;
      const headings = [...prose(target).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading!));
      expect(headings, link).toContain(anchor);
    }
  });
});

test('no script runs when the package is installed', () => {
  const install = [
    'preinstall',
    'install',
    'postinstall',
    'prepublish',
    'preprepare',
    'prepare',
    'postprepare',
  ];
  expect(Object.keys(manifest.scripts).filter((name) => install.includes(name))).toEqual([]);
});

describe.each([
  ['README.md', 'README.ko.md'],
  ['docs/guides/getting-started.md', 'docs/guides/getting-started.ko.md'],
])('%s in Korean', (english, korean) => {
  const [original, translated] = [read(english), read(korean)];
  const blocks = (text: string) => [...text.matchAll(/^```(\w*)\n[\s\S]*?^```$/gm)].map(([block]) => block);
  const prose = (text: string) => text.replace(/^```\w*\n[\s\S]*?^```$/gm, '');
  const levels = (text: string) => [...prose(text).matchAll(/^(#+) /gm)].map(([, level]) => level);
  const rows = (text: string) =>
    prose(text)
      .split('\n')
      .filter((line) => /^\s*[-|]/.test(line)).length;
  const names = (text: string) =>
    [...new Set([...prose(text).matchAll(/`([^`]+)`/g)].map(([, name]) => name!))].sort();

  test('has the same code, headings, tables and names', () => {
    expect(blocks(translated)).toEqual(blocks(original));
    expect(levels(translated)).toEqual(levels(original));
    expect(rows(translated)).toBe(rows(original));
    expect(names(translated)).toEqual(names(original));
  });
});
