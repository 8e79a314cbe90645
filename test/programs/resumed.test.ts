/** A new user's program: a training that is interrupted anywhere and resumed from its file. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as rc from '../../src/index.ts';
import { writeCheckpoint } from '../../src/node.ts';

test('resumed training', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'resumed-'));
  const file = join(folder, 'checkpoint.safetensors');

  // Program
  function begin() {
    const random = new rc.Random(3);
    const inputs = Array.from({ length: 40 }, (_, i) =>
      Array.from({ length: 3 + (i % 3) }, () => random.integer(6)),
    );
    const targets = inputs.map(([first]) => Number(first! > 2));
    const model = rc.manyToOne({
      classes: 6,
      embeddingSize: 4,
      hiddenSize: [8, 8],
      dropout: 0.2,
      outputSize: 2,
      random,
    });
    return {
      model,
      optimizer: new rc.NAdam({ learningRate: 0.01 }),
      batches: rc.batches({ inputs, targets }, { batchSize: 8, epochs: 4, shuffle: true, random }),
      average: new rc.MovingAverage(model.parameters()),
      best: new rc.BestWeights(model.parameters()),
    };
  }
  async function learn(checkpoint?: Uint8Array, steps = Number.POSITIVE_INFINITY) {
    const parts = begin();
    const { model, batches, optimizer, average, best } = parts;
    const resumed = checkpoint && rc.loadCheckpoint(checkpoint, parts);
    const validate = { batches: [...begin().batches], metrics: [rc.crossEntropy()], best };
    const options = {
      loss: rc.crossEntropy(),
      optimizer,
      average,
      validate,
      schedule: rc.cosineDecay({ steps: batches.steps }),
    };
    for await (const step of rc.train(model, batches, { ...options, ...resumed })) {
      await writeCheckpoint(file, parts, step);
      if (step.step + 1 === steps) break;
    }
    return parts;
  }
  // End

  try {
    const whole = await learn();
    const bytes = await readFile(file);
    for (const steps of [1, 5, 7, 19]) {
      await learn(undefined, steps);
      const resumed = await learn(await readFile(file));
      expect(rc.save(resumed.model)).toEqual(rc.save(whole.model));
      expect(resumed.best.state()).toEqual(whole.best.state());
      expect((await readFile(file)).equals(bytes)).toBe(true);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
