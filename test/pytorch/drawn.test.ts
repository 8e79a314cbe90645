/** 200 random models as PyTorch computes them, with all gradients; `npm run soak -- models` draws 2,000 new ones. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readSafetensors } from '../../src/index.ts';
import { compare, type Drawn } from './drawn.ts';

const path = fileURLToPath(new URL('../fixtures/pytorch/drawn.safetensors', import.meta.url));
const { tensors, metadata } = readSafetensors(new Uint8Array(readFileSync(path)));
const models: readonly Drawn[] = JSON.parse(metadata.configs!);
const numbers = (k: number, name: string) => Float64Array.from(tensors.get(`${k}.${name}`)!.data);

test('200 random models match PyTorch, with all gradients', () => {
  expect(models.length).toBe(200);
  const worst = models.map((model, k) => compare(model, numbers(k, 'given'), numbers(k, 'wanted')).worst);
  expect(Math.max(...worst)).toBeLessThan(1e-12);
});

test('every result of a model is compared', () => {
  for (const k of [0, 1, 2]) {
    const wanted = numbers(k, 'wanted');
    for (let at = 0; at < wanted.length; at++) {
      const changed = wanted.slice();
      changed[at]! += 1e-3;
      expect(compare(models[k]!, numbers(k, 'given'), changed).worst).toBeGreaterThan(1e-5);
    }
  }
});
