/** Noise in each cell, one small case: the laws of noise check many more, but take longer. */
import { expect, test } from 'vitest';
import { float64, Noise, Random, Sequence } from '../../src/index.ts';
import { checkGradients } from '../../src/testing.ts';
import { cells, drawn, drawnState, shakeParameters } from '../laws/subjects.ts';

test.each(cells)('%s with noise has the gradients of central differences', (_, makeCell) => {
  const random = new Random(5);
  const cell = makeCell({ inputSize: 2, hiddenSize: 4, bias: true, backend: float64(), random });
  shakeParameters(cell, random);
  const noise = new Noise({ recurrentDropout: 0.3, zoneout: 0.3, random: random.fork() });
  const { state: start } = noise.random;
  const layer = new Sequence(cell, { noise });
  const { worst } = checkGradients(layer, drawn(random, [2, 3, 2]), {
    before: () => {
      noise.random.state = start;
    },
    state: drawnState(random, layer.initialState(2)),
    random: new Random(6),
  });
  expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-6);
});
