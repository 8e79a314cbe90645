/**
 * Checks that every regular expression of `src/` takes time linear in the length of the text.
 *
 * scslre finds those that are not linear: two repetitions of one character that can share a text (`/a*a*b/`), also one in another
 * (`/(a+)+b/`), and a repetition that is tried again at every place where a match could begin (`/\s+$/`). It does not find
 * alternatives that share a text only together, as in `/(?:a|b|ab)*c/`: no expression may repeat alternatives.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { analyse } from 'scslre';
import ts from 'typescript';
import { expect, test } from 'vitest';

interface Found {
  readonly place: string;
  /** Undefined if it is not a constant of the program. */
  readonly expression: RegExp | undefined;
  readonly source: string;
}

const source = fileURLToPath(new URL('../src', import.meta.url));

/** Made from arguments: an expression of the caller, or escaped strings, which repeat nothing. */
const callers = [
  'new RegExp(expression.source, flags)',
  'new RegExp(source, flags)',
  "new RegExp(translated(source), 'gu')",
  "new RegExp(escaped(mark), 'gu')",
  "new RegExp(escaped(pattern.string('String')), 'gu')",
  "new RegExp(longestFirst.map(escaped).join('|'), 'gu')",
];

/** Every regular expression of a file: literals, and those made of strings that are constants of the file. */
function expressions(file: string, text: string): Found[] {
  const parsed = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const constants = new Map<string, string>();
  const found: Found[] = [];
  const textOf = (node: ts.Node | undefined): string | undefined => {
    if (node === undefined) return '';
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isIdentifier(node)) return constants.get(node.text);
    if (!ts.isTemplateExpression(node)) return undefined;
    const parts = node.templateSpans.map(({ expression, literal }) => [textOf(expression), literal.text]);
    return parts.some(([value]) => value === undefined) ? undefined : node.head.text + parts.flat().join('');
  };
  const add = (node: ts.Node, expression: RegExp | undefined) => {
    const { line } = parsed.getLineAndCharacterOfPosition(node.getStart());
    found.push({ place: `${file}:${line + 1}`, expression, source: node.getText() });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.initializer && ts.isStringLiteralLike(node.initializer))
      constants.set(node.name.getText(), node.initializer.text);
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      add(node, new RegExp(node.text.slice(1, end), node.text.slice(end + 1)));
    } else if (
      (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
      node.expression.getText() === 'RegExp'
    ) {
      const [pattern, flags] = node.arguments!.map(textOf);
      add(node, pattern === undefined || !node.arguments?.length ? undefined : new RegExp(pattern, flags));
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return found;
}

/** The expressions that are not linear, with the reason. */
const superlinear = (found: readonly Found[]) =>
  found.flatMap(({ place, expression, source }) =>
    expression === undefined
      ? []
      : analyse(expression).reports.map(({ type }) => `${place}: ${source}: ${type}`),
  );

const found = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
  .flatMap((file) => expressions(file, readFileSync(join(source, file), 'utf8')));

test('every regular expression is linear', () => {
  expect(found.length).toBeGreaterThan(75);
  expect(superlinear(found)).toEqual([]);
  expect(found.filter(({ source }) => /\([^()]*\|[^()]*\)[*+{]/.test(source))).toEqual([]);
});

test('those that are not constants are made from arguments', () => {
  const unknown = found.filter(({ expression }) => expression === undefined).map(({ source }) => source);
  expect(unknown.sort()).toEqual([...callers].sort());
});

test.each([
  ["text.replace(/\\s+$/, '')", 'Move'],
  ['/(a+)+b/.test(text)', 'Self'],
  ['/^\\w+\\d+!/.test(text)', 'Trade'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a program
  ['const LETTER = "[a-z]"; new RegExp(`${LETTER}*${LETTER}*;`)', 'Trade'],
  ["RegExp('x*$')", 'Move'],
])('%s is found', (program, type) => {
  const reports = superlinear(expressions('x.ts', program));
  expect(reports.length).toBeGreaterThan(0);
  expect(reports.some((report) => report.startsWith('x.ts:1: ') && report.endsWith(`: ${type}`))).toBe(true);
});
