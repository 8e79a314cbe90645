/** What is specific to the small layers; the common laws are in gradients.test.ts. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AnyLayer,
  type Backend,
  Bidirectional,
  Conv1d,
  Dense,
  Embedding,
  float32,
  float64,
  GRUCell,
  type Indices,
  indices,
  LayerNorm,
  OneHot,
  Pooling,
  Random,
  Repeat,
  Residual,
  Sequence,
  Sequential,
  sequential,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { checkGradients } from '../../src/testing.ts';
import {
  clearGradients,
  cut,
  expectClose,
  expectCloseValues,
  parameterGradients,
  plus,
  rows,
} from '../laws/compare.ts';
import { drawn } from '../laws/subjects.ts';

const sizes = { inputSize: 2, hiddenSize: 2 };
const gru = () => new GRUCell(sizes);
const x = tensor([
  [
    [1, 2],
    [3, 4],
    [5, 6],
  ],
]);
const numbers = ({ data }: Tensor) => Array.from(data);

describe('Bidirectional', () => {
  test.each([
    ['sum', (a: number, b: number) => a + b],
    ['mean', (a: number, b: number) => (a + b) / 2],
    ['product', (a: number, b: number) => a * b],
  ] as const)('merges the outputs of its directions by %s', (merge, of) => {
    const layer = new Bidirectional(gru(), gru(), { merge });
    const { forward, reverse } = layer.directions;
    const [a, b] = [forward, reverse].map((direction) => numbers(direction.infer(x).output));
    const { output } = layer.infer(x);
    expect([layer.outputSize, output.shape]).toEqual([2, [1, 3, 2]]);
    output.data.forEach((value, i) => {
      expect(value).toBeCloseTo(of(a![i]!, b![i]!), 6);
    });
  });

  test('trains each direction with a separate loss', () => {
    const layer = new Bidirectional(gru(), gru());
    const { forward, reverse } = layer.directions;
    const [a, b] = [forward.forward(x), reverse.forward(x)];
    const da = a.backward(a.output);
    const db = b.backward(b.output);
    const apart = parameterGradients(layer);
    clearGradients(layer);
    const both = layer.forward(x);
    const d = both.backward(both.output);
    expectCloseValues(d.input.data, plus(da.input, db.input).data, 1e-6);
    expectCloseValues(parameterGradients(layer), apart, 1e-6);
    expect(apart.every((value) => value !== 0)).toBe(true);
  });

  test.each([
    ['sum', (dy: number) => dy, (dy: number) => dy],
    ['mean', (dy: number) => dy / 2, (dy: number) => dy / 2],
    ['product', (dy: number, _: number, b: number) => dy * b, (dy: number, a: number) => dy * a],
  ] as const)('passes the gradient of a merge by %s to both directions', (merge, dA, dB) => {
    const layer = new Bidirectional(gru(), gru(), { merge });
    const [a, b] = [layer.directions.forward.forward(x), layer.directions.reverse.forward(x)];
    const dy = [1, -2, 3, 0.5, -0.25, 4];
    const gradient = (of: (dy: number, a: number, b: number) => number) =>
      tensor(
        dy.map((d, i) => of(d, a.output.data[i]!, b.output.data[i]!)),
        [1, 3, 2],
      );
    const [da, db] = [a.backward(gradient(dA)), b.backward(gradient(dB))];
    const { input } = layer.forward(x).backward(tensor(dy, [1, 3, 2]));
    expectCloseValues(input.data, plus(da.input, db.input).data, 1e-5);
  });

  test('passes the gradients of its states on, without one of its outputs', () => {
    const dState = { forward: { h: tensor([[1, -2]]) }, reverse: { h: tensor([[3, 0.5]]) } };
    for (const merge of ['concatenate', 'sum', 'mean', 'product'] as const) {
      const layer = new Bidirectional(gru(), gru(), { merge });
      const { forward, reverse } = layer.directions;
      const da = forward.forward(x).backward(undefined, dState.forward);
      const db = reverse.forward(x).backward(undefined, dState.reverse);
      const d = layer.forward(x).backward(undefined, dState);
      expectCloseValues(d.input.data, plus(da.input, db.input).data, 1e-6);
      expect(d.state).toEqual({ forward: da.state, reverse: db.state });
    }
  });

  test('refuses invalid arguments', () => {
    expect(
      () => new Bidirectional(gru(), new GRUCell({ inputSize: 2, hiddenSize: 3 }), { merge: 'sum' }),
    ).toThrow(
      new RangeError('Bidirectional: reverse has hiddenSize 3, expected 2, as forward has, for merge sum'),
    );
    expect(() => new Bidirectional(gru(), gru(), { merge: 'max' as 'sum' })).toThrow(
      new RangeError(
        'Bidirectional: merge is "max", expected one of "concatenate", "sum", "mean", "product"',
      ),
    );
  });
});

describe('Pooling', () => {
  test('gives zeros for a sequence without steps', () => {
    for (const kind of ['mean', 'max'] as const)
      expect(numbers(new Pooling({ kind }).infer(x, { lengths: [0] }).output)).toEqual([0, 0]);
  });

  test('passes the gradient of a maximum to its first occurrence', () => {
    const pass = new Pooling({ kind: 'max' }).forward(tensor([[[7], [9], [9]]]));
    expect(numbers(pass.backward(tensor([[5]])).input)).toEqual([0, 5, 0]);
  });

  test('averages the valid steps, and shares the gradient among them', () => {
    const pass = new Pooling({ kind: 'mean' }).forward(tensor([[[1], [5], [9]]]), { lengths: [2] });
    expect(numbers(pass.output)).toEqual([3]);
    expect(numbers(pass.backward(tensor([[4]])).input)).toEqual([2, 2, 0]);
  });

  test('takes the first NaN for the maximum', () => {
    for (const [steps, gradient] of [
      [
        [1, Number.NaN, 3, Number.NaN],
        [0, 5, 0, 0],
      ],
      [
        [Number.NaN, 1, Number.NaN, 3],
        [5, 0, 0, 0],
      ],
    ] as const) {
      const pass = new Pooling({ kind: 'max' }).forward(tensor([steps.map((x) => [x])]));
      expect(numbers(pass.output)).toEqual([Number.NaN]);
      expect(numbers(pass.backward(tensor([[5]])).input)).toEqual(gradient);
    }
  });

  test('passes NaN on', () =>
    expect(numbers(new Pooling({ kind: 'max' }).infer(tensor([[[1], [Number.NaN], [3]]])).output)).toEqual([
      Number.NaN,
    ]));

  test('refuses invalid arguments', () => {
    expect(() => new Pooling({ kind: 'sum' as 'max' })).toThrow(
      new RangeError('Pooling: kind is "sum", expected one of "mean", "max"'),
    );
    expect(() =>
      sequential(new Dense({ inputSize: 1, outputSize: 1 }), new Pooling({ kind: 'max' })).infer(
        tensor([[1]]),
      ),
    ).toThrow(new RangeError('Pooling: its input has shape [batch, 1], expected [batch, time, features]'));
  });
});

describe('Repeat', () => {
  test('adds the gradients of the steps', () => {
    const pass = new Repeat({ steps: 2 }).forward(tensor([[1, 10]]));
    expect(numbers(pass.output)).toEqual([1, 10, 1, 10]);
    expect(
      numbers(
        pass.backward(
          tensor([
            [
              [1, 2],
              [30, 40],
            ],
          ]),
        ).input,
      ),
    ).toEqual([31, 42]);
  });

  test('refuses invalid arguments', () => {
    expect(() => new Repeat({ steps: 0 })).toThrow(
      new RangeError('Repeat: steps is 0, expected a whole number of at least 1'),
    );
    expect(() => new Repeat({ steps: 2 }).infer(x)).toThrow(
      new RangeError('Repeat.infer: inputs has shape [1, 3, 2], expected [batch, inputSize]'),
    );
    expect(() => sequential(new Sequence(gru()), new Repeat({ steps: 2 })).infer(x)).toThrow(
      new RangeError('Repeat: its input has 3 steps, expected [batch, features], without time'),
    );
    const many = sequential(
      new Repeat({ steps: 2 ** 12 }),
      new Sequence(new GRUCell({ inputSize: 1, hiddenSize: 1 })),
    );
    expect(() => many.infer(tensor(new Float32Array(2 ** 12 + 1), [2 ** 12 + 1, 1]))).toThrow(
      new RangeError(
        'Sequence: its input has 4097 sequences of 4096 steps, expected at most 16777216 steps in all sequences together',
      ),
    );
  });
});

describe('Residual', () => {
  test('passes the gradients of its states on', () => {
    const sequence = new Sequence(gru());
    const dState = { h: tensor([[1, -2]]) };
    const d = new Residual(sequence).forward(x).backward(undefined, dState);
    expect(d).toEqual(sequence.forward(x).backward(undefined, dState));
    expect(numbers(d.input).every((value) => value !== 0)).toBe(true);
    expect(
      numbers(new Residual(new Dense({ inputSize: 2, outputSize: 2 })).forward(x).backward().input),
    ).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('carries the state of its layer', () => {
    const layer = new Residual(new Sequence(gru()));
    const whole = layer.infer(x);
    const first = layer.infer(tensor([[[1, 2]]]));
    const rest = layer.infer(
      tensor([
        [
          [3, 4],
          [5, 6],
        ],
      ]),
      { state: first.state },
    );
    expect(rest.state).toEqual(whole.state);
    expect(numbers(whole.output).slice(0, 2)).toEqual(numbers(first.output));
  });

  test('starts from the learned state of its layer', () => {
    const sequence = new Sequence(gru(), { learnInitialState: true });
    sequence.parameters().get('initial.h')!.write([0.5, -0.5]);
    expect(new Residual(sequence).initialState(2)).toEqual(sequence.initialState(2));
    expect(new Residual(new Dense({ inputSize: 1, outputSize: 1 })).initialState(1)).toBeUndefined();
  });

  test('refuses invalid arguments', () => {
    // @ts-expect-error: 2 in, 3 out
    expect(() => new Residual(new Dense({ inputSize: 2, outputSize: 3 }))).toThrow(
      new RangeError('Residual: layer (Dense) makes 3 features of 2, expected as many as come in'),
    );
    expect(() => new Residual(gru() as never)).toThrow(
      new TypeError('Residual: layer is a value of type GRUCell, expected a layer'),
    );
    // @ts-expect-error: indices cannot be added
    expect(() => new Residual(new Embedding({ classes: 3, outputSize: 3 }))).toThrow(
      new RangeError('Residual: layer (Embedding) takes indices, expected a layer of real features'),
    );
    expect(() => new Residual(new Sequence(gru())).infer(tensor([[1, 2]]))).toThrow(
      new RangeError('Residual.infer: inputs has shape [1, 2], expected [batch, time, 2] (inputSize is 2)'),
    );
    const last = new Residual(new Sequence(gru(), { outputs: 'last' }));
    expect(() => last.infer(x)).toThrow(
      new RangeError(
        'Residual: layer (Sequence) makes one vector of 3 steps, expected an output for each step',
      ),
    );
    // One step is also a sequence.
    expect(() => last.infer(tensor([[[1, 2]]]))).toThrow(RangeError);
    const shorter = new Conv1d({ inputSize: 2, outputSize: 2, kernelSize: 2, padding: 'valid' });
    expect(() => new Residual(shorter).infer(x)).toThrow(
      new RangeError('Residual: layer (Conv1d) makes 2 steps of 3 steps, expected an output for each step'),
    );
  });
});

test.each<[string, AnyLayer]>([
  ['Residual', new Residual(new Sequence(gru()))],
  ['Pooling', new Pooling({ kind: 'mean' })],
  ['LayerNorm', new LayerNorm({ inputSize: 2 })],
  ['Conv1d', new Conv1d({ inputSize: 2, outputSize: 1, kernelSize: 1 })],
])('%s refuses one-hot inputs', (type, layer) => {
  const model = new Sequential<Indices>([new OneHot({ classes: 2 }), layer]);
  const error = `${type}: its input is one-hot, expected real features, such as an Embedding gives`;
  expect(() => model.infer(indices([[1]]))).toThrow(new RangeError(error));
  expect(() => model.forward(indices([[1]]))).toThrow(new RangeError(error));
});

describe('LayerNorm', () => {
  test('gives finite results for equal features', () =>
    expect(numbers(new LayerNorm({ inputSize: 2 }).infer(tensor([[4, 4]])).output)).toEqual([0, 0]));

  test('gives zeros for equal features of any size, and distinguishes nearly equal ones', () => {
    for (const backend of [float64(), float32()])
      for (const size of [2, 3, 7, 1000]) {
        const layer = new LayerNorm({ inputSize: size, epsilon: 0, backend });
        for (const value of [0.1, 1 / 3, -1e30, 1e-30]) {
          const { output } = layer.infer(tensor(Array(size).fill(value), [1, size]));
          expect(numbers(output).every((y) => y === 0)).toBe(true);
        }
      }
    // One unit in the last place above the others: (−1, −1, 2)/√2.
    const layer = new LayerNorm({ inputSize: 3, epsilon: 0, backend: float64() });
    for (const value of [0.1, 1 / 3, 1e30]) {
      const above = new Float64Array([value]);
      new BigInt64Array(above.buffer)[0]! += 1n;
      const found = numbers(layer.infer(tensor([[value, value, above[0]!]])).output);
      expect(found).toEqual([-Math.SQRT1_2, -Math.SQRT1_2, Math.SQRT2].map((y) => expect.closeTo(y, 12)));
    }
  });

  test('for the largest and the smallest numbers of float64, equals that of the same features times a power of two', () => {
    const features = [1, -0.25, 0.5, 0.9375];
    for (const epsilon of [0, 1e-5]) {
      const layer = new LayerNorm({ inputSize: 4, epsilon, backend: float64() });
      const run = (factor: number) => {
        const pass = layer.forward(tensor([features.map((x) => factor * x)]));
        return [numbers(pass.output), numbers(pass.backward(tensor([[1, 2, 3, 5]])).input)];
      };
      const [output, dInput] = run(2 ** 100) as [number[], number[]];
      for (const power of [1023, 600, -500, -900]) {
        if (power < 0 && epsilon > 0) continue;
        const [found, gradient] = run(2 ** power) as [number[], number[]];
        expect(found).toEqual(output.map((y) => expect.closeTo(y, 12)));
        const ratio = gradient.map((d, j) => (d / dInput[j]!) * 2 ** (power - 100));
        expect(ratio).toEqual(Array(4).fill(expect.closeTo(1, 10)));
      }
    }
    const largest = new LayerNorm({ inputSize: 2, backend: float64() }).infer(tensor([[1.7e308, -1.7e308]]));
    expect(numbers(largest.output)).toEqual([expect.closeTo(1, 14), expect.closeTo(-1, 14)]);
    const equal = new LayerNorm({ inputSize: 3, backend: float64() }).infer(
      tensor([[1.7e308, 1.7e308, 1.7e308]]),
    );
    expect(numbers(equal.output)).toEqual([0, 0, 0]);
  });

  test('without epsilon, gives zeros and finite gradients for equal features and padding', () => {
    const layer = new LayerNorm({ inputSize: 2, epsilon: 0 });
    const ones = tensor([
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    ]);
    const pass = layer.forward(
      tensor([
        [
          [3, 7],
          [4, 4],
          [0, 0],
        ],
      ]),
      { lengths: [2] },
    );
    expect(numbers(pass.output)).toEqual([-1, 1, 0, 0, 0, 0]);
    expect(numbers(pass.backward(ones).input)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(Array.from(layer.weight!.readGradient())).toEqual([-1, 1]);
  });

  test('refuses invalid arguments', () => {
    expect(() => new LayerNorm({ inputSize: 0 })).toThrow(
      new RangeError('LayerNorm: inputSize is 0, expected a whole number of at least 1'),
    );
    expect(() => new LayerNorm({ inputSize: 2, epsilon: -1 })).toThrow(
      new RangeError('LayerNorm: epsilon is -1, expected a number of at least 0'),
    );
  });
});

describe('Conv1d', () => {
  const conv = (padding: 'causal' | 'same' | 'valid', dilation = 1) => {
    const layer = new Conv1d({ inputSize: 1, outputSize: 1, kernelSize: 3, padding, dilation });
    layer.weight.write([100, 10, 1]);
    return layer;
  };
  const steps = tensor([[[1], [2], [3], [4]]]);

  test('sees the steps that its padding allows', () => {
    expect(numbers(conv('causal').infer(steps).output)).toEqual([1, 12, 123, 234]);
    expect(numbers(conv('same').infer(steps).output)).toEqual([12, 123, 234, 340]);
    expect(numbers(conv('valid').infer(steps).output)).toEqual([123, 234]);
    expect(numbers(conv('causal', 2).infer(steps).output)).toEqual([1, 2, 13, 24]);
  });

  test('without padding, has right gradients at every length, and a batch gives the results of its rows alone', () => {
    const random = new Random(1);
    const layer = new Conv1d({
      inputSize: 2,
      outputSize: 3,
      kernelSize: 3,
      dilation: 2,
      padding: 'valid',
      backend: float64(),
      random,
    });
    const inputs = drawn(random, [3, 7, 2]);
    const lengths = [7, 5, 2];
    const { worst } = checkGradients(layer, inputs, { lengths });
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-6);

    const whole = layer.infer(inputs, { lengths }).output;
    expect(whole.shape).toEqual([3, 3, 3]);
    for (const [b, steps] of [3, 1, 0].entries()) {
      const row = cut(rows(whole, b, b + 1), 0, steps);
      if (steps > 0) expectClose(layer.infer(cut(rows(inputs, b, b + 1), 0, lengths[b]!)).output, row);
      expect(numbers(cut(rows(whole, b, b + 1), steps, 3)).every((value) => value === 0)).toBe(true);
    }
  });

  const shapes = fc.record({
    kernelSize: fc.integer({ min: 1, max: 4 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })),
    paddingMode: fc.constantFrom('zeros' as const, 'reflect' as const),
    seed: fc.nat(1000),
  });

  test('with stride, padding and reflection, matches its formula with right gradients at every length', () => {
    fc.assert(
      fc.property(shapes, ({ seed, ...options }) => {
        const random = new Random(seed);
        const layer = new Conv1d({ inputSize: 2, outputSize: 3, ...options, backend: float64(), random });
        const [before, after] = options.padding;
        const reach = (options.kernelSize - 1) * options.dilation;
        const outputs = (n: number) =>
          Math.max(Math.floor((n + before + after - reach - 1) / options.stride) + 1, 0);
        const inputs = drawn(random, [3, 9, 2]);
        const lengths = [9, 4 + Math.floor(random.next() * 5), 5];
        const { output } = layer.infer(inputs, { lengths });
        expect(output.shape).toEqual([3, outputs(9), 3]);
        const weight = layer.weight.read();
        const bias = layer.bias!.read();
        lengths.forEach((length, b) => {
          const at = (t: number, i: number) => {
            const mirrored =
              options.paddingMode === 'reflect' ? (t < 0 ? -t : t >= length ? 2 * length - 2 - t : t) : t;
            return mirrored >= 0 && mirrored < length ? inputs.data[(b * 9 + mirrored) * 2 + i]! : 0;
          };
          for (let t = 0; t < outputs(9); t++)
            for (let o = 0; o < 3; o++) {
              let sum = bias[o]!;
              for (let i = 0; i < 2; i++)
                for (let k = 0; k < options.kernelSize; k++)
                  sum +=
                    weight[(o * 2 + i) * options.kernelSize + k]! *
                    at(t * options.stride + k * options.dilation - before, i);
              const got = output.data[(b * outputs(9) + t) * 3 + o]!;
              expect(got).toBeCloseTo(t < outputs(length) ? sum : 0, 12);
            }
        });
        const { worst } = checkGradients(layer, inputs, { lengths });
        expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-6);
      }),
      { numRuns: 40 },
    );
  });

  test('gives the same for one strided signal, whose windows are one view, as in a batch', () => {
    const random = new Random(3);
    for (const padding of [0, 1] as const) {
      const options = {
        inputSize: 1,
        outputSize: 2,
        kernelSize: 4,
        stride: 2,
        padding,
        paddingMode: 'reflect',
      } as const;
      const layer = new Conv1d({ ...options, backend: float64(), random });
      const batch = drawn(random, [2, 9, 1]);
      const one = layer.infer(rows(batch, 0, 1)).output;
      expectClose(one, rows(layer.infer(batch).output, 0, 1));
      expect(checkGradients(layer, rows(batch, 0, 1)).worst.error).toBeLessThanOrEqual(1e-6);
    }
  });

  test('refuses a sequence too short to mirror, and gives nothing for an empty one', () => {
    const layer = new Conv1d({
      inputSize: 1,
      outputSize: 1,
      kernelSize: 1,
      padding: 2,
      paddingMode: 'reflect',
    });
    expect(() => layer.infer(steps, { lengths: [2] })).toThrow(
      new RangeError(
        'Conv1d: its input has a sequence of 2 steps, expected more than 2, as many as are mirrored',
      ),
    );
    expect(numbers(layer.infer(steps, { lengths: [0] }).output).every((value) => value === 0)).toBe(true);
    layer.weight.write([1]);
    expect(numbers(layer.infer(steps).output)).toEqual([3, 2, 1, 2, 3, 4, 3, 2]);
  });

  test.each<[unknown, string]>([
    [-1, 'padding is -1, expected a whole number of at least 0'],
    [[1], "padding is an array of 1, expected 'causal', 'same', 'valid', a number, or two"],
    [[1, 0.5], 'padding[1] is 0.5, expected a whole number of at least 0'],
    ['full', 'padding is "full", expected one of "causal", "same", "valid"'],
    [null, "padding is null, expected 'causal', 'same', 'valid', a number, or two"],
  ])('refuses padding %j', (padding, message) => {
    const options = { inputSize: 1, outputSize: 1, kernelSize: 1, padding: padding as number };
    expect(() => new Conv1d(options)).toThrow(`Conv1d: ${message}`);
  });

  test('accepts a filter longer than the sequence', () => {
    const random = new Random(2);
    for (const padding of ['causal', 'same'] as const) {
      const options = { inputSize: 1, outputSize: 2, kernelSize: 4, dilation: 3, padding };
      const layer = new Conv1d({ ...options, backend: float64(), random });
      const { worst } = checkGradients(layer, drawn(random, [2, 2, 1]), { lengths: [2, 1] });
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-6);
    }
  });

  test('keeps its padding if the array of the caller changes', () => {
    const padding: [number, number] = [1, 0];
    const layer = new Conv1d({ inputSize: 1, outputSize: 1, kernelSize: 2, padding });
    padding[0] = 5;
    expect(layer.padding).toEqual([1, 0]);
  });

  test('after a layer whose padding is not zero, ends a sequence at its length', () => {
    const dense = new Dense({ inputSize: 1, outputSize: 1 });
    dense.weight.write([1]);
    dense.bias!.write([1]);
    const model = sequential(dense, conv('same'));
    expect(numbers(model.infer(steps, { lengths: [2] }).output)).toEqual([23, 230, 0, 0]);
  });

  test('with a filter longer than the sequence, computes the same in float32', () => {
    const run = (backend: Backend, stride: number) => {
      const options = { inputSize: 2, outputSize: 3, kernelSize: 4, dilation: 3, stride };
      const layer = new Conv1d({ ...options, backend, random: new Random(2) });
      const pass = layer.forward(drawn(new Random(3), [2, 2, 2]));
      const { input } = pass.backward(pass.output);
      return [...pass.output.data, ...input.data, ...layer.weight.readGradient()];
    };
    for (const stride of [1, 2]) expectCloseValues(run(float32(), stride), run(float64(), stride), 1e-5);
  });

  test('gives no steps for no steps', () => {
    const nothing = { data: new Float32Array(0), shape: [2, 0, 1] };
    const pass = conv('causal').forward(nothing);
    expect([pass.output, pass.backward(pass.output).input]).toEqual([nothing, nothing]);
  });

  test('ends a sequence at its length, and shortens it without padding', () => {
    expect(numbers(conv('same').infer(steps, { lengths: [2] }).output)).toEqual([12, 120, 0, 0]);
    const model = sequential(conv('valid'), new Pooling({ kind: 'mean' }));
    expect(numbers(model.infer(steps, { lengths: [3] }).output)).toEqual([123]);
    expect(numbers(model.infer(steps, { lengths: [1] }).output)).toEqual([0]);
  });

  test('refuses invalid arguments', () => {
    expect(() => new Conv1d({ inputSize: 1, outputSize: 1, kernelSize: 0 })).toThrow(
      new RangeError('Conv1d: kernelSize is 0, expected a whole number of at least 1'),
    );
    expect(() => conv('full' as 'same')).toThrow(
      new RangeError('Conv1d: padding is "full", expected one of "causal", "same", "valid"'),
    );
    expect(() => conv('valid').infer(tensor([[[1], [2]]]))).toThrow(
      new RangeError('Conv1d: its input has 2 steps, expected more than 2, what its kernel spans'),
    );
    expect(() => conv('same').infer(tensor([[1]]))).toThrow(
      new RangeError('Conv1d.infer: inputs has shape [1, 1], expected [batch, time, 1] (inputSize is 1)'),
    );
  });
});
