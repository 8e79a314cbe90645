/** Values of another realm, such as an iframe or a test runner's sandbox, are accepted like values of this one. */

import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { isBuiltin } from '../../src/common/builtin.ts';
import {
  crossEntropy,
  Dense,
  Embedding,
  float32,
  float64,
  GRUCell,
  generate,
  indices,
  load,
  OneHot,
  readSafetensors,
  Sequence,
  save,
  sequential,
  tensor,
} from '../../src/index.ts';
import { fromTfjs } from '../../src/keras.ts';
import { fromOnnx, toOnnx } from '../../src/onnx.ts';
import { lines, pattern, SparseMatrix, splitSeries } from '../../src/text.ts';

const context = createContext({});
const foreign = <Value>(code: string, ...given: readonly unknown[]): Value =>
  (runInContext(`(...given) => ${code}`, context) as (...given: readonly unknown[]) => Value)(...given);

test.each(['Uint8Array', 'Int32Array', 'Float32Array', 'Float64Array', 'Map', 'Set'] as const)(
  '%s',
  (name) => {
    const value = foreign<object>(`new ${name}()`);
    expect(value instanceof globalThis[name]).toBe(false);
    expect(isBuiltin(value, name)).toBe(true);
    expect(isBuiltin(Reflect.construct(globalThis[name], []), name)).toBe(true);
    expect(isBuiltin(value, 'RegExp')).toBe(false);
  },
);

test.each([
  undefined,
  null,
  1,
  'Int32Array',
  [],
  {},
  { [Symbol.toStringTag]: 'Int32Array' },
  new Int16Array(1),
])('%o is not an Int32Array', (value) => {
  expect(isBuiltin(value, 'Int32Array')).toBe(false);
});

describe('values of another realm are accepted as', () => {
  const sizes = { inputSize: 2, outputSize: 3 };
  const dense = new Dense(sizes);
  const real = foreign<ReturnType<typeof tensor>>('({ data: new Float32Array([1, 2]), shape: [1, 2] })');
  const whole = foreign<ReturnType<typeof indices>>('({ data: new Int32Array([2, 0]), shape: [1, 2] })');

  test('tensors and indices', () => {
    expect(dense.infer(real)).toEqual(dense.infer(tensor([[1, 2]])));
    const embedding = new Embedding({ classes: 3, outputSize: 2 });
    expect(embedding.infer(whole)).toEqual(embedding.infer(indices([[2, 0]])));
  });

  test('outputs and targets of a loss, which computes in their precision', () => {
    const scores = '({ data: new Float64Array([0.1, 0.2, 0.3, 0.1, 0.2, 0.3]), shape: [1, 2, 3] })';
    const output = foreign<ReturnType<typeof tensor>>(scores);
    const own = tensor([...output.data], [1, 2, 3]);
    const loss = crossEntropy();
    const inDouble = loss.forward(own, indices([[2, 0]]), { backend: float64() }).value;
    expect(loss.forward(output, whole).value).toBe(inDouble);
    expect(loss.forward(own, whole, { backend: float32() }).value).not.toBe(inDouble);
  });

  test('bytes of a file', () => {
    const bytes = foreign<Uint8Array>('Uint8Array.from(given[0])', [...save(dense)]);
    expect((load(bytes) as Dense<number, number>).weight.read()).toEqual(dense.weight.read());
    expect([...readSafetensors(bytes).tensors.keys()]).toEqual(['weight', 'bias']);
  });

  test('prompts and stop tokens', async () => {
    const model = sequential(
      new OneHot({ classes: 3 }),
      new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 2 })),
      new Dense({ inputSize: 2, outputSize: 3 }),
    );
    const drawn = async (prompt: readonly number[] | Int32Array, stop: ReadonlySet<number>) => {
      const tokens: number[] = [];
      for await (const { token } of generate(model, { prompt, stop, length: 9, seed: 1 })) tokens.push(token);
      return tokens;
    };
    const own = await drawn([1, 2], new Set([0]));
    expect(await drawn(foreign('new Int32Array([1, 2])'), foreign('new Set([0])'))).toEqual(own);
  });

  test('expressions, chunks, maps and series of recurrent-cells/text', async () => {
    expect(pattern(foreign<RegExp>('/\\d+/')).tokenize('7 of 12')).toEqual(['7', '12']);
    const found: string[] = [];
    for await (const line of lines([foreign<Uint8Array>('Uint8Array.from([104, 105])')])) found.push(line);
    expect(found).toEqual(['hi']);
    expect(SparseMatrix.fromRows([foreign('new Map([[1, 2]])')], 2).values).toEqual(Float64Array.of(2));
    const series = foreign<ReturnType<typeof tensor>>('({ data: new Float64Array(8), shape: [8, 1] })');
    expect(splitSeries(series, { length: 2 }).train.inputs.data).toBeInstanceOf(Float64Array);
  });

  test('the files and inputs of imported models', () => {
    const bytes = foreign<Uint8Array>('Uint8Array.from(given[0])', [...new TextEncoder().encode('{}')]);
    expect(() => fromTfjs({ 'model.json': bytes })).toThrow(/^fromTfjs: model\.json has no modelTopology/);
    const own = new Dense({ ...sizes, bias: false });
    const graph = fromOnnx(toOnnx(own));
    const { output } = graph.run({ input: real });
    expect(output!.data).toEqual(graph.run({ input: tensor([[1, 2]]) }).output!.data);
    expect(output!.data.constructor).toBe(Float32Array);
    const picked = fromOnnx(toOnnx(new Embedding({ classes: 3, outputSize: 2 })));
    expect(picked.run({ input: whole })).toEqual(picked.run({ input: indices([[2, 0]]) }));
  });
});
