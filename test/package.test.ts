/**
 * The files that are published: each module is in them once, only `recurrent-cells/parallel` knows of workers, and nothing
 * reaches beyond computing.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build, type Options } from 'tsup';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import config from '../tsup.config.ts';

const folder = fileURLToPath(new URL('../node_modules/.cache/recurrent-cells-package/', import.meta.url));

interface Output {
  readonly imports: readonly { readonly path: string }[];
  readonly inputs: { readonly [source: string]: unknown };
}

beforeAll(async () => {
  const options = config as Options;
  await build({ ...options, config: false, outDir: folder, dts: false, silent: true, metafile: true });
}, 60_000);

type Library = typeof import('../src/index.ts') &
  typeof import('../src/parallel.ts') &
  typeof import('../src/text.ts');

describe.each([
  ['esm', 'js'],
  ['cjs', 'cjs'],
])('%s', (format, extension) => {
  /** By file name. */
  const outputs = (): ReadonlyMap<string, Output> => {
    const text = readFileSync(join(folder, `metafile-${format}.json`), 'utf8');
    const { outputs } = JSON.parse(text) as { readonly outputs: { readonly [path: string]: Output } };
    return new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  };

  /** An entry and all files that it loads. */
  const filesOf = (entry: string): string[] => {
    const files = new Set([`${entry}.${extension}`]);
    for (const file of files) for (const { path } of outputs().get(file)!.imports) files.add(basename(path));
    return [...files];
  };

  /** Their code. */
  const loadedBy = (entry: string): string =>
    filesOf(entry)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n');

  test('index is one file, apart from what it shares with text', () => {
    expect(filesOf('index')).toHaveLength(3);
    expect(filesOf('text')).toHaveLength(2);
  });

  test('only recurrent-cells/node contains the 256-bit kernels', () => {
    expect(loadedBy('index')).not.toContain('256 bits');
    expect(loadedBy('parallel')).not.toContain('256 bits');
    expect(loadedBy('node')).toContain('256 bits');
  });

  test('only recurrent-cells/node and the threads that inherit its choice know of BLAS libraries', () => {
    expect(loadedBy('index')).not.toContain('node:ffi');
    expect(loadedBy('parallel')).toContain('node:ffi');
    expect(loadedBy('node')).toContain('node:ffi');
  });

  test('each module is in one file, shared by all entries', () => {
    const modules = [...outputs().values()].flatMap(({ inputs }) => Object.keys(inputs));
    expect(modules).toContain('src/kernels/backend.ts');
    expect(modules.filter((module, i) => modules.indexOf(module) < i)).toEqual([]);
  });

  test('classes have the names of the sources', () => {
    const code = [...outputs().keys()]
      .filter((file) => file.endsWith(extension))
      .map((file) => readFileSync(join(folder, file), 'utf8'));
    const names = code.flatMap((text) => [...text.matchAll(/\bclass (\w+)/g)].map(([, name]) => name!));
    expect(names).toEqual(expect.arrayContaining(['Matrix', 'Random', 'Vocabulary', 'GraphNode']));
    expect(names.filter((name) => name.startsWith('_'))).toEqual([]);
  });

  test('no file is imported only for its side effects, about which esbuild warns', () => {
    const written = readdirSync(folder).filter((file) => file.endsWith(`.${extension}`));
    const bare = /^(?:import|require\() ?["']/m;
    expect(written.filter((file) => bare.test(readFileSync(join(folder, file), 'utf8')))).toEqual([]);
  });

  test.each(['index', 'matrix', 'testing', 'text'])(
    '%s contains no worker, and does not use its own address',
    (entry) => {
      expect(loadedBy(entry)).not.toMatch(/new Worker|import\.meta|__filename|\blocation\.href/);
    },
  );

  test('parallel contains the worker in the form that bundlers recognise', () => {
    const url = format === 'esm' ? 'import.meta.url' : 'location.href';
    expect(loadedBy('parallel')).toContain(`new Worker(new URL("./worker.js", ${url}), { type: "module" })`);
  });
});

test('it computes in a sandbox whose WebAssembly and encoders are of another realm', () => {
  const context = createContext({ WebAssembly, TextEncoder, TextDecoder });
  const modules = new Map<string, object>();
  const loaded = (path: string): object => {
    const name = basename(path);
    const made = modules.get(name);
    if (made !== undefined) return made;
    const exports = {};
    modules.set(name, exports);
    const code = readFileSync(join(folder, name), 'utf8');
    runInContext(`(exports, require) => {${code}\n}`, context)(exports, loaded);
    return exports;
  };
  const { Dense, float32, load, save, tensor } = loaded('index.cjs') as typeof import('../src/index.ts');
  const dense = new Dense({ inputSize: 2, outputSize: 1 });
  dense.weight.write([2, 3]);
  const again = load(save(dense)) as typeof dense;
  expect(again.infer(tensor([[1, 10]])).output.data[0]).toBe(32);
  expect(float32().name).toMatch('SIMD');
});

describe('the published code only computes', () => {
  /** The global names that the library may use. */
  const GLOBALS = [
    ...['Array', 'ArrayBuffer', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'Boolean', 'DataView', 'Error'],
    ...[
      'FinalizationRegistry',
      'Float32Array',
      'Float64Array',
      'Int16Array',
      'Int32Array',
      'Int8Array',
      'Intl',
    ],
    ...[
      'JSON',
      'Map',
      'Math',
      'Number',
      'Object',
      'Promise',
      'RangeError',
      'RegExp',
      'Set',
      'String',
      'Symbol',
    ],
    ...[
      'TextDecoder',
      'TextEncoder',
      'TypeError',
      'URL',
      'Uint16Array',
      'Uint32Array',
      'Uint8Array',
      'WeakMap',
    ],
    ...['WeakRef', 'WeakSet', 'WebAssembly', 'globalThis', 'performance', 'undefined'],
    // Of CommonJS; `__filename` and `location` locate the worker.
    ...['__filename', 'exports', 'location', 'module', 'require'],
    // `Stopwords` warns with the first by default; only `recurrent-cells/parallel` uses the other.
    ...['console', 'Worker'],
  ];
  /** Names that reach code from text, the network, files, or data of a page or process, however they are written. */
  const FORBIDDEN = new Set([
    ...[
      'eval',
      'Function',
      'fetch',
      'XMLHttpRequest',
      'WebSocket',
      'WebTransport',
      'EventSource',
      'sendBeacon',
    ],
    ...['importScripts', 'RTCPeerConnection', 'cookie', 'localStorage', 'sessionStorage', 'indexedDB'],
  ]);
  /** The version of V8, the name of a BLAS library, and the modules for threads and such libraries. */
  const OF_PROCESS = ['arch', 'config', 'execArgv', 'platform', 'versions', 'getBuiltinModule'];

  interface Named {
    readonly globals: ReadonlySet<string>;
    readonly modules: ReadonlySet<string>;
    readonly forbidden: readonly string[];
  }

  function namedIn(files: readonly string[]): Named {
    const options = {
      allowJs: true,
      noEmit: true,
      noResolve: true,
      target: ts.ScriptTarget.ESNext,
      types: [],
    };
    const compiled = ts.createProgram([...files], options);
    const checker = compiled.getTypeChecker();
    const [globals, modules, forbidden] = [new Set<string>(), new Set<string>(), [] as string[]];
    const visit = (file: string, node: ts.Node): void => {
      const text = ts.isIdentifier(node) || ts.isStringLiteralLike(node) ? node.text : undefined;
      if (text !== undefined && FORBIDDEN.has(text)) forbidden.push(`${basename(file)}: ${text}`);
      if (ts.isStringLiteralLike(node) && /^node:|^(fs|net|http|child_process)$/.test(node.text))
        modules.add(node.text);
      const ofProcess = propertiesOfProcess(node).filter((name) => !OF_PROCESS.includes(name));
      forbidden.push(...ofProcess.map((name) => `${basename(file)}: process.${name}`));
      if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
        forbidden.push(`${basename(file)}: import()`);
      if (ts.isIdentifier(node) && isReference(node) && !isOwn(checker, files, node)) globals.add(node.text);
      ts.forEachChild(node, (child) => visit(file, child));
    };
    for (const file of files) visit(file, compiled.getSourceFile(file)!);
    return { globals, modules, forbidden };
  }

  /** The property of `process` that a node uses. */
  function propertiesOfProcess(node: ts.Node): string[] {
    const isProcess = (of: ts.Node | undefined) =>
      of !== undefined && ts.isIdentifier(of) && of.text === 'process';
    if (ts.isPropertyAccessExpression(node) && isProcess(node.expression)) return [node.name.text];
    if (ts.isElementAccessExpression(node) && isProcess(node.expression))
      return [node.argumentExpression.getText()];
    if (!ts.isVariableDeclaration(node) || !isProcess(node.initializer)) return [];
    return ts.isObjectBindingPattern(node.name)
      ? node.name.elements.map((of) => (of.propertyName ?? of.name).getText())
      : ['all'];
  }

  function isReference(node: ts.Identifier): boolean {
    const { parent } = node;
    if (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) return parent.name !== node;
    if (ts.isBindingElement(parent)) return parent.propertyName !== node;
    return !(
      ts.isClassElement(parent) ||
      ts.isImportSpecifier(parent) ||
      ts.isExportSpecifier(parent) ||
      ts.isMetaProperty(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isGetAccessor(parent) ||
      ts.isSetAccessor(parent) ||
      ts.isLabeledStatement(parent) ||
      ts.isBreakOrContinueStatement(parent)
    );
  }

  function isOwn(checker: ts.TypeChecker, files: readonly string[], node: ts.Identifier): boolean {
    const symbol = ts.isShorthandPropertyAssignment(node.parent)
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : checker.getSymbolAtLocation(node);
    return symbol?.declarations?.some((of) => files.includes(of.getSourceFile().fileName)) === true;
  }

  test.each(['js', 'cjs'])('.%s uses only allowed names', (extension) => {
    const files = readdirSync(folder).filter((file) => file.endsWith(`.${extension}`));
    expect(files).toContain(`index.${extension}`);
    const { globals, modules, forbidden } = namedIn(files.map((file) => join(folder, file)));
    expect(forbidden).toEqual([]);
    expect([...globals].filter((name) => !GLOBALS.includes(name))).toEqual([]);
    expect(globals).toContain('WebAssembly');
    const ofThreads = ['node:ffi', 'node:url', 'node:worker_threads'];
    const ofNode = ['node:fs', 'node:fs/promises', 'node:v8'];
    expect([...modules].sort()).toEqual([...ofThreads, ...ofNode].sort());
    const elsewhere = files.filter((file) => file !== `node.${extension}`);
    expect([...namedIn(elsewhere.map((file) => join(folder, file))).modules].sort()).toEqual(ofThreads);
  });

  test('a forbidden name is found, however it is written', () => {
    const file = join(folder, 'way-out.js');
    const ways = [
      'eval("1");',
      'globalThis.fetch("x");',
      'globalThis["Function"]("x");',
      'const { env } = process;',
      'import("node:fs");',
      'setTimeout("x");',
    ];
    writeFileSync(file, ways.join('\n'));
    const { globals, modules, forbidden } = namedIn([file]);
    rmSync(file);
    expect(forbidden.map((found) => found.split(': ')[1])).toEqual([
      'eval',
      'fetch',
      'Function',
      'process.env',
      'import()',
    ]);
    expect([...modules]).toEqual(['node:fs']);
    expect([...globals]).toEqual(['eval', 'globalThis', 'process', 'setTimeout']);
  });
});

test('there are no runtime dependencies, and build dependencies are locked', () => {
  const read = (file: string) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));
  const { dependencies, peerDependencies, optionalDependencies, scripts } = read('package.json');
  expect([dependencies, peerDependencies, optionalDependencies]).toEqual([undefined, undefined, undefined]);
  expect(Object.keys(scripts).filter((name) => /install/.test(name))).toEqual([]);
  const packages = Object.entries<{ integrity?: string }>(read('package-lock.json').packages);
  expect(packages.length).toBeGreaterThan(100);
  const loose = packages.filter(([path, { integrity }]) => path !== '' && !integrity?.startsWith('sha512-'));
  expect(loose.map(([path]) => path)).toEqual([]);
});
describe('objects of another copy of the library are refused by name', () => {
  const entries = ['index', 'parallel', 'text'];
  /** The library as imported, and as required. */
  const copies = async (): Promise<[Library, Library]> => {
    const require = createRequire(import.meta.url);
    const imported = await Promise.all(entries.map((entry) => import(`${folder}${entry}.js`)));
    const required = entries.map((entry) => require(`${folder}${entry}.cjs`));
    return [Object.assign({}, ...imported), Object.assign({}, ...required)];
  };
  const sizes = { inputSize: 1, hiddenSize: 1 };
  const dense = { inputSize: 1, outputSize: 1 };
  const batches = ({ tensor }: Library) => [{ inputs: tensor([[1]]), targets: tensor([[1]]) }];
  const training = ({ meanSquaredError, SGD }: Library) => ({
    loss: meanSquaredError(),
    optimizer: new SGD({ learningRate: 1 }),
  });
  const parts = (rc: Library) => {
    const tokens = () => rc.sequential(new rc.Embedding({ classes: 2, outputSize: 1 }), stack(rc));
    const attention = new rc.Attention({ score: 'dot', querySize: 1, keySize: 1 });
    const output = new rc.Dense({ inputSize: 1, outputSize: 2 });
    return { encoder: tokens(), decoder: tokens(), attention, output, start: 0, end: 1 };
  };
  const stack = (rc: Library) => new rc.Sequence(new rc.GRUCell(sizes));

  test.each<[string, (here: Library, there: Library) => unknown]>([
    ['Dense: backend', (here, there) => new here.Dense({ ...dense, backend: there.float64() })],
    ['Dense: random', (here, there) => new here.Dense({ ...dense, random: new there.Random(1) })],
    ['Sequence: cell', (here, there) => new here.Sequence(new there.GRUCell(sizes))],
    [
      'Sequence: noise',
      (here, there) =>
        new here.Sequence(new here.GRUCell(sizes), { noise: new there.Noise({ zoneout: 0.1 }) }),
    ],
    ['sequential: layers[1]', (here, there) => here.sequential(stack(here), stack(there))],
    ['Residual: layer', (here, there) => new here.Residual(stack(there))],
    ['manyToOne: cell', (here, there) => here.manyToOne({ ...sizes, outputSize: 1, cell: there.GRUCell })],
    ['describe: model', (here, there) => here.describe(new there.Dense(dense))],
    [
      'EncoderDecoder: encoder',
      (here, there) => new here.EncoderDecoder({ ...parts(here), encoder: stack(there) }),
    ],
    [
      'EncoderDecoder: attention',
      (here, there) => new here.EncoderDecoder({ ...parts(here), attention: parts(there).attention }),
    ],
    [
      'greedy: model',
      (here, there) =>
        here.greedy(new there.EncoderDecoder(parts(there)), here.indices([[0]]), { maxLength: 1 }),
    ],
    [
      'generate: model',
      (here, there) => here.generate(parts(there).decoder as never, { prompt: [0] }).next(),
    ],
    [
      'gradientFlow: model.backend',
      (here, there) => here.gradientFlow(stack(there), batches(here)[0]!, { loss: training(here).loss }),
    ],
    [
      'gradientFlow: loss',
      (here, there) => here.gradientFlow(stack(here), batches(here)[0]!, { loss: training(there).loss }),
    ],
    ['evaluate: model.backend', (here, there) => here.evaluate(new there.Dense(dense), batches(here), [])],
    [
      'train: model.backend',
      (here, there) => here.train(new there.Dense(dense), batches(here), training(here)).next(),
    ],
    [
      'train: loss',
      (here, there) => here.train(new here.Dense(dense), batches(here), training(there)).next(),
    ],
    [
      'train: optimizer',
      (here, there) =>
        here
          .train(new here.Dense(dense), batches(here), {
            ...training(here),
            optimizer: training(there).optimizer,
          })
          .next(),
    ],
    [
      'trainParallel: model.backend',
      (here, there) =>
        here.trainParallel(new there.Dense(dense), batches(here), { ...training(here), shards: 2 }).next(),
    ],
    ['TokenCounts.merge: other', (here, there) => new here.TokenCounts().merge(new there.TokenCounts())],
  ])('%s', async (where, use) => {
    const [imported, required] = await copies();
    for (const [here, there] of [
      [imported, required],
      [required, imported],
    ] as const)
      await expect((async () => use(here, there))()).rejects.toThrow(
        `${where} comes from another copy of recurrent-cells, expected `,
      );
  });
});
