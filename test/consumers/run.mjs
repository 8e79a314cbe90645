/**
 * Uses the packed library as its users do: from every runtime, bundler, test runner and TypeScript that the documentation names.
 *
 *     npm run check:consumers             all
 *     npm run check:consumers -- Vite     those whose names contain it
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'consumers-'));
const inFolder = (...path) => join(folder, ...path);
const tool = (name) => inFolder('node_modules/.bin', name);
const write = (name, text) => writeFile(inFolder(name), text);

/** Runs a program; its output is part of the error if it fails. */
async function run(command, ...args) {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd: folder, timeout: 300_000 });
    return stdout.trim();
  } catch (error) {
    throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`);
  }
}

const SIMD = /^float32 \((relaxed )?SIMD\)$/;
const TYPESCRIPT = /^float32 \(TypeScript\)$/;

function expectKernels(name, expected) {
  if (!expected.test(name)) throw new Error(`it ran ${JSON.stringify(name)}, expected ${expected}`);
  return name;
}

const runtimes = {
  'Node 20': process.execPath,
  'Node 22': inFolder('node_modules/node22/bin/node'),
  'Node 24': inFolder('node_modules/node24/bin/node'),
  'Node 26': inFolder('node_modules/node26/bin/node'),
  Bun: tool('bun'),
  Deno: tool('deno'),
};

const consumers = {};

for (const [name, command] of Object.entries(runtimes)) {
  const before = name === 'Deno' ? ['run', '--allow-all'] : [];
  for (const [format, file] of Object.entries({ ESM: 'main.mjs', CommonJS: 'main.cjs' }))
    consumers[`${name}, ${format}`] = async () => expectKernels(await run(command, ...before, file), SIMD);
}

for (const version of ['5.4', '6', '7'])
  for (const [module, moduleResolution] of [
    ['Node16', 'Node16'],
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'Bundler'],
  ])
    consumers[`TypeScript ${version}, ${moduleResolution}`] = async () => {
      const name = version === '7' ? 'typescript' : `typescript${version}`;
      const compilerOptions = {
        strict: true,
        skipLibCheck: false,
        noEmit: true,
        target: 'ES2022',
        lib: ['ES2022', 'DOM'],
        types: [],
        module,
        moduleResolution,
      };
      const config = `tsconfig-${version}-${moduleResolution}.json`;
      await write(config, JSON.stringify({ compilerOptions, files: ['typed.mts', 'typed.cts'] }));
      const { bin } = JSON.parse(await readFile(inFolder('node_modules', name, 'package.json'), 'utf8'));
      await run(process.execPath, inFolder('node_modules', name, bin.tsc), '-p', config);
      return `compiles`;
    };

consumers['Jest, CommonJS'] = () => jest('node', `expect(await check()).toMatch(${SIMD});`);
// Its globals lack the encoders that saved files need.
consumers['Jest, jsdom'] = () =>
  jest(
    'jsdom',
    `expect(await check({ threads: false, files: false })).toMatch(${SIMD});
  Object.assign(globalThis, { TextEncoder, TextDecoder });
  await check({ threads: false });`,
  );

async function jest(environment, body) {
  await write(
    'check.test.cjs',
    `/** @jest-environment ${environment} */
const { TextDecoder, TextEncoder } = require('node:util');
const { check } = require('./program.cjs');
test('it works', async () => {
  ${body}
});`,
  );
  await run(tool('jest'), '--testMatch', '**/check.test.cjs', '--testTimeout', '60000');
  return 'passes';
}

consumers.Vitest = async () => {
  await write(
    'check.test.mjs',
    `import { expect, test } from 'vitest';
import { check } from './program.js';
test('it works', async () => expect(await check()).toMatch(${SIMD}), 60_000);`,
  );
  await run(tool('vitest'), 'run', 'check.test.mjs');
  return 'passes';
};

const worker = 'node_modules/recurrent-cells/dist/worker.js';

/** Each bundler writes app.js and the files that it needs into a folder. */
const bundlers = {
  async Vite(out) {
    await run(tool('vite'), 'build', '--outDir', out, '--base', './');
  },
  async webpack(out) {
    await run(
      tool('webpack'),
      '--mode',
      'production',
      '--entry',
      './app.js',
      '--output-path',
      inFolder(out),
      '--output-filename',
      'app.js',
    );
  },
  // These three leave new URL('./worker.js', import.meta.url) unchanged, so the worker is a second entry.
  async esbuild(out) {
    await run(
      tool('esbuild'),
      'app.js',
      worker,
      '--bundle',
      '--minify',
      '--format=esm',
      `--outdir=${out}`,
      '--entry-names=[name]',
    );
  },
  async Bun(out) {
    await run(tool('bun'), 'build', 'app.js', worker, `--outdir=${out}`, '--entry-naming=[name].[ext]');
  },
  async Rollup(out) {
    await write(
      'rollup.config.mjs',
      `import resolve from '@rollup/plugin-node-resolve';
export default { input: ['app.js', '${worker}'], plugins: [resolve()], output: { dir: '${out}', entryFileNames: '[name].js' } };`,
    );
    await run(tool('rollup'), '--config', 'rollup.config.mjs');
  },
};

for (const [name, bundle] of Object.entries(bundlers))
  consumers[`${name}, Chromium`] = async () => {
    const out = `out-${name.toLowerCase()}`;
    await bundle(out);
    if (name !== 'Vite') await write(join(out, 'index.html'), await readFile(inFolder('index.html'), 'utf8'));
    return expectKernels(await served(out), SIMD);
  };

// Built for a runtime, and run where the package is not installed.
for (const [target, command] of Object.entries({ bun: tool('bun'), node: process.execPath }))
  consumers[`bun build --target=${target}`] = async () => {
    const out = await mkdtemp(join(tmpdir(), 'consumers-bun-'));
    try {
      await writeFile(join(out, 'package.json'), '{ "type": "module" }');
      const options = [`--target=${target}`, `--outdir=${out}`, '--entry-naming=[name].js'];
      await run(tool('bun'), 'build', 'main.mjs', worker, ...options);
      return expectKernels(await run(command, join(out, 'main.js')), SIMD);
    } finally {
      await rm(out, { recursive: true });
    }
  };

consumers['Vite dev, Chromium'] = async () => {
  const { createServer } = await import(inFolder('node_modules/vite/dist/node/index.js'));
  // The worker is a file beside the library's: pre-bundling would separate them.
  const server = await createServer({
    root: folder,
    logLevel: 'silent',
    optimizeDeps: { exclude: ['recurrent-cells'] },
    server: { port: 0, watch: null },
  });
  await server.listen();
  try {
    return expectKernels(await visited(server.resolvedUrls.local[0]), SIMD);
  } finally {
    await server.close();
  }
};

consumers['Chromium, a policy with wasm-unsafe-eval'] = async () => {
  await bundlers.esbuild('out-esbuild');
  await write('out-esbuild/index.html', await readFile(inFolder('index.html'), 'utf8'));
  return expectKernels(
    await served('out-esbuild', "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"),
    SIMD,
  );
};
consumers['Chromium, a policy without wasm-unsafe-eval'] = async () => {
  await bundlers.esbuild('out-esbuild');
  await write('out-esbuild/index.html', await readFile(inFolder('index.html'), 'utf8'));
  return expectKernels(await served('out-esbuild', "default-src 'self'"), TYPESCRIPT);
};

/** Serves a folder of files under a content security policy, visits it, and returns what the page reports. */
async function served(out, policy) {
  const types = { '.html': 'text/html', '.js': 'text/javascript' };
  const server = createServer(async ({ url }, response) => {
    const path = url === '/' ? '/index.html' : url.split('?')[0];
    const bytes = await readFile(inFolder(out, path)).catch(() => undefined);
    const headers = { 'content-type': types[extname(path)] ?? 'application/octet-stream' };
    if (policy !== undefined) headers['content-security-policy'] = policy;
    response.writeHead(bytes === undefined ? 404 : 200, headers).end(bytes);
  });
  await new Promise((resolve) => server.listen(0, resolve));
  try {
    return await visited(`http://localhost:${server.address().port}/`);
  } finally {
    server.close();
  }
}

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Opens a page in Chromium and returns what its program reports. */
async function visited(url) {
  const { chromium } = await import(inFolder('node_modules/playwright-core/index.mjs'));
  const executablePath = browsers.find(existsSync);
  if (executablePath === undefined) throw new Error(`there is no browser at ${browsers.join(' or ')}`);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const messages = [];
    page.on('console', (message) => message.type() === 'error' && messages.push(message.text()));
    page.on('pageerror', (error) => messages.push(String(error)));
    await page.goto(url);
    await page
      .waitForFunction(() => globalThis.report !== undefined, undefined, { timeout: 60_000 })
      .catch((error) => {
        throw new Error(`${error.message}\n${messages.join('\n')}`);
      });
    const { failure, kernels } = await page.evaluate(() => globalThis.report);
    if (failure !== undefined) throw new Error(`${failure}\n${messages.join('\n')}`);
    return kernels;
  } finally {
    await browser.close();
  }
}

/** Installs the tools and the packed library, and writes the programs. */
async function prepare() {
  const npm = (args, cwd) =>
    execFileSync('npm', [...args, '--silent', '--no-audit', '--no-fund'], { cwd, stdio: 'inherit' });
  for (const name of ['package.json', 'package-lock.json', 'program.js'])
    await cp(join(here, name), inFolder(name));
  npm(['ci'], folder);
  npm(['run', 'build'], root);
  npm(['pack', '--ignore-scripts', '--pack-destination', folder], root);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  npm(['install', '--no-save', inFolder(`recurrent-cells-${version}.tgz`)], folder);

  const program = await readFile(inFolder('program.js'), 'utf8');
  const common = program
    .replaceAll(/import (\{[^}]*\}) from ('[^']*');/g, 'const $1 = require($2);')
    .replace('export async function check', 'exports.check = async function check');
  await write('program.cjs', common);
  await write('program.mjs', program);
  await write('main.mjs', "import { check } from './program.mjs';\nconsole.log(await check());\n");
  await write(
    'main.cjs',
    "const { check } = require('./program.cjs');\ncheck().then(console.log, (error) => { console.error(error); process.exit(1); });\n",
  );
  await write(
    'typed.mts',
    `${typed}\n${program.replace('({ threads = true, files = true } = {})', '(threads: boolean, files: boolean)').replace('assert(holds, what)', 'assert(holds: boolean, what: string)').replace('losses = []', 'losses: number[] = []')}`,
  );
  await cp(inFolder('typed.mts'), inFolder('typed.cts'));
  await write(
    'app.js',
    "import { check } from './program.js';\ncheck().then(\n  (kernels) => { globalThis.report = { kernels }; },\n  (error) => { globalThis.report = { failure: String(error?.stack ?? error) }; },\n);\n",
  );
  await write(
    'index.html',
    '<!doctype html><link rel="icon" href="data:," /><script type="module" src="./app.js"></script>\n',
  );
}

const typed = `import type { StateOf } from 'recurrent-cells';
import { stateDict } from 'recurrent-cells/pytorch';
import { toOnnx } from 'recurrent-cells/onnx';
import { fromTfjs } from 'recurrent-cells/keras';
import { words } from 'recurrent-cells/text';
const cell = new LSTMCell({ inputSize: 2, hiddenSize: 3 });
export const state: StateOf<typeof cell> = new Sequence(cell).infer(tensor([[[1, 2]]])).state;
// @ts-expect-error: a cell has no such state
state.z;
export const all = [stateDict, toOnnx, fromTfjs, words];
`;

let failed = 0;
try {
  await prepare();
  const wanted = process.argv.slice(2);
  for (const [name, consumer] of Object.entries(consumers)) {
    if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
    try {
      console.log(`ok      ${name}: ${await consumer()}`);
    } catch (error) {
      failed++;
      console.log(`FAILED  ${name}: ${error.message}`);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(failed === 0 ? 'consumers: ok' : `consumers: ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
