/** A file larger than the memory that its reader may use is read in windows, each index once, in constant memory. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from 'recurrent-cells';
import { bytesOf } from 'recurrent-cells/node';
import { chunksOfStreams, encodeAllAsync, linesOfPart, pattern, Vocabulary } from 'recurrent-cells/text';
import { sized } from './common.mjs';

const MiB = 2 ** 20;
const HEAP = 64; // MiB of V8's heap, of which the reader may not use more
const BLOCKS = sized(512, 20); // of 4 MiB
const WORDS = 1000;
const ROWS = 4;
const tokenizer = pattern();
const vocabulary = Vocabulary.of(Array.from({ length: WORDS }, (_, i) => `word${i}`));
const encode = (line) => vocabulary.encode(tokenizer.tokenize(line), { end: true });

if (process.argv[2] === 'read') await read(process.argv[3], Number(process.argv[4]));
else write();

function write() {
  const folder = mkdtempSync(join(tmpdir(), 'recurrent-cells-'));
  try {
    const path = join(folder, 'corpus.txt');
    const { text, indices } = block();
    const file = openSync(path, 'w');
    for (let i = 0; i < BLOCKS; i++) writeSync(file, text);
    closeSync(file);
    const args = [
      `--max-old-space-size=${HEAP}`,
      '--expose-gc',
      fileURLToPath(import.meta.url),
      'read',
      path,
    ];
    const { status } = spawnSync(process.execPath, [...args, String(BLOCKS * indices)], { stdio: 'inherit' });
    assert.equal(status, 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** 4 MiB of lines of up to 30 words, and the number of their indices. */
function block() {
  const random = new Random(1);
  const lines = [];
  let indices = 0;
  for (let length = 0; length < 4 * MiB; length += lines.at(-1).length + 1) {
    const words = Array.from({ length: 1 + random.integer(30) }, () => `word${random.integer(WORDS)}`);
    lines.push(words.join(' '));
    indices += words.length + 1;
  }
  return { text: `${lines.join('\n')}\n`, indices };
}

async function read(path, indices) {
  const source = bytesOf(path);
  const streams = Array.from({ length: ROWS }, (_, part) => linesOfPart(source, part, ROWS));
  const expected = indices - ROWS; // the first index of each row is only read, not predicted
  const resident = [];
  let steps = 0;
  for await (const { inputs, lengths } of chunksOfStreams(streams, { k1: 64, encode })) {
    steps += lengths?.reduce((sum, length) => sum + length, 0) ?? inputs.data.length;
    if (steps < ((resident.length + 1) * expected) / 10) continue;
    gc();
    resident.push(process.memoryUsage().rss / MiB);
  }
  assert.equal(steps, expected);
  const growth = resident.at(-1) - resident[1];
  assert(growth < 30, `${growth.toFixed(1)} MiB more: ${resident.map(Math.round)}`);
  const peak = process.resourceUsage().maxRSS / 1024;

  // One part of the file as one array: four bytes for each index, outside V8's heap.
  const part = await encodeAllAsync(linesOfPart(source, 1, 16), encode);
  const share = part.length / indices;
  assert(Math.abs(share - 1 / 16) < 0.001, `${share} of the indices in a sixteenth`);
  console.log(
    `file: ${(source.size / MiB).toFixed(0)} MiB with ${HEAP} MiB of heap: ${steps} steps, each once, ${growth.toFixed(1)} MiB more from a fifth to the end, at most ${peak.toFixed(0)} MiB resident; a sixteenth in one array of ${(part.byteLength / MiB).toFixed(0)} MiB, then at most ${(process.resourceUsage().maxRSS / 1024).toFixed(0)}`,
  );
}
