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
    `train: batch has "${wrong}", expected ${right}`,
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
