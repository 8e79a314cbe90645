/** Every golden case of the fixtures, in float64 and on every float32 backend that runs here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Backend, float32, float64 } from '../../src/index.ts';
import { passed, readCase } from './case.ts';
import { runnerOf } from './runners.ts';

const root = fileURLToPath(new URL('../fixtures/golden', import.meta.url));
const { cases } = JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')) as { cases: { name: string }[] };
const backends = [
  ...new Set<Backend>([
    float64(),
    float32(),
    float32({ deterministic: true }),
    float32({ kernels: 'typescript' }),
  ]),
];

describe.each(cases)('$name', ({ name }) => {
  const golden = readCase(root, name);
  const runner = runnerOf(golden);
  if (typeof runner === 'string') test.skip(`not built yet: ${runner}`);
  else
    test.each(backends)('$name', (backend) => {
      const results = runner(golden, backend);
      expect(results.length).toBeGreaterThan(0);
      expect(results.filter((result) => !passed(result))).toEqual([]);
    });
});

test('a wrong number fails, and so does a missing one', () => {
  const golden = readCase(root, 'cell/lstm_cell_B3I4H5');
  const runner = runnerOf(golden);
  if (typeof runner === 'string') throw new Error('the cell has no runner');
  golden.tensors.get('grad.weight_hh')!.data[7]! += 1e-8;
  golden.tensors.get('out.h_1')!.data[0] = Number.NaN;
  const failed = runner(golden, float64()).filter((result) => !passed(result));
  expect(failed.map(({ tensor }) => tensor).sort()).toEqual(['grad.weight_hh', 'out.h_1']);
});
