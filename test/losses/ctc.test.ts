import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  Adam,
  ctc,
  ctcBeamSearch,
  ctcGreedy,
  float32,
  float64,
  indices,
  manyToMany,
  Random,
  type Reduction,
  tensor,
  train,
} from '../../src/index.ts';
import { gradientError } from './numerical.ts';
import { labellings } from './paths.ts';

/** Logits `[batch, time, classes]`, labels, some of them too long, and lengths. */
const draws = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    time: fc.integer({ min: 0, max: 5 }),
    classes: fc.integer({ min: 1, max: 4 }),
    longest: fc.integer({ min: 0, max: 3 }),
    seed: fc.nat(1e6),
  })
  .map(({ batch, time, classes, longest, seed }) => {
    const random = new Random(seed);
    const blank = random.integer(classes);
    const data = Float64Array.from({ length: batch * time * classes }, () => random.uniform(-3, 3));
    const labels = Array.from({ length: batch }, () =>
      Array.from({ length: classes === 1 ? 0 : random.integer(longest + 1) }, () => {
        const label = random.integer(classes - 1);
        return label < blank ? label : label + 1;
      }),
    );
    const target = indices(
      labels.flatMap((own) => [...own, ...new Array(longest - own.length).fill(-1)]),
      [batch, longest],
    );
    const lengths = Array.from({ length: batch }, () => random.integer(time + 1));
    return { output: { data, shape: [batch, time, classes] }, labels, target, lengths, blank };
  });
const reductions = fc.constantFrom<Reduction>('mean', 'sum', 'none');

describe('ctc', () => {
  test.prop([draws])(
    'equals −ln of the sum over all alignments',
    ({ output, labels, target, lengths, blank }) => {
      const { value } = ctc({ blank, reduction: 'none' }).measure(output, target, { lengths });
      expect(value.shape).toEqual([labels.length]);
      labels.forEach((own, b) => {
        const want = labellings(output, b, lengths[b]!, blank).get(own.join()) ?? 0;
        expect(Math.exp(-value.data[b]!)).toBeCloseTo(want, 12);
        expect(value.data[b]! === Number.POSITIVE_INFINITY).toBe(want === 0);
      });
    },
  );

  test.prop([draws, reductions])(
    'has gradients that match central differences',
    ({ blank, ...drawn }, reduction) => {
      const loss = ctc({ blank, reduction, zeroInfinity: true });
      expect(gradientError(loss as never, drawn)).toBeLessThan(1e-6);
    },
  );

  test.prop([draws])('reduces as PyTorch does', ({ output, labels, target, lengths, blank }) => {
    const measure = (reduction: Reduction) =>
      ctc<Reduction>({ blank, reduction, zeroInfinity: true }).measure(output, target, { lengths });
    const terms = (measure('none').value as { data: Float64Array }).data;
    const sum = (of: (term: number, b: number) => number) =>
      terms.reduce((so, term, b) => so + of(term, b), 0);
    expect(measure('sum').value).toBeCloseTo(
      sum((term) => term),
      10,
    );
    expect(measure('mean').value).toBeCloseTo(
      sum((term, b) => term / Math.max(1, labels[b]!.length)) / labels.length,
      10,
    );
    expect(measure('mean').weight).toBe(labels.length);
  });

  test.prop([draws])('ignores data beyond the lengths', ({ output, target, lengths, blank }) => {
    const [, time, classes] = output.shape as [number, number, number];
    const beyond = (data: Float64Array, value: number) =>
      data.map((element, i) => {
        const row = Math.floor(i / classes);
        return row % time < lengths[Math.floor(row / time)]! ? element : value;
      });
    const loss = ctc({ blank, zeroInfinity: true });
    const clean = loss.forward(output, target, { lengths });
    const other = loss.forward({ ...output, data: beyond(output.data, Number.NaN) }, target, { lengths });
    expect(other.value).toBe(clean.value);
    const gradient = clean.backward().data as Float64Array;
    expect(other.backward().data).toEqual(gradient);
    expect(beyond(gradient, 0)).toEqual(gradient);
  });

  test.prop([draws])('matches float64 in float32', ({ output, target, lengths, blank }) => {
    const loss = ctc({ blank, reduction: 'sum', zeroInfinity: true });
    const expected = loss.forward(output, target, { lengths });
    const gradient = expected.backward(undefined, { retain: true }).data;
    for (const backend of [float32(), float32({ kernels: 'typescript' })]) {
      const pass = loss.forward(output, target, { lengths, backend });
      // At most 15 steps, each score below 8 and within 10 roundings of 2⁻²⁴.
      expect(Math.abs(pass.value - expected.value)).toBeLessThan(1e-4);
      pass.backward().data.forEach((d, i) => {
        expect(Math.abs(d - gradient[i]!)).toBeLessThan(1e-4);
      });
    }
  });
});

describe('labels that need more steps than there are', () => {
  const logits = tensor([
    [
      [1, 2],
      [0, 1],
    ],
    [
      [3, 1],
      [1, 0],
    ],
  ]);
  // "a a" needs a blank between: three steps.
  const target = indices([
    [1, 1],
    [1, -1],
  ]);

  test('have loss ∞ and no gradient', () => {
    const pass = ctc({ reduction: 'sum' }).forward(logits, target);
    expect(pass.value).toBe(Number.POSITIVE_INFINITY);
    const { data } = pass.backward();
    expect(data.subarray(0, 4).every(Number.isNaN)).toBe(true);
    expect(data.subarray(4).every(Number.isFinite)).toBe(true);
  });

  test('have no gradient for other classes either', () => {
    const pass = ctc().forward(tensor([[[1, 2, 3, 4]]]), indices([[1, 1]]));
    expect(pass.value).toBe(Number.POSITIVE_INFINITY);
    expect(pass.backward().data.every(Number.isNaN)).toBe(true);
  });

  test('have loss 0 with zeroInfinity, and count in the mean', () => {
    const options = { zeroInfinity: true } as const;
    const pass = ctc({ ...options, reduction: 'none' }).forward(logits, target);
    expect(pass.value.data[0]).toBe(0);
    expect(ctc(options).measure(logits, target).value).toBeCloseTo(pass.value.data[1]! / 2, 14);
    expect(Array.from(pass.backward().data.subarray(0, 4))).toEqual([0, 0, 0, 0]);
  });

  test('keep NaN with zeroInfinity', () => {
    const spoilt = tensor([[[1, Number.NaN]]]);
    expect(ctc({ zeroInfinity: true }).measure(spoilt, indices([[1]])).value).toBeNaN();
  });
});

test('no labels and no steps have probability 1', () => {
  const { value } = ctc({ reduction: 'none' }).measure(
    { data: new Float64Array(), shape: [2, 0, 3] },
    indices([[-1], [2]]),
  );
  expect(Array.from(value.data)).toEqual([0, Number.POSITIVE_INFINITY]);
});

test('a thousand steps neither under- nor overflow', () => {
  const logits = { data: new Float64Array(2000), shape: [1, 1000, 2] };
  const pass = ctc({ reduction: 'sum' }).forward(logits, indices([[1]]));
  // One run of ones anywhere: 1000 · 1001 / 2 of the 2¹⁰⁰⁰ alignments.
  expect(pass.value).toBeCloseTo(1000 * Math.LN2 - Math.log((1000 * 1001) / 2), 9);
  expect(pass.backward().data.every(Number.isFinite)).toBe(true);
});

test('a model learns labels without their positions', async () => {
  const random = new Random(3);
  const model = manyToMany({ classes: 4, hiddenSize: 8, outputSize: 4, random, backend: float64() });
  // Outputs 1, 2, 3 when it reads them; 0s mean nothing.
  const batch = {
    inputs: indices([
      [0, 1, 0, 0, 2, 2, 0],
      [3, 0, 0, 1, 0, 0, 0],
    ]),
    targets: indices([
      [1, 2, -1],
      [3, 1, -1],
    ]),
    lengths: [7, 5],
  };
  const losses: number[] = [];
  const options = { loss: ctc(), optimizer: new Adam({ learningRate: 0.05 }) };
  for await (const { loss } of train(model, Array(60).fill(batch), options)) losses.push(loss);
  expect(losses.at(-1)!).toBeLessThan(losses[0]! / 10);
  const { lengths } = batch;
  const said = model.infer(batch.inputs, { lengths }).output;
  const read = [ctcGreedy(said, { lengths }), ctcBeamSearch(said, { lengths, width: 4 }).flat()];
  for (const found of read)
    expect(found.map(({ tokens }) => tokens)).toEqual([
      [1, 2],
      [3, 1],
    ]);
});

describe('errors', () => {
  const logits = tensor([
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ]);
  test.each([
    [() => ctc({ blank: -1 }), 'ctc: blank is -1, expected a whole number of at least 0'],
    [
      () => ctc({ reduction: 'average' as 'mean' }),
      'ctc: reduction is "average", expected one of "mean", "sum", "none"',
    ],
    [
      () => ctc({ blank: 3 }).measure(logits, indices([[1]])),
      'ctc.measure: blank is 3, expected a class from 0 to 2',
    ],
    [
      () => ctc().forward(tensor([[0, 0, 0]]), indices([[1]])),
      'ctc.forward: output has shape [1, 3], expected [batch, time, classes]',
    ],
    [() => ctc().forward(logits, indices([1])), 'ctc.forward: targets has shape [1], expected [1, labels]'],
    [
      () => ctc().forward(logits, indices([[1], [2]])),
      'ctc.forward: targets has shape [2, 1], expected [1, labels]',
    ],
    [
      () => ctc().forward(logits, indices([[1, 0]])),
      'ctc.forward: targets[0, 1] is 0, expected a class from 0 to 2 that is not 0, the blank, or -1 behind the last label',
    ],
    [
      () => ctc().forward(logits, indices([[3]])),
      'ctc.forward: targets[0, 0] is 3, expected a class from 0 to 2 that is not 0, the blank, or -1 behind the last label',
    ],
    [
      () => ctc().forward(logits, indices([[-1, 2]])),
      'ctc.forward: targets[0, 1] is 2, expected -1, as one stands before it',
    ],
    [
      () =>
        ctc({ reduction: 'none' })
          .forward(logits, indices([[1]]))
          .backward(tensor([1, 2])),
      "ctc.backward: dLoss has shape [2] and 2 values, expected [1], the value's",
    ],
  ])('%#', (make, message) => expect(make).toThrow(new RangeError(message)));

  test('ignoreIndex may be another class', () => {
    const target = indices([[1, 9, 9]]);
    const own = ctc({ ignoreIndex: 9 }).measure(logits, target).value;
    expect(own).toBe(ctc().measure(logits, indices([[1, -1, -1]])).value);
    expect(() => ctc({ ignoreIndex: 9 }).measure(logits, indices([[1, -1, 9]]))).toThrow(
      new RangeError(
        'ctc.measure: targets[0, 1] is -1, expected a class from 0 to 2 that is not 0, the blank, or 9 behind the last label',
      ),
    );
    expect(() => ctc({ padding: 0 } as never)).toThrow(
      new TypeError(
        'ctc: option "padding" is unknown, expected only reduction, blank, zeroInfinity, ignoreIndex',
      ),
    );
  });

  test('in the types', () => {
    expect(() => ctc().forward(logits, [[1]] as never)).toThrow(
      new TypeError(
        'ctc.forward: targets is an array of 1, expected indices { data, shape } of Int32Array data: indices(…) makes one of nested arrays',
      ),
    );
    expect(() => ctc().forward(logits, '안녕' as never)).toThrow(
      new TypeError('ctc.forward: targets is "안녕", expected indices { data, shape } of Int32Array data'),
    );
  });
});
