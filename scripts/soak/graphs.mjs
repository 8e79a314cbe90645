/** A damaged ONNX graph that loads, runs or is an error of the library, in bounded time and memory. */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { Random } from 'recurrent-cells';
import { register } from 'tsx/esm/api';
import { sized } from './common.mjs';

register();
const { attempt, detector, structureOf, subjects } = await import('../../test/onnx/damage.ts');

// Only a hang takes more processor time, and only something unbounded is larger.
const LONGEST = 20_000;
const LARGEST = 2 ** 30;
const SEED = 5;

const outcomes = { refused: 0, failed: 0, ran: 0 };
let [cases, longest, largest] = [0, 0, 0];

async function run(bytes, { name, feeds }, what) {
  const began = process.cpuUsage();
  const before = process.memoryUsage();
  try {
    outcomes[attempt(bytes, feeds)]++;
  } catch (error) {
    assert.fail(`${name}, ${what}: ${error.stack}`);
  }
  const { user, system } = process.cpuUsage(began);
  const took = (user + system) / 1000;
  const after = process.memoryUsage();
  const made = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed;
  assert(took < LONGEST, `${name}, ${what}: it took ${took} ms of processor time`);
  assert(made < LARGEST, `${name}, ${what}: it took ${made} bytes`);
  longest = Math.max(longest, took);
  largest = Math.max(largest, made);
  if (++cases % 100 > 0) return;
  // Finalisers of weights run between tasks.
  gc();
  await setTimeout(0);
}

const files = subjects();
for (const subject of files)
  for (let at = 0; at < subject.bytes.length; at += sized(1, 29))
    for (const bits of sized([1, 2, 4, 8, 16, 32, 64, 128, 255], [1, 128])) {
      const damaged = subject.bytes.slice();
      damaged[at] ^= bits;
      await run(damaged, subject, `byte ${at} changed by ${bits}`);
    }

// Few of the large file's bytes are sizes and names, so three of four changes are among these.
const large = detector();
const places = structureOf(large.bytes);
const random = new Random(SEED);
for (let i = 0; i < sized(8000, 60); i++) {
  const damaged = large.bytes.slice();
  const changes = Array.from({ length: 1 + (i % 3) }, () => [
    i % 4 === 0 ? random.integer(damaged.length) : places[random.integer(places.length)],
    1 << random.integer(8),
  ]);
  for (const [at, bits] of changes) damaged[at] ^= bits;
  await run(damaged, large, `bytes changed ${JSON.stringify(changes)}`);
}

const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
console.log(
  `graphs: ${cases} damaged files of ${files.length + 1} graphs, ${outcomes.refused} refused, ${outcomes.failed} ended in an error of the library, ${outcomes.ran} ran; ` +
    `at most ${longest.toFixed(0)} ms of processor time and ${megabytes(largest)}, ${megabytes(process.resourceUsage().maxRSS * 1024)} resident`,
);
