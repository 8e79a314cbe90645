/**
 * Checks that no call in `src/` spreads a list into its arguments: they are on the stack, which overflows at some 120,000.
 *
 * Lists grow with the user's data: sequences, documents, layers. `reduce` and loops have no such limit.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const source = fileURLToPath(new URL('../src', import.meta.url));

/** The calls that spread a list into their arguments, or apply it. Array literals are allowed, since their length is known. */
function spreads(file: string, text: string): string[] {
  const parsed = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const isSpread = node.arguments?.some(
        (argument) => ts.isSpreadElement(argument) && !ts.isArrayLiteralExpression(argument.expression),
      );
      const isApplied =
        ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'apply';
      if (isSpread || isApplied) {
        const { line } = parsed.getLineAndCharacterOfPosition(node.getStart());
        found.push(`${file}:${line + 1}: ${node.getText()}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return found;
}

test('no list is spread into a call', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'),
  );
  expect(files.length).toBeGreaterThan(200);
  expect(files.flatMap((file) => spreads(file, readFileSync(join(source, file), 'utf8')))).toEqual([]);
});

test('a spread is found', () => {
  const text = [
    'Math.max(0, ...lengths);',
    'list.push(...other);',
    'new Set(...lists);',
    'Math.max.apply(undefined, lengths);',
    'Math.max(...[a, b]); const copy = [...lengths]; const both = { ...a }; call((...all) => all);',
  ].join('\n');
  expect(spreads('x.ts', text).map((place) => place.split(': ')[0])).toEqual(['x.ts:1', 'x.ts:2', 'x.ts:3', 'x.ts:4']); // biome-ignore format: one list
});
