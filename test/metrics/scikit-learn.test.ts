/** Compares metrics with scikit-learn's for the same scores: `test/fixtures/scikit-learn/metrics.py`. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  confusionMatrix,
  f1,
  type Indices,
  indices,
  type Metric,
  precision,
  recall,
  rocAuc,
  rootMeanSquaredError,
  rSquared,
  type Tensor,
  tensor,
  topAccuracy,
} from '../../src/index.ts';
import { close } from './close.ts';

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/scikit-learn/metrics.json', import.meta.url), 'utf8'),
);

/** The value over batches, cut anywhere. */
function measured<Value>(metric: Metric<Indices, Value>, cuts: readonly number[]): Value {
  const tally = metric.begin();
  let start = 0;
  for (const end of [...cuts, fixture.targets.length]) {
    tally.add(tensor(fixture.scores.slice(start, end)), indices(fixture.targets.slice(start, end)));
    start = end;
  }
  return tally.value();
}

describe.each([[[]], [[1, 30]], [[59]]])('batches cut at %j', (cuts) => {
  test('metrics of classes', () => {
    expect(measured(confusionMatrix(), cuts)).toEqual(fixture.confusionMatrix);
    for (const [name, metric] of Object.entries({ precision, recall, f1 }))
      for (const average of ['macro', 'micro', 'none'] as const)
        close(measured(metric({ average }), cuts), fixture[name][average]);
    [1, 2, 3].forEach((k, i) => {
      close(measured(topAccuracy({ k }), cuts), fixture.topAccuracy[i]);
    });
  });

  test.each([
    ['rocAuc', rocAuc(), 'marks', 'answers'],
    ['rootMeanSquaredError', rootMeanSquaredError(), 'guesses', 'numbers'],
    ['rSquared', rSquared(), 'guesses', 'numbers'],
  ] as const)('%s', (name, metric: Metric<Tensor>, outputs, targets) => {
    const tally = metric.begin();
    let start = 0;
    const column = (of: number[]) => tensor(of.map((value) => [value]));
    for (const end of [...cuts, fixture.targets.length]) {
      tally.add(column(fixture[outputs].slice(start, end)), column(fixture[targets].slice(start, end)));
      start = end;
    }
    close(tally.value(), fixture[name]);
  });
});
