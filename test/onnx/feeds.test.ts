/** The inputs and outputs of `OnnxModel.run`. */
import { describe, expect, test } from 'vitest';
import {
  type AnyLayer,
  Dense,
  Dropout,
  Embedding,
  GRUCell,
  graph,
  indices,
  input,
  Sequence,
  sequential,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { GraphWriter } from '../../src/onnx/export/writer.ts';
import { fromOnnx, type OnnxFeeds, toOnnx } from '../../src/onnx.ts';
import { messageOf } from '../message.ts';
import { runtime } from './runtime.ts';
import { difference } from './tensors.ts';

describe('outputs are copies', () => {
  test('of an input that is passed through', () => {
    const x = tensor([[1, 2]]);
    const { output } = fromOnnx(toOnnx(new Dropout({ rate: 0.5 }))).run({ input: x });
    output!.data[0] = 55;
    (output!.shape as number[])[0] = 7;
    expect(x).toEqual(tensor([[1, 2]]));
  });

  test('of a value that two heads name', () => {
    const node = input('x', 2).to(new Dense({ inputSize: 2, outputSize: 1 }));
    const file = fromOnnx(toOnnx(graph({ a: node, b: node })));
    const outputs = file.run({ 'input.x': tensor([[1, 2]]) });
    const b = outputs['output.b']!.data[0];
    outputs['output.a']!.data[0] = 55;
    expect(outputs['output.b']!.data[0]).toBe(b);
  });

  test('of a weight', () => {
    const writer = new GraphWriter();
    const x = writer.input('x', 'float32', [2]);
    writer.output('y', writer.floats('w', [3, 4], [2]), [2]);
    writer.output('z', x, [2]);
    const file = fromOnnx(writer.bytes('test'));
    file.run({ x: tensor([1, 2]) }).y!.data[0] = 55;
    expect(Array.from(file.run({ x: tensor([1, 2]) }).y!.data)).toEqual([3, 4]);
  });
});

describe('whole numbers', () => {
  const layers = sequential(
    new Embedding({ classes: 3, outputSize: 2 }),
    new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 2 })),
  );
  const bytes = toOnnx(layers as AnyLayer, { lengths: true, states: false });
  const file = fromOnnx(bytes);
  const words = [2, 0, 1, 1];
  const int64 = (values: readonly number[], ...shape: number[]) => ({
    data: BigInt64Array.from(values, BigInt),
    shape,
  });

  test('may be int64, as ONNX Runtime takes them', async () => {
    const feeds = { input: int64(words, 2, 2), lengths: int64([2, 1], 2) };
    const got = file.run(feeds).output!;
    expect(got).toEqual(layers.infer(indices(words, [2, 2]), { lengths: [2, 1] }).output);
    expect(difference(got, (await runtime(bytes, feeds)).output!)).toBeLessThan(1e-6);
  });

  test('may be whole real numbers', () => {
    const lengths = { data: Float64Array.of(2, 1), shape: [2] };
    expect(file.run({ input: tensor(words, [2, 2]), lengths })).toEqual(
      file.run({ input: indices(words, [2, 2]), lengths: indices([2, 1]) }),
    );
  });

  const lengths = int64([2, 1], 2);
  const good = { input: int64(words, 2, 2), lengths };
  test.each<[string, OnnxFeeds, string]>([
    [
      'a fraction as an index',
      { input: tensor([0, 0.5, 1, 1], [2, 2]), lengths },
      'RangeError: OnnxModel.run: feeds["input"] has 0.5 at 1, expected whole numbers up to 2⁵³',
    ],
    [
      'a fraction as a length',
      { ...good, lengths: tensor([1.5, 2]) },
      'RangeError: OnnxModel.run: feeds["lengths"] has 1.5 at 0, expected whole numbers up to 2⁵³',
    ],
    [
      'a number that is not exact',
      { ...good, lengths: { data: BigInt64Array.of(1n, 2n ** 60n), shape: [2] } },
      'RangeError: OnnxModel.run: feeds["lengths"] has 1152921504606846976n at 1, expected whole numbers up to 2⁵³',
    ],
    [
      'bytes',
      { ...good, lengths: { data: Uint8Array.of(1, 2), shape: [2] } as never },
      'TypeError: OnnxModel.run: feeds["lengths"] has data that is a value of type Uint8Array, expected a tensor or indices',
    ],
    [
      'a shape with a fraction',
      { ...good, input: { data: Int32Array.of(1, 1), shape: [4, 0.5] } },
      'RangeError: OnnxModel.run: feeds["input"] has 2 elements of shape [4, 0.5], expected [batch, time]',
    ],
    [
      'null',
      null as never,
      'TypeError: OnnxModel.run: feeds is null, expected an object with "input", "lengths"',
    ],
    [
      'nothing',
      undefined as never,
      'TypeError: OnnxModel.run: feeds is undefined, expected an object with "input", "lengths"',
    ],
  ])('%s is refused', (_, feeds, message) => {
    expect(messageOf(() => file.run(feeds))).toBe(message);
  });

  test('int64 is not a real number', () => {
    const dense = fromOnnx(toOnnx(new Dense({ inputSize: 2, outputSize: 1 })));
    expect(messageOf(() => dense.run({ input: int64([1, 2], 1, 2) }))).toBe(
      'TypeError: OnnxModel.run: feeds["input"] has data of int64, expected real numbers: a Float32Array or Float64Array',
    );
  });

  test('a boolean is 0 or 1', () => {
    const writer = new GraphWriter();
    const x = writer.input('x', 'bool', [2]);
    writer.output('y', writer.node('Not', [x]), [2], 'bool');
    const run = (x: Tensor) => fromOnnx(writer.bytes('test')).run({ x });
    expect(Array.from(run(tensor([1, 0])).y!.data)).toEqual([0, 1]);
    expect(messageOf(() => run(tensor([0, 2])))).toBe(
      'RangeError: OnnxModel.run: feeds["x"] has 2 at 1, expected 0 or 1',
    );
  });
});
