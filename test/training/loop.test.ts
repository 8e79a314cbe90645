import { describe, expect, test } from 'vitest';
import {
  Adam,
  accuracy,
  type Batch,
  BestWeights,
  batches,
  confusionMatrix,
  crossEntropy,
  Dense,
  evaluate,
  float64,
  GRUCell,
  type Indices,
  type LoopOptions,
  MovingAverage,
  meanSquaredError,
  OneHot,
  Random,
  Sequence,
  SGD,
  sequential,
  type Tensor,
  tensor,
  train,
} from '../../src/index.ts';
import { trainParallel } from '../../src/parallel.ts';

const backend = float64();

function setup() {
  const random = new Random(1);
  const model = sequential(
    new OneHot({ classes: 5, backend }),
    new Sequence(new GRUCell({ inputSize: 5, hiddenSize: 4, random, backend })),
    new Dense({ inputSize: 4, outputSize: 5, random, backend }),
  );
  const draw = (time: number) => Array.from({ length: time }, () => random.integer(5));
  const lengths = [3, 5, 1, 4, 2, 5, 3, 1];
  const examples = { inputs: lengths.map(draw), targets: lengths.map(draw) };
  const weights = () => [...model.parameters().values()].flatMap((parameter) => Array.from(parameter.read()));
  return { model, examples, weights };
}

const options = () => ({ loss: crossEntropy(), optimizer: new SGD({ learningRate: 0.5, momentum: 0.9 }) });

function close(got: readonly number[], want: readonly number[]): void {
  expect(got).toHaveLength(want.length);
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(want[i]!, 12);
  });
}

describe('accumulation', () => {
  test.each(['mean', 'sum'] as const)(
    'of a %s: several batches give the step of one large batch',
    async (reduction) => {
      const whole = setup();
      const cut = setup();
      const of = { ...options(), loss: crossEntropy({ reduction }), clipNorm: 1 };
      const losses: number[][] = [[], []];
      for await (const { loss } of train(
        whole.model,
        batches(whole.examples, { batchSize: 8, epochs: 3 }),
        of,
      ))
        losses[0]!.push(loss);
      const small = batches(cut.examples, { batchSize: 2, epochs: 3 });
      const other = { ...options(), loss: crossEntropy({ reduction }), clipNorm: 1, accumulate: 4 };
      for await (const { loss } of train(cut.model, small, other)) losses[1]!.push(loss);
      expect(losses[1]).toHaveLength(3);
      close(losses[1]!, losses[0]!);
      close(cut.weights(), whole.weights());
    },
  );

  test('the remaining batches form a last step', async () => {
    const { model, examples } = setup();
    const steps = [];
    const of = { ...options(), accumulate: 3 };
    for await (const step of train(model, batches(examples, { batchSize: 2 }), of)) steps.push(step);
    expect(steps.map(({ step }) => step)).toEqual([0, 1]);
    expect(steps.map(({ secondsLeft }) => secondsLeft! > 0)).toEqual([true, false]);
  });

  test('works on several shards', async () => {
    const one = setup();
    const many = setup();
    const of = { accumulate: 2 };
    for await (const _ of train(one.model, batches(one.examples, { batchSize: 4 }), { ...options(), ...of }));
    const parallel = { ...options(), ...of, shards: 2, threads: 1 };
    for await (const _ of trainParallel(many.model, batches(many.examples, { batchSize: 4 }), parallel));
    close(many.weights(), one.weights());
  });
});

describe('progress', () => {
  test('includes epochs and the time left', async () => {
    const { model, examples } = setup();
    const steps = [];
    for await (const step of train(model, batches(examples, { batchSize: 4, epochs: 2 }), options()))
      steps.push(step);
    expect(steps.map(({ epoch }) => epoch)).toEqual([0, 0, 1, 1]);
    const left = steps.map(({ secondsLeft }) => secondsLeft!);
    expect(left.slice(0, 3).every((seconds) => seconds > 0)).toBe(true);
    expect(left[3]).toBe(0);
    const [batch] = batches(examples, { batchSize: 4 });
    const once = (function* () {
      yield batch!;
    })();
    for await (const { epoch, secondsLeft } of train(model, once, options()))
      expect([epoch, secondsLeft]).toEqual([undefined, undefined]);
  });
});

describe('validation', () => {
  const places = async (more: Partial<LoopOptions<Indices>>, batchSize = 2) => {
    const { model, examples } = setup();
    const found: number[] = [];
    const data = batches(examples, { batchSize, epochs: 2 });
    for await (const { step, validation } of train(model, data, { ...options(), ...more })) {
      if (validation === undefined) continue;
      found.push(step);
      expect(validation).toEqual(await evaluate(model, more.validate!.batches, [crossEntropy()]));
    }
    return found;
  };
  const held = batches(setup().examples, { batchSize: 8 });
  const validate = { batches: held, metrics: [crossEntropy()] };

  test('runs after each epoch or number of steps', async () => {
    expect(await places({ validate })).toEqual([3, 7]);
    expect(await places({ validate: { ...validate, every: 3 } })).toEqual([2, 5]);
    expect(await places({ validate, accumulate: 3 })).toEqual([1, 2]);
    const { model, examples } = setup();
    const list = [...batches(examples, { batchSize: 4 })];
    const ends = [];
    for await (const { validation } of train(model, list, { ...options(), validate }))
      ends.push(validation !== undefined);
    expect(ends).toEqual([false, true]);
  });

  test('restores the best weights, and ends training by patience', async () => {
    const { model, examples, weights } = setup();
    const best = new BestWeights(model.parameters(), { patience: 3 });
    const of = { loss: crossEntropy(), optimizer: new Adam({ learningRate: 0.1 }), validate };
    let [lowest, kept] = [Number.POSITIVE_INFINITY, weights()];
    const values: number[] = [];
    for await (const { validation } of train(model, batches(examples, { batchSize: 4, epochs: 200 }), of)) {
      if (validation === undefined) continue;
      const value = validation.crossEntropy!;
      values.push(value);
      expect(best.offer(value)).toBe(value < lowest);
      if (value < lowest) [lowest, kept] = [value, weights()];
      if (best.over) break;
    }
    expect(values.length).toBeLessThan(200);
    expect(values.slice(-3).every((value) => value >= lowest)).toBe(true);
    best.putBack();
    expect(weights()).toEqual(kept);
    expect(best.value).toBe(lowest);
  });

  test.each(['train', 'trainParallel', 'with an average'])('offers to the best weights: %s', async (kind) => {
    const { model, examples, weights } = setup();
    const best = new BestWeights(model.parameters(), { patience: 3 });
    const average =
      kind === 'with an average' ? new MovingAverage(model.parameters(), { decay: 0.5 }) : undefined;
    const of = {
      loss: crossEntropy(),
      optimizer: new Adam({ learningRate: 0.1 }),
      average,
      validate: { ...validate, metrics: [crossEntropy(), accuracy()], best },
    };
    const data = batches(examples, { batchSize: 4, epochs: 200 });
    const steps =
      kind === 'trainParallel'
        ? trainParallel(model, data, { ...of, shards: 2, threads: 1 })
        : train(model, data, of);
    const values: number[] = [];
    let kept: number[] = [];
    for await (const { validation } of steps) {
      if (validation === undefined) continue;
      values.push(validation.crossEntropy!);
      average?.swap();
      if (values.at(-1) === Math.min(...values)) kept = weights();
      average?.swap();
    }
    expect(values.length).toBeLessThan(200);
    expect(values.indexOf(Math.min(...values))).toBe(values.length - 4);
    expect(best.value).toBe(Math.min(...values));
    expect(weights()).toEqual(kept);

    // Patience has run out: a training that continues from here ends immediately.
    for await (const _ of train(model, batches(examples, { batchSize: 4 }), of)) expect.unreachable();
    expect(weights()).toEqual(kept);
  });

  test('puts the best weights back at the end of the batches and after an abort, not after a break', async () => {
    const run = async (end: 'batches' | 'abort' | 'break' | 'no validation') => {
      const { model, examples, weights } = setup();
      const best = new BestWeights(model.parameters());
      const controller = new AbortController();
      const of = {
        ...options(),
        optimizer: new SGD({ learningRate: 50 }),
        signal: controller.signal,
        validate: { ...validate, every: end === 'no validation' ? 100 : 1, best },
      };
      let last: number[] = [];
      for await (const { step } of train(model, batches(examples, { batchSize: 4, epochs: 5 }), of)) {
        last = weights();
        if (step === 7 && end === 'abort') controller.abort();
        if (step === 7 && end === 'break') break;
      }
      return {
        last,
        after: weights(),
        best: Object.values(best.state().weights).flatMap((some) => [...some]),
      };
    };
    for (const end of ['batches', 'abort'] as const) {
      const { last, after, best } = await run(end);
      expect(after).toEqual(best);
      expect(after).not.toEqual(last);
    }
    for (const end of ['break', 'no validation'] as const) {
      const { last, after } = await run(end);
      expect(after).toEqual(last);
    }
  });

  test('puts the best weights back after an abort during a step that is then dropped', async () => {
    const { model, examples, weights } = setup();
    const best = new BestWeights(model.parameters());
    const controller = new AbortController();
    const of = {
      ...options(),
      optimizer: new SGD({ learningRate: 50 }),
      signal: controller.signal,
      validate: { ...validate, every: 1, best },
    };
    const data = [...batches(examples, { batchSize: 4, epochs: 3 })].map(({ targets, ...rest }, i) => ({
      ...rest,
      get targets() {
        if (i === 4) controller.abort();
        return targets;
      },
    }));
    let last: number[] = [];
    const steps: number[] = [];
    for await (const { step } of trainParallel(model, data, { ...of, shards: 2, threads: 1 })) {
      steps.push(step);
      last = weights();
    }
    expect(steps).toEqual([0, 1, 2, 3]);
    expect(weights()).toEqual(Object.values(best.state().weights).flatMap((some) => [...some]));
    expect(weights()).not.toEqual(last);
  });

  const waits = {
    'for a batch': () => ({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }),
    }),
    'between batches': (controller: AbortController) => ({
      *[Symbol.iterator]() {
        const [batch] = held;
        for (let i = 0; i < 200; i++) {
          if (i === 5) controller.abort();
          expect(i).toBeLessThanOrEqual(5);
          yield batch!;
        }
      },
    }),
  };
  test.each(
    Object.entries(waits).flatMap(([wait, heldOut]) =>
      (['train', 'trainParallel'] as const).map((kind) => ({ kind, wait, heldOut })),
    ),
  )('an abort ends a validation that waits $wait: $kind', async ({ kind, heldOut }) => {
    const { model, examples, weights } = setup();
    const controller = new AbortController();
    const best = new BestWeights(model.parameters());
    const average = new MovingAverage(model.parameters(), { decay: 0.5 });
    const of = {
      ...options(),
      average,
      signal: controller.signal,
      validate: { batches: heldOut(controller), metrics: [crossEntropy()], every: 2, best },
    };
    const data = batches(examples, { batchSize: 2, epochs: 4 });
    const timer = setTimeout(() => controller.abort(), 100);
    const steps = [];
    let last: number[] = [];
    const training =
      kind === 'train'
        ? train(model, data, of)
        : trainParallel(model, data, { ...of, shards: 2, threads: 1 });
    for await (const { step, validation } of training) {
      steps.push([step, validation]);
      last = weights();
    }
    clearTimeout(timer);
    // The step that the validation belongs to was complete. Nothing was offered, so its weights stay.
    expect(steps).toEqual([
      [0, undefined],
      [1, undefined],
    ]);
    expect(best.value).toBeUndefined();
    expect(weights()).toEqual(last);
  });

  test('checks what it can before the first step', async () => {
    const { model, examples, weights } = setup();
    const before = weights();
    const called = async (more: object) => {
      const of = { ...options(), validate: { ...validate, ...more } };
      for await (const _ of train(model, batches(examples, { batchSize: 8 }), of));
    };
    await expect(called({ batches: [] })).rejects.toThrow(
      new RangeError('train: validate.batches is empty, expected at least one batch'),
    );
    const best = new BestWeights(model.parameters());
    await expect(called({ best, metrics: [confusionMatrix(), accuracy()] })).rejects.toThrow(
      new TypeError(
        'train: validate.metrics[0] has values such as an array of 0, expected numbers to choose the best weights by',
      ),
    );
    expect(weights()).toEqual(before);
    await called({ best, metrics: [accuracy(), confusionMatrix()] });
    expect(best.value).toBeGreaterThan(0);
  });

  test('refuses an object that keeps no weights, and a lack of metrics to choose by', async () => {
    const { model, examples } = setup();
    const called = async (more: object) => {
      const of = { ...options(), validate: { ...validate, ...more } };
      for await (const _ of train(model, batches(examples, { batchSize: 8 }), of));
    };
    await expect(called({ best: { patience: 3 } })).rejects.toThrow(
      'train: validate: best is an object, expected BestWeights of the model’s parameters',
    );
    const best = new BestWeights(model.parameters());
    await expect(called({ best, metrics: [] })).rejects.toThrow(
      'train: validate.metrics is empty, expected a metric to choose the best weights by',
    );
  });

  test('may prefer higher values, by a margin, and NaN is never better', () => {
    const { model } = setup();
    const best = new BestWeights(model.parameters(), { better: 'higher', margin: 0.1, patience: 2 });
    expect([Number.NaN, 0.5, 0.55, 0.7].map((value) => best.offer(value))).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(best.over).toBe(false);
    expect([0.75, Number.NaN].map((value) => best.offer(value))).toEqual([false, false]);
    expect(best.over).toBe(true);
  });
});

describe('the average of weights', () => {
  test('matches its formula, and is evaluated', async () => {
    const { model, examples, weights } = setup();
    const average = new MovingAverage(model.parameters(), { decay: 0.75 });
    let want = weights();
    const validate = { batches: batches(examples, { batchSize: 8 }), metrics: [crossEntropy()], every: 5 };
    const of = { ...options(), average, validate };
    let checked = 0;
    for await (const { validation } of train(model, batches(examples, { batchSize: 4, epochs: 5 }), of)) {
      const now = weights();
      want = want.map((value, i) => 0.75 * value + 0.25 * now[i]!);
      if (validation === undefined) continue;
      average.swap();
      close(weights(), want);
      expect(validation).toEqual(await evaluate(model, validate.batches, validate.metrics));
      average.swap();
      expect(weights()).toEqual(now);
      checked++;
    }
    expect(checked).toBe(2);
    const { model: other } = setup();
    const again = new MovingAverage(other.parameters());
    again.restore(average.state());
    expect(again.state()).toEqual(average.state());
  });

  test('weights to restore must be numbers, for the average and the best weights; otherwise nothing changes', () => {
    const dense = new Dense({ inputSize: 1, outputSize: 1 });
    const average = new MovingAverage(dense.parameters());
    const best = new BestWeights(dense.parameters());
    const before = [average.state(), best.state()];
    const wrongs: [unknown, string][] = [
      [{ length: 1 }, 'weight is an object, expected an array of 1 numbers'],
      ['a', 'weight is "a", expected an array of 1 numbers'],
      [[1n], 'weight[0] is 1n, expected a number'],
      [BigInt64Array.of(1n), 'weight[0] is 1n, expected a number'],
    ];
    for (const [weight, message] of wrongs) {
      const weights = { weight, bias: [1] } as never;
      expect(() => average.restore(weights)).toThrow(new TypeError(`MovingAverage.restore: ${message}`));
      expect(() => best.restore({ value: 1, waited: 0, weights })).toThrow(
        new TypeError(`BestWeights.restore: ${message}`),
      );
    }
    expect([average.state(), best.state()]).toEqual(before);
  });

  test('refuses other parameters', () => {
    const average = new MovingAverage(setup().model.parameters());
    expect(() => average.restore({ weight: new Float64Array(1) })).toThrow(
      new RangeError('MovingAverage.restore: state has "weight", expected only names of the parameters'),
    );
    expect(() => average.restore({})).toThrow('MovingAverage.restore: 1.cell.weightIh has length undefined');
    expect(() => new MovingAverage(new Map(), { decay: 2 })).toThrow(
      new RangeError('MovingAverage: decay is 2, expected a number from 0 to 1'),
    );
  });
});

test('kept weights of another model are refused before the first step; those of a part of the model are not', async () => {
  const { model, examples, weights } = setup();
  const other = setup().model.parameters();
  const data = batches(examples, { batchSize: 4 });
  const validate = { batches: [...data], metrics: [crossEntropy()] };
  const before = weights();
  const run = async (more: object) => {
    for await (const _ of train(model, data, { ...options(), ...more }));
  };
  await expect(run({ average: new MovingAverage(other) })).rejects.toThrow(
    new RangeError('train: average: 1.cell.weightIh is of another model, expected parameters of this one'),
  );
  await expect(run({ validate: { ...validate, best: new BestWeights(other) } })).rejects.toThrow(
    new RangeError(
      'train: validate.best: 1.cell.weightIh is of another model, expected parameters of this one',
    ),
  );
  expect(weights()).toEqual(before);
  const part = new Map([...model.parameters()].slice(0, 1));
  await run({ average: new MovingAverage(part) });
  expect(weights()).not.toEqual(before);
});

test('a first batch that continues starts from the given state', async () => {
  const whole = setup();
  const pieces = setup();
  const [batch] = batches(whole.examples, { batchSize: 8 });
  const { inputs, targets } = batch!;
  const part: Batch<Indices, Indices> = { inputs, targets, continues: true };
  for await (const _ of train(whole.model, [part, part, part], {
    ...options(),
    optimizer: new SGD({ learningRate: 0.1 }),
  }));
  let last: LoopOptions<Indices> & { initialState?: never } = options() as never;
  last = { ...last, optimizer: new SGD({ learningRate: 0.1 }) };
  let state: unknown;
  for await (const step of train(pieces.model, [part], last)) state = step.state;
  for await (const _ of train(pieces.model, [part, part], { ...last, initialState: state as never }));
  expect(pieces.weights()).toEqual(whole.weights());
});

describe('errors', () => {
  const { model } = setup();
  const validate = { batches: [], metrics: [crossEntropy()] };
  const none = (function* (): Generator<Batch<Indices, Indices>> {})();
  test.each<[object, unknown, string]>([
    [{ accumulate: 0 }, [], 'train: accumulate is 0, expected a whole number of at least 1'],
    [{ average: 0.9 }, [], 'train: average is 0.9, expected a MovingAverage of the model’s parameters'],
    [
      { validate: { ...validate, every: 0 } },
      [],
      'train: validate.every is 0, expected a whole number of at least 1',
    ],
    [
      { validate: { batches: [] } },
      [],
      'train: validate: metrics is undefined, expected an array of metrics and losses',
    ],
    [
      { validate },
      none,
      'train: validate.every is "epoch", expected a number of steps, since the batches do not say where an epoch ends',
    ],
  ])('%o', async (more, data, message) => {
    await expect(train(model, data as [], { ...options(), ...more } as never).next()).rejects.toThrow(
      message,
    );
  });

  test('a generator for validation is refused before the first step', async () => {
    const dense = new Dense({ inputSize: 1, outputSize: 1 });
    const batch: Batch<Tensor, Tensor> = { inputs: tensor([[1]]), targets: tensor([[1]]) };
    const once = (function* () {
      yield batch;
    })();
    const of = {
      loss: meanSquaredError(),
      optimizer: new SGD({ learningRate: 0.1 }),
      validate: { batches: once, metrics: [meanSquaredError()], every: 1 },
    };
    const run = async () => {
      for await (const _ of train(dense, [batch, batch], of));
    };
    await expect(run()).rejects.toThrow(
      'train: validate: batches is a generator, which has a single pass, expected an array or batches(…): each validation iterates them',
    );
  });
});
