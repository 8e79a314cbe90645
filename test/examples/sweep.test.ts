/**
 * The example of a queue: a worker is killed, and the results equal those of one process. Needs redis-server and the examples'
 * packages.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const lacking = [
  spawnSync('redis-server', ['--version']).status === 0 ? '' : 'redis-server (apt-get install redis-server)',
  existsSync(`${root}examples/node_modules/bullmq`)
    ? ''
    : 'the packages of the examples (npm ci in examples/)',
  existsSync(`${root}dist/text.js`) ? '' : 'the built library (npm run build)',
].filter((name) => name !== '');

if (lacking.length > 0)
  console.warn(`\n!!! SKIPPED: the queue of test/examples/sweep.test.ts needs ${lacking.join(', ')} !!!\n`);

test.skipIf(lacking.length > 0)(
  'trainings on a queue survive a killed worker and give the bytes of one process, and counts merge',
  { timeout: 300_000 },
  () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'scaling/sweep.ts', '--quick'],
      { cwd: `${root}examples`, encoding: 'utf8', timeout: 240_000 },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('KILLED worker-1 with SIGKILL');
    expect(stdout).toContain('is back in the queue');
    expect(stdout).toContain('4 models: the same bytes as trained in one process');
    expect(stdout).toContain('the same counts as for the whole file');
  },
);
