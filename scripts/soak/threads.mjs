/** Killed workers are errors, aborts end at each step, and two trainings at once do not disturb each other. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import * as rc from 'recurrent-cells';
import { trainParallel } from 'recurrent-cells/parallel';
import { begin, sized, steps } from './common.mjs';

const script = new URL('../../dist/worker.js', import.meta.url);
const weights = ({ model }) => [...model.parameters().values()].map((each) => each.read());
const options = ({ optimizer }) => ({ loss: rc.crossEntropy(), optimizer });

const kills = sized(100, 3);
for (let kill = 0; kill < kills; kill++) {
  const parts = begin();
  let worker;
  const run = async () => {
    for await (const { step } of trainParallel(parts.model, parts.batches, {
      ...options(parts),
      shards: 2,
      worker: () => (worker = new Worker(script)),
    }))
      if (step === kill % 4) void worker.terminate();
  };
  await assert.rejects(run(), /^Error: trainParallel: step \d+: worker 1/);
  assert(weights(parts).every((values) => values.every(Number.isFinite)));
}

const last = sized(200, 10);
const kept = [];
const whole = begin();
for await (const { step } of steps(whole)) {
  kept[step] = weights(whole);
  if (step === last) break;
}
for (let at = 0; at <= last; at++) {
  const parts = begin();
  const controller = new AbortController();
  for await (const { step } of steps(parts, { signal: controller.signal }))
    if (step === at) controller.abort();
  assert.deepEqual(weights(parts), kept[at]);
}

const both = await Promise.all(
  [begin(), begin()].map(async (parts) => {
    for await (const { step } of steps(parts)) if (step === last) break;
    return weights(parts);
  }),
);
for (const found of both) assert.deepEqual(found, kept[last]);

const cjs = createRequire(import.meta.url)('recurrent-cells');
const other = new cjs.Dense({ inputSize: 1, outputSize: 1 });
assert.notEqual(cjs.Dense, rc.Dense);
cjs.loadWeights(other, rc.save(new rc.Dense({ inputSize: 1, outputSize: 1 })));
assert.throws(() => rc.sequential(other), /another copy of recurrent-cells/);
console.log(
  `threads: ${kills} killed workers, aborts at ${last + 1} steps, two trainings at once, import beside require`,
);
