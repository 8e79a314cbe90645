/** The options of a loss, from which a worker rebuilds it, and the arguments of its calls. */
import { describe, expect, test } from 'vitest';
import {
  binaryCrossEntropy,
  crossEntropy,
  ctc,
  huber,
  indices,
  jointLoss,
  meanAbsoluteError,
  meanSquaredError,
  negativeLogLikelihood,
  quantileLoss,
  smoothL1,
  tensor,
} from '../../src/index.ts';

test.each<[() => object, object]>([
  [() => meanSquaredError({ reduction: 'sum' }).options, { reduction: 'sum' }],
  [() => meanAbsoluteError({ reduction: 'sum' }).options, { reduction: 'sum' }],
  [() => quantileLoss({ quantile: [0.1, 0.9] }).options, { quantile: [0.1, 0.9], reduction: 'mean' }],
  [() => huber({ delta: 2 }).options, { delta: 2, reduction: 'mean' }],
  [() => smoothL1({ beta: 2 }).options, { beta: 2, reduction: 'mean' }],
  [() => binaryCrossEntropy({ positiveWeight: 3 }).options, { positiveWeight: 3, reduction: 'mean' }],
  [() => crossEntropy({ labelSmoothing: 0.1 }).options, { labelSmoothing: 0.1, reduction: 'mean' }],
  [() => negativeLogLikelihood({ ignoreIndex: 0 }).options, { ignoreIndex: 0, reduction: 'mean' }],
  [() => ctc({ blank: 2, zeroInfinity: true }).options, { blank: 2, zeroInfinity: true, reduction: 'mean' }],
  [
    () =>
      jointLoss({ a: crossEntropy(), b: huber({ delta: 2 }) }, { weights: { b: 3, a: undefined } }).options,
    {
      losses: {
        a: { name: 'crossEntropy', options: { reduction: 'mean' } },
        b: { name: 'huber', options: { delta: 2, reduction: 'mean' } },
      },
      weights: { a: 1, b: 3 },
    },
  ],
])('%#', (options, expected) => expect(options()).toEqual(expected));

test('an array is copied into the options and the loss alike, and changes neither afterwards', () => {
  const array = [0.5, 0.25];
  const losses = [
    quantileLoss({ quantile: array }),
    binaryCrossEntropy({ positiveWeight: array }),
    crossEntropy({ classWeights: array }),
    negativeLogLikelihood({ classWeights: array }),
  ];
  const of = (i: number) => (i < 2 ? tensor([[1, 0]]) : indices([1])) as never;
  const values = () => losses.map((loss, i) => loss.measure(tensor([[0.5, 2]]), of(i)).value);
  const before = values();
  array[1] = 0.75;
  expect(values()).toEqual(before);
  for (const { options } of losses) expect(Object.values(options)).toContainEqual([0.5, 0.25]);
});

test('quantiles are numbers, not strings or arrays of numbers', () => {
  for (const quantile of [['0.5'], [[0.5]]])
    expect(() => quantileLoss({ quantile: quantile as never })).toThrow(
      'expected numbers above 0 and below 1',
    );
});

test('a joint loss keeps its heads', () => {
  const heads = { a: huber() };
  const loss = jointLoss(heads);
  heads.a = meanSquaredError();
  expect(loss.losses.a.name).toBe('huber');
});

const logits = tensor([
  [0, 0],
  [0, 0],
]);
const classes = indices([0, 1]);

describe('one number for all features', () => {
  test('weighs positive targets', () => {
    const loss = binaryCrossEntropy({ positiveWeight: 3, reduction: 'none' });
    const { data } = loss.measure(logits, tensor([[1, 1], [1, 0]])).value; // biome-ignore format: rows
    expect(Array.from(data, (term) => Math.round(term / Math.LN2))).toEqual([3, 3, 3, 1]);
  });

  test.each<[string, (of: ArrayLike<number>) => { value: number }, number[]]>([
    [
      'classWeights',
      (w) =>
        crossEntropy({ classWeights: w }).measure(
          tensor([
            [1, 2],
            [0, 3],
          ]),
          classes,
        ),
      [1, 4],
    ],
    [
      'positiveWeight',
      (w) =>
        binaryCrossEntropy({ positiveWeight: w }).measure(
          logits,
          tensor([
            [1, 1],
            [1, 0],
          ]),
        ),
      [1, 4],
    ],
    [
      'quantile',
      (w) =>
        quantileLoss({ quantile: w }).measure(
          logits,
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ),
      [0.25, 0.5],
    ],
  ])('%s is an array or a typed array', (_, measure, numbers) => {
    expect(measure(Float64Array.from(numbers))).toEqual(measure(numbers));
    expect(measure(Float32Array.from(numbers))).toEqual(measure(numbers));
    expect(measure(numbers).value).not.toEqual(measure([0.5, 0.5]).value);
    expect(() => measure(Float64Array.of(Number.NaN, 1))).toThrow('NaN');
  });

  test('an array is copied', () => {
    const positiveWeight = [3, 3];
    const loss = binaryCrossEntropy({ positiveWeight, reduction: 'none' });
    positiveWeight[0] = 9;
    const { data } = loss.measure(tensor([[0, 0]]), tensor([[1, 1]])).value;
    expect(Array.from(data, (term) => Math.round(term / Math.LN2))).toEqual([3, 3]);
  });

  test('every element of a target is checked', () => {
    expect(() =>
      binaryCrossEntropy().measure(
        logits,
        tensor([
          [1, 1],
          [1, 2],
        ]),
      ),
    ).toThrow(
      // biome-ignore format: rows
      new RangeError('binaryCrossEntropy.measure: targets has 2, expected numbers from 0 to 1'),
    );
  });
});

test('a negative weight is refused, alone or among many', () => {
  expect(() => binaryCrossEntropy({ positiveWeight: -1 })).toThrow(
    new RangeError('binaryCrossEntropy: positiveWeight has -1, expected finite numbers of at least 0'),
  );
});

describe('a joint loss', () => {
  const outputs = { a: logits, b: tensor([[3], [3]]) };
  const targets = { a: classes, b: tensor([[1], [3]]) };

  test.each(['mean', 'sum'] as const)('adds up its measurements, by %s', (reduction) => {
    const loss = jointLoss(
      { a: crossEntropy({ reduction }), b: meanSquaredError({ reduction }) },
      { weights: { b: 0.5 } },
    );
    const tally = loss.begin();
    tally.add(outputs, targets);
    tally.add({ a: tensor([[0, 0]]), b: tensor([[5]]) }, { a: indices([1]), b: tensor([[3]]) });
    const [steps, part] = reduction === 'sum' ? [3, 8] : [1, 8 / 3];
    expect(tally.value()).toBeCloseTo(steps * Math.LN2 + 0.5 * part, 14);
    expect(loss.measure(outputs, targets).weight).toBe(4);
  });

  test('has lengths for all heads with steps, or by head', () => {
    const loss = jointLoss({
      a: meanSquaredError({ reduction: 'sum' }),
      b: meanSquaredError({ reduction: 'sum' }),
    });
    const steps = tensor([[[1], [2], [4]]]);
    const zeros = tensor([[[0], [0], [0]]]);
    const of = (lengths: readonly number[] | { a: number[] } | undefined) =>
      loss.measure({ a: steps, b: steps }, { a: zeros, b: zeros }, { lengths }).value;
    expect([of([1]), of({ a: [1] }), of(undefined)]).toEqual([2, 22, 42]);
  });

  test('has no value before a batch', () => {
    expect(jointLoss({ a: crossEntropy() }).begin().value()).toBeNaN();
    expect(
      jointLoss({ a: crossEntropy({ reduction: 'sum' }) })
        .begin()
        .value(),
    ).toBe(0);
  });
});

describe('terms that are not reduced', () => {
  const loss = crossEntropy({ reduction: 'none' });

  test('have the gradient of their sum by default', () => {
    const sum = crossEntropy({ reduction: 'sum' }).forward(logits, classes);
    expect(loss.forward(logits, classes).backward().data).toEqual(sum.backward().data);
  });

  test('are multiplied by their weights, and so is an upstream gradient', () => {
    const pass = loss.forward(logits, classes, { weights: tensor([2, 3]) });
    expect(Array.from(pass.value.data, (term) => term / Math.LN2)).toEqual([2, 3]);
    const upstream = pass.backward(tensor([10, 100]), { retain: true });
    expect(Array.from(upstream.data)).toEqual([-10, 10, 150, -150]);
    expect(Array.from(pass.backward().data)).toEqual([-1, 1, 1.5, -1.5]);
  });

  test('a term that is left out stays 0 whatever its weight', () => {
    const ignoring = crossEntropy({ ignoreIndex: 1 });
    const weights = tensor([1, Number.POSITIVE_INFINITY]);
    expect(ignoring.measure(logits, classes, { weights }).value).toBe(Math.LN2);
  });

  test.each<[unknown, RegExp | Error]>([
    [{ data: new Float64Array(2) }, /dLoss is .*, expected a tensor/],
    [{ shape: [2] }, /dLoss is .*, expected a tensor/],
    [
      { data: new Float64Array(3), shape: [2] },
      new RangeError("crossEntropy.backward: dLoss has shape [2] and 3 values, expected [2], the value's"),
    ],
  ])('%j is not an upstream gradient', (upstream, error) => {
    expect(() => loss.forward(logits, classes).backward(upstream as never)).toThrow(error);
  });
});

test('ctc has one weight for each sequence, even for terms that are not reduced', () => {
  const output = tensor([[[0, 0]], [[0, 0]]]);
  const target = indices([[1], [1]]);
  const { value } = ctc({ reduction: 'none' }).measure(output, target, { weights: tensor([2, 3]) });
  expect(value.shape).toEqual([2]);
  expect(Array.from(value.data, (term) => term / Math.LN2)).toEqual([2, 3]);
});

describe('an output', () => {
  test('without a time axis has no lengths', () => {
    const { value } = crossEntropy().measure(logits, classes, { lengths: [5, 9] });
    expect(value).toBe(Math.LN2);
  });

  test.each([undefined, null, {}, { data: new Float64Array(2) }])('%j is refused', (output) => {
    expect(() => crossEntropy().measure(output as never, classes)).toThrow(
      /^crossEntropy.measure: output (is|has) .*, expected a tensor/,
    );
  });
});

test('a pass is released at the end of its block, or explicitly', () => {
  const make = () => meanSquaredError().forward(tensor([[3]]), tensor([[1]]));
  const [released, disposed] = [make(), make()];
  released.release();
  disposed[Symbol.dispose]();
  for (const pass of [released, disposed]) expect(() => pass.backward()).toThrow(/this pass is over/);
});
