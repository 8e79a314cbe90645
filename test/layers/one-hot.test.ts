import { expect, test } from 'vitest';
import { Dense, Dropout, indices, OneHot, sequential } from '../../src/index.ts';

test('has a one at each index', () => {
  const { output } = new OneHot({ classes: 3 }).infer(
    indices([
      [2, 0],
      [1, 1],
    ]),
  );
  expect(output).toEqual({
    data: Float32Array.of(0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0),
    shape: [2, 2, 3],
  });
});

test('has neither parameters nor state nor gradient', () => {
  const oneHot = new OneHot({ classes: 2 });
  expect(oneHot.parameters().size).toBe(0);
  expect(oneHot.initialState(3)).toBeUndefined();
  const pass = oneHot.forward(indices([[0]]));
  expect([pass.state, pass.backward(pass.output)]).toEqual([
    undefined,
    { input: undefined, state: undefined },
  ]);
});

test('costs the next layer no more with more classes, since nothing is materialised', () => {
  const classes = 2 ** 20;
  const model = sequential(new OneHot({ classes }), new Dense({ inputSize: classes, outputSize: 1 }));
  const before = model.backend.heap.values.length;
  // 200 one-hot vectors of a million classes would be 800 MB.
  const { output } = model.infer(
    indices(
      Int32Array.from({ length: 200 }, (_, i) => i * 5000),
      [2, 100],
    ),
  );
  expect(output.shape).toEqual([2, 100, 1]);
  expect(model.backend.heap.values.length - before).toBeLessThan(10 * classes);
});

test('refuses invalid arguments', () => {
  expect(() => new OneHot({ classes: 0 })).toThrow(
    new RangeError('OneHot: classes is 0, expected a whole number of at least 1'),
  );
  expect(() => new OneHot({ classes: 2 ** 25 })).toThrow(
    new RangeError('OneHot: classes is 33554432, expected at most 16777216'),
  );
  const dropped = sequential(new OneHot({ classes: 2 }), new Dropout({ rate: 0.5 }));
  expect(() => dropped.forward(indices([[0]]))).toThrow(
    new RangeError('Dropout: its input is one-hot, expected real features, such as an Embedding gives'),
  );
});
