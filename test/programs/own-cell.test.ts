/** A new user's program: a cell of their own, checked, trained, saved and loaded. */
import { expect, test } from 'vitest';
import * as rc from '../../src/index.ts';
import * as m from '../../src/matrix.ts';
import { checkGradients } from '../../src/testing.ts';

test('own cell', async () => {
  // Program: z = σ(a_z) (1), n = tanh(a_n) (2), h' = h + z ⊙ (n − h) (3)
  const rule: rc.Rule<'z' | 'n', 'h', never> = {
    gates: ['z', 'n'],
    states: ['h'],
    kept: [],
    separateRecurrent: false,
    stages: [
      {
        gates: ['z', 'n'],
        from: 'h',
        activate({ prev, next, gates: { z, n } }) {
          m.sigmoid(z, z); // (1)
          m.tanh(n, n); // (2)
          m.sub(next.h, n, prev.h); // (3)
          m.mul(next.h, next.h, z);
          m.add(next.h, next.h, prev.h);
        },
        activateBackward({ prev, gates: { z, n } }, d) {
          m.mul(d.gates.n, d.next.h, z); // (3)
          m.sub(d.prev.h, d.next.h, d.gates.n);
          m.sub(d.gates.z, n, prev.h);
          m.mul(d.gates.z, d.gates.z, d.next.h);
          m.tanhBackward(d.gates.n, n, d.gates.n); // (2)
          m.sigmoidBackward(d.gates.z, z, d.gates.z); // (1)
        },
      },
    ],
  };
  class LightCell extends rc.Cell<'h'> {
    constructor(options: rc.CellOptions) {
      super('LightCell', rule, options);
    }
  }
  const cell = new LightCell({
    inputSize: 2,
    hiddenSize: 3,
    backend: rc.float64(),
    random: new rc.Random(1),
  });
  const sequences = rc.tensor([
    [
      [1, 2],
      [3, 1],
      [0, 2],
    ],
    [
      [0, 1],
      [1, 1],
      [2, 0],
    ],
  ]);
  const { worst } = checkGradients(new rc.Sequence(cell), sequences);

  const model = rc.manyToOne({
    cell: LightCell,
    inputSize: 2,
    hiddenSize: 8,
    outputSize: 1,
    random: new rc.Random(1),
  });
  const data = rc.batches(
    { inputs: sequences, targets: rc.tensor([[1], [-1]]) },
    { batchSize: 2, epochs: 150 },
  );
  let last = Number.NaN;
  for await (const { loss } of rc.train(model, data, {
    loss: rc.meanSquaredError(),
    optimizer: new rc.Adam({ learningRate: 0.02 }),
  }))
    last = loss;
  const builders = { LightCell: (options: object) => new LightCell(options as rc.CellOptions) };
  const again = rc.load(rc.save(model), { builders });
  // End

  expect(worst.error).toBeLessThan(1e-6);
  expect(last).toBeLessThan(0.01);
  expect(again.infer(sequences).output).toEqual(model.infer(sequences).output);
});
