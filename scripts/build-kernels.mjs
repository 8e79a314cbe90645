/**
 * Compiles the SIMD kernels, each set of them a binary of its own, into `src/kernels/simd/binaries.generated.ts`, and the
 * benchmarks' measure of the ceiling into `bench/ceiling.generated.ts`.
 *
 * A byte is written as one character or two (see `written`): hardly longer than the binary, and a compressor sees whole bytes,
 * where hexadecimal digits take it 8 % more and base64 hides from it that bytes repeat.
 * Nothing happens if neither the sources nor these scripts have changed.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { APART, TOGETHER, unfused } from './unfuse.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const kernels = join(root, 'src/kernels/simd/assembly');
const benchmarks = join(root, 'bench/assembly');
// Core is first: its constants in memory are those that the others use.
const sets = ['core', 'probabilities', 'bounding', 'training', 'normalization', 'adaptive'];

const header = `// Made by scripts/build-kernels.mjs, sources ${await fingerprint()}.`;
await generate(join(root, 'src/kernels/simd/binaries.generated.ts'), async () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const texts = [];
  let heapBase;
  for (const set of sets) {
    const binary = await compile(join(kernels, `${set}.ts`));
    const before = new Uint8Array(memory.buffer.slice());
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), {
      env: { memory, tile: 4 },
    });
    heapBase ??= exports.heapBase.value;
    if (set !== 'core' && new Uint8Array(memory.buffer).some((byte, i) => byte !== before[i]))
      throw new Error(`${set} has constants of its own, expected those of core: all sets share one memory`);
    texts.push(declaration(set, binary));
  }
  return [
    declaration('apart', APART),
    declaration('together', TOGETHER),
    `/** The first element above the memory that the kernels keep for themselves. */\nexport const heapBase: number = ${heapBase};`,
    ...texts,
  ];
});
await generate(join(root, 'bench/ceiling.generated.ts'), async () => [
  declaration('ceiling', await compile(join(benchmarks, 'ceiling.ts'))),
]);

/** Writes what is not there yet. */
async function generate(target, declarations) {
  const present = await readFile(target, 'utf8').catch(() => '');
  if (!present.startsWith(header))
    await writeFile(target, `${[header, ...(await declarations())].join('\n\n')}\n`);
}

/** A hash of all that decides what the binaries are. */
async function fingerprint() {
  const hash = createHash('sha256');
  hash.update(createRequire(import.meta.url)('assemblyscript/package.json').version);
  for (const script of ['build-kernels.mjs', 'unfuse.mjs'])
    hash.update(await readFile(join(root, 'scripts', script)));
  for (const folder of [kernels, benchmarks])
    for (const name of (await readdir(folder)).sort()) {
      hash.update(name);
      hash.update(await readFile(join(folder, name)));
    }
  return hash.digest('hex').slice(0, 16);
}

async function compile(source) {
  // Loaded only when needed: the compiler takes most of a second to load.
  const { default: asc } = await import('assemblyscript/asc');
  const folder = await mkdtemp(join(tmpdir(), 'kernels-'));
  const binary = join(folder, 'kernels.wasm');
  const { error, stderr } = await asc.main([
    source,
    '--outFile',
    binary,
    // --runtime stub: nothing is allocated. --shrinkLevel 1: a quarter smaller, no slower.
    ...'--runtime stub --noAssert --importMemory --noExportMemory --disableWarning 112'.split(' '),
    ...'--optimizeLevel 3 --shrinkLevel 1 --converge --enable simd --enable relaxed-simd'.split(' '),
  ]);
  if (error) throw new Error(`asc: ${error.message}\n${stderr.toString()}`);
  const bytes = await readFile(binary);
  await rm(folder, { recursive: true });
  return unfused(bytes);
}

function declaration(name, binary) {
  const text = written(binary);
  const count = (of, part) => of.split(part).length;
  // What is replaced in the text must be what would be replaced in the binary.
  if (count(text, written(APART)) !== count(binary.join(), APART.join()))
    throw new Error(`the text of ${name} looks as if there were more multiply–adds than there are`);
  console.log(`kernels: ${name}, ${binary.length} bytes`);
  return `/** As text. */\nexport const ${name}: string =\n  "${text}";`;
}

/**
 * Of (byte + 4) mod 256 = 90·page + digit: } or ~ for the pages 1 and 2, and one of 90 characters from # on for the digit.
 *
 * With 4 added, page 0 has most of what occurs: the prefix of the SIMD instructions, 0xfd, and small numbers. These are small
 * letters, the digit 0 being an underscore, since letters are what a compressor sees most of in the code beside. Among the 90
 * is the backslash, which would have to be escaped: the exclamation mark stands for it.
 */
function written(bytes) {
  return Array.from(bytes, (byte) => {
    const code = (byte + 4) % 256;
    return ['', '}', '~'][Math.floor(code / 90)] + String.fromCharCode(35 + ((code + 60) % 90));
  })
    .join('')
    .replaceAll('\\', '!');
}
