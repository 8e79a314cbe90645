/** The inputs and outputs of every layer: shapes, kinds, lengths, and their error messages. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Dense,
  Dropout,
  Embedding,
  float32,
  float64,
  GRUCell,
  type Indices,
  indices,
  OneHot,
  Sequence,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { withArena } from '../../src/matrix/arena.ts';
import { denseInput, indexInput, output } from '../../src/signal/boundary.ts';

const sequence = new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 3 }));
const dense = new Dense({ inputSize: 2, outputSize: 1 });
const embedding = new Embedding({ classes: 3, outputSize: 2 });
const dropout = new Dropout({ rate: 0.5 });

const data = (length: number) => new Float32Array(length);
const as = <T>(value: unknown) => value as T;

describe('refused inputs', () => {
  const real = 'a tensor { data, shape } of floating-point data';
  test.each<[unknown, Error]>([
    [undefined, new TypeError(`Sequence.infer: inputs is undefined, expected ${real}`)],
    [null, new TypeError(`Sequence.infer: inputs is null, expected ${real}`)],
    [
      [[[1, 2]]],
      new TypeError(
        `Sequence.infer: inputs is an array of 1, expected ${real}: tensor(…) makes one of nested arrays`,
      ),
    ],
    [
      new Float32Array(2),
      new TypeError(`Sequence.infer: inputs is a value of type Float32Array, expected ${real}`),
    ],
    [
      indices([[1, 2]]),
      new TypeError(
        `Sequence.infer: inputs has data that is a value of type Int32Array, expected ${real}, such as tensor([[[1], [2]]])`,
      ),
    ],
    [
      { data: [1, 2], shape: [1, 1, 2] },
      new TypeError(`Sequence.infer: inputs has data that is an array of 2, expected ${real}`),
    ],
    [{ data: data(2) }, new TypeError(`Sequence.infer: inputs has shape undefined, expected ${real}`)],
    [
      { data: data(4), shape: [1, 1, 2] },
      new RangeError('Sequence.infer: inputs has 4 values, expected 2 for its shape [1, 1, 2]'),
    ],
    [
      { data: data(6), shape: [-1, -3, 2] },
      new RangeError('Sequence.infer: inputs has shape [-1, -3, 2], expected whole numbers of at least 0'),
    ],
    [
      { data: data(5 * 2 * 3), shape: [5, 2, 3] },
      new RangeError(
        'Sequence.infer: inputs has shape [5, 2, 3], expected [batch, time, 2] (inputSize is 2)',
      ),
    ],
    [
      { data: data(2), shape: [1, 2] },
      new RangeError('Sequence.infer: inputs has shape [1, 2], expected [batch, time, 2] (inputSize is 2)'),
    ],
    [
      { data: data(0), shape: [0, 3, 2] },
      new RangeError('Sequence.infer: inputs has shape [0, 3, 2], expected at least one sequence'),
    ],
  ])('case %#', (input, error) => expect(() => sequence.infer(as<Tensor>(input))).toThrow(error));

  test('a time axis is required or optional', () => {
    expect(() => dense.infer(tensor([1, 2]))).toThrow(
      new RangeError(
        'Dense.infer: inputs has shape [2], expected [batch, time, 2] or [batch, 2] (inputSize is 2)',
      ),
    );
    expect(() => dropout.infer(tensor([1, 2]))).toThrow(
      new RangeError(
        'Dropout.infer: inputs has shape [2], expected [batch, time, inputSize] or [batch, inputSize]',
      ),
    );
    expect(() => dropout.infer({ data: data(1), shape: [] })).toThrow(RangeError);
    expect(() => sequence.cell.infer(tensor([[[1, 2]]]))).toThrow(
      new RangeError('GRUCell.infer: inputs has shape [1, 1, 2], expected [batch, 2] (inputSize is 2)'),
    );
  });

  test.each<[unknown, Error]>([
    [
      tensor([[1, 2]]),
      new TypeError(
        'Embedding.forward: inputs has data that is a value of type Float64Array, expected indices { data, shape } of Int32Array data: indices(…) makes them, not tensor(…)',
      ),
    ],
    [
      [[1]],
      new TypeError(
        'Embedding.forward: inputs is an array of 1, expected indices { data, shape } of Int32Array data: indices(…) makes one of nested arrays',
      ),
    ],
    [indices([1, 2]), new RangeError('Embedding.forward: inputs has shape [2], expected [batch, time]')],
    [
      indices([[0, 3]]),
      new RangeError('Embedding.forward: inputs[0, 1] is 3, expected an index from 0 to 2 (classes is 3)'),
    ],
    [
      indices([[0], [-1]]),
      new RangeError('Embedding.forward: inputs[1, 0] is -1, expected an index from 0 to 2 (classes is 3)'),
    ],
  ])('as indices, case %#', (input, error) =>
    expect(() => embedding.forward(as<Indices>(input))).toThrow(error),
  );

  test('more steps than a float32 can count are refused', () => {
    const steps = 2 ** 24 + 1;
    const none = new Dense({ inputSize: 1, outputSize: 1 });
    expect(() => none.infer({ data: new Float32Array(steps), shape: [1, steps, 1] })).toThrow(
      new RangeError(
        'Dense.infer: inputs has shape [1, 16777217, 1], expected at most 16777216 steps in all sequences together',
      ),
    );
  });
});

describe('refused lengths', () => {
  const x = tensor([[[1, 2]], [[3, 4]]]);
  test.each<[unknown, Error]>([
    [
      3,
      new TypeError(
        'Sequence.forward: lengths is 3, expected an array of whole numbers, one for each sequence',
      ),
    ],
    [[1], new RangeError('Sequence.forward: lengths has 1 entries, expected 2, one for each sequence')],
    [[1, 2], new RangeError('Sequence.forward: lengths[1] is 2, expected a whole number from 0 to 1')],
    [[-1, 1], new RangeError('Sequence.forward: lengths[0] is -1, expected a whole number from 0 to 1')],
    [
      [0.5, Number.NaN],
      new RangeError('Sequence.forward: lengths[0] is 0.5, expected a whole number from 0 to 1'),
    ],
    [
      // biome-ignore lint/suspicious/noSparseArray: what is tested
      [, 1],
      new RangeError('Sequence.forward: lengths[0] is undefined, expected a whole number from 0 to 1'),
    ],
  ])('%j', (lengths, error) =>
    expect(() => sequence.forward(x, { lengths: as<number[]>(lengths) })).toThrow(error),
  );
});

describe('refused upstream gradients', () => {
  const x = tensor([[[1, 2]]]);
  test.each<[unknown, Error]>([
    [
      [[[1, 2, 3]]],
      new TypeError(
        'Sequence.backward: dOutput is an array of 1, expected a tensor { data, shape } of floating-point data: tensor(…) makes one of nested arrays',
      ),
    ],
    [
      tensor([[1, 2, 3]]),
      new RangeError("Sequence.backward: dOutput has shape [1, 3], expected [1, 1, 3], the output's"),
    ],
    [
      { data: data(2), shape: [1, 1, 3] },
      new RangeError('Sequence.backward: dOutput has 2 values, expected 3 for its shape [1, 1, 3]'),
    ],
  ])('case %#', (dOutput, error) => {
    const pass = sequence.forward(x);
    expect(() => pass.backward(as<Tensor>(dOutput))).toThrow(error);
    // A refused gradient leaves the pass unchanged.
    expect(pass.backward(tensor([[[1, 2, 3]]])).input.shape).toEqual([1, 1, 2]);
  });
});

describe('values are copied in and out', () => {
  const shapes = fc.record({
    batch: fc.integer({ min: 1, max: 5 }),
    time: fc.integer({ min: 0, max: 5 }),
    width: fc.integer({ min: 1, max: 5 }),
    backend: fc.constantFrom(float64(), float32()),
    timed: fc.boolean(),
  });

  test('of tensors, with zeros beyond the lengths', () => {
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fc.nat()), ({ batch, time, width, backend, timed }, drawn) => {
        const steps = timed ? time : 1;
        const shape = timed ? [batch, time, width] : [batch, width];
        const x = { data: Float32Array.from({ length: batch * steps * width }, (_, i) => i + 1), shape };
        const lengths = Array.from({ length: batch }, () => drawn.next().value % (steps + 1));
        const expectation = { where: 'test', width, widthName: 'inputSize' };
        const out = withArena(backend, (arena) => output(arena, denseInput(arena, expectation, x, lengths)));
        expect(out.shape).toEqual(shape);
        expect(out.data.constructor).toBe(backend.dtype === 'float32' ? Float32Array : Float64Array);
        expect(Array.from(out.data)).toEqual(
          Array.from(x.data, (value, i) => {
            const [b, t] = [Math.floor(i / (steps * width)), Math.floor(i / width) % steps];
            return t < lengths[b]! ? value : 0;
          }),
        );
      }),
    );
  });

  test('of indices, as one-hot vectors', () => {
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fc.nat()), ({ batch, time, width, backend }, drawn) => {
        const x = {
          data: Int32Array.from({ length: batch * time }, () => drawn.next().value % width),
          shape: [batch, time],
        };
        const lengths = Array.from({ length: batch }, () => drawn.next().value % (time + 1));
        const expectation = { where: 'test', width, widthName: 'classes' };
        const out = withArena(backend, (arena) => output(arena, indexInput(arena, expectation, x, lengths)));
        const want = new Float64Array(batch * time * width);
        x.data.forEach((index, i) => {
          if (i % time < lengths[Math.floor(i / time)]!) want[i * width + index] = 1;
        });
        expect(out.shape).toEqual([batch, time, width]);
        expect(Array.from(out.data)).toEqual(Array.from(want));
      }),
    );
  });

  test('and an index beyond a length is ignored', () =>
    expect(
      Array.from(new OneHot({ classes: 2 }).infer(indices([[1, 99]]), { lengths: [1] }).output.data),
    ).toEqual([0, 1, 0, 0]));

  test('and inputs are not modified', () => {
    const x = tensor([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    const kept = x.data.slice();
    const pass = sequence.forward(x, { lengths: [1] });
    const before = pass.output.data.slice();
    x.data.fill(99);
    expect(pass.output.data).toEqual(before);
    const again = sequence.forward({ data: kept, shape: x.shape }, { lengths: [1] });
    expect(again.backward(again.output)).toEqual(pass.backward(pass.output));
  });
});
