import { execFile } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  Adam,
  type Backend,
  type Batch,
  binaryCrossEntropy,
  crossEntropy,
  Dense,
  Dropout,
  Embedding,
  float32,
  float64,
  GRUCell,
  huber,
  type Indices,
  indices,
  type Loss,
  LSTMCell,
  loadCheckpoint,
  meanSquaredError,
  OneHot,
  Random,
  Sequence,
  type Sequential,
  SGD,
  saveCheckpoint,
  sequential,
  type Tensor,
  type TrainingStep,
  teacherForcing,
  tensor,
  train,
} from '../../src/index.ts';
import type { AnyModel } from '../../src/parallel/replica.ts';
import { type TrainParallelOptions, trainParallel } from '../../src/parallel.ts';
import { kinds, makeModel } from '../encoder-decoder/models.ts';
import { behaving, bundle, folder, plain } from './bundle.ts';
import { Doubled, Halved } from './own.ts';

// Starting a thread takes long on a busy processor.
vi.setConfig({ testTimeout: 60_000 });
beforeAll(bundle, 60_000);
afterEach(() => {
  vi.unstubAllGlobals();
});

interface Setup {
  readonly model: AnyModel;
  readonly batches: Batch<unknown, Tensor | Indices>[];
  readonly loss: Loss<Tensor | Indices>;
}

/** Symbols to symbols, through an LSTM and a GRU. */
function characters(
  backend: Backend,
  { batch = 5, rate = 0, loss = crossEntropy() as Loss<Indices>, count = 3, lengths = false } = {},
): Setup {
  const random = new Random(1);
  const model = sequential(
    new OneHot({ classes: 7, backend }),
    new Sequence(new LSTMCell({ inputSize: 7, hiddenSize: 5, random, backend })),
    new Dropout({ rate, random: random.fork(), backend }),
    new Sequence(new GRUCell({ inputSize: 5, hiddenSize: 6, random, backend })),
    new Dense({ inputSize: 6, outputSize: 7, random, backend }),
  );
  const draw = () =>
    indices(
      Array.from({ length: batch * 4 }, () => random.integer(7)),
      [batch, 4],
    );
  const batches = Array.from({ length: count }, (_, i) => ({
    inputs: draw(),
    targets: draw(),
    continues: i % 3 !== 0,
    lengths: lengths ? Array.from({ length: batch }, () => random.integer(5)) : undefined,
  }));
  return { model, batches, loss: loss as Loss<Tensor | Indices> };
}

/** Series to two numbers, from the last output of a GRU. */
function series(backend: Backend, loss: Loss<Tensor>, batch = 4): Setup {
  const random = new Random(2);
  const model = sequential(
    new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 5, random, backend }), { outputs: 'last' }),
    new Dense({ inputSize: 5, outputSize: 2, random, backend }),
  );
  const draw = (...shape: number[]) =>
    tensor(
      Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.next()),
      shape,
    );
  const batches = [0, 1, 2].map(() => ({ inputs: draw(batch, 3, 2), targets: draw(batch, 2) }));
  return { model, batches, loss: loss as Loss<Tensor | Indices> };
}

/** Pairs of sequences of symbols, by an encoder–decoder with attention. */
function pairs(backend: Backend): Setup {
  const model = makeModel(kinds[2]!, backend);
  const random = new Random(2);
  const draw = () =>
    Array.from({ length: 5 }, () =>
      Array.from({ length: 1 + random.integer(3) }, () => 2 + random.integer(3)),
    );
  const batches = [0, 1, 2].map(() => teacherForcing(model, draw(), draw()));
  return { model, batches, loss: crossEntropy() as Loss<Tensor | Indices> };
}

type More = Partial<TrainParallelOptions<Tensor | Indices>>;

async function trained(
  make: () => Setup,
  more?: More,
): Promise<{ steps: TrainingStep[]; weights: number[] }> {
  const { model, batches, loss } = make();
  // Its updates are as exact as the gradients; Adam's first ones depend only on their signs.
  const optimizer = new SGD({ learningRate: 0.3, momentum: 0.9 });
  const options = { loss, optimizer, clipNorm: 0.5 };
  const iteration =
    more === undefined
      ? train(model, batches, options)
      : trainParallel(model, batches, { ...options, shards: 2, worker: plain, ...more });
  const steps = [];
  for await (const step of iteration) steps.push(step);
  const weights = [...model.parameters().values()].flatMap((parameter) => Array.from(parameter.read()));
  return { steps, weights };
}

function expectClose(got: readonly number[], want: readonly number[], tolerance: number): void {
  expect(got).toHaveLength(want.length);
  const scale = Math.max(...want.map(Math.abs));
  for (const [i, value] of want.entries())
    expect(Math.abs(got[i]! - value)).toBeLessThanOrEqual(tolerance * scale);
}

describe('the result equals that of one thread with', () => {
  const weighted = () =>
    crossEntropy({ classWeights: [1, 2, 0, 0.5, 3, 1, 1], ignoreIndex: 3, labelSmoothing: 0.1 });
  const cases: [name: string, make: (backend: Backend) => Setup, shards: number][] = [
    ['a carried state', (backend) => characters(backend, { count: 6 }), 2],
    ['lengths, some of them 0', (backend) => characters(backend, { lengths: true, count: 5 }), 3],
    [
      'ignored and weighted classes',
      (backend) => characters(backend, { loss: weighted(), lengths: true }),
      2,
    ],
    [
      'a sum',
      (backend) => characters(backend, { loss: crossEntropy({ reduction: 'sum' }) as Loss<Indices> }),
      2,
    ],
    ['a batch smaller than the shards', (backend) => characters(backend, { batch: 2 }), 3],
    ['squares of last outputs', (backend) => series(backend, meanSquaredError()), 2],
    ['a loss with options', (backend) => series(backend, huber({ delta: 0.1 }), 5), 3],
    ['weights of features', (backend) => series(backend, binaryCrossEntropy({ positiveWeight: [1, 3] })), 2],
    ['an encoder–decoder', pairs, 2],
    ['one shard', (backend) => characters(backend, { rate: 0.5 }), 1],
  ];
  test.each(cases)('%s', async (_, make, shards) => {
    for (const [backend, tolerance] of [
      [float64(), 1e-12],
      [float32(), 1e-5],
    ] as const) {
      const one = await trained(() => make(backend));
      const many = await trained(() => make(backend), { shards });
      expectClose(many.weights, one.weights, shards === 1 ? 0 : tolerance);
      for (const value of ['loss', 'gradientNorm'] as const) {
        const of = ({ steps }: typeof one) => steps.map((step) => step[value]);
        expectClose(of(many), of(one), tolerance);
      }
      expect(many.steps.map(({ step }) => step)).toEqual(one.steps.map(({ step }) => step));
    }
  });
});

describe('the result depends only on the shards', () => {
  test.each([
    ['float32', float32()],
    ['float32, deterministic', float32({ deterministic: true })],
    ['float64', float64()],
  ])('%s: it has the same bits for any threads, order and memory', async (_, backend) => {
    const make = () => characters(backend, { batch: 7, rate: 0.3, count: 4, lengths: true });
    const { weights, steps } = await trained(make, { shards: 3 });
    const losses = (of: readonly TrainingStep[]) => of.map(({ loss, gradientNorm }) => [loss, gradientNorm]);
    const same = async (more: More) => {
      const other = await trained(make, { shards: 3, ...more });
      expect(other.weights).toEqual(weights);
      expect(losses(other.steps)).toEqual(losses(steps));
    };
    await same({});
    await same({ threads: 1 });
    await same({ threads: 2 });
    await same({ worker: behaving('slow') });
    vi.stubGlobal('crossOriginIsolated', false);
    await same({});
    await same({ threads: 2 });
    vi.stubGlobal('crossOriginIsolated', undefined);
    vi.stubGlobal('SharedArrayBuffer', undefined);
    await same({});
    expect((await trained(make, { shards: 2 })).weights).not.toEqual(weights);
  });

  test('each shard draws separate masks, and training resumes from the state of the model', async () => {
    const steps = (setup: Setup, from: number, to: number) => {
      const batches = setup.batches.slice(from, to).map((batch) => ({ ...batch, continues: false }));
      const optimizer = new SGD({ learningRate: 0.1 });
      return trainParallel(setup.model, batches, { loss: setup.loss, optimizer, shards: 2, threads: 1 });
    };
    const weights = ({ model }: Setup) => [...model.parameters().values()].map((each) => each.read());
    const whole = characters(float64(), { rate: 0.5, count: 4 });
    const pieces = characters(float64(), { rate: 0.5, count: 4 });
    for await (const _ of steps(whole, 0, 4));
    for await (const _ of steps(pieces, 0, 2));
    for await (const _ of steps(pieces, 2, 4));
    expect(weights(pieces)).toEqual(weights(whole));

    const twice = characters(float64(), { rate: 0.5, count: 1, batch: 1 });
    const { inputs, targets } = twice.batches[0]!;
    const double = <Kind extends Tensor | Indices>({ data, shape }: Kind) =>
      indices([...data, ...data], [2, shape[1]!]);
    const pair = { ...twice, batches: [{ inputs: double(inputs as Indices), targets: double(targets) }] };
    const once = characters(float64(), { rate: 0.5, count: 1, batch: 1 });
    for await (const _ of steps(pair, 0, 1));
    for await (const _ of steps(once, 0, 1));
    // With the same masks, both halves would have the gradient of one.
    expect(weights(pair)).not.toEqual(weights(once));
  });
});

describe('a training resumed from a checkpoint equals the uninterrupted one', () => {
  test.each([
    [1, 1],
    [3, 1],
    [3, 2],
  ])('with carried state and dropout, %d shards on %d threads', async (shards, threads) => {
    const begin = () => {
      const { model, batches, loss } = characters(float64(), { rate: 0.5, count: 6 });
      const carried = batches.map((batch, i) => ({ ...batch, continues: i > 0 }));
      return {
        parts: { model: model as AnyModel & Sequential, optimizer: new Adam() },
        batches: carried,
        loss,
      };
    };
    const run = ({ parts, batches, loss }: ReturnType<typeof begin>, from: number, to: number, more?: More) =>
      trainParallel(parts.model, batches.slice(from, to), {
        ...{ loss, optimizer: parts.optimizer, shards, threads, worker: plain },
        ...more,
      });
    const whole = begin();
    let expected: Uint8Array | undefined;
    for await (const step of run(whole, 0, 6)) expected = saveCheckpoint(whole.parts, step);
    const first = begin();
    let bytes: Uint8Array | undefined;
    for await (const step of run(first, 0, 3)) bytes = saveCheckpoint(first.parts, step);
    const second = begin();
    for await (const step of run(second, 3, 6, loadCheckpoint(bytes!, second.parts)))
      bytes = saveCheckpoint(second.parts, step);
    expect(bytes).toEqual(expected);
  });

  test('its state is that of one thread, and another batch size is refused', async () => {
    const states = [];
    for (const more of [undefined, { shards: 3, threads: 1 }]) {
      const { steps } = await trained(() => characters(float64(), { lengths: true }), more);
      states.push(
        JSON.stringify(steps[0]!.state, (_, value) => (typeof value === 'number' ? value.toFixed(9) : value)),
      );
    }
    expect(states[1]).toBe(states[0]);
    const { steps } = await trained(() => characters(float64(), { batch: 4 }));
    const initialState = steps[0]!.state!;
    const continued = () => {
      const setup = characters(float64());
      return { ...setup, batches: [{ ...setup.batches[0]!, continues: true }] };
    };
    await expect(trained(continued, { initialState, threads: 1 })).rejects.toThrow(
      'trainParallel: initialState has a part h of shape [4, 5], expected 5 rows, one for each sequence',
    );
  });
});

test('custom layers and losses are built by a custom worker', async () => {
  const make = (): Setup => {
    const random = new Random(3);
    const backend = float64();
    const model = sequential(
      new Dense({ inputSize: 2, outputSize: 2, random, backend }),
      new Doubled({ backend }),
    );
    const batch = {
      inputs: tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      targets: tensor([
        [1, 0],
        [0, 1],
        [1, 1],
      ]),
    };
    return { model, batches: [batch, batch], loss: new Halved() as unknown as Loss<Tensor | Indices> };
  };
  const one = await trained(make);
  const worker = behaving('own');
  const builders = { Doubled: (options: { backend: Backend }) => new Doubled(options) };
  const many = await trained(make, { worker });
  expectClose(many.weights, one.weights, 1e-12);
  expect(await trained(make, { shards: 3, threads: 2, worker, builders }).then((run) => run.weights)).toEqual(
    (await trained(make, { shards: 3, worker })).weights,
  );
  await expect(trained(make, {})).rejects.toThrow(
    'trainParallel: step 0: worker 1: serve: model holds a "Doubled", expected a class of the library, or a builder for it in options.builders',
  );
  const lossOnly = () => ({ ...series(float64(), meanSquaredError()), loss: make().loss });
  await expect(trained(lossOnly, {})).rejects.toThrow(
    'trainParallel: step 0: worker 1: serve: loss is "halved", expected a loss of the library, or a builder for it in options.losses',
  );
});

describe('a failing worker is an error that names it and the step', () => {
  const make = () => characters(float32(), { count: 4 });
  const failing = async (more: More) => {
    const setup = make();
    const done: number[] = [];
    const options = { loss: setup.loss, optimizer: new SGD({ learningRate: 0.1 }), shards: 3 };
    let error: Error | undefined;
    try {
      for await (const { step } of trainParallel(setup.model, setup.batches, { ...options, ...more }))
        done.push(step);
    } catch (thrown) {
      error = thrown as Error;
    }
    return { done, message: error?.message };
  };
  const second = (behaviour: 'exit' | 'throw') => (index: number) =>
    index === 2 ? behaving(behaviour)(index) : plain();

  test('if it exits', async () => {
    const { done, message } = await failing({ worker: second('exit') });
    expect(done).toEqual([0]);
    expect(message).toBe('trainParallel: step 1: worker 2: ended with exit code 7, expected an answer');
  });

  test('if it throws between steps', async () => {
    const slowly = (async function* () {
      for (const batch of make().batches) {
        yield batch;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    const { model, loss } = make();
    const options = { loss, optimizer: new SGD({ learningRate: 0.1 }), shards: 3, firstStep: 5 };
    const run = async () => {
      for await (const _ of trainParallel(model, slowly, { ...options, worker: second('throw') }));
    };
    await expect(run()).rejects.toThrow(/^trainParallel: step [67]: worker 2: out of order$/);
  });

  test('if it cannot be started', async () => {
    const missing = await failing({
      worker: (index) => (index === 1 ? new Worker('/no/such/file.js') : plain()),
    });
    expect(missing.message).toMatch(/^trainParallel: step 0: worker 1: Cannot find module/);
  });

  test('if it cannot be constructed, and those already started are terminated', async () => {
    const ended: number[] = [];
    const worker = (index: number) => {
      if (index === 3) throw new Error('no more');
      return { postMessage() {}, terminate: () => ended.push(index) };
    };
    const { message } = await failing({ shards: 4, worker });
    expect(message).toBe('no more');
    expect(ended).toEqual([1, 2]);
  });

  test('an error of the calling thread takes precedence, and the workers are terminated', async () => {
    const setup = make();
    setup.batches[0]!.targets.data[0] = 9;
    const started: Worker[] = [];
    const worker = () => {
      started.push(plain());
      return started.at(-1)!;
    };
    const options = { loss: setup.loss, optimizer: new SGD({ learningRate: 0.1 }), shards: 2, worker };
    await expect(trainParallel(setup.model, setup.batches, options).next()).rejects.toThrow(
      'trainParallel: step 0: shard 0, of the sequences from 0: targets[0, 0] is 9, expected a class from 0 to 6',
    );
    await new Promise((resolve) => started[0]!.once('exit', resolve));
  });

  test('if its batch is invalid', async () => {
    const setup = make();
    const data = Int32Array.from(setup.batches[1]!.targets.data);
    data[data.length - 1] = 9;
    setup.batches[1] = { ...setup.batches[1]!, targets: { data, shape: [5, 4] } };
    const options = { loss: setup.loss, optimizer: new SGD({ learningRate: 0.1 }), shards: 2, worker: plain };
    const run = async () => {
      for await (const _ of trainParallel(setup.model, setup.batches, options));
    };
    await expect(run()).rejects.toThrow(
      'trainParallel: step 1: worker 1: shard 1, of the sequences from 3: targets[1, 3] is 9, expected a class from 0 to 6',
    );
  });

  test('an abort ends the wait for a batch', async () => {
    const { model, loss } = make();
    const waiting = {
      async *[Symbol.asyncIterator](): AsyncGenerator<Batch<unknown, Tensor | Indices>> {
        await new Promise(() => {});
      },
    };
    const signal = AbortSignal.timeout(50);
    const options = { loss, optimizer: new SGD({ learningRate: 0.1 }), shards: 2, threads: 1, signal };
    expect((await trainParallel(model, waiting, options).next()).done).toBe(true);
  });

  test('an abort ends the wait for a worker that never answers, and the weights are unchanged', async () => {
    const { model, batches, loss } = make();
    const weights = () => [...model.parameters().values()].map((parameter) => parameter.read());
    const before = weights();
    const controller = new AbortController();
    const { signal } = controller;
    const options = { loss, optimizer: new SGD({ learningRate: 0.1 }), shards: 2, signal };
    const started: ReturnType<typeof plain>[] = [];
    const worker = (index: number) => {
      started.push(behaving('silent')(index));
      return started[0]!;
    };
    const next = trainParallel(model, batches, { ...options, worker }).next();
    setTimeout(() => controller.abort(), 50);
    expect(await next).toEqual({ done: true, value: undefined });
    expect(weights()).toEqual(before);
    // Would never happen if the worker kept running.
    await new Promise((resolve) => started[0]!.once('exit', resolve));
    const late = trainParallel(model, batches, { ...options, worker: plain });
    expect((await late.next()).done).toBe(true);
  });
});

describe('a program exits by itself', () => {
  const run = promisify(execFile);
  const program = fileURLToPath(new URL('./program.mjs', import.meta.url));
  test.each([
    ['esm', 'end', '2 steps'],
    ['cjs', 'end', '2 steps'],
    ['esm', 'break', '2 steps'],
    ['esm', 'throw', '12 steps'],
    ['esm', 'abandon', '2 steps'],
  ])('%s, %s', async (format, way, said) => {
    const { stdout } = await run(process.execPath, [program, folder, format, way], { timeout: 50_000 });
    expect(stdout).toBe(`${said}\n`);
  });

  test('from a text with --input-type', async () => {
    const url = pathToFileURL(program).href;
    const text = `process.argv.splice(1, 0, 'program'); await import(${JSON.stringify(url)});`;
    const args = ['--input-type=module', '-e', text, folder, 'esm', 'end'];
    const { stdout } = await run(process.execPath, args, { timeout: 50_000 });
    expect(stdout).toBe('2 steps\n');
  });
});

describe('errors', () => {
  const setup = () => characters(float64());
  test.each<[More, string]>([
    [{ shards: 0 }, 'trainParallel: shards is 0, expected a whole number of at least 1'],
    [{ threads: 3 }, 'trainParallel: threads is 3, expected at most 2, the shards'],
    [{ threads: 0 }, 'trainParallel: threads is 0, expected a whole number of at least 1'],
    [{ clipNorm: -1 }, 'trainParallel: clipNorm is -1, expected a number of at least 0'],
  ])('%j', async (more, message) => {
    await expect(trained(setup, more)).rejects.toThrow(message);
  });

  test('in batches that cannot be divided, or do not continue', async () => {
    const { batches } = setup();
    const [batch] = batches as [Batch<Indices, Indices>];
    const withBatches = (...given: unknown[]) =>
      trained(() => ({ ...setup(), batches: given as typeof batches }), { threads: 1 });
    const four = { data: batch.targets.data.slice(4), shape: [4, 4] };
    await expect(withBatches({ ...batch, targets: four })).rejects.toThrow(
      'trainParallel: targets has shape [4, 4], expected 5 sequences, as inputs has',
    );
    await expect(withBatches({ ...batch, lengths: [1] })).rejects.toThrow(
      'trainParallel: lengths has 1 entries, expected 5, one for each sequence',
    );
    await expect(
      withBatches({ ...batch, inputs: { data: new Int32Array(), shape: [0, 4] } }),
    ).rejects.toThrow('trainParallel: inputs has shape [0, 4], expected at least one sequence');
    await expect(withBatches({ ...batch, inputs: [[1]] })).rejects.toThrow(
      'trainParallel: inputs is an array',
    );
    await expect(withBatches(batch, { inputs: four, targets: four, continues: true })).rejects.toThrow(
      'trainParallel: inputs has 4 sequences, expected 5, those of the batch that it continues',
    );
  });

  test('in a gradient that is not finite', async () => {
    const broken = () => {
      const made = series(float64(), meanSquaredError());
      made.batches[0]!.targets.data[7] = Number.NaN;
      return made;
    };
    await expect(trained(broken, {})).rejects.toThrow('trainParallel: step 0: the loss is NaN');
  });
});

test('an embedding with gradients in only some rows trains the same', async () => {
  const make = (): Setup => {
    const random = new Random(4);
    const backend = float64();
    const model = sequential(
      new Embedding({ classes: 9, outputSize: 3, random, backend }),
      new Sequence(new LSTMCell({ inputSize: 3, hiddenSize: 4, random, backend }), { outputs: 'last' }),
      new Dense({ inputSize: 4, outputSize: 2, random, backend }),
    );
    const inputs = indices([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 0],
    ]);
    const batches = [{ inputs, targets: indices([0, 1, 1], [3]), lengths: [3, 1, 2] }];
    return { model, batches, loss: crossEntropy() as Loss<Tensor | Indices> };
  };
  expectClose((await trained(make, {})).weights, (await trained(make)).weights, 1e-12);
});
