/** Joint losses and the metrics of heads: what they refuse. Tests of graphs that train cover what they compute. */
import { expect, test } from 'vitest';
import {
  accuracy,
  crossEntropy,
  Dense,
  graph,
  headMetric,
  indices,
  input,
  jointLoss,
  SGD,
  tensor,
  train,
} from '../../src/index.ts';
import { errorOf } from '../message.ts';

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
    'a weight without a loss',
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
    'jointLoss.measure: jointLoss has "a", expected heads of the outputs, b',
  ],
  [
    'a metric of one output on a record',
    () =>
      accuracy()
        .begin()
        .add(untyped({ a: logits, b: logits }), classes),
    'accuracy.add: output has a,b, expected one tensor: headMetric(head, …)',
  ],
  [
    'a loss of one output on a record',
    () => loss.measure(untyped({ a: logits }), classes),
    'crossEntropy.measure: output has a, expected one tensor: headMetric(head, …)',
  ],
  [
    'a target without loss',
    () => jointLoss({ a: loss }).measure({ a: logits }, untyped({ a: classes, b: classes })),
    'jointLoss.measure: targets has "b", expected only a, the heads with a loss',
  ],
  [
    'a head that is not a name',
    () => headMetric(untyped(3), loss),
    'headMetric: head is 3, expected a string',
  ],
  [
    'an unknown option of a measurement',
    () => jointLoss({ a: loss }).measure({ a: logits }, { a: classes }, untyped({ lenghts: [1] })),
    'jointLoss.measure: option "lenghts" is unknown, expected lengths',
  ],
  [
    'options that are not an object',
    () => jointLoss({ a: loss }).measure({ a: logits }, { a: classes }, untyped(null)),
    'jointLoss.measure: options is null, expected an object such as { lengths }',
  ],
  [
    'lengths without a head',
    () =>
      jointLoss({ a: loss })
        .begin()
        .add({ a: logits }, { a: classes }, { lengths: { b: [1] } }),
    'jointLoss.add: lengths has "b", expected only a',
  ],
  [
    'weights without a head',
    () => jointLoss({ a: loss }).measure({ a: logits }, { a: classes }, untyped({ weights: tensor([1]) })),
    'jointLoss.measure: weights has "data", expected only a',
  ],
  [
    'lengths that are not an object',
    () => jointLoss({ a: loss }).measure({ a: logits }, { a: classes }, untyped({ lengths: 5 })),
    'jointLoss.measure: lengths is 5, expected an object',
  ],
  [
    'no metric',
    () => headMetric('a', untyped(3)),
    'headMetric: metric is 3, expected a metric such as accuracy(), or a loss',
  ],
  [
    'a metric that cannot begin',
    () => headMetric('a', untyped({ name: 'b' })),
    'headMetric: metric is an object, expected a metric such as accuracy(), or a loss',
  ],
  [
    'a loss that is not reduced, as a metric',
    () => headMetric('a', untyped(crossEntropy({ reduction: 'none' }))),
    'headMetric: metric is crossEntropy with reduction "none", expected "mean" or "sum"',
  ],
  [
    'an unknown option of the metric of a head',
    () =>
      headMetric('a', accuracy())
        .begin()
        .add({ a: logits }, { a: classes }, untyped({ lenghts: [1] })),
    'a.accuracy: option "lenghts" is unknown, expected lengths',
  ],
  [
    'outputs without the head',
    () =>
      headMetric('a', accuracy())
        .begin()
        .add(untyped({ b: logits }), { a: classes }),
    'a.accuracy: head is "a", expected one of the outputs, b',
  ],
])('refuses %s', (_, call, message) => {
  expect(errorOf(call)).toHaveProperty('message', message);
});

test('heads may have the names of properties of every object', () => {
  const joint = jointLoss({ constructor: loss, toString: loss });
  expect(joint.weights).toEqual({ constructor: 1, toString: 1 });
  const outputs = { constructor: logits, toString: logits };
  const targets = { constructor: classes, toString: classes };
  const one = loss.measure(logits, classes).value;
  expect(joint.measure(outputs, targets, { lengths: {}, weights: {} }).value).toBe(2 * one);
});

test('weights of a batch for no head are refused in training', async () => {
  const model = graph({ a: input('x').to(new Dense({ inputSize: 1, outputSize: 2 })) });
  const batch = {
    inputs: { x: tensor([[1]]) },
    targets: { a: classes },
    weights: untyped({ b: tensor([1]) }),
  };
  const steps = train(model, [batch], {
    loss: jointLoss({ a: loss }),
    optimizer: new SGD({ learningRate: 1 }),
  });
  await expect(steps.next()).rejects.toThrow('weights has "b", expected only a');
});
