/**
 * Compiles the SIMD kernels into `src/kernels/simd/binaries.generated.ts`: one source, two binaries.
 *
 * The binaries are hexadecimal strings: longer than base64 on disk, but after compression a quarter shorter, because
 * repeated bytes stay repeated characters. They are cut into pieces that alternate, because the two are much alike, and
 * gzip finds likenesses within 32 KiB only: both together then take a fifth more than one alone.
 * Nothing happens if neither the sources nor this script have changed.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'src/kernels/simd/assembly');
const target = join(root, 'src/kernels/simd/binaries.generated.ts');

const header = `// Made by scripts/build-kernels.mjs, sources ${await fingerprint()}.`;
const present = await readFile(target, 'utf8').catch(() => '');
if (!present.startsWith(header)) {
  const simd = await compile(['simd']);
  const relaxed = await compile(['simd', 'relaxed-simd']);
  const text = `${header}
/** The first element above the memory that the kernels keep for themselves. */
export const heapBase: number = ${heapBase(simd)};

/** Both binaries in hexadecimal, piece by piece: for 128-bit SIMD, and for relaxed SIMD with its fused multiply-add. */
export const pieces: readonly (readonly [simd: string, relaxed: string])[] = [
${pairs(simd.toString('hex'), relaxed.toString('hex')).join('\n')}
];
`;
  await writeFile(target, text);
  console.log(`kernels: ${simd.length} bytes (SIMD), ${relaxed.length} bytes (relaxed SIMD)`);
}

/** A hash of all that decides what the binaries are. */
async function fingerprint() {
  const hash = createHash('sha256');
  hash.update(createRequire(import.meta.url)('assemblyscript/package.json').version);
  hash.update(await readFile(fileURLToPath(import.meta.url)));
  for (const name of (await readdir(sources)).sort()) {
    hash.update(name);
    hash.update(await readFile(join(sources, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function compile(features) {
  // Loaded only when needed: the compiler takes most of a second to load.
  const { default: asc } = await import('assemblyscript/asc');
  const folder = await mkdtemp(join(tmpdir(), 'kernels-'));
  const binary = join(folder, 'kernels.wasm');
  const { error, stderr } = await asc.main([
    join(sources, 'index.ts'),
    '--outFile',
    binary,
    // --runtime stub: nothing is allocated. --shrinkLevel 1: a quarter smaller, no slower.
    ...'--runtime stub --noAssert --importMemory --noExportMemory --disableWarning 112'.split(' '),
    ...'--optimizeLevel 3 --shrinkLevel 1 --converge'.split(' '),
    ...features.flatMap((feature) => ['--enable', feature]),
  ]);
  if (error) throw new Error(`asc: ${error.message}\n${stderr.toString()}`);
  const bytes = await readFile(binary);
  await rm(folder, { recursive: true });
  return bytes;
}

function pairs(simd, relaxed) {
  const size = 8000;
  const count = Math.ceil(Math.max(simd.length, relaxed.length) / size);
  return Array.from({ length: count }, (_, i) => {
    const piece = (text) => text.slice(i * size, (i + 1) * size);
    return `  ['${piece(simd)}', '${piece(relaxed)}'],`;
  });
}

function heapBase(bytes) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports.heapBase.value;
}
