import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  binaryCrossEntropy,
  crossEntropy,
  float32,
  huber,
  type Indices,
  meanAbsoluteError,
  meanSquaredError,
  negativeLogLikelihood,
  quantileLoss,
  type Random,
  type Reduction,
  smoothL1,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { classDraw, elementDraw, shareDraw } from './draw.ts';
import { type Drawn, expectPaddingToBeInert, expectReductionsToAgree, gradientError } from './numerical.ts';

const weights = ({ output, random }: Drawn & { random: Random }) =>
  Array.from({ length: output.shape.at(-1)! }, () => random.uniform(0, 2));

const losses = {
  crossEntropy: {
    draw: classDraw,
    make: () => (reduction: Reduction) => crossEntropy({ reduction, ignoreIndex: -1 }),
  },
  'crossEntropy, smoothed and weighted': {
    draw: classDraw,
    make: (drawn: Drawn & { random: Random }) => {
      const classWeights = weights(drawn);
      const labelSmoothing = drawn.random.next();
      return (reduction: Reduction) =>
        crossEntropy({ reduction, ignoreIndex: -1, classWeights, labelSmoothing });
    },
  },
  'negativeLogLikelihood, weighted': {
    draw: classDraw,
    make: (drawn: Drawn & { random: Random }) => {
      const classWeights = weights(drawn);
      return (reduction: Reduction) => negativeLogLikelihood({ reduction, ignoreIndex: -1, classWeights });
    },
  },
  binaryCrossEntropy: {
    draw: shareDraw,
    make: (drawn: Drawn & { random: Random }) => {
      const positiveWeight = weights(drawn);
      return (reduction: Reduction) => binaryCrossEntropy({ reduction, positiveWeight });
    },
  },
  meanSquaredError: {
    draw: elementDraw,
    make: () => (reduction: Reduction) => meanSquaredError({ reduction }),
  },
  huber: { draw: elementDraw, make: () => (reduction: Reduction) => huber({ reduction, delta: 1.5 }) },
  smoothL1: { draw: elementDraw, make: () => (reduction: Reduction) => smoothL1({ reduction, beta: 0.5 }) },
  meanAbsoluteError: {
    draw: elementDraw,
    make: () => (reduction: Reduction) => meanAbsoluteError({ reduction }),
  },
  quantileLoss: {
    draw: elementDraw,
    make: () => (reduction: Reduction) => quantileLoss({ reduction, quantile: 0.2 }),
  },
  'smoothL1 of beta 0': {
    draw: elementDraw,
    make: () => (reduction: Reduction) => smoothL1({ reduction, beta: 0 }),
  },
};

describe.each(Object.entries(losses))('%s', (_, { draw, make }) => {
  test.prop([draw, fc.constantFrom<Reduction>('mean', 'sum', 'none')])(
    'has gradients that match central differences',
    (drawn, reduction) => {
      const loss = make(drawn)(reduction);
      expect(gradientError(loss as never, drawn)).toBeLessThan(1e-6);
    },
  );

  test.prop([draw])('has consistent reductions', (drawn) =>
    expectReductionsToAgree(make(drawn) as never, drawn),
  );

  test.prop([draw])('ignores data beyond the lengths', (drawn) =>
    expectPaddingToBeInert(make(drawn) as never, drawn),
  );

  test.prop([draw])('matches float64 in float32', (drawn) => {
    const { output, target, lengths } = drawn;
    const loss = make(drawn)('sum');
    const expected = loss.forward(output, target as never, { lengths });
    for (const backend of [float32(), float32({ kernels: 'typescript' })]) {
      const pass = loss.forward(output, target as never, { lengths, backend });
      // A sum of at most 60 terms, each below 50 and within 10 roundings of 2⁻²⁴.
      expect(Math.abs((pass.value as number) - (expected.value as number))).toBeLessThan(2e-3);
      const gradient = pass.backward().data;
      expected.backward(undefined, { retain: true }).data.forEach((value, i) => {
        expect(Math.abs(value - gradient[i]!)).toBeLessThan(1e-4);
      });
    }
  });
});

describe('term weights', () => {
  test.prop([shareDraw])('multiply each term, in binary cross-entropy as in PyTorch', (drawn) => {
    const { output, target, lengths, random } = drawn;
    const weights = { data: output.data.map(() => random.uniform(0, 2)), shape: output.shape };
    const options = { lengths, weights };
    const none = binaryCrossEntropy({ reduction: 'none' });
    const plain = none.measure(output, target as Tensor, { lengths }).value.data;
    const want = plain.map((term, i) => term * weights.data[i]!);
    expect(none.measure(output, target as Tensor, options).value.data).toEqual(want);
    const { value, weight } = binaryCrossEntropy().measure(output, target as Tensor, options);
    const sum = Array.from(want).reduce((total, term) => total + term, 0);
    expect(value).toBeCloseTo(weight === 0 ? 0 : sum / weight, 12);

    const upstream = none.forward(output, target as Tensor, { lengths });
    const gradient = upstream.backward(weights).data;
    const weighted = binaryCrossEntropy({ reduction: 'sum' }).forward(output, target as Tensor, options);
    weighted.backward().data.forEach((d, i) => {
      expect(d).toBeCloseTo(gradient[i]!, 12);
    });
  });

  test.prop([classDraw])('of a class loss are one per step', (drawn) => {
    const { output, target, lengths, random } = drawn;
    const weights = { data: Float64Array.from(target.data, () => random.integer(3)), shape: target.shape };
    const make = (reduction: Reduction) => crossEntropy({ reduction, ignoreIndex: -1 });
    const terms = make('none').measure(output, target as Indices, { lengths }).value as Tensor;
    const sum = Array.from(terms.data).reduce((total, term, i) => total + term * weights.data[i]!, 0);
    const { value } = make('sum').measure(output, target as Indices, { lengths, weights });
    expect(value as number).toBeCloseTo(sum, 10);
  });

  test('of another shape are refused', () => {
    const [output, target] = [tensor([[1, 2]]), tensor([[0, 1]])];
    expect(() => binaryCrossEntropy().measure(output, target, { weights: tensor([1, 2], [2]) })).toThrow(
      new RangeError(
        "binaryCrossEntropy.measure: weights has shape [2] and 2 values, expected [1, 2], the target's",
      ),
    );
    expect(() => binaryCrossEntropy().measure(output, target, { weights: 3 as never })).toThrow(
      new TypeError(
        "binaryCrossEntropy.measure: weights is 3, expected a tensor { data, shape } of shape [1, 2], the target's",
      ),
    );
  });
});
