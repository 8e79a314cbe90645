/** Damaged and hostile graphs: they stay within limits, and cause only errors of the library. */
import { describe, expect, test } from 'vitest';
import { float64, Random, tensor } from '../../src/index.ts';
import { GraphWriter } from '../../src/onnx/export/writer.ts';
import { type FromOnnxOptions, fromOnnx } from '../../src/onnx.ts';
import { messageOf } from '../message.ts';
import { attempt, detector, structureOf, subjects } from './damage.ts';

/** Changes one bit at each of a few random positions. */
function changed(bytes: Uint8Array, places: readonly number[], random: Random, bits: number): Uint8Array {
  const damaged = bytes.slice();
  for (let i = 0; i < bits; i++) damaged[places[random.integer(places.length)]!]! ^= 1 << random.integer(8);
  return damaged;
}

test.each(subjects())('a damaged graph runs or is an error of the library: $name', ({ bytes, feeds }) => {
  expect(attempt(bytes, feeds)).toBe('ran');
  const random = new Random(3);
  const places = structureOf(bytes);
  for (let i = 0; i < 60; i++) attempt(changed(bytes, places, random, 1 + (i % 3)), feeds);
});

test('a damaged detector runs or is an error of the library', () => {
  const { bytes, feeds } = detector();
  expect(attempt(bytes, feeds)).toBe('ran');
  const random = new Random(4);
  const places = structureOf(bytes);
  for (let i = 0; i < 30; i++) attempt(changed(bytes, places, random, 1 + (i % 3)), feeds);
});

type Fill = (writer: GraphWriter, x: string) => string;

function graph(fill: Fill): Uint8Array {
  const writer = new GraphWriter();
  const x = writer.input('x', 'float32', ['a', 'b', 'c']);
  writer.output('y', fill(writer, x), ['d']);
  return writer.bytes('test');
}

const x = tensor([[[1, 2, 3]]]);
const run = (fill: Fill, options?: FromOnnxOptions) => fromOnnx(graph(fill), options).run({ x }).y!;
const MORE = 2 ** 21;

/** A value of `n` elements that is computed in each run. */
const wide = (w: GraphWriter, x: string, n: number) =>
  w.node('Expand', [w.node('ReduceSum', [x]), w.integers([1, n, 1])]);

describe('more than a file of this size may take is refused, by operator and node', () => {
  test.each<[string, Fill, string]>([
    ['Expand', (w, x) => w.node('Expand', [x, w.integers([2 ** 24, 1, 3])]), 'makes 50331648 elements'],
    ['Tile', (w, x) => w.node('Tile', [x, w.integers([2 ** 12, 2 ** 12, 1])]), 'makes 50331648 elements'],
    ['Pad', (w, x) => w.node('Pad', [x, w.integers([0, 0, 2 ** 24, 0, 0, 0])]), 'makes 16777219 elements'],
    [
      'Range',
      (w) =>
        w.node(
          'Range',
          [0, 2 ** 25, 1].map((n) => w.integers([n], [])),
        ),
      'makes 33554432 elements',
    ],
    [
      'ConstantOfShape',
      (w) => w.node('ConstantOfShape', [w.integers([2 ** 13, 2 ** 13])]),
      'makes 67108864 elements',
    ],
    [
      'OneHot',
      (w, x) => w.node('OneHot', [x, w.integers([2 ** 24], []), w.floats('v', [0, 1], [2])]),
      'makes 50331648 elements',
    ],
    [
      'Concat',
      (w, x) => {
        const part = wide(w, x, 2 ** 20);
        return w.node('Concat', new Array(40).fill(part), { axis: 0 });
      },
      'makes 41943040 elements, after 1048580 before it',
    ],
    [
      'Add',
      (w, x) => {
        const column = w.node('Reshape', [wide(w, x, 2 ** 13), w.integers([-1, 1])]);
        return w.node('Add', [column, w.node('Transpose', [column])]);
      },
      'makes 67108864 elements',
    ],
    [
      'Conv',
      (w, x) =>
        w.node('Conv', [w.node('Transpose', [x], { perm: [0, 2, 1] }), w.floats('k', [1, 2, 3], [1, 3, 1])], {
          pads: [2 ** 31, 0],
        }),
      'makes 2147483684 elements',
    ],
    [
      'GRU',
      (w, x) => {
        const steps = w.node('Expand', [x, w.integers([2 ** 20, 1, 3])]);
        const weights = [
          w.floats('w', new Float32Array(36), [1, 12, 3]),
          w.floats('r', new Float32Array(48), [1, 12, 4]),
        ];
        return w.node('GRU', [steps, ...weights], { hidden_size: 4 });
      },
      'makes 11534336 elements',
    ],
    [
      'MatMul',
      (w, x) => {
        const rows = w.node('Reshape', [wide(w, x, 2 ** 20), w.integers([2 ** 10, 2 ** 10])]);
        return w.node('MatMul', [rows, w.node('Concat', [rows, rows], { axis: 1 })]);
      },
      'takes 8589934592 operations',
    ],
  ])('%s', (op, fill, came) => {
    const message = messageOf(() => run(fill));
    expect(message).toMatch(new RegExp(`^RangeError: fromOnnx: ${op} "${op}_\\d+" ${came}`));
    expect(message).toMatch(
      /, expected at most \d+ in all, or more by the option most(Elements|Operations)$/,
    );
  });

  test('nodes that are small by themselves', () => {
    const chain: Fill = (w, x) => {
      let value = wide(w, x, 2 ** 16);
      for (let i = 0; i < 300; i++) value = w.node('Neg', [value]);
      return value;
    };
    expect(messageOf(() => run(chain))).toMatch(
      /^RangeError: fromOnnx: Neg "Neg_\d+" makes 65536 elements, after /,
    );
  });

  test('nodes that read much and make little', () => {
    const readers: Fill = (w, x) => {
      const value = w.node('Reshape', [wide(w, x, 2 ** 16), w.integers([2 ** 8, 2 ** 8])]);
      return w.node(
        'Concat',
        Array.from({ length: 9 }, () => w.node('ReduceMax', [value], { axes: [1] })),
        { axis: 0 },
      );
    };
    expect(messageOf(() => run(readers, { mostOperations: 2 ** 23 }))).toMatch(
      /^RangeError: fromOnnx: ReduceMax "ReduceMax_\d+" takes 1048576 /,
    );
  });

  test('outputs that name one value', () => {
    const writer = new GraphWriter();
    writer.input('x', 'float32', [1, 1, 3]);
    const value = wide(writer, 'x', 2 ** 20);
    for (let i = 0; i < 50; i++) writer.output(`y${i}`, value, ['d']);
    expect(messageOf(() => fromOnnx(writer.bytes('test')).run({ x }))).toMatch(
      /^RangeError: fromOnnx: output "y\d+" makes 1048576 elements/,
    );
  });

  test('layers that share one weight', () => {
    const many: Fill = (w, x) => {
      const weight = w.floats('w', new Float32Array(3 * 2 ** 14), [3, 2 ** 14]);
      let value = x;
      for (let i = 0; i < 100; i++) value = w.node('MatMul', [x, weight]);
      return value;
    };
    expect(messageOf(() => fromOnnx(graph(many)))).toMatch(
      /^RangeError: fromOnnx: MatMul "MatMul_\d+" makes 49152 elements/,
    );
  });

  test('axes next to one of size 0', () => {
    const none: Fill = (w, x) => {
      const empty = w.node('Slice', [x, w.integers([0]), w.integers([0]), w.integers([0])]);
      const shaped = w.node('Reshape', [empty, w.integers([2 ** 27, 0])], { allowzero: 1 });
      return w.node('ReduceSum', [shaped, w.integers([0])]);
    };
    expect(messageOf(() => run(none))).toMatch(
      /^RangeError: fromOnnx: ReduceSum "ReduceSum_\d+" makes 134217728 elements, after /,
    );
    const beyond: Fill = (w, x) => {
      const empty = w.node('Slice', [x, w.integers([0]), w.integers([0]), w.integers([0])]);
      return w.node('Reshape', [empty, w.integers([2 ** 40, 0])], { allowzero: 1 });
    };
    expect(messageOf(() => run(beyond))).toMatch(
      /^RangeError: fromOnnx: Reshape "Reshape_\d+" makes a value of shape \[1099511627776, 0\], expected at most 2²⁸ elements along at most 64 axes$/,
    );
  });

  test('more than 64 axes', () => {
    const axes = [3, ...new Array(64).fill(1)];
    expect(messageOf(() => run((w, x) => w.node('Reshape', [x, w.integers(axes)])))).toMatch(
      /^RangeError: fromOnnx: Reshape "Reshape_\d+" makes a value of shape \[3, 1, .*, …\], expected at most 2²⁸ elements along at most 64 axes$/,
    );
  });
});

test('the options of fromOnnx say what a run may take', () => {
  const tile: Fill = (w, x) => w.node('Tile', [x, w.integers([1, MORE, 1])]);
  expect(messageOf(() => run(tile))).toMatch(/^RangeError: fromOnnx: Tile /);
  const made = run(tile, { mostElements: Number.POSITIVE_INFINITY });
  expect(made.shape).toEqual([1, MORE, 3]);
  expect(made.data[3 * MORE - 1]).toBe(3);
  const twice: Fill = (w, x) => w.node('Neg', [w.node('Neg', [x])]);
  // Each value and the copy of the output.
  expect(run(twice, { mostElements: 9 }).data).toEqual(x.data);
  expect(messageOf(() => run(twice, { mostElements: 8 }))).toBe(
    'RangeError: fromOnnx: output "y" makes 3 elements, after 6 before it, expected at most 8 in all, or more by the option mostElements',
  );
  const product: Fill = (w, x) => w.node('MatMul', [x, w.floats('w', [1, 2, 3], [3, 1])]);
  expect(messageOf(() => run(product, { mostOperations: 2 }))).toBe(
    'RangeError: fromOnnx: MatMul "MatMul_1" takes 3 operations, after 0 before it, expected at most 2 in all, or more by the option mostOperations',
  );
  expect(messageOf(() => fromOnnx(graph(twice), { mostElements: Number.NaN }))).toBe(
    'RangeError: fromOnnx: mostElements is NaN, expected a number of at least 0',
  );
});

test('each run has its own room', () => {
  const model = fromOnnx(
    graph((w, x) => w.node('Neg', [x])),
    { mostElements: 9 },
  );
  for (let i = 0; i < 5; i++) expect(Array.from(model.run({ x }).y!.data)).toEqual([-1, -2, -3]);
});

test('an error of a layer names its node', () => {
  const fill: Fill = (w, x) => w.node('Conv', [x, w.floats('k', [1, 1], [1, 1, 2])]);
  const model = fromOnnx(graph(fill));
  expect(
    messageOf(() =>
      model.run({
        x: tensor([
          [
            [1, 2],
            [3, 4],
          ],
        ]),
      }),
    ),
  ).toBe(
    'RangeError: fromOnnx: Conv "Conv_1": Conv1d.infer: inputs has shape [1, 2, 2], expected [batch, time, 1] (inputSize is 1)',
  );
});

describe('a form that no operator has is refused', () => {
  const lists = (w: GraphWriter, ...values: number[][]) => values.map((value) => w.integers(value));
  test.each<[string, Fill, string]>([
    [
      'activations of another type',
      (w, x) =>
        w.node('RNN', [x, w.floats('w', [1, 1, 1], [1, 1, 3]), w.floats('r', [1], [1, 1, 1])], {
          activations: 3,
        }),
      'RNN "RNN_2" has activations of another type, expected the one of its operator',
    ],
    [
      'an unknown direction',
      (w, x) =>
        w.node('RNN', [x, w.floats('w', [1, 1, 1], [1, 1, 3]), w.floats('r', [1], [1, 1, 1])], {
          direction: 'forwarc',
        }),
      'RNN "RNN_2" has direction "forwarc", expected forward, reverse or bidirectional',
    ],
    [
      'a number instead of a tensor',
      (w) => w.node('ConstantOfShape', [w.integers([2])], { value: 3 }),
      'ConstantOfShape "ConstantOfShape_1" has value of another type, expected the one of its operator',
    ],
    [
      'strings instead of numbers',
      (w) => w.node('Constant', [], { value_ints: ['a'] }),
      'Constant "Constant_0" has value_ints of another type, expected the one of its operator',
    ],
    [
      'an axis of a scalar',
      (w, x) => w.node('Gather', [w.node('Squeeze', [w.node('ReduceSum', [x])]), w.integers([0])]),
      'Gather "Gather_3" uses axis 0 of 0 axes, expected a value with axes',
    ],
    [
      'one axis added twice',
      (w, x) => w.node('Unsqueeze', [x, ...lists(w, [0, 0])]),
      'Unsqueeze "Unsqueeze_1" makes a value of shape [1, 1, 1, 3, ], expected at most 2²⁸ elements along at most 64 axes',
    ],
    [
      'two negative sizes',
      (w, x) => w.node('Reshape', [w.node('Tile', [x, ...lists(w, [1, 1, 2])]), ...lists(w, [-2, -3])]),
      'Reshape "Reshape_3" makes a value of shape [-2, -3], expected at most 2²⁸ elements along at most 64 axes',
    ],
    [
      'a fraction as an index',
      (w, x) => w.node('Gather', [x, w.floats('i', [0.5], [1])], { axis: 2 }),
      'Gather "Gather_1" takes element 0.5 of 3, expected one that there is',
    ],
    [
      'a fraction as a size',
      (w, x) => w.node('Expand', [x, w.floats('s', [1.5], [1])]),
      'Expand "Expand_1" takes [1.5], expected whole numbers',
    ],
    [
      'a slice without an end',
      (w, x) => w.node('Slice', [x, ...lists(w, [0, 0], [1])]),
      'Slice "Slice_2" has starts, ends, axes and steps of other lengths, expected as many of each',
    ],
    [
      'too few repeats',
      (w, x) => w.node('Tile', [x, ...lists(w, [2])]),
      'Tile "Tile_1" repeats 1 of 3 axes, expected each',
    ],
    [
      'one value instead of two',
      (w, x) => w.node('OneHot', [x, w.integers([2], []), w.floats('v', [1], [1])]),
      'OneHot "OneHot_2" has 1 values, expected one off and one on',
    ],
    [
      'a scale of other features',
      (w, x) => w.node('LayerNormalization', [x, w.floats('s', [1, 1], [2])]),
      'LayerNormalization "LayerNormalization_1" scales 3 features by 2, expected one for each',
    ],
    [
      'an attribute that its operator does not have',
      (w, x) => w.node('Softmax', [x], { axes: 1 }),
      'Softmax "Softmax_0" has attribute "axes", expected only those of its operator',
    ],
    [
      'a reset gate of an LSTM',
      (w, x) =>
        w.node('LSTM', [x, w.floats('w', [1, 1, 1, 1], [1, 4, 1]), w.floats('r', [1, 1, 1, 1], [1, 4, 1])], {
          linear_before_reset: 1,
        }),
      'LSTM "LSTM_1" has attribute "linear_before_reset", expected only those of its operator',
    ],
    [
      'padding of chosen axes',
      (w, x) => w.node('Pad', [x, ...lists(w, [1, 1]), w.floats('v', [0], []), ...lists(w, [2])]),
      'Pad "Pad_3" pads chosen axes, expected all axes',
    ],
    [
      'dropout as in training',
      (w, x) => w.node('Dropout', [x, w.floats('r', [0.5], []), w.integers([1], [])]),
      'Dropout "Dropout_2" drops elements, as in training, expected a training_mode of false',
    ],
    [
      'pads for one side',
      (w, x) => w.node('Conv', [x, w.floats('k', [1], [1, 1, 1])], { pads: [1] }),
      'Conv "Conv_1" has pads [1], expected two',
    ],
  ])('%s', (_, fill, message) => {
    expect(messageOf(() => run(fill))).toBe(`RangeError: fromOnnx: ${message}`);
  });

  test('an output without a name', () => {
    const writer = new GraphWriter();
    writer.output('', writer.input('x', 'float32', [1]), [1]);
    expect(messageOf(() => fromOnnx(writer.bytes('test')))).toBe(
      'RangeError: fromOnnx: bytes has no node that makes "", expected one for each output',
    );
  });

  test('an input with axes that no value can have', () => {
    const writer = new GraphWriter();
    writer.output('y', writer.input('x', 'float32', ['a', 'b']), ['a', 'b']);
    const model = fromOnnx(writer.bytes('test'), { backend: float64() });
    expect(messageOf(() => model.run({ x: { data: new Float32Array(), shape: [2 ** 40, 0] } }))).toBe(
      'RangeError: OnnxModel.run: feeds["x"] has 0 elements of shape [1099511627776, 0], expected [a, b]',
    );
  });
});
