/** The code blocks of the documentation: where they are, and how one becomes a program that checks its own results. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A ```ts block. */
export interface Block {
  /** `src/common/tensor.ts:24`, the line of its first statement. */
  readonly place: string;
  readonly code: string;
}

// Marks the few blocks without results, which are type-checked and run.
const WITHOUT_RESULT = '// (without a result)';

/** Every block of the sources' comments, the README and the pages of `docs`. */
export function blocks(): Block[] {
  const generated = join('docs', 'api');
  const files = [
    ...filesIn('src', '.ts').filter((file) => !file.includes('assembly') && !file.includes('.generated.')),
    'README.md',
    ...filesIn('docs', '.md').filter((file) => !file.startsWith(generated)),
  ];
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return blocksOf(file, file.endsWith('.md') ? text : commentsOf(text));
  });
}

function filesIn(folder: string, extension: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** The text of the documentation comments in place, with everything else blank, so that line numbers stay the same. */
function commentsOf(source: string): string {
  let inside = false;
  return source
    .split('\n')
    .map((line) => {
      if (/^\s*\/\*\*/.test(line)) inside = true;
      const text = inside ? line.replace(/^\s*(\/\*\*|\*\/|\* ?)/, '') : '';
      if (line.includes('*/')) inside = false;
      return text;
    })
    .join('\n');
}

function blocksOf(file: string, text: string): Block[] {
  const found: Block[] = [];
  let start = -1;
  const lines = text.split('\n');
  lines.forEach((line, at) => {
    if (/^```ts\b/.test(line.trim())) start = at + 1;
    else if (start >= 0 && line.trim() === '```') {
      found.push({ place: `${file}:${start + 1}`, code: lines.slice(start, at).join('\n') });
      start = -1;
    }
  });
  return found;
}

/**
 * The block with every line `expression // → value` turned into a call of `check(expression, value)`, line by line.
 *
 * @throws Error if a result does not follow an expression, or the block has neither a result nor the mark of a block without one.
 */
export function program({ place, code }: Block): string {
  const separated = code.replace(/([^;{},\s])(\s*\/\/ →)/g, '$1;$2');
  const file = ts.createSourceFile('block.ts', separated, ts.ScriptTarget.Latest, true);
  const edits: { start: number; end: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node)) {
      const rest = separated.slice(
        node.end,
        (separated.indexOf('\n', node.end) + 1 || separated.length + 1) - 1,
      );
      const result = /^\s*\/\/ → (.+)$/.exec(rest);
      if (result !== null)
        edits.push({
          start: node.getStart(),
          end: node.end + rest.length,
          text: `check(${node.expression.getText()}, ${result[1]});`,
        });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  const results = separated.split('// →').length - 1;
  if (edits.length !== results)
    throw new Error(`${place}: ${results} results, but ${edits.length} of them follow an expression`);
  if (results === 0 && !code.includes(WITHOUT_RESULT))
    throw new Error(`${place}: no line ends in "// → value", nor does one say "${WITHOUT_RESULT}"`);
  let made = separated;
  for (const { start, end, text } of edits.reverse()) made = made.slice(0, start) + text + made.slice(end);
  return `${made}\nexport {};\ndeclare function check(actual: unknown, expected: unknown): void;\n`;
}
