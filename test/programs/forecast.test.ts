/** A new user's program: it forecasts a series, with validation and early stopping, and compares with "tomorrow as today". */
import { expect, test } from 'vitest';
import * as rc from '../../src/index.ts';
import { StandardScaler, splitSeries } from '../../src/text.ts';

test('forecast', async () => {
  // Program
  const series = rc.tensor(Array.from({ length: 300 }, (_, t) => [20 + 5 * Math.sin(t / 4)]));
  const windows = { length: 24, validation: 0.2, test: 0.2 };
  const scaler = StandardScaler.fit(series, { to: splitSeries(series, windows).train.end });
  const { train, validation, test } = splitSeries(scaler.transform(series), windows);

  const random = new rc.Random(1);
  const model = rc.manyToOne({ cell: rc.GRUCell, inputSize: 1, hiddenSize: 16, outputSize: 1, random });
  const best = new rc.BestWeights(model.parameters(), { patience: 3 });
  for await (const _ of rc.train(model, train.batches({ batchSize: 16, epochs: 12, random }), {
    loss: rc.meanSquaredError(),
    optimizer: new rc.Adam({ learningRate: 0.01 }),
    clipNorm: 1,
    validate: { batches: [validation], metrics: [rc.meanSquaredError()], best },
  }));

  const figures = await rc.evaluate(model, [test], [rc.rSquared(), rc.meanAbsoluteError()]);
  const degrees = scaler.inverse(model.infer(test.inputs).output);
  // End

  expect(figures.rSquared).toBeGreaterThan(0.98);
  const truth = scaler.inverse(test.targets).data;
  const error = Math.max(...degrees.data.map((value, i) => Math.abs(value - truth[i]!)));
  expect(error).toBeLessThan(1);
});
