/**
 * Compiles the SIMD kernels, once per flavour, into `src/kernels/simd/binaries.generated.ts`, and the benchmarks' ceiling loop
 * into `bench/ceiling.generated.ts`.
 *
 * Binaries are written as hexadecimal digits, which preserve repeated bytes, in chunks arranged so that similar ones are within
 * gzip's window (docs/decisions/8-plain-machinery.md).
 * Does nothing if neither the sources nor this script have changed.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const kernels = join(root, 'src/kernels/simd/assembly');
const benchmarks = join(root, 'bench/assembly');
/** The compiler options of each flavour besides the common ones: 128-bit and WIDE, with and without fused multiply-adds. */
const flavours = (wide) => ({
  simd: ['--use', `WIDE=${wide}`],
  relaxed: ['--use', `WIDE=${wide}`, '--enable', 'relaxed-simd'],
});

const header = `// Made by scripts/build-kernels.mjs, sources ${await fingerprint()}.`;
const source = join(kernels, 'index.ts');
await generate(join(root, 'src/kernels/simd/binaries.generated.ts'), source, flavours(0), heapBase);
await generate(join(root, 'src/kernels/wide/binaries.generated.ts'), source, flavours(1));
const ceiling = join(benchmarks, 'ceiling.ts');
await generate(join(root, 'bench/ceiling.generated.ts'), ceiling, flavours(0));
await generate(join(root, 'bench/wide-ceiling.generated.ts'), ceiling, flavours(1));

/** Writes the binaries of the flavours unless they are up to date, and the declarations from `further`. */
async function generate(target, source, flavours, further) {
  const present = await readFile(target, 'utf8').catch(() => '');
  if (present.startsWith(header)) return;
  const binaries = {};
  for (const [name, options] of Object.entries(flavours)) {
    binaries[name] = await compile(source, options);
    console.log(`${relative(root, target)}: ${name}, ${binaries[name].length} bytes`);
  }
  await writeFile(target, [header, ...(further?.(binaries) ?? []), piecesOf(binaries), ''].join('\n\n'));
}

/** Declares all binaries, with the same chunk of each flavour adjacent: they are similar, and gzip's window is 32 KiB. */
function piecesOf(binaries) {
  const PIECE = 6000;
  const entries = Object.entries(binaries);
  const count = Math.ceil(Math.max(...entries.map(([, { length }]) => length)) / PIECE);
  const pieces = Array.from({ length: count }, (_, i) =>
    entries.map(([name, binary]) => `    ${name}:\n      '${digits(binary, i * PIECE, (i + 1) * PIECE)}',\n`),
  );
  const type = `readonly { readonly ${Object.keys(binaries).join(': string; readonly ')}: string }[]`;
  const items = pieces.map((piece) => `  {\n${piece.join('')}  },\n`).join('');
  return `/** The binaries in hexadecimal digits. */\nexport const pieces: ${type} = [\n${items}];`;
}

function digits(binary, from, to) {
  return binary.subarray(from, to).toString('hex');
}

/** A hash of everything that determines the binaries. */
async function fingerprint() {
  const hash = createHash('sha256');
  hash.update(createRequire(import.meta.url)('assemblyscript/package.json').version);
  hash.update(await readFile(fileURLToPath(import.meta.url)));
  for (const folder of [kernels, benchmarks])
    for (const name of (await readdir(folder)).sort()) {
      hash.update(name);
      hash.update(await readFile(join(folder, name)));
    }
  return hash.digest('hex').slice(0, 16);
}

async function compile(source, options) {
  // Imported only when needed: loading the compiler takes most of a second.
  const { default: asc } = await import('assemblyscript/asc');
  const folder = await mkdtemp(join(tmpdir(), 'kernels-'));
  const [binary, text] = ['kernels.wasm', 'kernels.wat'].map((name) => join(folder, name));
  const { error, stderr } = await asc.main([
    source,
    ...['--outFile', binary, '--textFile', text],
    // --runtime stub: the kernels allocate nothing. --shrinkLevel 1: a quarter smaller, no slower.
    ...'--runtime stub --noAssert --importMemory --noExportMemory --disableWarning 112'.split(' '),
    ...'--optimizeLevel 3 --shrinkLevel 1 --converge --enable simd'.split(' '),
    ...options,
  ]);
  if (error) throw new Error(`asc: ${error.message}\n${stderr.toString()}`);
  // V8's pass crashes where a vector passed between functions meets a pair of vectors.
  const [signature] = (await readFile(text, 'utf8')).match(/^ \(type [^\n]*v128[^\n]*/m) ?? [];
  if (signature !== undefined) throw new Error(`a function takes or returns a vector:${signature}`);
  const bytes = await readFile(binary);
  await rm(folder, { recursive: true });
  return bytes;
}

/** Declares where the heap starts, which is the same in all flavours; read from the one that every engine runs. */
function heapBase({ simd }) {
  const env = { memory: new WebAssembly.Memory({ initial: 1 }), zero: 0 };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(simd), { env });
  return [
    `/** The first element above the memory that the kernels keep for themselves. */\nexport const heapBase: number = ${exports.heapBase.value};`,
  ];
}
