import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  Adagrad,
  Adam,
  AdamW,
  type Batch,
  BestWeights,
  batches,
  cosineDecay,
  crossEntropy,
  Dense,
  Dropout,
  float32,
  GRUCell,
  type Indices,
  Lion,
  loadCheckpoint,
  MovingAverage,
  NAdam,
  OneHot,
  type Optimizer,
  PlateauDecay,
  Random,
  type Resumed,
  RMSProp,
  Sequence,
  SGD,
  saveCheckpoint,
  sequential,
  type TrainingStep,
  train,
} from '../../src/index.ts';
import { writeCheckpoint } from '../../src/node.ts';
import { chunksOf } from '../../src/text.ts';

const makers: Readonly<Record<string, () => Optimizer>> = {
  SGD: () => new SGD({ learningRate: 0.5, momentum: 0.9 }),
  RMSProp: () => new RMSProp({ learningRate: 0.01, momentum: 0.5, centered: true }),
  Adagrad: () => new Adagrad({ learningRate: 0.1 }),
  Adam: () => new Adam({ learningRate: 0.01 }),
  AdamW: () => new AdamW({ learningRate: 0.01 }),
  AMSGrad: () => new Adam({ learningRate: 0.01, amsgrad: true }),
  NAdam: () => new NAdam({ learningRate: 0.01 }),
  Lion: () => new Lion({ learningRate: 0.01 }),
};

const backend = float32({ deterministic: true });

/** Everything that a training can have, as made at the start of a program. */
function begin(optimizer: Optimizer) {
  const random = new Random(1);
  const model = sequential(
    new OneHot({ classes: 5, backend }),
    new Sequence(new GRUCell({ inputSize: 5, hiddenSize: 4, random, backend })),
    new Dropout({ rate: 0.3, random: random.fork(), backend }),
    new Dense({ inputSize: 4, outputSize: 5, random, backend }),
  );
  const draw = (time: number) => Array.from({ length: time }, () => random.integer(5));
  const lengths = [3, 5, 1, 4, 2, 5, 3, 1, 2];
  const examples = { inputs: lengths.map(draw), targets: lengths.map(draw) };
  return {
    model,
    optimizer,
    batches: batches(examples, { batchSize: 2, epochs: 6, shuffle: true, random }),
    average: new MovingAverage(model.parameters(), { decay: 0.9 }),
    best: new BestWeights(model.parameters()),
    plateau: new PlateauDecay({ patience: 0, factor: 0.5 }),
    own: random,
  };
}

type Parts = ReturnType<typeof begin>;

async function run(
  parts: Parts,
  resumed: Partial<Resumed>,
  each: (step: TrainingStep) => boolean | undefined,
): Promise<void> {
  const { model, optimizer, average, best, plateau, own } = parts;
  const validate = {
    batches: batches({ inputs: [[1, 2]], targets: [[2, 3]] }, { batchSize: 1 }),
    metrics: [crossEntropy()],
  };
  for await (const step of train(model, parts.batches, {
    loss: crossEntropy(),
    optimizer,
    average,
    schedule: plateau.schedule,
    accumulate: 2,
    validate,
    ...resumed,
  })) {
    own.next();
    if (step.validation !== undefined) {
      best.offer(step.validation.crossEntropy!);
      plateau.observe(step.validation.crossEntropy!);
    }
    if (each(step)) break;
  }
}

describe.each(Object.entries(makers))('%s', (_, make) => {
  test.each([0, 1, 4, 7, 10, 14])(
    'a training resumed after step %d equals the uninterrupted one',
    async (at) => {
      const whole = begin(make());
      const losses: number[] = [];
      let last: TrainingStep | undefined;
      await run(whole, {}, (step) => {
        losses.push(step.loss);
        last = step;
        return false;
      });
      expect(losses).toHaveLength(15);

      const first = begin(make());
      let bytes: Uint8Array | undefined;
      await run(first, {}, (step) => {
        if (step.step === at) bytes = saveCheckpoint(first, step);
        return step.step === at;
      });
      const second = begin(make());
      // Numbers drawn in between have no effect.
      second.own.next();
      const resumed = loadCheckpoint(bytes!, second);
      expect(resumed.firstStep).toBe(at + 1);
      const rest: number[] = [];
      await run(second, resumed, ({ loss }) => {
        rest.push(loss);
        return false;
      });
      expect(rest).toEqual(losses.slice(at + 1));
      expect(saveCheckpoint(second, last)).toEqual(saveCheckpoint(whole, last));
    },
  );
});

test('a carried state is saved', async () => {
  const make = () => begin(new SGD({ learningRate: 0.5 }));
  const [one] = make().batches;
  const batch: Batch<Indices, Indices> = { inputs: one!.inputs, targets: one!.targets, continues: true };
  const optionsOf = ({ optimizer }: Parts) => ({ loss: crossEntropy(), optimizer });
  const whole = make();
  let expected: Uint8Array | undefined;
  for await (const step of train(whole.model, [batch, batch, batch], optionsOf(whole)))
    expected = saveCheckpoint(whole, step);
  const first = make();
  let bytes: Uint8Array | undefined;
  for await (const step of train(first.model, [batch], optionsOf(first))) bytes = saveCheckpoint(first, step);
  const second = make();
  const resumed = loadCheckpoint(bytes!, second);
  for await (const step of train(second.model, [batch, batch], { ...optionsOf(second), ...resumed }))
    bytes = saveCheckpoint(second, step);
  expect(bytes).toEqual(expected);
});

describe('a checkpoint that does not fit changes nothing', () => {
  const parts = begin(new Adam());
  const bytes = saveCheckpoint(parts);
  const other = begin(new AdamW());
  const before = saveCheckpoint(other);
  const { average: _, ...fewer } = other;

  test.each<[() => unknown, string]>([
    [() => loadCheckpoint(bytes, other), 'Adam'],
    [() => loadCheckpoint(bytes, fewer), 'loadCheckpoint: parts has no "average", expected all parts'],
    [
      () => loadCheckpoint(bytes, { ...other, more: new Random(1) }),
      'loadCheckpoint: parts has "more", expected only model, optimizer, batches, average, best, plateau, own',
    ],
    [
      () => loadCheckpoint(bytes, { ...other, model: new Dense({ inputSize: 1, outputSize: 1 }) }),
      'loadCheckpoint: model: state has "1.cell.weightIh", expected only names of the parameters',
    ],
    [() => loadCheckpoint(bytes.slice(0, -1), other), 'loadCheckpoint: bytes'],
    [() => loadCheckpoint('x' as never, other), 'loadCheckpoint: bytes is "x", expected a Uint8Array'],
  ])('%#', (load, message) => {
    expect(load).toThrow(message);
    expect(saveCheckpoint(other)).toEqual(before);
  });

  test('a part without state is refused', () => {
    const { model } = parts;
    expect(() => saveCheckpoint({ model, x: 3 as never })).toThrow(
      new TypeError(
        'saveCheckpoint: x is 3, expected a model, an optimiser, a Random, or what has state() and restore(), such as batches(…)',
      ),
    );
    const odd = { state: () => ({ a: [new Map()] }), restore() {} };
    expect(() => saveCheckpoint({ model, odd })).toThrow(
      new TypeError(
        'saveCheckpoint: odd/a/0 is a value of type Map, expected plain data and arrays of floating-point numbers',
      ),
    );
  });

  test('a custom part keeps any plain data', () => {
    const kept = {
      a: [1, Number.NaN, -0, Number.NEGATIVE_INFINITY],
      b: { c: Float64Array.of(1, Number.NaN) },
      d: 'x',
      e: null,
    };
    let restored: unknown;
    const own = {
      state: () => kept,
      restore(state: unknown) {
        restored = state;
      },
    };
    const { model } = parts;
    loadCheckpoint(saveCheckpoint({ model, own }), { model, own });
    expect(restored).toEqual(kept);
  });
});

describe('a part of any name and state is restored unchanged, or is refused', () => {
  const { model } = begin(new Adam());
  const keeping = (kept: unknown) => {
    const part = {
      restored: undefined as unknown,
      state: () => kept,
      restore(state: unknown) {
        part.restored = state;
      },
    };
    return part;
  };

  test.each<[string, unknown]>([
    ['marks of the file as keys', { $number: 'x', $tensor: 'y', $$a: { $number: 3 }, $: Number.NaN }],
    ['equal paths of arrays', { 'a ': [1], b: { c: Float32Array.of(1) }, 'b/c': Float32Array.of(2) }],
    [
      'a path that another array was renamed to',
      { 'a/b ': Float32Array.of(1), a: { b: Float32Array.of(2) }, 'a/b': Float32Array.of(3) },
    ],
  ])('%s', (_, kept) => {
    const own = keeping(kept);
    loadCheckpoint(saveCheckpoint({ model, own }), { model, own });
    expect(own.restored).toEqual(kept);
  });

  test('the name __proto__', () => {
    const own = keeping({ a: 1 });
    const parts = { model, ['__proto__']: own };
    loadCheckpoint(saveCheckpoint(parts), parts);
    expect(own.restored).toEqual({ a: 1 });
  });

  const cyclic: { a?: unknown } = {};
  cyclic.a = cyclic;
  test.each<[string, unknown, string]>([
    ['', 1, 'saveCheckpoint: parts has "", expected names that are not empty'],
    // biome-ignore lint/suspicious/noSparseArray: what is tested
    ['own', { b: [, 1] }, 'saveCheckpoint: own/b/0 is undefined, expected plain data'],
    ['own', [1, undefined], 'saveCheckpoint: own/1 is undefined, expected plain data'],
    ['own', cyclic, 'saveCheckpoint: own has more than 100 levels, or contains itself, expected plain data'],
  ])('%j: %#', (name, kept, message) => {
    expect(() => saveCheckpoint({ model, [name]: keeping(kept) })).toThrow(message);
  });
});

test('an invalid step, and parts without a model, are refused by name', () => {
  const parts = begin(new Adam());
  expect(() => saveCheckpoint(parts, 12 as never)).toThrow('saveCheckpoint: options is 12');
  expect(() => saveCheckpoint(parts, { step: '4', state: undefined } as never)).toThrow(
    'saveCheckpoint: step.step is "4", expected a whole number of at least 0',
  );
  expect(() => saveCheckpoint({ optimizer: new Adam() } as never)).toThrow(
    'saveCheckpoint: parts.model is undefined, expected a model',
  );
  expect(() => loadCheckpoint(saveCheckpoint(parts), {} as never)).toThrow('loadCheckpoint: parts.model');
});

describe('a training that has begun needs its step', () => {
  const message = (part: string) =>
    new TypeError(
      `saveCheckpoint: step is undefined, expected the last that train yielded, because ${part} has begun`,
    );

  test('if its optimiser has updated weights', async () => {
    const { model, optimizer } = begin(new SGD({ learningRate: 0.1 }));
    saveCheckpoint({ model, optimizer });
    optimizer.step(model.parameters());
    expect(() => saveCheckpoint({ model, optimizer })).toThrow(message('optimizer'));
    await expect(writeCheckpoint('never-written', { model, optimizer })).rejects.toThrow(
      message('optimizer'),
    );
    saveCheckpoint({ model, optimizer }, { step: 0, state: undefined });
  });

  test('if its batches have been taken', () => {
    const { model, batches: first } = begin(new Adam());
    const chunks = chunksOf([0, 1, 2, 3, 4, 5, 6, 7, 8], { batchSize: 2, k1: 2 });
    for (const data of [first, chunks]) {
      saveCheckpoint({ model, data });
      for (const _ of data) break;
      expect(() => saveCheckpoint({ model, data })).toThrow(message('data'));
    }
  });

  test('and continues its schedule there', async () => {
    const schedule = cosineDecay({ steps: 27 });
    const rates = async (parts: Parts, resumed: Partial<Resumed>, until: number) => {
      const found: number[] = [];
      let last: TrainingStep | undefined;
      const { model, optimizer } = parts;
      for await (const step of train(model, parts.batches, {
        loss: crossEntropy(),
        optimizer,
        schedule,
        ...resumed,
      })) {
        found.push(step.learningRate);
        last = step;
        if (step.step === until) break;
      }
      return { found, last };
    };
    const make = () => begin(new SGD({ learningRate: 0.1 }));
    const first = make();
    const { last } = await rates(first, {}, 5);
    const second = make();
    const resumed = loadCheckpoint(saveCheckpoint(first, last), second);
    expect((await rates(second, resumed, 7)).found).toEqual([6, 7].map((step) => 0.1 * schedule(step)));
  });
});

describe('as a file', () => {
  test('is written to a temporary file and renamed, and nothing else is left', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
    try {
      const parts = begin(new Adam());
      const path = join(folder, 'a.safetensors');
      await writeCheckpoint(path, parts);
      expect(new Uint8Array(await readFile(path))).toEqual(saveCheckpoint(parts));
      const before = await readFile(path);
      await expect(writeCheckpoint(join(folder, 'missing/a'), parts)).rejects.toThrow('ENOENT');
      await expect(writeCheckpoint(folder, parts)).rejects.toThrow();
      expect(await readFile(path)).toEqual(before);
      expect(await readdir(folder)).toEqual(['a.safetensors']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('requires a file system', async () => {
    await expect(writeCheckpoint('', begin(new Adam()))).rejects.toThrow('writeCheckpoint: path is ""');
    await expect(writeCheckpoint(3 as never, begin(new Adam()))).rejects.toThrow(
      'writeCheckpoint: path is 3',
    );
  });
});
