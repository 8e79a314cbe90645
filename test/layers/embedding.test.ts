import { expect, test } from 'vitest';
import { Embedding, float64, indices, tensor } from '../../src/index.ts';

const make = (paddingIndex?: number) =>
  new Embedding({ classes: 3, outputSize: 2, paddingIndex, backend: float64() });

test('gives the row of each index, zeros beyond a length', () => {
  const embedding = make();
  embedding.weight.write([0, 1, 2, 3, 4, 5]);
  expect(
    embedding.infer(
      indices([
        [2, 0],
        [1, 1],
      ]),
      { lengths: [2, 1] },
    ).output,
  ).toEqual({
    data: Float64Array.of(4, 5, 0, 1, 2, 3, 0, 0),
    shape: [2, 2, 2],
  });
});

test('adds the gradients of an index that occurs twice, and gives none to an absent one', () => {
  const embedding = make();
  const pass = embedding.forward(indices([[2, 0, 2]]));
  expect(
    pass.backward(
      tensor([
        [
          [1, 2],
          [3, 4],
          [10, 20],
        ],
      ]),
    ),
  ).toEqual({ input: undefined, state: undefined });
  expect(Array.from(embedding.weight.readGradient())).toEqual([3, 4, 0, 0, 11, 22]);
});

test('starts the padding index at zero and does not train it', () => {
  const embedding = make(1);
  expect(Array.from(embedding.weight.read().slice(2, 4))).toEqual([0, 0]);
  expect(embedding.weight.read().filter((value) => value === 0)).toHaveLength(2);
  const pass = embedding.forward(indices([[1, 0, 1]]));
  pass.backward(
    tensor([
      [
        [1, 2],
        [3, 4],
        [10, 20],
      ],
    ]),
  );
  expect(Array.from(embedding.weight.readGradient())).toEqual([3, 4, 0, 0, 0, 0]);
});

test('refuses an index beyond its classes', () =>
  expect(() => make().infer(indices([[3]]))).toThrow(
    new RangeError('Embedding.infer: inputs[0, 0] is 3, expected an index from 0 to 2 (classes is 3)'),
  ));

test('refuses invalid arguments', () => {
  expect(() => new Embedding({ classes: 0, outputSize: 1 })).toThrow(
    new RangeError('Embedding: classes is 0, expected a whole number of at least 1'),
  );
  expect(() => new Embedding({ classes: 2 ** 24 + 1, outputSize: 1 })).toThrow(
    new RangeError('Embedding: classes is 16777217, expected at most 16777216'),
  );
  expect(() => new Embedding({ classes: 1, outputSize: -1 })).toThrow(
    new RangeError('Embedding: outputSize is -1, expected a whole number of at least 1'),
  );
  expect(() => make(3)).toThrow(
    new RangeError('Embedding: paddingIndex is 3, expected an index from 0 to 2'),
  );
  expect(() => make(-1)).toThrow(
    new RangeError('Embedding: paddingIndex is -1, expected a whole number of at least 0'),
  );
});
