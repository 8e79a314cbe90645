import { describe, expect, test } from 'vitest';
import {
  Adam,
  type Batch,
  crossEntropy,
  Dense,
  Dropout,
  evaluate,
  float32,
  float64,
  GRUCell,
  huber,
  type Indices,
  indices,
  LSTMCell,
  meanAbsoluteError,
  meanSquaredError,
  OneHot,
  type OptimizerState,
  type Parameters,
  perplexity,
  Random,
  RNNCell,
  Sequence,
  SGD,
  sequential,
  type Tensor,
  tensor,
  train,
} from '../../src/index.ts';

function setup(seed = 1) {
  const random = new Random(seed);
  const backend = float64();
  const model = sequential(
    new Sequence(new LSTMCell({ inputSize: 2, hiddenSize: 4, random, backend }), { outputs: 'last' }),
    new Dense({ inputSize: 4, outputSize: 1, random, backend }),
  );
  const draw = () => random.normal();
  const batch = (): Batch<Tensor, Tensor> => ({
    inputs: tensor(Array.from({ length: 3 * 5 * 2 }, draw), [3, 5, 2]),
    targets: tensor(Array.from({ length: 3 }, draw), [3, 1]),
  });
  const weights = () => [...model.parameters().values()].flatMap((parameter) => Array.from(parameter.read()));
  return { model, random, batch, weights };
}

/** A memory task that needs a carried state: the first symbol returns in the last of several pieces. */
function* remembering(random: Random, pieces: number): Generator<Batch<Indices, Indices>> {
  for (;;) {
    const symbols = [random.integer(2), random.integer(2), random.integer(2), random.integer(2)];
    for (let piece = 0; piece < pieces; piece++)
      yield {
        inputs: indices(symbols.map((symbol) => [piece === 0 ? symbol : 2, 2])),
        targets: indices(symbols.map((symbol) => [2, piece === pieces - 1 ? symbol : 2])),
        continues: piece > 0,
      };
  }
}

const take = <Item>(items: Iterable<Item>, count: number): Item[] => {
  const taken = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
};

describe('train', () => {
  test('a step equals forward, backward, clip and update by hand', async () => {
    const { model, batch } = setup();
    const { model: byHand } = setup();
    const one = batch();
    const options = { loss: meanSquaredError(), optimizer: new SGD({ learningRate: 0.1 }), clipNorm: 0.01 };
    const steps = [];
    for await (const step of train(model, [one], options)) steps.push(step);

    const pass = byHand.forward(one.inputs);
    const loss = meanSquaredError().forward(pass.output, one.targets);
    pass.backward(loss.backward());
    const gradients = [...byHand.parameters().values()].map((parameter) => parameter.readGradient());
    const norm = Math.hypot(...gradients.flatMap((gradient) => Array.from(gradient)));
    expect(norm).toBeGreaterThan(0.01);
    expect(steps).toHaveLength(1);
    expect(steps[0]!.step).toBe(0);
    expect(steps[0]!.loss).toBeCloseTo(loss.value, 14);
    expect(steps[0]!.gradientNorm).toBeCloseTo(norm, 12);
    expect(steps[0]!.learningRate).toBe(0.1);
    expect(steps[0]!.tokensPerSecond).toBeGreaterThan(0);
    const got = [...model.parameters().values()].map((parameter) => parameter.read());
    [...byHand.parameters().values()].forEach((parameter, i) => {
      parameter.read().forEach((value, j) => {
        expect(got[i]![j]).toBeCloseTo(value - (0.1 * gradients[i]![j]! * 0.01) / norm, 14);
      });
    });
  });

  test('the schedule is a factor per step, and steps may start from a number', async () => {
    const { model, batch } = setup();
    const rates = [];
    const options = {
      loss: meanSquaredError(),
      optimizer: new SGD({ learningRate: 2 }),
      schedule: (step: number) => 1 / (step + 1),
      firstStep: 3,
    };
    for await (const { step, learningRate } of train(model, [batch(), batch()], options))
      rates.push([step, learningRate]);
    expect(rates).toEqual([
      [3, 2 / 4],
      [4, 2 / 5],
    ]);
  });

  test('nothing happens before iteration, and break or an aborted signal ends it between steps', async () => {
    const { model, batch, weights } = setup();
    let asked = 0;
    const batches = (function* () {
      for (;;) {
        asked++;
        yield batch();
      }
    })();
    const options = { loss: meanSquaredError(), optimizer: new Adam() };
    const before = weights();
    const steps = train(model, batches, options);
    expect(asked).toBe(0);
    expect(weights()).toEqual(before);
    for await (const { step } of steps) if (step === 2) break;
    expect(asked).toBe(3);
    expect(batches.next().done).toBe(true);

    const controller = new AbortController();
    const done = [];
    const endless = (function* () {
      for (;;) yield batch();
    })();
    for await (const { step } of train(model, endless, { ...options, signal: controller.signal })) {
      done.push(step);
      if (step === 4) controller.abort();
    }
    expect(done).toEqual([0, 1, 2, 3, 4]);
    expect(endless.next().done).toBe(true);
  });

  test('the event loop runs between steps', async () => {
    const { model, batch } = setup();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const one = batch();
    const started = performance.now();
    const endless = (function* () {
      while (performance.now() - started < 150) yield one;
    })();
    for await (const _ of train(model, endless, { loss: meanSquaredError(), optimizer: new Adam() }));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });

  test('batches may be asynchronous', async () => {
    const { model, batch } = setup();
    const stream = (async function* () {
      await Promise.resolve();
      yield batch();
    })();
    const losses = [];
    for await (const { loss } of train(model, stream, { loss: meanSquaredError(), optimizer: new Adam() }))
      losses.push(loss);
    expect(losses).toHaveLength(1);
  });

  test('a batch that continues starts from the final state of the previous one', async () => {
    const random = new Random(3);
    const model = sequential(
      new OneHot({ classes: 3 }),
      new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 8, random })),
      new Dense({ inputSize: 8, outputSize: 3, random }),
    );
    const options = { loss: crossEntropy(), optimizer: new Adam({ learningRate: 0.03 }) };
    for await (const _ of train(model, take(remembering(random, 2), 400), options));
    const test = take(remembering(new Random(4), 2), 20);
    const { perplexity: carried } = await evaluate(model, test, [perplexity()]);
    const forgotten = test.map((batch) => ({ ...batch, continues: false }));
    const { perplexity: cut } = await evaluate(model, forgotten, [perplexity()]);
    expect(carried).toBeLessThan(1.05);
    expect(cut).toBeGreaterThan(carried! + 0.05);
  });

  test('the same seed gives the same weights, with dropout too', async () => {
    const run = async () => {
      const random = new Random(5);
      const backend = float32({ deterministic: true });
      const model = sequential(
        new Sequence(new LSTMCell({ inputSize: 2, hiddenSize: 8, random, backend })),
        new Dropout({ rate: 0.5, random, backend }),
        new Dense({ inputSize: 8, outputSize: 1, random, backend }),
      );
      const x = tensor(
        Array.from({ length: 24 }, () => random.normal()),
        [2, 6, 2],
      );
      const batch = {
        inputs: x,
        targets: tensor(
          Array.from({ length: 12 }, () => 1),
          [2, 6, 1],
        ),
        lengths: [6, 3],
      };
      for await (const _ of train(model, Array(10).fill(batch), {
        loss: meanSquaredError(),
        optimizer: new Adam(),
      }));
      return [...model.parameters().values()].map((parameter) => parameter.read());
    };
    expect(await run()).toEqual(await run());
  });

  test('a non-finite loss or gradient is an error that names step and parameter, and keeps the weights', async () => {
    const { model, batch, weights } = setup();
    const good = batch();
    const bad = { ...good, inputs: { ...good.inputs, data: good.inputs.data.map(() => Number.NaN) } };
    const run = async () => {
      for await (const _ of train(model, [good, bad], { loss: meanSquaredError(), optimizer: new Adam() }))
        kept = weights();
    };
    let kept: number[] = [];
    await expect(run()).rejects.toThrow(
      'train: step 1: the loss is NaN and the gradient norm NaN, expected finite numbers; all weights are finite, and inputs has NaN at place 0 of its data; the weights are those before it',
    );
    expect(weights()).toEqual(kept);
    expect(weights().every(Number.isFinite)).toBe(true);
  });

  test('a non-finite weight is named, not the first gradient that it affects', async () => {
    const { model, batch } = setup();
    const bias = model.parameters().get('1.bias')!;
    bias.write([Number.NaN]);
    const run = async () => {
      for await (const _ of train(model, [batch()], { loss: meanSquaredError(), optimizer: new Adam() }));
    };
    await expect(run()).rejects.toThrow('expected finite numbers; 1.bias itself is not finite; the weights');
  });

  test('an update that makes weights infinite is undone', async () => {
    const { model, batch, weights } = setup();
    const before = weights();
    const run = async () => {
      const optimizer = new SGD({ learningRate: 1e300 });
      for await (const _ of train(model, Array(3).fill(batch()), { loss: meanSquaredError(), optimizer }));
    };
    await expect(run()).rejects.toThrow(/^train: step \d: .*(weights are those before it)$/);
    expect(weights().every(Number.isFinite)).toBe(true);
    expect(weights()).not.toEqual(before);
  });

  test('a refused update leaves the optimiser’s state unchanged', async () => {
    class Counting extends SGD {
      count = 0;

      override step(parameters: Parameters, rate?: number): void {
        this.count++;
        super.step(parameters, rate);
      }

      override state(parameters: Parameters): OptimizerState {
        return { ...super.state(parameters), count: this.count } as OptimizerState;
      }

      override restore(parameters: Parameters, state: OptimizerState): void {
        super.restore(parameters, state);
        this.count = (state as OptimizerState & { count: number }).count;
      }
    }
    for (const Kind of [SGD, Counting])
      for (const [least, most] of [
        [0.1, 1e308],
        [1e308, 1e308],
      ] as const) {
        const { model, batch } = setup();
        const optimizer = new Kind({ learningRate: least, momentum: 0.9 });
        const run = async () => {
          const { inputs, targets } = batch();
          const far = { inputs, targets: { ...targets, data: targets.data.map((y) => 1000 * y) } };
          for await (const _ of train(model, [far], { loss: meanSquaredError(), optimizer }));
        };
        await run().catch(() => {});
        optimizer.learningRate = most;
        const before = optimizer.state(model.parameters());
        expect(Object.keys(before.parameters)).toHaveLength(least === most ? 0 : model.parameters().size);
        await expect(run()).rejects.toThrow('the weights and the optimiser');
        expect(optimizer.state(model.parameters())).toEqual(before);
      }
  });

  test('a square that overflows in the optimiser’s state is refused', async () => {
    const dense = new Dense({ inputSize: 1, outputSize: 1, bias: false });
    const before = dense.weight.read();
    const batch = { inputs: tensor([[1e30]]), targets: tensor([[1]]) };
    const run = async () => {
      const loss = huber({ delta: 1 });
      for await (const _ of train(dense, [batch], { loss, optimizer: new Adam() }));
    };
    await expect(run()).rejects.toThrow('train: step 0: the update made the square of weight not finite');
    expect(dense.weight.read()).toEqual(before);
  });

  test('NaN in inputs or targets is named', async () => {
    const model = new Dense({ inputSize: 1, outputSize: 1 });
    const run = async (inputs: number, targets: number) => {
      const batch = { inputs: tensor([[inputs]]), targets: tensor([[targets]]) };
      const options = { loss: meanSquaredError(), optimizer: new SGD({ learningRate: 0.1 }) };
      for await (const _ of train(model, [batch], options));
    };
    await expect(run(Number.NaN, 0)).rejects.toThrow('inputs has NaN at place 0 of its data');
    await expect(run(0, Number.POSITIVE_INFINITY)).rejects.toThrow(
      'targets has Infinity at place 0 of its data',
    );
  });

  test('a training returns its memory, however it ends', async () => {
    const { model, batch } = setup();
    const { heap } = model.backend;
    const optimizer = new Adam();
    const options = { loss: meanSquaredError(), optimizer };
    const run = async (ways: 'end' | 'break' | 'throw') => {
      const batches = [batch(), ways === 'throw' ? undefined : batch()] as Batch<Tensor, Tensor>[];
      for await (const _ of train(model, batches, options)) if (ways === 'break') break;
    };
    await run('end');
    const { used } = heap;
    for (let call = 0; call < 20; call++) {
      await run('end');
      await run('break');
      await expect(run('throw')).rejects.toThrow(
        'train: step 1: batch is undefined, expected { inputs, targets }',
      );
    }
    expect(heap.used).toBeLessThanOrEqual(used);
  });

  test('a generator can be iterated once', async () => {
    const { model, batch } = setup();
    const once = (function* () {
      yield batch();
    })();
    const options = { loss: meanSquaredError(), optimizer: new Adam() };
    for await (const _ of train(model, once, options));
    const message =
      'batches has been iterated before and has no second pass, expected a new one, an array, or batches(…)';
    await expect(train(model, once, options).next()).rejects.toThrow(`train: ${message}`);
    await expect(evaluate(model, once, [])).rejects.toThrow(`evaluate: ${message}`);
  });

  test('exploding gradients of a ReLU network are an error, not NaN weights', async () => {
    const random = new Random(1);
    const cell = new RNNCell({ inputSize: 1, hiddenSize: 8, activation: 'relu', random });
    cell.weightHh.write(cell.weightHh.read().map((value) => 50 * Math.abs(value)));
    const model = sequential(
      new Sequence(cell, { outputs: 'last' }),
      new Dense({ inputSize: 8, outputSize: 1, random }),
    );
    const batch = { inputs: tensor(Array(100).fill(1), [1, 100, 1]), targets: tensor([[1]]) };
    const run = async () => {
      for await (const _ of train(model, [batch], { loss: meanSquaredError(), optimizer: new Adam() }));
    };
    await expect(run()).rejects.toThrow(/^train: step 0: the loss is (Infinity|NaN)/);
  });

  test('an aborted signal ends the wait for a batch', async () => {
    const { model, batch } = setup();
    const controller = new AbortController();
    const stalled = (async function* () {
      yield batch();
      controller.abort();
      await new Promise(() => {});
    })();
    const options = { loss: meanSquaredError(), optimizer: new Adam(), signal: controller.signal };
    const done = [];
    for await (const { step } of train(model, stalled, options)) done.push(step);
    expect(done).toEqual([0]);
  });

  test.each([
    [{ optimizer: new Adam() }, 'train: loss is undefined, expected a loss such as crossEntropy()'],
    [
      { optimizer: new Adam(), loss: crossEntropy },
      'train: loss is a function, expected a loss such as crossEntropy()',
    ],
    [
      { loss: crossEntropy(), optimizer: new Adam(), signal: null },
      'train: signal is null, expected an AbortSignal',
    ],
    [
      { loss: crossEntropy(), optimizer: new Adam(), schedule: 0.5 },
      'train: schedule is 0.5, expected a function from a step to a factor',
    ],
    [{ loss: crossEntropy() }, 'train: optimizer is undefined, expected an optimiser such as new Adam()'],
    [undefined, 'train: options is undefined, expected an object such as { loss, optimizer }'],
  ])('a missing or invalid option is named: %o', async (options, message) => {
    const { model } = setup();
    await expect(train(model, [], options as never).next()).rejects.toThrow(new TypeError(message));
  });

  test('batches must be iterable', async () => {
    const { model, batch } = setup();
    const options = { loss: meanSquaredError(), optimizer: new Adam() };
    await expect(train(model, batch() as never, options).next()).rejects.toThrow(
      new TypeError('train: batches is an object, expected an iterable of batches, such as an array of them'),
    );
  });

  test('clipNorm must be a number of at least 0', async () => {
    const { model, batch } = setup();
    const run = async () => {
      const options = { loss: meanSquaredError(), optimizer: new Adam(), clipNorm: -1 };
      for await (const _ of train(model, [batch()], options));
    };
    await expect(run()).rejects.toThrow(
      new RangeError('train: clipNorm is -1, expected a number of at least 0'),
    );
  });

  test('two thousand steps do not grow memory', async () => {
    const { model, batch } = setup();
    const one = batch();
    const { heap } = model.backend;
    const used: number[] = [];
    for await (const { step } of train(model, Array(2000).fill(one), {
      loss: meanSquaredError(),
      optimizer: new Adam(),
    }))
      if (step === 10 || step === 1999) used.push(heap.used);
    // Less if the collector has freed memory of other tests in between.
    expect(used[1]).toBeLessThanOrEqual(used[0]!);
  });
});

describe('evaluate', () => {
  test('refuses values other than iterables, and metrics with the same name', async () => {
    const model = new OneHot({ classes: 2 });
    await expect(evaluate(model, undefined as never, [])).rejects.toThrow(
      new TypeError(
        'evaluate: batches is undefined, expected an iterable of batches, such as an array of them',
      ),
    );
    await expect(evaluate(model, [], [perplexity(), perplexity()])).rejects.toThrow(
      new RangeError('evaluate: metrics has "perplexity" twice, expected a name for each'),
    );
  });

  test('accepts a loss as a metric: its mean over all batches, or its sum', async () => {
    const model = new Dense({ inputSize: 1, outputSize: 1, bias: false, backend: float64() });
    model.weight.write([2]);
    const batches = [
      { inputs: tensor([[1], [2]]), targets: tensor([[1], [2]]) },
      { inputs: tensor([[3]]), targets: tensor([[3]]) },
    ];
    expect(await evaluate(model, batches, [meanSquaredError(), meanAbsoluteError()])).toEqual({
      meanSquaredError: expect.closeTo(14 / 3, 12),
      meanAbsoluteError: 2,
    });
    expect(await evaluate(model, batches, [meanSquaredError({ reduction: 'sum' })])).toEqual({
      meanSquaredError: 14,
    });
    const none = meanSquaredError({ reduction: 'none' }) as never;
    await expect(evaluate(model, batches, [none])).rejects.toThrow(
      new RangeError('evaluate: metrics[0] meanSquaredError has reduction "none", expected "mean" or "sum"'),
    );
    await expect(evaluate(model, batches, [meanSquaredError as never])).rejects.toThrow(
      new TypeError('evaluate: metrics[0] is a function, expected a metric such as accuracy(), or a loss'),
    );
    await expect(evaluate({} as never, batches, [])).rejects.toThrow(
      new TypeError('evaluate: model is an object, expected a layer, or a model such as manyToOne(…) makes'),
    );
  });

  test('counts every valid step once, whichever batch has it', async () => {
    const model = new OneHot({ classes: 2, backend: float64() });
    const batches = [
      { inputs: indices([[0, 1, 0]]), targets: indices([[0, 1, 1]]) },
      { inputs: indices([[1, 0, 0]]), targets: indices([[0, 0, 0]]), lengths: [1] },
    ];
    const right = 1 / (1 + Math.exp(-1));
    const nats = -(2 * Math.log(right) + 2 * Math.log(1 - right)) / 4;
    expect(await evaluate(model, batches, [perplexity()])).toEqual({
      perplexity: expect.closeTo(Math.exp(nats), 12),
    });
  });
});
