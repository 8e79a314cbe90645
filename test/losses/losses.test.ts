import { describe, expect, test } from 'vitest';
import {
  binaryCrossEntropy,
  crossEntropy,
  float64,
  huber,
  indices,
  meanSquaredError,
  negativeLogLikelihood,
  smoothL1,
  tensor,
} from '../../src/index.ts';
import { withArena } from '../../src/matrix/arena.ts';
import { denseInput, indexInput } from '../../src/signal/boundary.ts';

const logits = tensor([
  [
    [1, 2, 3],
    [0, 0, 0],
  ],
  [
    [5, -5, 0],
    [2, 2, 1],
  ],
]);
const classes = indices([
  [0, 2],
  [1, 1],
]);

describe('values worked by hand', () => {
  test('the cross-entropy of equal logits is ln C', () => {
    const loss = crossEntropy({ reduction: 'none' });
    const { data } = loss.measure(tensor([[7, 7, 7, 7]]), indices([2])).value;
    expect(data[0]).toBeCloseTo(Math.log(4), 15);
  });

  test('full smoothing takes the mean over all classes', () => {
    const value = crossEntropy({ labelSmoothing: 1 }).measure(tensor([[0, Math.log(3)]]), indices([0])).value;
    expect(value).toBeCloseTo(-(Math.log(1 / 4) + Math.log(3 / 4)) / 2, 14);
  });

  test('a weighted mean divides by the weights of the targets that are not ignored', () => {
    const loss = crossEntropy({ classWeights: [2, 4, 8], ignoreIndex: 1 });
    expect(loss.measure(logits, classes).weight).toBe(10);
    expect(loss.measure(logits, classes, { lengths: [1, 2] }).weight).toBe(2);
  });

  test('negativeLogLikelihood uses log-probabilities unchanged', () => {
    const loss = negativeLogLikelihood({ reduction: 'sum' });
    expect(loss.measure(logits, classes).value).toBe(-(1 + 0 - 5 + 2));
  });

  test('binary cross-entropy is accurate at any magnitude', () => {
    const loss = binaryCrossEntropy({ reduction: 'none' });
    const { data } = loss.measure(tensor([[1000, -1000, 50, -800]]), tensor([[0, 1, 1, 0]])).value;
    expect(data[0]).toBe(1000);
    expect(data[1]).toBe(1000);
    expect(data[2]! / Math.exp(-50)).toBeCloseTo(1, 12);
    expect(data[3]).toBe(0);
  });

  test('each feature has its own positive weight', () => {
    const loss = binaryCrossEntropy({ reduction: 'none', positiveWeight: [2, 3] });
    const { data } = loss.measure(tensor([[0, 0]]), tensor([[1, 1]])).value;
    expect(Array.from(data, (term) => Math.round(term / Math.LN2))).toEqual([2, 3]);
  });

  test('the mean of an elementwise loss is over the elements of valid steps', () => {
    const zeros = tensor([
      [
        [0, 0],
        [0, 0],
      ],
    ]);
    const { value, weight } = binaryCrossEntropy().measure(zeros, zeros, { lengths: [1] });
    expect(value).toBeCloseTo(Math.LN2, 15);
    expect(weight).toBe(2);
  });

  test('Huber and smooth L1 meet where quadratic becomes linear', () => {
    const none = { reduction: 'none' } as const;
    const at = (loss: ReturnType<typeof huber<'none'>>) =>
      Array.from(loss.measure(tensor([[0.5, -2, 2, 5]]), tensor([[0, 0, 0, 1]])).value.data);
    expect(at(huber({ ...none, delta: 2 }))).toEqual([0.125, 2, 2, 6]);
    expect(at(smoothL1({ ...none, beta: 2 }))).toEqual([0.0625, 1, 1, 3]);
    expect(at(smoothL1({ ...none, beta: 0 }))).toEqual([0.5, 2, 2, 4]);
  });

  test('the absolute error has slope 0 at 0', () => {
    const pass = smoothL1({ beta: 0, reduction: 'sum' }).forward(tensor([[1, 2]]), tensor([[1, 3]]));
    expect(Array.from(pass.backward().data)).toEqual([0, -1]);
  });

  test('terms and their gradients are batch-major', () => {
    const loss = meanSquaredError({ reduction: 'none' });
    const output = tensor([
      [[1], [2], [3]],
      [[4], [5], [6]],
    ]);
    const pass = loss.forward(
      output,
      tensor([
        [[0], [0], [0]],
        [[0], [0], [0]],
      ]),
      { lengths: [3, 1] },
    );
    expect(Array.from(pass.value.data)).toEqual([1, 4, 9, 16, 0, 0]);
    const upstream = tensor([
      [[1], [10], [100]],
      [[1000], [1], [1]],
    ]);
    expect(Array.from(pass.backward(upstream).data)).toEqual([2, 40, 600, 8000, 0, 0]);
  });
});

describe('without any counted target', () => {
  test.each([
    ['every target ignored', { ignoreIndex: 0 }, undefined],
    ['no step valid', {}, [0, 0]],
  ])('%s: a mean of 0 with weight 0 and gradient 0', (_, options, lengths) => {
    const target = { data: new Int32Array(4), shape: [2, 2] };
    const pass = crossEntropy(options).forward(logits, target, { lengths });
    expect([pass.value, pass.weight]).toEqual([0, 0]);
    expect(Array.from(pass.backward().data)).toEqual(new Array(12).fill(0));
  });

  test('only classes of weight 0: a mean of 0 with weight 0 and gradient 0', () => {
    const pass = crossEntropy({ classWeights: [0, 1] }).forward(tensor([[3, 4]]), indices([0]));
    expect([pass.value, pass.weight]).toEqual([0, 0]);
    expect(Array.from(pass.backward().data, Math.abs)).toEqual([0, 0]);
  });

  test('an ignored row has no gradient even if its logits are not finite', () => {
    const output = tensor([
      [Number.NaN, 1],
      [0, 0],
    ]);
    const pass = crossEntropy({ ignoreIndex: -100 }).forward(output, indices([-100, 1]));
    expect(pass.value).toBeCloseTo(Math.LN2, 14);
    expect(Array.from(pass.backward().data)).toEqual([0, 0, 0.5, -0.5]);
  });
});

describe('NaN is kept', () => {
  test('a NaN in an elementwise target reaches the loss', () => {
    expect(meanSquaredError().measure(tensor([[1]]), tensor([[Number.NaN]])).value).toBeNaN();
    expect(huber().measure(tensor([[1]]), tensor([[Number.NaN]])).value).toBeNaN();
  });
});

describe('traces', () => {
  test('a trace has the value and gradient of a pass', () => {
    const loss = crossEntropy({ labelSmoothing: 0.1 });
    const pass = loss.forward(logits, classes, { lengths: [2, 1] });
    withArena(float64(), (arena) => {
      const at = { where: 'test', width: undefined, widthName: 'width' };
      const signal = denseInput(arena, at, logits, [2, 1]);
      const trace = loss.trace(arena, 'test', signal, classes);
      expect(trace.value).toBe(pass.value);
      expect(trace.weight).toBe(3);
      const rows = Array.from(trace.backward(1).read());
      const batchFirst = [...rows.slice(0, 3), ...rows.slice(6, 9), ...rows.slice(3, 6), ...rows.slice(9)];
      expect(batchFirst).toEqual(Array.from(pass.backward().data));
    });
  });

  test('a trace needs real features and a number to minimise', () => {
    withArena(float64(), (arena) => {
      const oneHot = indexInput(arena, { where: 'test', width: 3, widthName: 'classes' }, classes, undefined);
      expect(() => crossEntropy().trace(arena, 'train', oneHot, classes)).toThrow(
        new TypeError('train: output is one-hot, expected real features'),
      );
      const none = crossEntropy({ reduction: 'none' });
      expect(() => none.trace(arena, 'train', oneHot, classes)).toThrow(
        new RangeError('train: loss crossEntropy has reduction "none", expected "mean" or "sum"'),
      );
    });
  });

  test('a pass goes backward once, or again if it is retained', () => {
    const pass = meanSquaredError().forward(tensor([[3]]), tensor([[1]]));
    expect(Array.from(pass.backward(undefined, { retain: true }).data)).toEqual([4]);
    expect(Array.from(pass.backward(0.5).data)).toEqual([2]);
    expect(() => pass.backward()).toThrow(/this pass is over/);
  });
});

describe('errors', () => {
  const message = (make: () => unknown, error: Error) => expect(make).toThrow(error);

  test('in options', () => {
    message(
      () => crossEntropy({ labelSmoothing: 2 }),
      new RangeError('crossEntropy: labelSmoothing is 2, expected a number from 0 to 1'),
    );
    message(
      () => crossEntropy({ reduction: 'average' as 'mean' }),
      new RangeError('crossEntropy: reduction is "average", expected one of "mean", "sum", "none"'),
    );
    message(
      () => negativeLogLikelihood({ classWeights: [1, -1] }),
      new RangeError('negativeLogLikelihood: classWeights has -1, expected finite numbers of at least 0'),
    );
    message(
      () => binaryCrossEntropy({ positiveWeight: [1, Number.NaN] }),
      new RangeError('binaryCrossEntropy: positiveWeight has NaN, expected finite numbers of at least 0'),
    );
    message(
      () => huber({ delta: 0 }),
      new RangeError('huber: delta is 0, expected a number from 1e-12 to 1000000000000'),
    );
    message(
      () => smoothL1({ beta: -1 }),
      new RangeError('smoothL1: beta is -1, expected a number from 1e-12 to 1000000000000'),
    );
    message(
      () => crossEntropy({ labelSmoothin: 0.1 } as never),
      new TypeError('crossEntropy: option "labelSmoothin" is unknown, expected labelSmoothing'),
    );
    message(
      () => crossEntropy({ ignoreIndex: '0' as never }),
      new TypeError('crossEntropy: ignoreIndex is "0", expected a whole number'),
    );
    message(
      () => binaryCrossEntropy({ positiveWeight: new Array(1) }),
      new RangeError(
        'binaryCrossEntropy: positiveWeight has undefined, expected finite numbers of at least 0',
      ),
    );
    message(
      () => crossEntropy({ classWeights: 1 as never }),
      new TypeError('crossEntropy: classWeights is 1, expected an array of finite numbers of at least 0'),
    );
    message(
      () => meanSquaredError('sum' as never),
      new TypeError('meanSquaredError: options is "sum", expected an object such as { reduction }'),
    );
    message(
      () => crossEntropy().forward(logits, classes, [2, 2] as never),
      new TypeError('crossEntropy.forward: options is an array of 2, expected an object such as { lengths }'),
    );
    message(
      () => crossEntropy().measure(logits, classes, { backend: float64 as never }),
      new TypeError(
        'crossEntropy.measure: backend is a function, expected a backend such as float32() or float64()',
      ),
    );
  });

  test('in targets', () => {
    message(
      () =>
        crossEntropy().forward(
          logits,
          indices([
            [0, 3],
            [0, 0],
          ]),
        ),
      new RangeError('crossEntropy.forward: targets[0, 1] is 3, expected a class from 0 to 2'),
    );
    message(
      () => crossEntropy({ ignoreIndex: -100 }).measure(tensor([[0, 1]]), indices([-1])),
      new RangeError(
        'crossEntropy.measure: targets[0] is -1, expected a class from 0 to 1, or ignoreIndex -100',
      ),
    );
    message(
      () => crossEntropy().forward(logits, indices([0, 1])),
      new RangeError(
        "crossEntropy.forward: targets has shape [2], expected [2, 2], the output's without its classes",
      ),
    );
    message(
      () => crossEntropy().forward(logits, logits as never),
      new TypeError(
        'crossEntropy.forward: targets has data that is a value of type Float64Array, expected indices { data, shape } of Int32Array data: indices(…) makes them, not tensor(…)',
      ),
    );
    message(
      () => meanSquaredError().forward(tensor([[1, 2]]), tensor([[1], [2]])),
      new RangeError("meanSquaredError.forward: targets has shape [2, 1], expected [1, 2], the output's"),
    );
    message(
      () => meanSquaredError().forward(tensor([[1, 2]]), undefined as never),
      new TypeError(
        'meanSquaredError.forward: targets is undefined, expected a tensor { data, shape } of floating-point data',
      ),
    );
    message(
      () => meanSquaredError().forward(tensor([[1]]), indices([[1]]) as never),
      new TypeError(
        'meanSquaredError.forward: targets has data that is a value of type Int32Array, expected a tensor { data, shape } of floating-point data, such as tensor([[[1], [2]]])',
      ),
    );
  });

  test('in outputs and upstream gradients', () => {
    message(
      () => crossEntropy().forward(tensor([1, 2]), indices([0])),
      new RangeError(
        'crossEntropy.forward: output has shape [2], expected [batch, time, width] or [batch, width]',
      ),
    );
    message(
      () => crossEntropy({ classWeights: [1] }).forward(logits, classes),
      new RangeError('crossEntropy.forward: classWeights has 1 entries, expected 3, the classes'),
    );
    message(
      () => binaryCrossEntropy({ positiveWeight: [1] }).forward(tensor([[1, 2]]), tensor([[1, 0]])),
      new RangeError(
        "binaryCrossEntropy.forward: positiveWeight has 1 entries, expected 2, the output's width",
      ),
    );
    message(
      () =>
        crossEntropy()
          .forward(logits, classes)
          .backward('1' as never),
      new TypeError('crossEntropy.backward: dLoss is "1", expected a number'),
    );
    const none = crossEntropy({ reduction: 'none' });
    message(
      () => none.forward(logits, classes).backward(1 as never),
      new TypeError(
        'crossEntropy.backward: dLoss is 1, expected a tensor { data, shape }, since the reduction is "none"',
      ),
    );
    message(
      () => none.forward(logits, classes).backward(tensor([1, 2])),
      new RangeError("crossEntropy.backward: dLoss has shape [2] and 2 values, expected [2, 2], the value's"),
    );
  });
});

describe('weights and targets', () => {
  test('binary cross-entropy takes targets from 0 to 1, and anything in padding', () => {
    const loss = binaryCrossEntropy();
    const logits = tensor([[[1], [2]]]);
    for (const target of [-1e-9, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => loss.forward(logits, tensor([[[1], [target]]]))).toThrow(
        new RangeError(`binaryCrossEntropy.forward: targets has ${target}, expected numbers from 0 to 1`),
      );
      const { value } = loss.measure(logits, tensor([[[1], [target]]]), { lengths: [1] });
      expect(value).toBeCloseTo(Math.log1p(Math.exp(-1)), 14);
    }
    expect(loss.measure(logits, tensor([[[0], [1]]])).weight).toBe(2);
  });

  test('weights of terms may be negative, as in PyTorch', () => {
    const weights = tensor([[-2, 3]]);
    const pass = binaryCrossEntropy().forward(tensor([[0, 0]]), tensor([[1, 0]]), { weights });
    expect(pass.value).toBeCloseTo(0.5 * Math.LN2, 14);
    expect(Array.from(pass.backward().data)).toEqual([0.5, 0.75]);
  });
});
