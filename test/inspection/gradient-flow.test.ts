import { describe, expect, test } from 'vitest';
import {
  type AnyLayer,
  type Batch,
  Bidirectional,
  type Cell,
  Conv1d,
  crossEntropy,
  Dense,
  Dropout,
  encoderDecoder,
  float64,
  GRUCell,
  gradientFlow,
  indices,
  LSTMCell,
  meanSquaredError,
  Noise,
  OneHot,
  Random,
  RNNCell,
  Sequence,
  type SequenceOptions,
  sequential,
  type Tensor,
  teacherForcing,
  tensor,
} from '../../src/index.ts';
import { logPlot } from '../../src/inspection/plot.ts';
import { cells, drawn, shakeParameters } from '../laws/subjects.ts';

const backend = float64();
const B = 3;
const T = 7;
const H = 4;
const loss = meanSquaredError();
const euclidean = (values: Iterable<number>) => Math.hypot(...values);

/** The steps `from` to `to` of `[batch, time, features]`. */
function cut({ data, shape }: Tensor, from: number, to: number): Tensor {
  const [batch, time, width] = shape as [number, number, number];
  const rows = Array.from({ length: batch }, (_, b) =>
    Array.from(data.subarray((b * time + from) * width, (b * time + to) * width)),
  );
  return { data: Float64Array.from(rows.flat()), shape: [batch, to - from, width] };
}

/** ‖∂L/∂s_t‖ of each sequence from two passes: the gradient of the tail's initial state, and of h that of the output at t. */
function byTails(
  layer: Sequence<Cell>,
  inputs: Tensor,
  dOutput: Tensor,
  name = layer.cell.rule.states[0],
): number[][] {
  const isOutput = name === layer.cell.rule.states[0];
  return Array.from({ length: T }, (_, t) => {
    const width = layer.initialState(1)[name]!.data.length;
    const sum = isOutput ? Float64Array.from(cut(dOutput, t, t + 1).data) : new Float64Array(B * width);
    if (t + 1 < T) {
      const { state } = layer.infer(cut(inputs, 0, t + 1));
      const tail = layer.forward(cut(inputs, t + 1, T), { state });
      const d = tail.backward(cut(dOutput, t + 1, T)).state as unknown as { [name: string]: Tensor };
      d[name]!.data.forEach((value, i) => {
        sum[i]! += value;
      });
    }
    return Array.from({ length: B }, (_, b) => euclidean(sum.subarray(b * width, (b + 1) * width)));
  });
}

function setup(make: (random: Random) => Cell, options: SequenceOptions = {}) {
  const random = new Random(5);
  const layer = new Sequence(make(random), options);
  shakeParameters(layer, random);
  const inputs = drawn(random, [B, T, 2]);
  return { layer, random, inputs };
}

function expectClose(actual: readonly number[], expected: readonly number[], within = 1e-10): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, t) => {
    expect(Math.abs(value / expected[t]! - 1), `at ${t}: ${value}, not ${expected[t]}`).toBeLessThan(within);
  });
}

describe.each(cells)('%s', (_, make) => {
  const cell = (random: Random) => make({ inputSize: 2, hiddenSize: H, backend, random });

  test('the gradient at each step equals that of an initial state inserted there, plus that of the output', () => {
    const { layer, random, inputs } = setup(cell);
    const targets = drawn(random, [B, T, H]);
    const dOutput = loss.forward(layer.infer(inputs).output, targets, { backend }).backward();
    const [flow] = gradientFlow(layer, { inputs, targets }, { loss }).layers;
    const expected = byTails(layer, inputs, dOutput);
    expectClose(flow!.norms, expected.map(euclidean));
    expect(flow!.ratio).toBeCloseTo(euclidean(expected[0]!) / euclidean(expected[T - 1]!), 10);
    const { states } = layer.cell.rule;
    expect(Object.keys(flow!.states)).toEqual(states);
    expect(flow!.states[states[0]]).toEqual({ norms: flow!.norms, ratio: flow!.ratio });
    for (const name of states.slice(1)) {
      const own = byTails(layer, inputs, dOutput, name).map(euclidean);
      expect(own.pop()).toBe(0);
      expectClose(flow!.states[name]!.norms.slice(0, -1), own);
      expect(flow!.states[name]!.norms.at(-1)).toBe(0);
      expect(flow!.states[name]!.ratio).toBeCloseTo(own[0]! / own.at(-1)!, 10);
    }
  });
});

const lstm = (random: Random) => new LSTMCell({ inputSize: 2, hiddenSize: H, backend, random });

describe('the observed gradients', () => {
  const many = (random: Random): Batch<Tensor, Tensor> => ({
    inputs: drawn(random, [B, T, 2]),
    targets: drawn(random, [B, T, H]),
  });

  test('with only the last output, the gradient enters at the end', () => {
    const { layer, random, inputs } = setup(lstm, { outputs: 'last' });
    const targets = drawn(random, [B, H]);
    const { output } = layer.infer(inputs);
    const [flow] = gradientFlow(layer, { inputs, targets }, { loss }).layers;
    expect(flow!.norms.at(-1)).toBeCloseTo(
      euclidean(loss.forward(output, targets, { backend }).backward().data),
      12,
    );
    const dOutput = drawn(random, [B, T, H]);
    dOutput.data.fill(0);
    const d = loss.forward(output, targets, { backend }).backward();
    for (let b = 0; b < B; b++) dOutput.data.set(d.data.subarray(b * H, (b + 1) * H), (b * T + T - 1) * H);
    const all = new Sequence(layer.cell);
    expectClose(flow!.norms, byTails(all, inputs, dOutput).map(euclidean));
  });

  test('in reverse, steps are listed in the order of computation', () => {
    const { layer, random, inputs } = setup(lstm, { reverse: true, outputs: 'last' });
    const forward = new Sequence(layer.cell, { outputs: 'last' });
    const data = new Float64Array(inputs.data.length);
    for (let b = 0; b < B; b++)
      for (let t = 0; t < T; t++)
        data.set(cut(inputs, T - 1 - t, T - t).data.subarray(b * 2, b * 2 + 2), (b * T + t) * 2);
    const targets = drawn(random, [B, H]);
    const a = gradientFlow(layer, { inputs, targets }, { loss });
    const b = gradientFlow(forward, { inputs: { ...inputs, data }, targets }, { loss });
    expect(a.layers).toEqual(b.layers);
  });

  test('with lengths, each sequence starts at its own last step, and padding is left out', () => {
    const { layer, random, inputs } = setup(lstm, { outputs: 'last' });
    const targets = drawn(random, [B, H]);
    const lengths = [T, 3, 0];
    const sum = meanSquaredError({ reduction: 'sum' });
    const [flow] = gradientFlow(layer, { inputs, targets, lengths }, { loss: sum }).layers;
    const alone = [T, 3].map((length, b) => {
      const one = (of: Tensor, size: number) => ({
        data: of.data.slice(b * size, b * size + size),
        shape: [1, ...of.shape.slice(1)],
      });
      const batch = { inputs: cut(one(inputs, T * 2), 0, length), targets: one(targets, H) };
      return gradientFlow(layer, batch, { loss: sum }).layers[0]!;
    });
    const [long, short] = alone.map(({ norms }) => norms) as [number[], number[]];
    expectClose(
      flow!.norms,
      long.map((value, t) => euclidean([value, short[t - (T - 3)] ?? 0])),
    );
    expect(flow!.ratio).toBeCloseTo(
      euclidean([long[0]!, short[0]!]) / euclidean([long.at(-1)!, short.at(-1)!]),
      12,
    );
    const [a, b] = alone.map(({ saturated }) => saturated.i!);
    expect(flow!.saturated.i).toBeCloseTo((T * a! + 3 * b!) / (T + 3), 12);
  });

  test('recomputed steps are observed like stored ones', () => {
    const random = new Random(1);
    const cell = lstm(random);
    // Segments are whole blocks of ⌈256 / batch⌉ steps: two and a half of them.
    const inputs = drawn(random, [100, 8, 2]);
    const targets = drawn(random, [100, H]);
    const flows = [undefined, 3].map((recompute) =>
      gradientFlow(new Sequence(cell, { outputs: 'last', recompute }), { inputs, targets }, { loss }),
    );
    expect(flows[1]!.layers).toEqual(flows[0]!.layers);
    expect(flows[1]!.layers[0]!.norms).toHaveLength(8);
  });

  test('with a limited history, nothing crosses its limit', () => {
    const { layer, random, inputs } = setup(lstm, { outputs: 'last', history: 5 });
    const [flow] = gradientFlow(layer, { inputs, targets: drawn(random, [B, H]) }, { loss }).layers;
    expect(flow!.norms.map((value) => value > 0)).toEqual([...Array(5).fill(false), true, true]);
    expect(flow!.verdict).toBe('vanishing');
  });

  test('every recurrent layer of a nested model is named like its parameters', () => {
    const random = new Random(1);
    const gru = (inputSize: number) => new GRUCell({ inputSize, hiddenSize: H, backend, random });
    const model: AnyLayer = sequential(
      new OneHot({ classes: 5, backend }),
      sequential(
        new Sequence(new RNNCell({ inputSize: 5, hiddenSize: H, backend, random })),
        new Bidirectional(gru(H), gru(H)),
      ),
      new Sequence(new LSTMCell({ inputSize: 2 * H, hiddenSize: H, backend, random }), { outputs: 'last' }),
      new Dense({ inputSize: H, outputSize: 3, backend, random }),
    );
    const batch = { inputs: indices([[0, 1, 2, 3]]), targets: indices([1], [1]) };
    const { layers, loss: value } = gradientFlow(model, batch, { loss: crossEntropy() });
    expect(layers.map(({ name, cell }) => `${name} ${cell}`)).toEqual([
      '1.0 RNNCell',
      '1.1.forward GRUCell',
      '1.1.reverse GRUCell',
      '2 LSTMCell',
    ]);
    expect(value).toBeCloseTo(crossEntropy().measure(model.infer(batch.inputs).output, batch.targets).value);
    expect(layers.map(({ saturated }) => Object.keys(saturated).join(' '))).toEqual([
      'h',
      'r z n',
      'r z n',
      'i f g o',
    ]);
  });

  test('a layer may have a learned initial state, dropout and zoneout', () => {
    const random = new Random(4);
    const noise = new Noise({ recurrentDropout: 0.2, zoneout: 0.1, random: new Random(1) });
    const layer = new Sequence(lstm(random), { noise, learnInitialState: true, outputs: 'last' });
    const model = sequential(layer, new Dense({ inputSize: H, outputSize: 1, backend, random }));
    const batch = { inputs: drawn(random, [B, T, 2]), targets: drawn(random, [B, 1]) };
    const before = noise.random.state;
    const first = gradientFlow(model, batch, { loss });
    expect(noise.random.state).toEqual(before);
    expect(gradientFlow(model, batch, { loss })).toEqual(first);
    expect(first.layers.map(({ name, cell }) => `${name} ${cell}`)).toEqual(['0 LSTMCell']);
    expect(Object.keys(first.layers[0]!.saturated)).toEqual(['i', 'f', 'g', 'o']);
  });

  test('a layer that occurs twice is listed twice', () => {
    const random = new Random(1);
    const twice = new Sequence(new RNNCell({ inputSize: 2, hiddenSize: 2, backend, random }));
    const batch = { inputs: drawn(random, [1, 3, 2]), targets: drawn(random, [1, 3, 2]) };
    const flow = gradientFlow(sequential(twice, twice), batch, { loss });
    expect(flow.layers.map(({ name }) => name)).toEqual(['0', '0']);
    expect(flow.layers[0]!.norms).not.toEqual(flow.layers[1]!.norms);
  });

  test('saturated gates and spectral radii are reported', () => {
    const cell = lstm(new Random(1));
    cell.biasIh!.write([
      ...Array(H).fill(10),
      ...Array(H).fill(0),
      ...Array(H).fill(-3),
      ...Array(H).fill(-5),
    ]);
    cell.weightHh.write(
      Array.from({ length: 4 * H * H }, (_, i) =>
        Math.floor(i / H) % H === i % H ? 0.1 * (1 + Math.floor(i / (H * H))) : 0,
      ),
    );
    cell.weightIh.write(new Float64Array(4 * H * 2));
    const [flow] = gradientFlow(new Sequence(cell), many(new Random(2)), { loss }).layers;
    expect(flow!.saturated).toEqual({ i: 1, f: 0, g: 1, o: 1 });
    const radii = Object.values(flow!.spectralRadius);
    radii.forEach((radius, g) => {
      expect(radius).toBeCloseTo(0.1 * (g + 1), 8);
    });
  });

  test('each verdict occurs', () => {
    const verdict = (scale: number, outputs: 'all' | 'last' = 'last') => {
      const random = new Random(3);
      const cell = new RNNCell({ inputSize: 2, hiddenSize: H, activation: 'relu', backend, random });
      cell.weightHh.write(Array.from({ length: H * H }, (_, i) => (i % (H + 1) === 0 ? scale : 0)));
      cell.biasIh!.write(Array(H).fill(1));
      cell.weightIh.write(new Float64Array(2 * H));
      const inputs = drawn(random, [1, 6, 2]);
      const targets = tensor(
        Array(outputs === 'all' ? 6 * H : H).fill(0),
        outputs === 'all' ? [1, 6, H] : [1, H],
      );
      return gradientFlow(new Sequence(cell, { outputs }), { inputs, targets }, { loss }).layers[0]!;
    };
    // Five steps backward: scale⁵.
    expect(verdict(0.24).verdict).toBe('vanishing');
    expect(verdict(0.26).verdict).toBe('healthy');
    expect(verdict(3.9).verdict).toBe('healthy');
    expect(verdict(4).ratio).toBeCloseTo(1024, 8);
    expect(verdict(4).verdict).toBe('exploding');
    expect(verdict(1e40).verdict).toBe('exploding');
    expect(verdict(Number.NaN).verdict).toBe('exploding');
  });

  test('a gradient that only the cell state of an LSTM receives is reported', () => {
    const cell = lstm(new Random(3));
    cell.weightHh.write(new Float64Array(4 * H * H));
    cell.biasIh!.write(Array.from({ length: 4 * H }, (_, i) => (Math.floor(i / H) === 1 ? 20 : 0)));
    const { random, inputs } = setup(lstm);
    const batch = { inputs, targets: drawn(random, [B, H]) };
    const layer = new Sequence(cell, { outputs: 'last' });
    const [flow] = gradientFlow(layer, batch, { loss }).layers;
    expect(flow!.norms.map((value) => value > 0)).toEqual([...Array(T - 1).fill(false), true]);
    expect(flow!.ratio).toBe(0);
    expect(flow!.states.c!.ratio).toBeCloseTo(1, 6);
    expect(flow!.verdict).toBe('healthy');
  });

  test('both parts of an encoder–decoder are listed', () => {
    const model = encoderDecoder({
      sourceClasses: 5,
      targetClasses: 4,
      hiddenSize: H,
      cell: GRUCell,
      start: 0,
      end: 1,
    });
    const batch = teacherForcing(
      model,
      [[2, 3, 4], [4]],
      [
        [2, 3],
        [3, 3, 2, 2],
      ],
    );
    const flow = gradientFlow(model, batch, { loss: crossEntropy() });
    expect(flow.layers.map(({ name, norms }) => [name, norms.length])).toEqual([
      ['encoder.1', 3],
      ['decoder.1', 5],
    ]);
    const { output, lengths } = model.infer(batch.inputs);
    const { value } = crossEntropy().measure(output, batch.targets, { lengths: lengths! });
    expect(flow.loss).toBeCloseTo(value, 6);
  });

  test('a gradient of zero is reported', () => {
    const { layer, inputs } = setup(lstm);
    const model = sequential(layer, new Dense({ inputSize: H, outputSize: 3, backend }));
    const targets = indices(Array(B * T).fill(-1), [B, T]);
    const flow = gradientFlow(model, { inputs, targets }, { loss: crossEntropy({ ignoreIndex: -1 }) });
    expect(flow.layers[0]).toMatchObject({ ratio: 0, verdict: 'vanishing', norms: Array(T).fill(0) });
    expect(flow.toString()).toContain('vanishing');
    expect(flow.toSVG()).toContain('</svg>');
  });
});

describe('the squashed gates of each cell', () => {
  const squashed: { readonly [name: string]: string } = {
    'RNNCell, tanh': 'h',
    'RNNCell, ReLU': '',
    LSTMCell: 'i f g o',
    'GRUCell, reset after': 'r z n',
    'GRUCell, reset before': 'r z n',
    PeepholeLSTMCell: 'i f g o',
    CoupledLSTMCell: 'i g o',
    ProjectedLSTMCell: 'i f g o',
    LayerNormLSTMCell: 'i f g o',
    LayerNormGRUCell: 'r z n',
  };
  const inputs = tensor(new Float64Array(6), [1, 3, 2]);
  const targets = tensor(new Float64Array(9), [1, 3, 3]);
  /** The saturated share of each gate if all of p is `start`. */
  const saturated = (make: (typeof cells)[number][1], start: number) => {
    const cell = make({ inputSize: 2, hiddenSize: 3, bias: true, backend, random: new Random(1) });
    for (const parameter of cell.parameters().values()) parameter.write(parameter.read().fill(0));
    const shift = cell.parameters().get('biasIh') ?? cell.own.shiftIh;
    shift!.write(shift!.read().fill(start));
    return gradientFlow(new Sequence(cell), { inputs, targets }, { loss }).layers[0]!.saturated;
  };

  test('are known for every cell', () => expect(Object.keys(squashed)).toEqual(cells.map(([name]) => name)));

  test.each(cells)('%s', (name, make) => {
    expect(Object.keys(saturated(make, 0)).join(' ')).toBe(squashed[name]);
    // Half for a sigmoid, nothing for a tanh; the opposite at the other end.
    expect(new Set(Object.values(saturated(make, 0)))).not.toContain(1);
    for (const share of Object.values(saturated(make, -12))) expect(share).toBe(1);
  });
});

describe('the model is unchanged', () => {
  test('in gradients, weights and generators, even if the batch is refused', () => {
    const random = new Random(1);
    const model = sequential(
      new Sequence(new GRUCell({ inputSize: 2, hiddenSize: H, random }), { outputs: 'last' }),
      new Dropout({ rate: 0.5, random: new Random(7) }),
      new Dense({ inputSize: H, outputSize: 1, random }),
    );
    const batch = { inputs: drawn(random, [B, T, 2]), targets: drawn(random, [B, 1]) };
    batch.inputs = tensor(Array.from(batch.inputs.data), [B, T, 2]);
    batch.targets = tensor(Array.from(batch.targets.data), [B, 1]);
    const dropout = model.layers[1] as Dropout;
    const kept = () => [
      dropout.random.state,
      ...[...model.parameters().values()].flatMap((parameter) => [
        Array.from(parameter.read()),
        Array.from(parameter.readGradient()),
      ]),
    ];
    model.forward(batch.inputs).backward(batch.targets);
    const before = kept();
    gradientFlow(model, batch, { loss });
    expect(kept()).toEqual(before);
    const wrong = { ...batch, targets: tensor([[1]]) };
    expect(() => gradientFlow(model, wrong, { loss })).toThrow(RangeError);
    expect(kept()).toEqual(before);
  });
});

describe('readable forms', () => {
  const flow = () => {
    const { layer, random, inputs } = setup(lstm, { outputs: 'last' });
    return gradientFlow(layer, { inputs, targets: drawn(random, [B, H]) }, { loss });
  };

  test('toString prints a table', () => {
    const rows = String(flow()).split('\n');
    expect(rows[0]).toMatch(/^layer +‖∂L\/∂h_t‖, t = 1 … T +first +last +ratio +verdict$/);
    expect(rows[1]).toMatch(
      /^cell LSTMCell +[▁▂▃▄▅▆▇]{6}█ +\d\.\de[+-]\d +\d\.\de[+-]\d +\d\.\de[+-]\d +healthy$/,
    );
    expect(rows[2]).toMatch(/^ {2}‖∂L\/∂c_t‖ +[▁▂▃▄▅▆▇]{6} +\d\.\de[+-]\d +0\.0e\+0 +\d\.\de[+-]\d$/);
    expect(rows[3]).toMatch(/^ {2}saturated: i \d+ %, f \d+ %, g \d+ %, o \d+ %$/);
    expect(rows[4]).toMatch(/^ {2}spectral radius of W_hh: i \d\.\d\d, f \d\.\d\d, g \d\.\d\d, o \d\.\d\d$/);
    expect(rows).toHaveLength(5);
  });

  test('the SVG has a line of T points per layer, within its frame', () => {
    const svg = flow().toSVG({ width: 300, height: 250 });
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 300 250"/);
    const lines = [...svg.matchAll(/<path d="(M[^"]+)" fill="none" stroke="#d55e00"/g)].map(([, d]) => d!);
    const points = lines[0]!
      .split(/[ML]/)
      .slice(1)
      .map((point) => point.split(' ').map(Number));
    expect(lines).toHaveLength(3);
    expect(points).toHaveLength(T);
    for (const [x, y] of points as [number, number][]) {
      expect(x >= 64 && x <= 280, `x is ${x}`).toBe(true);
      expect(y >= 36 && y <= 176, `y is ${y}`).toBe(true);
    }
    expect(svg).toContain('>cell LSTMCell: healthy, thin: ∂L/∂c_t</text>');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('the result is plain data', () => {
    const found = flow();
    expect(JSON.parse(JSON.stringify(found))).toEqual({ ...found });
  });

  test('a size is at least 200', () => {
    expect(() => flow().toSVG({ width: 100 })).toThrow(
      new RangeError('GradientFlow.toSVG: width is 100, expected a number from 200 to 10000'),
    );
  });
});

test.each([
  [1, [1]],
  [3, [1, 2, 3]],
  [7, [1, 2, 4, 7]],
  [100, [1, 20, 40, 60, 80, 100]],
  [101, [1, 20, 40, 60, 80, 101]],
])('an axis of %d steps has round ticks', (length, ticks) => {
  const lines = [{ name: 'a line', values: new Array<number>(length).fill(1), beside: [] }];
  const svg = logPlot('test', { title: '', xLabel: 't', yLabel: '', lines });
  const found = svg.matchAll(/text-anchor="middle">(\d+)</g);
  expect(Array.from(found, ([, step]) => Number(step))).toEqual(ticks);
});

describe('errors', () => {
  const { layer, random, inputs } = setup(lstm);
  const batch = { inputs, targets: drawn(random, [B, T, H]) };
  const dense = new Dense({ inputSize: 2, outputSize: 1, backend });
  const call = gradientFlow as (...given: unknown[]) => unknown;

  test.each<[unknown[], Error]>([
    [
      [undefined, batch, { loss }],
      new TypeError(
        'gradientFlow: model is undefined, expected a layer, or a model such as manyToOne(…) makes',
      ),
    ],
    [
      [layer.cell, batch, { loss }],
      new TypeError(
        'gradientFlow: model is a value of type LSTMCell, expected a layer, or a model such as manyToOne(…) makes',
      ),
    ],
    [
      [layer, undefined, { loss }],
      new TypeError('gradientFlow: batch is undefined, expected { inputs, targets }'),
    ],
    [
      [layer, { inputs }, { loss }],
      new TypeError('gradientFlow: batch.targets is missing, expected { inputs, targets }'),
    ],
    [
      [layer, { targets: inputs }, { loss }],
      new TypeError('gradientFlow: batch.inputs is missing, expected { inputs, targets }'),
    ],
    [
      [layer, batch, undefined],
      new TypeError('gradientFlow: options is undefined, expected an object such as { loss }'),
    ],
    [
      [layer, batch, { loss: 'mse' }],
      new TypeError('gradientFlow: loss is "mse", expected a loss such as crossEntropy()'),
    ],
    [
      [layer, { ...batch, lengths: [0, 0, 0] }, { loss }],
      new RangeError('gradientFlow: batch.lengths are all 0, expected at least one sequence with a step'),
    ],
    [
      [dense, { inputs: tensor([[1, 2]]), targets: tensor([[1]]) }, { loss }],
      new RangeError(
        'gradientFlow: model has no recurrent layer, expected a Sequence or Bidirectional in it',
      ),
    ],
    [
      [layer, { ...batch, inputs: tensor([], [0, 4, 2]) }, { loss }],
      new RangeError('gradientFlow: inputs has shape [0, 4, 2], expected at least one sequence'),
    ],
  ])('%#', (args, error) => {
    expect(() => call(...args)).toThrow(error);
  });

  test('in sequences that a convolution leaves without steps', () => {
    const model = sequential(
      new Conv1d({ inputSize: 1, outputSize: 1, kernelSize: 3, padding: 'valid' }),
      new Sequence(new RNNCell({ inputSize: 1, hiddenSize: 2 })),
    );
    const four = tensor([1, 2, 3, 4, 5, 6, 7, 8], [2, 4, 1]);
    const shortened = (lengths: number[]) =>
      gradientFlow(model, { inputs: four, targets: tensor(Array(8).fill(0), [2, 2, 2]), lengths }, { loss });
    expect(() => shortened([2, 1])).toThrow(
      new RangeError(
        'gradientFlow: batch.lengths leave layer 1 no step, expected at least one sequence with a step there',
      ),
    );
    const some = gradientFlow(
      model,
      { inputs: four, targets: tensor(Array(8).fill(0), [2, 2, 2]), lengths: [2, 4] },
      { loss },
    );
    expect(some.layers[0]!.norms.every((norm) => norm > 0)).toBe(true);
    expect(some.layers[0]!.norms.length).toBe(2);
    const none = { inputs: tensor([], [1, 0, 1]), targets: tensor([], [1, 0, 2]) };
    expect(() => gradientFlow(sequential(model.layers[1]!), none, { loss })).toThrow(
      new RangeError(
        'gradientFlow: batch.inputs leave layer 0 no step, expected at least one sequence with a step there',
      ),
    );
  });
});

test('any number of sequences is accepted', () => {
  const layer = new Sequence(new RNNCell({ inputSize: 1, hiddenSize: 1, random: new Random(1) }));
  const inputs = tensor(new Float64Array(2 * 150_000), [150_000, 2, 1]);
  const lengths = Array.from({ length: 150_000 }, (_, b) => 1 + (b % 2));
  const flow = gradientFlow(layer, { inputs, targets: inputs, lengths }, { loss: meanSquaredError() });
  expect(flow.layers.map(({ norms }) => norms.length)).toEqual([2]);
});
