/**
 * A training killed while it writes checkpoints loses nothing: it resumes, again and again, bit for bit as if never interrupted.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCheckpoint, saveCheckpoint } from 'recurrent-cells';
import { writeCheckpoint } from 'recurrent-cells/node';
import { begin, sized, steps } from './common.mjs';

const at = process.argv.indexOf('--file');
if (at > 0) await train(process.argv[at + 1]);
else await main();

/** Continues from the checkpoint, if there is one, and writes one after each step, until it is killed. */
async function train(file) {
  const parts = begin(1e6);
  const resumed = existsSync(file) ? loadCheckpoint(readFileSync(file), parts) : {};
  for await (const step of steps(parts, resumed)) {
    await writeCheckpoint(file, parts, step);
    process.send('written');
  }
}

async function main() {
  const kills = sized(200, 5);
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const file = join(folder, 'training.safetensors');
  for (let kill = 0; kill < kills; kill++) {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--file', file], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await new Promise((resolve) => child.once('message', resolve));
    await new Promise((resolve) => setTimeout(resolve, kill % 40));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    if (existsSync(file)) loadCheckpoint(readFileSync(file), begin(1e6));
  }
  const found = begin(1e6);
  const { firstStep } = loadCheckpoint(readFileSync(file), found);
  const whole = begin(1e6);
  for await (const step of steps(whole))
    if (step.step === firstStep - 1) {
      assert.deepEqual(readFileSync(file), Buffer.from(saveCheckpoint(whole, step)));
      break;
    }
  rmSync(folder, { recursive: true });
  console.log(
    `killed: ${kills} SIGKILLs, ${firstStep} steps, the checkpoint of the uninterrupted training bit for bit`,
  );
}
