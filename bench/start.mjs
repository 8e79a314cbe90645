/**
 * Measures the time from process start to the first output of an LSTM, relative to an empty process: `node bench/start.mjs [RUNS]`.
 *
 * The LSTM of 32 units takes 10 steps of 16 inputs. _Bundled_ is the same program with the library in one file, which contains only
 * what the program uses. Prints the best of many processes, since other load only adds time. Needs a build.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const runs = Number(process.argv[2] ?? 40);
const library = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const program = (options = '') => `
  import * as rc from '${library}';
  const lstm = new rc.Sequence(new rc.LSTMCell({ inputSize: 16, hiddenSize: 32 ${options} }));
  lstm.infer(rc.tensor(new Float64Array(160), [1, 10, 16]));`;
const given = program(', inputInitializer: rc.zeros, recurrentInitializer: rc.zeros');
const drawn = program();

function bundled(contents) {
  const options = { bundle: true, minify: true, format: 'esm', write: false, logLevel: 'error' };
  return buildSync({ stdin: { contents, resolveDir: '/' }, ...options }).outputFiles[0].text;
}

const programs = {
  'an empty process': '',
  'an LSTM, weights given': given,
  'an LSTM, weights drawn': drawn,
  'bundled, weights given': bundled(given),
  'bundled, weights drawn': bundled(drawn),
};
const folder = mkdtempSync(join(tmpdir(), 'recurrent-cells-start-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const best = new Map();

for (let run = 0; run < runs; run++)
  for (const [name, source] of Object.entries(programs)) {
    const file = join(folder, `${name}.mjs`);
    writeFileSync(file, source);
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [file]);
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
    best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, performance.now() - start));
  }

const empty = best.get('an empty process');
console.log(`Node ${process.version}, the best of ${runs}:`);
for (const [name, ms] of best)
  console.log(`  ${name.padEnd(25)} ${ms.toFixed(1)} ms  ${(ms / empty).toFixed(2)}×`);
