import { expect, test } from 'vitest';
import { float64 } from '../../src/index.ts';
import { referenceBackend } from '../../src/kernels/reference/index.ts';
import { ownedMatrix } from '../../src/matrix/owned.ts';
import { Parameter } from '../../src/matrix/parameter.ts';
import { collected } from '../collected.ts';

test('its memory is the owner’s, and given back when the owner is gone', async () => {
  const backend = referenceBackend('float64');
  const kept = {};
  const matrix = ownedMatrix(kept, backend, 2, 3);
  const { used } = backend.heap;
  (() => {
    ownedMatrix({}, backend, 40, 50);
    new Parameter(backend, [30, 30], new Float64Array(900)).clearGradient();
  })();
  expect(backend.heap.used).toBeGreaterThan(used + 2800);
  await collected(() => backend.heap.used === used);
  expect(backend.heap.used).toBe(used);
  matrix.write([1, 2, 3, 4, 5, 6]);
  expect([kept, matrix.rows]).toEqual([{}, 2]);
  expect(matrix.backend).not.toBe(float64());
});
