/**
 * Random models match PyTorch with all gradients, and ONNX Runtime if they can be exported: newly drawn ones, or the 200 of the
 * tests.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors } from 'recurrent-cells';
import { register } from 'tsx/esm/api';
import { sized } from './common.mjs';

register();
const { compare } = await import('../../test/pytorch/drawn.ts');
const { compareExported, isExported } = await import('../../test/pytorch/exported.ts');
const { python } = await import('../../test/pytorch/torch.ts');

const file = (path) => fileURLToPath(new URL(`../../test/${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'soak-'));
let path = file('fixtures/pytorch/drawn.safetensors');
let source = 'of the fixtures';
if (python !== undefined) {
  path = join(folder, 'drawn.safetensors');
  const seed = Date.now() % 2 ** 31;
  source = `drawn with seed ${seed}`;
  execFileSync(python, ['-B', file('pytorch/drawn.py'), path, `${seed}`, `${sized(2000, 60)}`]);
}
const { tensors, metadata } = readSafetensors(new Uint8Array(readFileSync(path)));
rmSync(folder, { recursive: true });
const models = JSON.parse(metadata.configs);
let [worst, count, exported, worstExported] = [0, 0, 0, 0];
for (const [k, model] of models.entries()) {
  const given = tensors.get(`${k}.given`).data;
  const found = compare(model, given, tensors.get(`${k}.wanted`).data);
  count += found.count;
  worst = Math.max(worst, found.worst);
  assert(found.worst < 1e-10, `${source}: model ${k} is off by ${found.worst}: ${JSON.stringify(model)}`);
  if (!isExported(model)) continue;
  exported++;
  const off = await compareExported(model, given);
  worstExported = Math.max(worstExported, off);
  assert(off < 1e-4, `${source}: model ${k} is off by ${off} in ONNX Runtime: ${JSON.stringify(model)}`);
}
console.log(
  `models: ${models.length} ${source}, ${count} results of PyTorch ${metadata.pytorch}, worst ${worst.toExponential(1)}; ` +
    `${exported} of them in ONNX Runtime, worst ${worstExported.toExponential(1)}`,
);
