import { type fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  accuracy,
  bitsPerCharacter,
  float32,
  type Indices,
  indices,
  type Metric,
  meanAbsoluteError,
  perplexity,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { lossMetric } from '../../src/metrics/metric.ts';
import { classDraw, elementDraw } from '../losses/draw.ts';
import type { Drawn } from '../losses/numerical.ts';

function measured<Target extends Indices | Tensor>(
  metric: Metric<Target>,
  ...batches: [Tensor, Target, (readonly number[] | undefined)?][]
): number {
  const tally = metric.begin();
  for (const [output, target, lengths] of batches) tally.add(output, target, { lengths });
  return tally.value();
}

const sure = [0, 1e4];
const even = [0, 0];

describe('values worked by hand', () => {
  test('every step counts once, whichever batch has it', () => {
    const long = tensor([[sure, sure, sure]]);
    const batches: [Tensor, Indices][] = [
      [long, indices([[1, 1, 1]])],
      [tensor([[even]]), indices([[0]])],
    ];
    expect(measured(bitsPerCharacter(), ...batches)).toBe(0.25);
    expect(measured(perplexity(), ...batches)).toBeCloseTo(2 ** 0.25, 14);
    expect(measured(accuracy(), ...batches)).toBe(1);
  });

  test('padded and ignored steps do not count', () => {
    const output = tensor([
      [even, sure],
      [sure, even],
    ]);
    const target = indices([
      [0, 7],
      [-1, 1],
    ]);
    expect(measured(bitsPerCharacter({ ignoreIndex: -1 }), [output, target, [1, 2]])).toBe(1);
    expect(measured(accuracy({ ignoreIndex: -1 }), [output, target, [1, 2]])).toBe(0.5);
    const values = tensor([
      [[1], [5]],
      [[2], [-4]],
    ]);
    const wanted = tensor([
      [[0], [0]],
      [[0], [0]],
    ]);
    expect(measured(lossMetric(meanAbsoluteError()), [values, wanted, [1, 2]])).toBe(7 / 3);
  });

  test('the first of equal scores is the largest, and NaN never is', () => {
    const tied = tensor([[1, 3, 3, 2]]);
    expect(measured(accuracy(), [tied, indices([1])])).toBe(1);
    expect(measured(accuracy(), [tied, indices([2])])).toBe(0);
    for (const k of [0, 1]) expect(measured(accuracy(), [tensor([[Number.NaN, 1]]), indices([k])])).toBe(0);
  });

  test('lengths have no effect without a time axis', () => {
    const output = tensor([sure, sure]);
    expect(measured(accuracy(), [output, indices([1, 0]), [5, 3]])).toBe(0.5);
  });

  test('a metric of no steps is NaN', () => {
    expect(perplexity().begin().value()).toBeNaN();
    expect(measured(accuracy(), [tensor([[even]]), indices([[0]]), [0]])).toBeNaN();
  });
});

/** Each sequence of a batch as a separate batch, without its padding. */
function apart({ output, target, lengths }: Drawn): [Tensor, never][] {
  const [batch, time] = output.shape as [number, number];
  const cut = (tensor: Tensor | Indices, b: number) => {
    const row = tensor.data.length / (batch * time);
    const valid = lengths?.[b] ?? time;
    const data = tensor.data.slice(b * time * row, (b * time + valid) * row);
    return { data, shape: [1, valid, ...tensor.shape.slice(2)] };
  };
  return Array.from({ length: batch }, (_, b) => [cut(output, b) as Tensor, cut(target, b) as never]);
}

const metrics: [string, Metric<never>, fc.Arbitrary<Drawn>][] = [
  ['perplexity', perplexity({ ignoreIndex: -1 }) as never, classDraw],
  ['bitsPerCharacter', bitsPerCharacter({ ignoreIndex: -1 }) as never, classDraw],
  ['accuracy', accuracy({ ignoreIndex: -1 }) as never, classDraw],
  ['meanAbsoluteError', lossMetric(meanAbsoluteError()) as never, elementDraw],
];

describe.each(metrics)('%s', (name, metric, draw) => {
  test('has its own name', () => {
    expect(metric.name).toBe(name);
  });

  test.prop([draw])('does not depend on how batches are cut', (drawn) => {
    const whole = measured(metric, [drawn.output, drawn.target as never, drawn.lengths]);
    const parts = measured(metric, ...apart(drawn));
    if (Number.isNaN(whole)) expect(parts).toBeNaN();
    else expect(parts).toBeCloseTo(whole, 12);
  });
});

test('errors name the metric', () => {
  expect(() => perplexity({ ignoreIndx: 1 } as never)).toThrow(
    new TypeError('perplexity: option "ignoreIndx" is unknown, expected ignoreIndex'),
  );
  expect(() =>
    accuracy()
      .begin()
      .add(tensor([[0, 1]]), indices([1]), [1] as never),
  ).toThrow(new TypeError('accuracy.add: options is an array of 1, expected an object such as { lengths }'));
  expect(() => measured(perplexity(), [tensor([[0, 1]]), indices([2])])).toThrow(
    new RangeError('perplexity.add: targets[0] is 2, expected a class from 0 to 1'),
  );
  expect(() => measured(accuracy(), [tensor([[0, 1]]), indices([[1]])])).toThrow(
    new RangeError("accuracy.add: targets has shape [1, 1], expected [1], the output's without its classes"),
  );
  expect(() => measured(lossMetric(meanAbsoluteError()), [undefined as never, tensor([[1]])])).toThrow(
    new TypeError(
      'meanAbsoluteError.measure: output is undefined, expected a tensor { data, shape } of floating-point data',
    ),
  );
});

test('a backend may be chosen', () => {
  const tally = lossMetric(meanAbsoluteError()).begin();
  tally.add(tensor([[0.1]]), tensor([[0]]), { backend: float32() });
  expect(tally.value()).toBe(Math.fround(0.1));
});
