import { describe, expect, test } from 'vitest';
import {
  classesOf,
  confusionMatrix,
  crossEntropy,
  Dense,
  evaluate,
  f1,
  indices,
  precision,
  probabilitiesOf,
  rocAuc,
  rSquared,
  tensor,
} from '../../src/index.ts';

describe('predictions from an output', () => {
  test('classesOf gives the classes of steps, and −1 for NaN', () => {
    const output = tensor([
      [
        [1, 3, 3],
        [Number.NaN, 1, 0],
      ],
    ]);
    expect(classesOf(output)).toEqual(indices([[1, -1]]));
    expect(classesOf({ data: Float32Array.of(0, 1), shape: [1, 2] }).shape).toEqual([1]);
  });

  test('probabilitiesOf accepts any magnitude and keeps the precision', () => {
    const { data } = probabilitiesOf(tensor([[1000, 1000, -1000]]));
    expect(Array.from(data)).toEqual([0.5, 0.5, 0]);
    const single = probabilitiesOf({ data: Float32Array.of(-1, 2, 0.5), shape: [1, 3] });
    expect(single.data).toBeInstanceOf(Float32Array);
    expect(single.data[0]! + single.data[1]! + single.data[2]!).toBeCloseTo(1, 6);
    expect(Array.from(probabilitiesOf(tensor([[0, 1000, -1000]]), { of: 'sigmoid' }).data)).toEqual([
      0.5, 1, 0,
    ]);
    expect(probabilitiesOf(tensor([[Number.NaN, 1]])).data.every(Number.isNaN)).toBe(true);
  });

  test('values other than outputs are refused', () => {
    expect(() => classesOf(indices([1]) as never)).toThrow(TypeError);
    expect(() => classesOf({ output: tensor([[0, 1]]) } as never)).toThrow(
      new TypeError(
        'classesOf: output is an object, expected a tensor { data, shape } of floating-point data, such as its output',
      ),
    );
    expect(() => classesOf(tensor([], [2, 0]))).toThrow(
      new RangeError('classesOf: output has shape [2, 0], expected [batch, …, classes]'),
    );
    expect(() => probabilitiesOf(tensor([[1]]), { of: 'max' as never })).toThrow(
      'probabilitiesOf: of is "max"',
    );
  });
});

describe('edge cases of metrics', () => {
  test('steps beyond the lengths and ignored ones do not count', () => {
    const tally = confusionMatrix({ ignoreIndex: -1 }).begin();
    const output = tensor([
      [
        [1, 0],
        [1, 0],
        [0, 1],
      ],
      [
        [0, 1],
        [Number.NaN, 1],
        [1, 0],
      ],
    ]);
    tally.add(
      output,
      indices([
        [0, -1, 0],
        [1, 1, 0],
      ]),
      { lengths: [3, 2] },
    );
    expect(tally.value()).toEqual([
      [1, 1],
      [0, 1],
    ]);
    expect(confusionMatrix().begin().value()).toEqual([]);
  });

  test('a step without a predicted class counts as wrong, and nothing is NaN', () => {
    const tally = f1({ average: 'none' }).begin();
    tally.add(
      tensor([
        [Number.NaN, 1],
        [1, 0],
      ]),
      indices([0, 0]),
    );
    expect(tally.value()).toEqual([2 / 3, 0]);
    expect(precision().begin().value()).toBeNaN();
    expect(rocAuc().begin().value()).toBeNaN();
    expect(rSquared().begin().value()).toBeNaN();
  });

  test('rocAuc refuses targets other than 0 and 1', () => {
    expect(() =>
      rocAuc()
        .begin()
        .add(tensor([[1]]), tensor([[0.5]])),
    ).toThrow(new RangeError('rocAuc.add: targets has 0.5, expected 0 and 1 alone'));
  });

  test('evaluate gives each metric’s type of value', async () => {
    const model = new Dense({ inputSize: 1, outputSize: 2, bias: false });
    model.weight.write([1, -1]);
    const batch = { inputs: tensor([[3], [-2], [5]]), targets: indices([0, 1, 1]) };
    const found = await evaluate(
      model,
      [batch],
      [confusionMatrix(), f1({ average: 'none' }), crossEntropy()],
    );
    expect(found).toEqual({
      confusionMatrix: [
        [1, 0],
        [1, 1],
      ],
      f1: [2 / 3, 2 / 3],
      crossEntropy: expect.any(Number),
    });
  });
});
