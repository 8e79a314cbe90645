/** Joint losses and the metrics of heads: what they refuse. What they compute is tested with graphs that train. */
import { expect, test } from 'vitest';
import { accuracy, crossEntropy, headMetric, indices, jointLoss, tensor } from '../../src/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: calls that do not compile
const untyped = (of: unknown) => of as any;
const loss = crossEntropy();
const logits = tensor([[0, 1]]);
const classes = indices([1]);

test.each<[string, () => unknown, string]>([
  ['no losses', () => jointLoss({}), 'jointLoss: losses has no heads, expected at least one'],
  ['no record', () => jointLoss(untyped(3)), 'jointLoss: losses is 3, expected an object'],
  [
    'no loss',
    () => jointLoss({ a: untyped(3) }),
    'jointLoss: losses.a is 3, expected a loss such as crossEntropy()',
  ],
  [
    'terms that are not reduced',
    () => jointLoss({ a: untyped(crossEntropy({ reduction: 'none' })) }),
    'jointLoss: losses.a has reduction "none", expected "mean" or "sum"',
  ],
  [
    'two reductions',
    () => jointLoss({ a: loss, b: crossEntropy({ reduction: 'sum' }) }),
    'jointLoss: losses.b has reduction "sum", expected "mean", as the first has',
  ],
  [
    'a weight of no loss',
    () => jointLoss({ a: loss }, { weights: untyped({ b: 1 }) }),
    'jointLoss: weights has "b", expected only a',
  ],
  [
    'a negative weight',
    () => jointLoss({ a: loss }, { weights: { a: -1 } }),
    'jointLoss: weights.a is -1, expected a finite number of at least 0',
  ],
  [
    'an unknown option',
    () => jointLoss({ a: loss }, untyped({ weight: {} })),
    'jointLoss: option "weight" is unknown, expected weights',
  ],
  [
    'a head without output',
    () => jointLoss({ a: loss }).measure(untyped({ b: logits }), { a: classes }),
    'jointLoss.measure: outputs.a is missing, expected a',
  ],
  [
    'a target without loss',
    () => jointLoss({ a: loss }).measure({ a: logits }, untyped({ a: classes, b: classes })),
    'jointLoss.measure: targets has "b", expected only a, the heads with a loss',
  ],
  ['a head that is no name', () => headMetric(untyped(3), loss), 'headMetric: head is 3, expected a string'],
  ['no metric', () => headMetric('a', untyped(3)), 'headMetric: metric is 3, expected an object'],
  [
    'outputs without the head',
    () =>
      headMetric('a', accuracy())
        .begin()
        .add(untyped({ b: logits }), { a: classes }),
    'a.accuracy: outputs has b, expected a',
  ],
])('refuses %s', (_, call, message) => {
  let found: unknown;
  try {
    call();
  } catch (error) {
    found = (error as Error).message;
  }
  expect(found).toBe(message);
});
