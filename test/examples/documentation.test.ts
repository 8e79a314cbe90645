/** Every code block of the documentation compiles, runs, and gives the results in its comments. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Block, blocks, program, root } from './blocks.ts';

const folder = join(root, 'node_modules/.cache/documentation');
const all = blocks().map((block, i) => ({ ...block, file: join(folder, `block-${i}.ts`) }));
const entries = {
  'recurrent-cells': 'src/index.ts',
  'recurrent-cells/matrix': 'src/matrix.ts',
  'recurrent-cells/node': 'src/node.ts',
  'recurrent-cells/parallel': 'src/parallel.ts',
  'recurrent-cells/keras': 'src/keras.ts',
  'recurrent-cells/onnx': 'src/onnx.ts',
  'recurrent-cells/pytorch': 'src/pytorch.ts',
  'recurrent-cells/testing': 'src/testing.ts',
  'recurrent-cells/text': 'src/text.ts',
};

function compiler(files: readonly string[]): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const paths = Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, [join(root, file)]]));
  // An example may declare names that it does not use.
  return ts.createProgram(files, { ...options, paths, noUnusedLocals: false, noUnusedParameters: false });
}

test('sources and pages have examples', () => {
  const places = all.map(({ place }) => place.split(':')[0]!);
  expect(places).toContain('README.md');
  expect(places).toContain('docs/text.md');
  expect(places.filter((place) => place.startsWith('src/')).length).toBeGreaterThan(140);
});

describe('examples', () => {
  const made = new Map<Block, string | Error>();

  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const block of all) {
      try {
        writeFileSync(block.file, program(block));
      } catch (error) {
        made.set(block, error as Error);
      }
    }
    Object.assign(globalThis, {
      check: (actual: unknown, expected: unknown) => expect(actual).toEqual(expected),
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(all)('$place', async (block) => {
    const error = made.get(block);
    if (error !== undefined) throw error;
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      await import(/* @vite-ignore */ block.file);
    } finally {
      log.mockRestore();
    }
  });

  test('compile', { timeout: 120_000 }, () => {
    const checked = all.filter((block) => !made.has(block));
    const compiled = compiler(checked.map(({ file }) => file));
    const complaints = checked.flatMap(({ file, place }) => {
      const source = compiled.getSourceFile(file)!;
      return [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)].map(
        ({ start = 0, messageText }) => {
          const { line } = source.getLineAndCharacterOfPosition(start);
          return `${place} + ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
        },
      );
    });
    expect(complaints).toEqual([]);
  });
});

test('every public function and class has an example', { timeout: 60_000 }, () => {
  const compiled = compiler(Object.values(entries).map((file) => join(root, file)));
  const checker = compiled.getTypeChecker();
  const isFunction = (symbol: ts.Symbol) =>
    symbol.flags & ts.SymbolFlags.Value && checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0;
  const lacking = Object.entries(entries).flatMap(([entry, path]) => {
    const file = compiled.getSourceFile(join(root, path))!;
    return checker
      .getExportsOfModule(checker.getSymbolAtLocation(file)!)
      .filter((symbol) => !symbol.declarations?.some(ts.isTypeOnlyExportDeclaration))
      .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
      .filter(
        (symbol) =>
          (symbol.flags & ts.SymbolFlags.Class || isFunction(symbol)) &&
          // Each is one line of formula; the entry itself has an example that uses them.
          !/\/matrix\/(elementwise|products|reductions|rows)\.ts$/.test(
            symbol.valueDeclaration!.getSourceFile().fileName,
          ) &&
          !symbol.getJsDocTags(checker).some(({ name }) => name === 'example'),
      )
      .map((symbol) => `${entry}: ${symbol.name}`);
  });
  expect(lacking).toEqual([]);
});

describe('a block', () => {
  const of = (code: string) => program({ place: 'here:1', code });

  test('becomes a program that checks its results', () => {
    expect(of('const a = [1];\na // → [1]\n[...a].length // → 1')).toMatch(
      /^const a = \[1\];\ncheck\(a, \[1\]\);\ncheck\(\[\.\.\.a\]\.length, 1\);\n/,
    );
    expect(of("for (const a of [1]) {\n  a; // → 1\n}\nf(\n  'x',\n); // → 2")).toContain(
      "{\n  check(a, 1);\n}\ncheck(f(\n  'x',\n), 2);",
    );
  });

  test('is refused if a result follows no expression, or if there is no result', () => {
    expect(() => of('const a = 1; // → 1')).toThrow('here:1: 1 results, but 0 of them follow an expression');
    expect(() => of('f();')).toThrow('here:1: no line ends in "// → value"');
    expect(of('f(); // (without a result)')).toContain('f();');
  });

  test('with a wrong result fails', () => {
    const check = (globalThis as unknown as { check(actual: unknown, expected: unknown): void }).check;
    expect(() => check([1, 2], [1, 3])).toThrow();
  });
});
