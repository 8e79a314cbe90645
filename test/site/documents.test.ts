/** The lines that documents quote, and the names that they use, exist in the sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../examples/blocks.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const documents = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md') && !name.startsWith('api'))
  .map((name) => `docs/${name}`);

const quotes = documents.flatMap((document) =>
  [...read(document).matchAll(/^```typescript (\S+)\n([\s\S]*?)^```$/gm)].map(([, file, code]) => ({
    document,
    file: file!,
    code: code!,
  })),
);

test('the derivations end in lines of the LSTM and of the GRU', () => {
  expect(new Set(quotes.map(({ file }) => file))).toEqual(new Set(['src/cells/lstm.ts', 'src/cells/gru.ts']));
});

test.each(quotes)('$document quotes lines of $file', ({ file, code }) => {
  expect(code.split('\n').length).toBeGreaterThan(5);
  // The formatter takes the indentation from quoted lines.
  const flat = (text: string) => text.replace(/^ +/gm, '');
  expect(flat(read(file))).toContain(flat(code));
});

describe('the names of this library in the tables for users of others', async () => {
  const entries = ['index', 'text', 'keras', 'pytorch'].map((name) => import(`../../src/${name}.ts`));
  const exported = new Set((await Promise.all(entries)).flatMap((entry) => Object.keys(entry)));
  // In the last column: `Name`, `name(…)` or `new Name(…)`; an option or a member has a colon or a dot.
  const names = [...read('docs/guides/coming-from.md').matchAll(/^\|.*\| *(.*?) *\|$/gm)].flatMap(
    ([, here]) => [...here!.matchAll(/`(?:new )?([A-Za-z]+)(?:\(.*?)?`/g)].map(([, name]) => name!),
  );
  // Not exported themselves: results or arguments of calls.
  const parts = new Set(['state', 'infer', 'forward', 'inputSize', 'dX']);

  test('are exported', () => {
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name) => !exported.has(name) && !parts.has(name))).toEqual([]);
  });
});
