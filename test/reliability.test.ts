/** Checks that the tests named in docs/reliability.md exist. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(`${root}docs/reliability.md`, 'utf8');
const rows = [...page.matchAll(/^\|[^|]*\| `(test\/[^`]+)`: ([^|]+?) +\|/gm)].map(
  ([, file, title]) => [title!, file!] as const,
);

test('every guarantee names a test', () => {
  const all = page.split('\n').filter((line) => line.startsWith('|') && line.includes('test/'));
  expect(rows.length).toBe(all.length);
  expect(rows.length).toBeGreaterThan(20);
});

test.each(rows)('%s', (title, file) => {
  expect(readFileSync(`${root}${file}`, 'utf8')).toContain(title);
});
