import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  Attention,
  clearGradients,
  Dense,
  encoderDecoder,
  float64,
  GRUCell,
  LSTMCell,
  type Parameter,
  Sequence,
  SGD,
  sequential,
  teacherForcing,
  tensor,
} from '../../src/index.ts';
import { referenceBackend } from '../../src/kernels/reference/index.ts';
import { collected } from '../collected.ts';

const model = () => {
  const backend = referenceBackend('float64');
  const layers = sequential(
    new Sequence(new LSTMCell({ inputSize: 2, hiddenSize: 3, backend })),
    new Dense({ inputSize: 3, outputSize: 2, backend }),
  );
  return { backend, layers };
};
const x = tensor([
  [
    [1, 2],
    [3, 4],
  ],
  [
    [5, 6],
    [7, 8],
  ],
]);

describe('a pass', () => {
  const over =
    'GRUCell.forward: this pass is over, expected one backward for each forward (or { retain: true } before)';
  const cell = new GRUCell({ inputSize: 1, hiddenSize: 1, backend: float64() });

  test('goes backward once', () => {
    const pass = cell.forward(tensor([[1]]));
    pass.backward(pass.output);
    expect(() => pass.backward(pass.output)).toThrow(new Error(over));
  });

  test('goes backward again if retained', () => {
    const pass = cell.forward(tensor([[1]]));
    const first = pass.backward(pass.output, undefined, { retain: true });
    expect(pass.backward(pass.output, undefined, { retain: true })).toEqual(first);
    pass.release();
    expect(() => pass.backward(pass.output)).toThrow(new Error(over));
  });

  test('may be released more than once, also by `using`', () => {
    const pass = cell.forward(tensor([[1]]));
    pass[Symbol.dispose]();
    pass.release();
    expect(() => pass.backward()).toThrow(new Error(over));
  });

  test('keeps its output after it ends', () => {
    const pass = cell.forward(tensor([[1]]));
    const kept = pass.output.data.slice();
    pass.backward(pass.output);
    cell.forward(tensor([[9]])).release();
    expect(pass.output.data).toEqual(kept);
  });

  test('gives zeros without any gradient', () => {
    const { layers } = model();
    const { input, state } = layers.forward(x).backward();
    expect(Array.from(input.data)).toEqual(new Array(8).fill(0));
    expect(Array.from((state as { 0: { h: typeof x } })[0].h.data)).toEqual(new Array(6).fill(0));
    for (const parameter of layers.parameters().values())
      expect(parameter.readGradient().every((value) => value === 0)).toBe(true);
  });

  test('is independent of other open passes', () => {
    const { layers } = model();
    const alone = layers.forward(x);
    const want = alone.backward(alone.output);
    const passes = [x, x, x].map((input) => layers.forward(input));
    for (const pass of passes.reverse()) expect(pass.backward(pass.output)).toEqual(want);
  });
});

describe('weights that change between forward and backward', () => {
  const backend = float64();
  const ones = tensor([[1, 1]]);
  const cell = new GRUCell({ inputSize: 2, hiddenSize: 2, backend });
  const stack = sequential(
    new Sequence(new LSTMCell({ inputSize: 2, hiddenSize: 2, backend }), { learnInitialState: true }),
    new Dense({ inputSize: 2, outputSize: 2, backend }),
  );
  const attention = new Attention({ score: 'general', querySize: 2, keySize: 2, backend });
  const translator = encoderDecoder({
    sourceClasses: 3,
    targetClasses: 3,
    hiddenSize: 2,
    bidirectional: true,
    start: 0,
    end: 1,
    backend,
  });
  const sequence = tensor([[[1, 2]]]);
  const { inputs } = teacherForcing(translator, [[2]], [[2]]);

  interface Started {
    readonly pass: { backward(): unknown; release(): void };
    readonly of: { parameters(): ReadonlyMap<string, Parameter> };
  }
  const subjects: { readonly [name: string]: () => Started } = {
    'GRUCell.forward': () => ({ pass: cell.forward(ones), of: cell }),
    'Sequential.forward': () => ({ pass: stack.forward(sequence), of: stack }),
    'Attention.forward': () => ({
      pass: attention.forward({ query: sequence, keys: sequence }),
      of: attention,
    }),
    'EncoderDecoder.forward': () => ({ pass: translator.forward(inputs), of: translator }),
  };

  test.each(Object.entries(subjects))('are an error of %s that names the first', (where, start) => {
    const parameters = [...start().of.parameters()];
    expect(parameters.length).toBeGreaterThan(0);
    for (const [name, parameter] of parameters) {
      const { pass } = start();
      parameter.write(parameter.read());
      expect(() => pass.backward()).toThrow(
        new Error(`${where}: ${name} has changed since this forward, expected backward before an update`),
      );
      pass.release();
    }
  });

  test('allow several passes to go backward before an optimiser step, and none after it', () => {
    const passes = [1, 2, 3].map(() => stack.forward(sequence));
    passes[0]!.backward(passes[0]!.output);
    passes[1]!.backward(passes[1]!.output);
    new SGD({ learningRate: 0.1 }).step(stack.parameters());
    expect(() => passes[2]!.backward()).toThrow('0.cell.weightIh has changed since this forward');
    const again = stack.forward(sequence);
    expect(again.backward(again.output).input.shape).toEqual([1, 1, 2]);
  });

  test('may be those of other models', () => {
    const pass = stack.forward(sequence);
    cell.weightIh.write(cell.weightIh.read());
    clearGradients(stack.parameters());
    expect(pass.backward(pass.output).input.shape).toEqual([1, 1, 2]);
  });
});

describe('memory', () => {
  test('does not grow with the number of passes', () => {
    const { backend, layers } = model();
    const both = () => {
      const pass = layers.forward(x, { lengths: [2, 1] });
      pass.backward(pass.output, pass.state);
      layers.infer(x);
    };
    // By the second pass, the chunks of the first are joined.
    both();
    both();
    const { used } = backend.heap;
    const { length } = backend.heap.values;
    for (let i = 0; i < 2000; i++) both();
    expect(backend.heap.used).toBe(used);
    expect(backend.heap.values.length).toBe(length);
  });

  test('is that of the largest pass, in any order of sizes', () => {
    const { backend, layers } = model();
    const pass = (time: number) => {
      const done = layers.forward(tensor(new Float64Array(2 * time * 2), [2, time, 2]));
      done.backward(done.output);
    };
    pass(40);
    pass(40);
    const { used } = backend.heap;
    for (const time of [1, 30, 2, 40, 39, 0]) pass(time);
    expect(backend.heap.used).toBe(used);
  });

  test('is returned by collected passes', async () => {
    const { backend, layers } = model();
    layers.forward(x).release();
    layers.forward(x).release();
    const { used } = backend.heap;
    const references = await Promise.resolve().then(() =>
      Array.from({ length: 5 }, () => new WeakRef(layers.forward(x))),
    );
    const dropped = backend.heap.used;
    expect(dropped).toBeGreaterThan(used);
    await collected(() => references.every((reference) => reference.deref() === undefined));
    // The finalisers run in a later task.
    await setTimeout(20);
    // Returned memory is lent again: five new passes need no more than the five collected ones.
    const passes = references.map(() => layers.forward(x));
    expect(backend.heap.used).toBe(dropped);
    for (const pass of passes) pass.release();
  });

  test('is returned if a forward fails', () => {
    const { backend, layers } = model();
    layers.forward(x).release();
    layers.forward(x).release();
    const { used } = backend.heap;
    for (let i = 0; i < 100; i++) {
      expect(() => layers.forward(x, { lengths: [3, 1] })).toThrow(RangeError);
      expect(() => layers.infer(x, { state: {} })).toThrow(TypeError);
    }
    expect(backend.heap.used).toBe(used);
  });
});
