/** Long trainings and streams stay constant in memory and speed, and the library remains usable after running out of memory. */
import assert from 'node:assert/strict';
import * as rc from 'recurrent-cells';
import { begin, sized, steps } from './common.mjs';

const MiB = 2 ** 20;
const resident = () => {
  gc();
  return process.memoryUsage().rss / MiB;
};

/** Runs `count` units in ten parts; the memory after the first part and the last, and the median times of both halves. */
async function flat(name, count, run) {
  const [times, sizes] = [[], []];
  for (let part = 0; part < 10; part++) {
    const began = performance.now();
    await run(count / 10);
    times.push(performance.now() - began);
    sizes.push(resident());
  }
  const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
  const [growth, slower] = [sizes[9] - sizes[1], median(times.slice(5)) / median(times.slice(0, 5))];
  assert(growth < 30, `${name}: ${growth.toFixed(1)} MiB more`);
  assert(slower < 2, `${name}: ${slower.toFixed(2)} times as slow`);
  return `${count} ${name}: ${growth.toFixed(1)} MiB more, the second half ${slower.toFixed(2)} times as long`;
}

const training = steps(begin(1e7))[Symbol.asyncIterator]();
const trained = await flat('training steps', sized(100_000, 1000), async (count) => {
  for (let i = 0; i < count; i++) await training.next();
});
const cell = new rc.GRUCell({ inputSize: 1, hiddenSize: 4 });
let state;
const x = rc.tensor([[0.5]]);
const streamed = await flat('streamed steps', sized(10_000_000, 20_000), (count) => {
  for (let i = 0; i < count; i++) ({ state } = cell.infer(x, { state }));
});

const held = [];
assert.throws(() => {
  for (;;) held.push(new rc.Dense({ inputSize: 2 ** 13, outputSize: 2 ** 14 }));
}, RangeError);
for (const dense of held) dense.release();
const dense = new rc.Dense({ inputSize: 2 ** 13, outputSize: 2 ** 14 });
assert.equal(dense.infer(rc.tensor(new Float64Array(2 ** 13), [1, 2 ** 13])).output.data.length, 2 ** 14);
console.log(
  `long: ${trained}; ${streamed}; out of memory after ${held.length} layers of 512 MiB, and usable again`,
);
