import { expect, test } from 'vitest';
import { Dense, evaluate, meanSquaredError, type Optimizer, SGD, tensor, train } from '../../src/index.ts';

const model = new Dense({ inputSize: 1, outputSize: 1 });
const batch = { inputs: tensor([[1]]), targets: tensor([[1]]) };

test.each([
  ['length', 'lengths'],
  ['weigths', 'weights'],
  ['lenghts', 'lengths'],
  ['continue', 'continues'],
])('a batch with %s is refused', async (wrong, right) => {
  const misspelt = { ...batch, [wrong]: [1] };
  const options = { loss: meanSquaredError(), optimizer: new SGD({ learningRate: 0.1 }) };
  await expect(train(model, [misspelt], options).next()).rejects.toThrow(
    `train: step 0: batch has "${wrong}", expected ${right}`,
  );
  await expect(evaluate(model, [misspelt], [meanSquaredError()])).rejects.toThrow(`expected ${right}`);
});

test('other fields are accepted', async () => {
  const more = { ...batch, rows: [1], starts: [0], epoch: 3 };
  expect(await evaluate(model, [more], [meanSquaredError()])).toHaveProperty('meanSquaredError');
});

test.each([[Array(1)], [['a']], [[Number.NaN]]])('a restored slot of %j is refused', (velocity) => {
  const optimizer: Optimizer = new SGD({ learningRate: 0.1, momentum: 0.9 });
  model.weight.gradient.write([1]);
  optimizer.step(model.parameters());
  const state = JSON.parse(JSON.stringify(optimizer.state(model.parameters()))) as ReturnType<
    Optimizer['state']
  >;
  (state.parameters.weight!.slots as Record<string, unknown>).velocity = velocity;
  expect(() => optimizer.restore(model.parameters(), state)).toThrow('weight.velocity[0]');
});

test('a hole in groups is refused', () => {
  expect(() => new SGD({ learningRate: 1, groups: Array(1) })).toThrow('groups[0]');
});

test.each([
  [
    { epochs: 3 },
    'train: option "epochs" is unknown, expected batches(data, { epochs }) in place of the batches',
  ],
  [
    { batchSize: 3 },
    'train: option "batchSize" is unknown, expected batches(data, { batchSize }) in place of the batches',
  ],
  [{ schedule: () => undefined }, 'train: schedule(0) is undefined, expected a number'],
  [
    { validate: { batches: 3, metrics: [] } },
    'train: validate: batches is 3, expected an iterable of batches, such as an array of them',
  ],
])('train with %o says what was meant', async (more, message) => {
  const options = { loss: meanSquaredError(), optimizer: new SGD({ learningRate: 0.1 }), ...more } as never;
  await expect(train(model, [batch], options).next()).rejects.toThrow(message);
});

test('errors of a batch name its step, and those of a validation name its batch', async () => {
  const optimizer = new SGD({ learningRate: 0.1 });
  const loss = meanSquaredError();
  const bad = { inputs: tensor([[1]]), targets: tensor([[1, 2]]) };
  const run = async (batches: (typeof batch)[], more = {}) => {
    for await (const _ of train(model, batches, { loss, optimizer, ...more }));
  };
  const wrong = "targets has shape [1, 2], expected [1, 1], the output's";
  await expect(run([batch, bad])).rejects.toThrow(new RangeError(`train: step 1: ${wrong}`));
  const validate = { batches: [batch, bad], metrics: [loss], every: 1 };
  await expect(run([batch], { validate })).rejects.toThrow(
    new RangeError(`train: step 0: validate: batch 1: meanSquaredError.measure: ${wrong}`),
  );
  await expect(evaluate(model, [batch, bad], [loss])).rejects.toThrow(
    new RangeError(`evaluate: batch 1: meanSquaredError.measure: ${wrong}`),
  );
});
