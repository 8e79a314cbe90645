import { describe, expect, test } from 'vitest';
import { LinearClassifier } from '../../examples/lib/linear-classifier.ts';
import { logisticRegression, penalizedLoss } from '../../examples/lib/logistic-regression.ts';
import { bernoulliNaiveBayes, multinomialNaiveBayes } from '../../examples/lib/naive-bayes.ts';
import { Random } from '../../src/random/random.ts';
import { SparseMatrix } from '../../src/text/features/sparse-matrix.ts';

describe('naive Bayes', () => {
  // Manning, Raghavan and Schütze, examples 13.1 and 13.2. Terms: Beijing Chinese Japan Macao Shanghai Tokyo.
  const [other, china] = [0, 1];
  const labels = [china, china, china, other];
  const known = SparseMatrix.fromDense([
    [1, 2, 0, 0, 0, 0],
    [0, 2, 0, 0, 1, 0],
    [0, 1, 0, 1, 0, 0],
    [0, 1, 1, 0, 0, 1],
  ]);
  const unknown = SparseMatrix.fromDense([[0, 3, 1, 0, 0, 1]]);
  const has = (counts: SparseMatrix) => counts.map(() => 1);

  test('multinomial form', () => {
    const model = multinomialNaiveBayes(known, labels);
    const scores = model.scores(unknown, 0);
    expect(Math.exp(scores[china]!)).toBeCloseTo((3 / 4) * (3 / 7) ** 3 * (1 / 14) ** 2, 15);
    expect(Math.exp(scores[other]!)).toBeCloseTo((1 / 4) * (2 / 9) ** 5, 15);
    expect(model.classify(unknown)).toEqual([china]);
  });

  test('Bernoulli form', () => {
    const model = bernoulliNaiveBayes(has(known), labels);
    const scores = model.scores(has(unknown), 0);
    const absent = (1 - 2 / 5) ** 3;
    expect(Math.exp(scores[china]!)).toBeCloseTo((3 / 4) * (4 / 5) * (1 / 5) ** 2 * absent, 15);
    expect(Math.exp(scores[other]!)).toBeCloseTo((1 / 4) * (2 / 3) ** 3 * (1 - 1 / 3) ** 3, 15);
    expect(model.classify(has(unknown))).toEqual([other]);
  });
});

describe('logistic regression', () => {
  const random = new Random(1);
  const documents = SparseMatrix.fromDense(
    Array.from({ length: 40 }, () =>
      Array.from({ length: 15 }, () => (random.next() < 0.3 ? random.next() : 0)),
    ),
  );
  const labels = Array.from({ length: 40 }, (_, row) => row % 3);
  const penalty = 0.5;

  test('has the gradient of its loss', () => {
    const at = Float64Array.from({ length: 3 * 16 }, () => random.normal());
    const loss = (parameters: Float64Array) =>
      penalizedLoss(
        new LinearClassifier(parameters.subarray(0, 3), parameters.subarray(3)),
        documents,
        labels,
        penalty,
      );
    const numeric = at.map((_, i) => {
      const beside = (step: number) => loss(at.map((x, j) => (i === j ? x + step : x))).value;
      return (beside(1e-5) - beside(-1e-5)) / 2e-5;
    });
    const { gradient } = loss(at);
    gradient.forEach((slope, i) => {
      expect(slope).toBeCloseTo(numeric[i]!, 7);
    });
  });

  test('ends with a gradient near zero', () => {
    const model = logisticRegression(documents, labels, { penalty });
    const { gradient } = penalizedLoss(model, documents, labels, penalty);
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThanOrEqual(1e-4);
    expect(Math.max(...model.weights.map(Math.abs))).toBeGreaterThan(0.1);
  });

  test('finds the minimum for one term and two classes', () => {
    // By symmetry the biases are equal and w_1 = −w_0 = v/2, where penalty · v/2 = 2(1 − σ(v)).
    const pair = SparseMatrix.fromDense([[1], [-1]]);
    const { weights, bias } = logisticRegression(pair, [1, 0], { penalty: 1 });
    const v = weights[1]! - weights[0]!;
    expect(v / 2).toBeCloseTo(2 / (1 + Math.exp(v)), 4);
    expect(bias[1]! - bias[0]!).toBeCloseTo(0, 4);
  });
});
