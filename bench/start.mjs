/**
 * Measures the time from process start to the first output of an LSTM, relative to an empty process: `node bench/start.mjs [RUNS]`.
 *
 * The LSTM of 32 units takes 10 steps of 16 inputs. Prints the best of many processes, since other load only adds time. Needs a
 * build.
 */
import { spawnSync } from 'node:child_process';

const runs = Number(process.argv[2] ?? 40);
const program = (file, options = '') => `
  import * as rc from '${new URL(`../dist/${file}`, import.meta.url).href}';
  const lstm = new rc.Sequence(new rc.LSTMCell({ inputSize: 16, hiddenSize: 32 ${options} }));
  lstm.infer(rc.tensor(new Float64Array(160), [1, 10, 16]));`;
const programs = {
  'an empty process': '',
  'an LSTM, weights given': program(
    'index.js',
    ', inputInitializer: rc.zeros, recurrentInitializer: rc.zeros',
  ),
  'an LSTM, weights drawn': program('index.js'),
};
const best = new Map();

for (let run = 0; run < runs; run++)
  for (const [name, source] of Object.entries(programs)) {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source]);
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
    best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, performance.now() - start));
  }

const empty = best.get('an empty process');
console.log(`Node ${process.version}, the best of ${runs}:`);
for (const [name, ms] of best)
  console.log(`  ${name.padEnd(25)} ${ms.toFixed(1)} ms  ${(ms / empty).toFixed(2)}×`);
