/** Weighted metrics: values of scikit-learn's `sample_weight`, and how weights meet lengths and left-out steps. */
import { readFileSync } from 'node:fs';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  accuracy,
  bitsPerCharacter,
  confusionMatrix,
  Dense,
  evaluate,
  f1,
  headMetric,
  type Indices,
  indices,
  type Metric,
  meanAbsoluteError,
  perplexity,
  precision,
  recall,
  rocAuc,
  rootMeanSquaredError,
  rSquared,
  spanF1,
  type Tally,
  type Tensor,
  tensor,
  topAccuracy,
} from '../../src/index.ts';
import { lossMetric } from '../../src/metrics/metric.ts';
import { close } from './close.ts';

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/scikit-learn/metrics.json', import.meta.url), 'utf8'),
);
const { weights, weighted } = fixture;
const column = (of: number[]) => tensor(of.map((value) => [value]));

/** The value over the batches that `cuts` divide the rows into. */
function measured<Target extends Indices | Tensor, Value>(
  metric: Metric<Target, Value>,
  cuts: readonly number[],
  part: (start: number, end: number) => [Tensor, Target, Tensor],
): Value {
  const tally = metric.begin();
  let start = 0;
  for (const end of [...cuts, weights.length]) {
    const [output, target, own] = part(start, end);
    tally.add(output, target, { weights: own });
    start = end;
  }
  return tally.value();
}

const ofClasses = (start: number, end: number): [Tensor, Indices, Tensor] => [
  tensor(fixture.scores.slice(start, end)),
  indices(fixture.targets.slice(start, end)),
  tensor(weights.slice(start, end)),
];

const ofNumbers =
  (outputs: string, targets: string) =>
  (start: number, end: number): [Tensor, Tensor, Tensor] => [
    column(fixture[outputs].slice(start, end)),
    column(fixture[targets].slice(start, end)),
    column(weights.slice(start, end)),
  ];

describe.each([[[]], [[1, 30]], [[59]]])("scikit-learn's values, batches cut at %j", (cuts) => {
  test('of classes', () => {
    close(measured(confusionMatrix(), cuts, ofClasses), weighted.confusionMatrix);
    close(measured(accuracy(), cuts, ofClasses), weighted.accuracy);
    for (const [name, metric] of Object.entries({ precision, recall, f1 }))
      for (const average of ['macro', 'micro', 'none'] as const)
        close(measured(metric({ average }), cuts, ofClasses), weighted[name][average]);
    [1, 2, 3].forEach((k, i) => {
      close(measured(topAccuracy({ k }), cuts, ofClasses), weighted.topAccuracy[i]);
    });
    close(measured(perplexity(), cuts, ofClasses), Math.exp(weighted.nats));
    close(measured(bitsPerCharacter(), cuts, ofClasses), weighted.nats / Math.LN2);
  });

  test('of numbers', () => {
    close(measured(rocAuc(), cuts, ofNumbers('marks', 'answers')), weighted.rocAuc);
    const part = ofNumbers('guesses', 'numbers');
    close(measured(rootMeanSquaredError(), cuts, part), weighted.rootMeanSquaredError);
    close(measured(rSquared(), cuts, part), weighted.rSquared);
    // A loss divides by the number of its terms, scikit-learn by their weights.
    const total = weights.reduce((sum: number, weight: number) => sum + weight, 0);
    close(
      measured(lossMetric(meanAbsoluteError()), cuts, part) * (weights.length / total),
      weighted.meanAbsoluteError,
    );
  });
});

const ofSteps: [string, Metric<never, unknown>][] = [
  ['accuracy', accuracy({ ignoreIndex: -1 }) as never],
  ['topAccuracy', topAccuracy({ k: 2, ignoreIndex: -1 }) as never],
  ['confusionMatrix', confusionMatrix({ ignoreIndex: -1 }) as never],
  ['precision', precision({ average: 'none', ignoreIndex: -1 }) as never],
  ['recall', recall({ ignoreIndex: -1 }) as never],
  ['f1', f1({ ignoreIndex: -1 }) as never],
  ['perplexity', perplexity({ ignoreIndex: -1 }) as never],
  ['bitsPerCharacter', bitsPerCharacter({ ignoreIndex: -1 }) as never],
];
const ofElements: [string, Metric<never, unknown>][] = [
  ['rootMeanSquaredError', rootMeanSquaredError() as never],
  ['rSquared', rSquared() as never],
  ['rocAuc', rocAuc() as never],
];

/** Two sequences of three steps, the second of which has one; widths 3 and 2. */
const scores = tensor([
  [
    [1, 3, 2],
    [0, 5, 1],
    [4, 0, 0],
  ],
  [
    [2, 1, 3],
    [9, 9, 9],
    [9, 9, 9],
  ],
]);
const classes = indices([
  [1, 0, -1],
  [2, 7, 7],
]);
const values = tensor([
  [
    [1, 3],
    [0, 5],
    [4, 0],
  ],
  [
    [2, 1],
    [9, 9],
    [9, 9],
  ],
]);
const marks = tensor([
  [
    [1, 0],
    [0, 1],
    [1, 1],
  ],
  [
    [0, 0],
    [9, 9],
    [9, 9],
  ],
]);
const lengths = [3, 1];

/** Weights of each step, repeated for the features if there is more than one. */
const stepWeights = (metric: string, of: number[][]) =>
  ofElements.some(([name]) => name === metric) ? tensor(of.map((row) => row.map((w) => [w, w]))) : tensor(of);

function add(tally: Tally<never, unknown>, name: string, options: { weights?: Tensor; lengths?: number[] }) {
  const elements = ofElements.some(([own]) => own === name);
  tally.add(elements ? values : scores, (elements ? marks : classes) as never, { lengths, ...options });
  return tally.value();
}

function alike(got: unknown, want: unknown) {
  const [a, b] = [[got].flat(2), [want].flat(2)] as [number[], number[]];
  expect(a).toHaveLength(b.length);
  a.forEach((value, i) => {
    if (Number.isNaN(b[i])) expect(value).toBeNaN();
    else expect(value).toBeCloseTo(b[i]!, 10);
  });
}

describe.each([...ofSteps, ...ofElements])('%s', (name, metric) => {
  const value = (options: { weights?: Tensor; lengths?: number[] }) => add(metric.begin(), name, options);

  test('weights of 1 change no bit', () => {
    const ones = stepWeights(name, [
      [1, 1, 1],
      [1, 1, 1],
    ]);
    expect(value({ weights: ones })).toEqual(value({}));
  });

  test('a weight of 0 leaves a step out as lengths do, and weights of left-out steps do not matter', () => {
    const own = stepWeights(name, [
      [1, 1, 0],
      [1, Number.NaN, -5],
    ]);
    alike(value({ weights: own }), value({ lengths: [2, 1] }));
  });

  test.prop([fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 6 })])(
    'a whole weight counts a step that many times',
    (drawn) => {
      const counts = [drawn.slice(0, 3), drawn.slice(3)];
      const tally = metric.begin();
      for (const least of [0, 1, 2, 3])
        add(tally, name, {
          weights: stepWeights(
            name,
            counts.map((row) => row.map((count) => (count >= least && least > 0 ? 1 : 0))),
          ),
        });
      alike(value({ weights: stepWeights(name, counts) }), tally.value());
    },
  );

  test.each<[Tensor, Error]>([
    [
      tensor([1, 1]),
      new RangeError(
        `${name}.add: weights has shape [2] and 2 values, expected [${stepWeights(name, [
          [1, 1, 1],
          [1, 1, 1],
        ]).shape.join(', ')}], the target's`,
      ),
    ],
    [
      stepWeights(name, [
        [1, -1, 1],
        [1, 1, 1],
      ]),
      new RangeError(`${name}.add: weights has -1, expected finite numbers of at least 0`),
    ],
    [
      stepWeights(name, [
        [1, Number.NaN, 1],
        [1, 1, 1],
      ]),
      new RangeError(`${name}.add: weights has NaN, expected finite numbers of at least 0`),
    ],
  ])('weights that do not fit are refused, and the batch is not counted: %#', (own, error) => {
    const tally = metric.begin();
    const before = tally.value();
    expect(() => add(tally, name, { weights: own })).toThrow(error);
    expect(tally.value()).toEqual(before);
  });
});

test('rocAuc refuses a whole batch', () => {
  const tally = rocAuc().begin();
  tally.add(column([0, 1]), column([0, 1]));
  expect(() => tally.add(column([5, 2]), column([0, 3]))).toThrow(RangeError);
  expect(tally.value()).toBe(1);
});

test('evaluate passes the weights of batches, by head if there are heads', async () => {
  const model = new Dense({ inputSize: 1, outputSize: 2 });
  model.parameters().get('weight')!.write([1, -1]);
  const inputs = tensor([[3], [-2], [5]]);
  const targets = indices([0, 1, 1], [3]);
  const got = await evaluate(model, [{ inputs, targets, weights: tensor([1, 2, 1]) }], [accuracy()]);
  expect(got.accuracy).toBe(0.75);
  const tally = headMetric('tag', accuracy()).begin();
  tally.add(
    {
      tag: tensor([
        [1, 0],
        [1, 0],
      ]),
    },
    { tag: indices([0, 1]) },
    { weights: { tag: tensor([3, 1]) } },
  );
  expect(tally.value()).toBe(0.75);
});

test('spans count in full, whatever the weights', () => {
  const tally = spanF1({ tags: ['O', 'B-X'] }).begin();
  tally.add(
    tensor([
      [
        [0, 1],
        [0, 1],
      ],
    ]),
    indices([[1, 0]]),
    { weights: tensor([[1, 0]]) },
  );
  expect(tally.value()).toBeCloseTo(2 / 3, 14);
});
