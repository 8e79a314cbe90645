/** What the site is made of: every export and every document has its place in the navigation. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { categories, categoryOf } from '../../scripts/site/categories.ts';
import { guides } from '../../scripts/site/guides.ts';
import { renderSource, sourcePage } from '../../scripts/site/sources.ts';
import typedoc from '../../typedoc.json' with { type: 'json' };
import { root } from '../examples/blocks.ts';

test('every export of every entry has a category, and every category has an export', () => {
  const entries = typedoc.entryPoints.map((file) => join(root, file));
  const program = ts.createProgram(entries, { noLib: true, allowImportingTsExtensions: true, noEmit: true });
  const checker = program.getTypeChecker();
  const found = new Set(
    entries.flatMap((file) =>
      checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!).map((symbol) => {
        const of = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        return categoryOf(relative(root, of.declarations![0]!.getSourceFile().fileName));
      }),
    ),
  );
  expect([...found].sort()).toEqual([...categories].sort());
  expect(typedoc.categoryOrder).toEqual(categories);
});

test('a folder without a category is named', () => {
  expect(() => categoryOf('src/nowhere/file.ts')).toThrow('src/nowhere/file.ts has no category');
});

test('every document is in the navigation once', () => {
  const documents = ['', 'guides', 'decisions'].flatMap((folder) =>
    readdirSync(join(root, 'docs', folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name.replace(/\.md$/, ''))),
  );
  // Decisions are read from their own list.
  const listed = guides.flatMap(({ files }) => files).filter((file) => !file.startsWith('..'));
  expect(listed.sort()).toEqual(documents.filter((file) => !/^decisions\/\d/.test(file)).sort());
});

test('a page of a source numbers its lines and escapes its text', () => {
  const page = renderSource('src/cells/x.ts', '/* a\n<b> */\nconst s = "&";\n');
  expect(sourcePage('src/cells/x.ts')).toBe('sources/cells/x.ts.html');
  expect(page).toContain('href="../../assets/style.css"');
  expect(page).toContain('id="L2" href="#L2">2</a><span class="comment">&lt;b&gt; */</span>');
  expect(page).toContain('<span class="keyword">const</span> s = <span class="literal">"&amp;"</span>;');
  expect(page).not.toContain('id="L4"');
});
