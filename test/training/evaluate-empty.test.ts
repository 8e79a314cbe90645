import { expect, test } from 'vitest';
import { Dense, evaluate, manyToOne, meanSquaredError } from '../../src/index.ts';

test('evaluating nothing is an error, not NaN', async () => {
  const model = new Dense({ inputSize: 1, outputSize: 1 });
  await expect(evaluate(model, [], [meanSquaredError()])).rejects.toThrow(
    'evaluate: batches is empty, expected at least one batch',
  );
});

test('an embedding without classes is refused', () => {
  const options = { inputSize: 2, embeddingSize: 64, hiddenSize: 4, outputSize: 1 } as never;
  expect(() => manyToOne(options)).toThrow('embeddingSize is 64, expected no embedding without classes');
});
