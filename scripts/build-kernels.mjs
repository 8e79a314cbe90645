/**
 * Compiles the SIMD kernels into `src/kernels/simd/binaries.generated.ts`: one source, two binaries.
 *
 * A byte is written as one character or two (see `written`): hardly longer than the binary, and a compressor sees whole bytes,
 * where hexadecimal digits take it 8 % more and base64 hides from it that bytes repeat.
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

/** For 128-bit SIMD, as text. */
export const simd: string =
  "${written(simd)}";

/** For relaxed SIMD, with its fused multiply-add, as text. */
export const relaxed: string =
  "${written(relaxed)}";
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

/**
 * Of (byte + 4) mod 256 = 90·page + digit: } or ~ for the pages 1 and 2, and one of 90 characters from # on for the digit.
 *
 * With 4 added, page 0 has most of what occurs: the prefix of the SIMD instructions, 0xfd, and small numbers. Among the
 * 90 is the backslash, which would have to be escaped: the exclamation mark stands for it.
 */
function written(bytes) {
  return Array.from(bytes, (byte) => {
    const code = (byte + 4) % 256;
    return ['', '}', '~'][Math.floor(code / 90)] + String.fromCharCode(35 + (code % 90));
  })
    .join('')
    .replaceAll('\\', '!');
}

function heapBase(bytes) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports.heapBase.value;
}
