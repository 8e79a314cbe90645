import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  binaryCrossEntropy,
  crossEntropy,
  float32,
  huber,
  meanSquaredError,
  negativeLogLikelihood,
  type Random,
  type Reduction,
  smoothL1,
} from '../../src/index.ts';
import { classDraw, elementDraw } from './draw.ts';
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
    draw: elementDraw,
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
  'smoothL1 of beta 0': {
    draw: elementDraw,
    make: () => (reduction: Reduction) => smoothL1({ reduction, beta: 0 }),
  },
};

describe.each(Object.entries(losses))('%s', (_, { draw, make }) => {
  test.prop([draw, fc.constantFrom<Reduction>('mean', 'sum', 'none')])(
    'has the gradient that central differences find',
    (drawn, reduction) => {
      const loss = make(drawn)(reduction);
      expect(gradientError(loss as never, drawn)).toBeLessThan(1e-6);
    },
  );

  test.prop([draw])('has reductions that agree', (drawn) =>
    expectReductionsToAgree(make(drawn) as never, drawn),
  );

  test.prop([draw])('ignores what lies beyond the lengths', (drawn) =>
    expectPaddingToBeInert(make(drawn) as never, drawn),
  );

  test.prop([draw])('is in float32 what it is in float64', (drawn) => {
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
