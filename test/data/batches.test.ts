import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { batches, crossEntropy, indices, manyToOne, Random, SGD, tensor, train } from '../../src/index.ts';
import { LabelEncoder, SparseMatrix } from '../../src/text.ts';

const count = 7;
const examples = {
  inputs: Array.from({ length: count }, (_, i) => Array.from({ length: (i % 3) + 1 }, () => i)),
  targets: Array.from({ length: count }, (_, i) => i),
};

describe('parts', () => {
  test('tensors and indices are cut along their first axis', () => {
    const inputs = tensor([
      [[1], [2]],
      [[3], [4]],
      [[5], [6]],
    ]);
    const [first, second] = batches(
      {
        inputs,
        targets: indices([
          [7, 8],
          [9, 10],
          [11, 12],
        ]),
        lengths: [2, 1, 0],
      },
      { batchSize: 2 },
    );
    expect(first).toEqual({
      inputs: tensor([
        [[1], [2]],
        [[3], [4]],
      ]),
      targets: indices([
        [7, 8],
        [9, 10],
      ]),
      lengths: [2, 1],
    });
    expect(second).toEqual({ inputs: tensor([[[5], [6]]]), targets: indices([[11, 12]]), lengths: [0] });
    expect([...batches({ inputs, targets: inputs }, { batchSize: 3 })][0]!.lengths).toBeUndefined();
  });

  test('without targets, batches are inputs for infer, and training refuses them', async () => {
    const random = new Random(1);
    const model = manyToOne({ classes: 9, hiddenSize: 4, outputSize: 2, random });
    const asked = batches({ inputs: [[1, 2, 3], [4]] }, { batchSize: 2 });
    const [batch] = asked;
    expect(batch).toEqual({
      inputs: indices([
        [1, 2, 3],
        [4, 0, 0],
      ]),
      lengths: [3, 1],
    });
    expect(model.infer(batch!.inputs, { lengths: batch!.lengths }).output.shape).toEqual([2, 2]);
    const training = train(model, asked as never, {
      loss: crossEntropy(),
      optimizer: new SGD({ learningRate: 1 }),
    });
    await expect(training[Symbol.asyncIterator]().next()).rejects.toThrow(
      'train: step 0: batch has inputs,lengths, expected { inputs, targets }',
    );
    expect(() => batches({ inputs: [[1]] }, { batchSize: 1, balanced: true })).toThrow(
      'batches: balanced is true, expected false unless targets are one class for each example',
    );
  });

  test('sequences of indices and of features are padded', () => {
    const [batch] = batches(
      {
        inputs: [
          [[1, 2]],
          [],
          [
            [3, 4],
            [5, 6],
          ],
        ],
        targets: [[1], [], Int32Array.of(2, 3)],
      },
      { batchSize: 3 },
    );
    expect(batch).toEqual({
      inputs: {
        data: Float32Array.of(1, 2, 0, 0, 0, 0, 0, 0, 3, 4, 5, 6),
        shape: [3, 2, 2],
      },
      targets: indices([
        [1, 0],
        [0, 0],
        [2, 3],
      ]),
      lengths: [1, 0, 2],
    });
  });

  test('classes are an array, or a typed array such as a label encoder makes', () => {
    const encoded = LabelEncoder.fit(['b', 'a', 'b']).encode(['b', 'a', 'b']);
    const of = (targets: ArrayLike<number>) => [
      ...batches(
        { inputs: [[1], [2], [3]], targets },
        { batchSize: 2, balanced: true, random: new Random(1) },
      ),
    ];
    expect(of(encoded)).toEqual(of([1, 0, 1]));
    expect(of(Uint8Array.of(1, 0, 1))).toEqual(of([1, 0, 1]));
    const [batch] = batches({ inputs: { a: encoded }, targets: { b: encoded } }, { batchSize: 3 });
    expect(batch).toEqual({ inputs: { a: indices([1, 0, 1]) }, targets: { b: indices([1, 0, 1]) } });
  });

  test('targets of other lengths are padded with their own value', () => {
    const data = {
      inputs: [
        [1, 2, 3],
        [4, 5],
      ],
      targets: [[1], [2, 3]],
    };
    const [batch] = batches(data, { batchSize: 2, targetPadding: -1 });
    expect(batch!.targets).toEqual(
      indices([
        [1, -1],
        [2, 3],
      ]),
    );
    expect(batch!.lengths).toEqual([3, 2]);
    expect(() => batches(data, { batchSize: 2 })).toThrow(
      new RangeError(
        'batches: targets[0] has 1 steps, expected 3, the length of example 0; a vector for each example is a row of a tensor(…)',
      ),
    );
  });

  test('records of parts are cut part by part', () => {
    const data = batches(
      { inputs: { words: [[1, 2], [3]], 'a.b': tensor([[1], [2]]) }, targets: { tag: [[0, 1], [1]] } },
      { batchSize: 2 },
    );
    const [batch] = data;
    expect(batch!.inputs.words.shape).toEqual([2, 2]);
    expect(batch).toEqual({
      inputs: {
        words: indices([
          [1, 2],
          [3, 0],
        ]),
        'a.b': tensor([[1], [2]]),
      },
      targets: {
        tag: indices([
          [0, 1],
          [1, 0],
        ]),
      },
      lengths: [2, 1],
    });
  });
});

describe('orders', () => {
  const rows = (data: Iterable<{ targets: { data: Int32Array } }>) =>
    Array.from(data, ({ targets }) => Array.from(targets.data));

  test.prop([fc.integer({ min: 1, max: 8 }), fc.boolean(), fc.boolean(), fc.nat(100)])(
    'every example occurs once per epoch, and steps are counted',
    (batchSize, shuffle, byLength, seed) => {
      const data = batches(examples, { batchSize, shuffle, byLength, epochs: 3, random: new Random(seed) });
      const found = rows(data);
      expect(found).toHaveLength(data.steps);
      expect(data.steps).toBe(3 * data.stepsPerEpoch);
      for (let epoch = 0; epoch < 3; epoch++) {
        const own = found.slice(epoch * data.stepsPerEpoch, (epoch + 1) * data.stepsPerEpoch);
        expect(own.flat().sort((a, b) => a - b)).toEqual(examples.targets);
      }
    },
  );

  test('without shuffling, every epoch has the order of the examples', () => {
    const data = batches(examples, { batchSize: 3, epochs: 2 });
    const once = [[0, 1, 2], [3, 4, 5], [6]];
    expect(rows(data)).toEqual([...once, ...once]);
    expect(rows(data)).toEqual([...once, ...once]);
  });

  test('with shuffling, each epoch has a different order, and a seed repeats them', () => {
    const make = () => batches(examples, { batchSize: 7, shuffle: true, epochs: 2, random: new Random(1) });
    const data = make();
    const [first, second] = rows(data);
    expect(first).not.toEqual(second);
    expect(rows(make())).toEqual([first, second]);
    expect(rows(data)[0]).not.toEqual(first);
  });

  test('a given generator is forked once, and not used afterwards', () => {
    const random = new Random(1);
    const data = batches(examples, { batchSize: 2, shuffle: true, random });
    const { state } = random;
    rows(data);
    expect(random.state).toEqual(state);
  });

  test('dropLast leaves out an incomplete last batch', () => {
    const data = batches(examples, { batchSize: 3, dropLast: true, shuffle: true });
    expect(data.steps).toBe(2);
    expect(rows(data).map(({ length }) => length)).toEqual([3, 3]);
  });

  test('byLength groups sequences of the same length', () => {
    const data = batches(examples, { batchSize: 3, byLength: true });
    expect(Array.from(data, ({ lengths }) => lengths)).toEqual([[1, 1, 1], [2, 2, 3], [3]]);
  });

  test('balanced draws each class equally often, and its members in rotation', () => {
    const targets = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1];
    const inputs = targets.map((_, i) => i);
    const data = batches({ inputs, targets }, { batchSize: 10, balanced: true, epochs: 4, shuffle: true });
    const seen = new Set<number>();
    for (const { inputs: own, targets: classes } of data) {
      expect(classes.data.reduce((sum, k) => sum + k, 0)).toBe(5);
      for (const i of own.data) seen.add(i);
    }
    expect(seen.size).toBe(10);
  });
});

describe('the position', () => {
  test.prop([fc.nat(100), fc.nat(20), fc.boolean(), fc.boolean()])(
    'is saved and restored at any batch, and the following batches are the same',
    (seed, at, byLength, balanced) => {
      const make = (random: number) =>
        batches(examples, {
          batchSize: 2,
          shuffle: true,
          byLength,
          balanced,
          epochs: 5,
          random: new Random(random),
        });
      const data = make(seed);
      const iterator = data[Symbol.iterator]();
      for (let i = 0; i < at; i++) iterator.next();
      const kept = JSON.parse(JSON.stringify(data.state()));
      expect(data.epoch * data.stepsPerEpoch + data.position).toBe(at);
      const rest = [...iterator];
      const other = make(seed + 1);
      other.restore(kept);
      expect([...other]).toEqual(rest);
      // The next iteration starts again.
      expect([...other]).toHaveLength(20);
    },
  );

  test('is refused if it is invalid', () => {
    const data = batches(examples, { batchSize: 2 });
    const { random } = data.state();
    expect(() => data.restore({ epoch: 1, position: 0, random })).toThrow(
      new RangeError('batches.restore: state is batch 0 of epoch 1, expected at most batch 4 of epoch 0'),
    );
    expect(() => data.restore(undefined as never)).toThrow('batches.restore: options is undefined');
  });
});

test('a model is trained on the batches', async () => {
  const model = manyToOne({ classes: count, hiddenSize: 4, outputSize: count });
  const data = batches(examples, { batchSize: 3, epochs: 40, shuffle: true, byLength: true });
  const losses = [];
  const options = { loss: crossEntropy(), optimizer: new SGD({ learningRate: 1 }) };
  for await (const { loss } of train(model, data, options)) losses.push(loss);
  expect(losses).toHaveLength(data.steps);
  expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
});

describe('errors', () => {
  const data = { inputs: [[1], [2]], targets: [0, 1] };
  test.each<[() => unknown, string]>([
    [() => batches(data, { batchSize: 0 }), 'batches: batchSize is 0, expected a whole number of at least 1'],
    [
      () => batches({ ...data, targets: [0] }, { batchSize: 1 }),
      'batches: targets has 1 examples, expected 2, as inputs has',
    ],
    [
      () => batches({ ...data, inputs: [] }, { batchSize: 1 }),
      'batches: inputs has no examples, expected at least one',
    ],
    [
      () => batches({ ...data, inputs: [[1], 2 as never] }, { batchSize: 1 }),
      'batches: inputs[1] is 2, expected a sequence',
    ],
    [
      () => batches({ ...data, inputs: [[1], [0.5]] }, { batchSize: 1 }),
      'batches: inputs[1][0] is 0.5, expected a whole number of 32 bits; real numbers are a tensor(…), or sequences of vectors [[…], …]',
    ],
    [
      () => batches({ ...data, targets: Array(2) as number[] }, { batchSize: 1 }),
      'batches: targets[0] is undefined, expected a sequence',
    ],
    [
      () => batches({ ...data, inputs: [[[1]], [[1, 2]]] }, { batchSize: 1 }),
      'batches: inputs[1][0] has 2 features, expected 1, as the first has; sequences of indices are Int32Arrays',
    ],
    ...['neg', true].map((label): [() => unknown, string] => [
      () => batches({ ...data, targets: [label, label] as never }, { batchSize: 1 }),
      `batches: targets[0] is ${JSON.stringify(label)}, expected a whole number or a sequence of them; LabelEncoder numbers labels, Vocabulary tokens`,
    ]),
    [
      () => batches({ ...data, targets: Float32Array.of(0, 1) }, { batchSize: 1 }),
      'batches: targets is a value of type Float32Array, expected an array or Int32Array; real numbers are a tensor(…), or sequences of vectors [[…], …]',
    ],
    [
      () => batches({ inputs: SparseMatrix.fromDense([[1, 0]]) as never, targets: [0] }, { batchSize: 1 }),
      'batches: inputs is a value of type SparseMatrix, expected its toDense()',
    ],
    [
      () => batches({ inputs: [[1, 2]], targets: [[3]] }, { batchSize: 1 }),
      'batches: targets[0] has 1 steps, expected 2, the length of example 0; a vector for each example is a row of a tensor(…)',
    ],
    [
      () => batches({ ...data, lengths: '12' as never }, { batchSize: 1 }),
      'batches: lengths is "12", expected an array of 2, one for each example',
    ],
    [
      () => batches({ ...data, lengths: [1] }, { batchSize: 1 }),
      'batches: lengths has 1 entries, expected 2, one for each example',
    ],
    ...[Number.NaN, -1, 0.5, 3, undefined].map((length): [() => unknown, string] => [
      () =>
        batches(
          {
            inputs: tensor([
              [[1], [2]],
              [[3], [4]],
            ]),
            targets: [0, 1],
            lengths: [2, length as number],
          },
          { batchSize: 1 },
        ),
      `batches: lengths[1] is ${length}, expected a whole number from 0 to 2`,
    ]),
    [
      () => batches({ inputs: indices([[1, 2]]), targets: [0], lengths: [3] }, { batchSize: 1 }),
      'batches: lengths[0] is 3, expected a whole number from 0 to 2',
    ],
    [
      () => batches({ inputs: tensor([[1, 2]]), targets: [0], lengths: [Number.NaN] }, { batchSize: 1 }),
      'batches: lengths[0] is NaN, expected a whole number of at least 0',
    ],
    [
      () => batches({ ...data, inputs: [Float32Array.of(1, 2), Float32Array.of(3)] }, { batchSize: 1 }),
      'batches: inputs[0] is a value of type Float32Array, expected an array or Int32Array; real numbers are a tensor(…), or sequences of vectors [[…], …]',
    ],
    [
      () => batches(data, { batchSize: 3, dropLast: true }),
      'batches: batchSize is 3, expected at most 2, the examples, with dropLast',
    ],
    [
      () => batches({ inputs: [1, 2], targets: [0, 1] }, { batchSize: 1, byLength: true }),
      'batches: byLength is true, expected false of examples without lengths',
    ],
    [
      () => batches({ ...data, targets: data.inputs }, { batchSize: 1, balanced: true }),
      'batches: balanced is true, expected false unless targets are one class for each example',
    ],
    [
      () => batches({ ...data, inputs: {} }, { batchSize: 1 }),
      'batches: inputs has no parts, expected at least one',
    ],
  ])('%#', (make, message) => {
    expect(make).toThrow(message);
  });
});

test('lengths may be an Int32Array, and are read at once', () => {
  const lengths = Int32Array.of(1, 2);
  const set = batches(
    {
      inputs: indices([
        [1, 2],
        [3, 4],
      ]),
      targets: [0, 1],
      lengths,
    },
    { batchSize: 2 },
  );
  lengths[0] = 9;
  expect(Array.from(set, (batch) => batch.lengths)).toEqual([[1, 2]]);
});
