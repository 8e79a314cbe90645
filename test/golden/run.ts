/**
 * Runs every golden case of a folder: `GOLDEN_DIR=<folder> npm run test:golden`; by default those of the fixtures.
 *
 * Prints a line for each failure and ends with the counts. A case counts as passed when every tensor is right in every precision
 * that applies, and every part of it was used. No case is skipped: one that cannot be computed fails.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { float32, float64 } from '../../src/index.ts';
import { passed, readCase } from './case.ts';
import { runCase } from './runners.ts';

const root = process.env.GOLDEN_DIR ?? fileURLToPath(new URL('../fixtures/golden', import.meta.url));
const { cases } = JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')) as { cases: { name: string }[] };
const backends = [float64(), float32()];
const count = { passed: 0, failed: 0 };

for (const { name } of cases) {
  try {
    const golden = readCase(root, name);
    const failures = backends.flatMap((backend) =>
      runCase(golden, backend)
        .filter((result) => !passed(result))
        .map(
          ({ tensor, worst, allowed }) =>
            `${name} (${backend.name}): ${tensor} is off by ${worst.toExponential(2)}, allowed ${allowed.toExponential(2)}`,
        ),
    );
    for (const line of failures) console.log(`FAILED ${line}`);
    count[failures.length === 0 ? 'passed' : 'failed']++;
  } catch (error) {
    console.log(`FAILED ${(error as Error).message}`);
    count.failed++;
  }
}

console.log(`${count.passed} passed, ${count.failed} failed, 0 skipped`);
process.exitCode = count.failed > 0 || count.passed === 0 ? 1 : 0;
