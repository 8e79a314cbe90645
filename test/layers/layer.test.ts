/** The features that every layer inherits; the laws of all layers are in gradients.test.ts. */
import { describe, expect, test } from 'vitest';
import {
  Activation,
  type AnyLayer,
  Bidirectional,
  Conv1d,
  Dense,
  Dropout,
  Embedding,
  float64,
  GRUCell,
  indices,
  OneHot,
  Pooling,
  Repeat,
  Residual,
  Sequence,
  sequential,
  tensor,
} from '../../src/index.ts';
import { allSteps, distinctSequences, featureSequences, indexSequences } from '../../src/layers/nested.ts';
import { type Arena, withArena } from '../../src/matrix/arena.ts';
import { clearGradients, parameterGradients } from '../laws/compare.ts';

const backend = float64();
const cell = () => new GRUCell({ inputSize: 2, hiddenSize: 2, backend });
const dense = () => new Dense({ inputSize: 2, outputSize: 2, backend });
const x = tensor([
  [
    [1, 2],
    [3, 4],
  ],
]);
const ones = tensor([
  [
    [1, 1],
    [1, 1],
  ],
]);

const layers: readonly [string, AnyLayer][] = [
  ['Dense', dense()],
  ['Conv1d', new Conv1d({ inputSize: 2, outputSize: 2, kernelSize: 2, backend })],
  ['Sequence', new Sequence(cell())],
  ['Bidirectional', new Bidirectional(cell(), cell(), { merge: 'sum' })],
  ['Sequential', sequential(dense(), dense())],
];

test.each(layers)('%s computes the gradient of its input only if asked', (_, layer) => {
  clearGradients(layer);
  layer.forward(x).backward(ones);
  const wanted = parameterGradients(layer);
  clearGradients(layer);
  withArena(backend, (arena) => {
    const trace = layer.record(arena, layer.toSignal(arena, 'test', x, undefined), undefined);
    const dOutput = arena.matrix(2, 2);
    dOutput.write([1, 1, 1, 1]);
    expect(trace.backward(dOutput, undefined, false).input).toBeUndefined();
    expect(parameterGradients(layer)).toEqual(wanted);
    expect(trace.backward(dOutput, undefined, true).input!.rows).toBe(2);
  });
});

test('one-hot input has no gradient', () =>
  withArena(backend, (arena) => {
    const oneHot = new OneHot({ classes: 2, backend });
    const signal = oneHot.toSignal(arena, 'test', { data: Int32Array.of(1), shape: [1, 1] }, undefined);
    for (const layer of [dense(), new Sequence(cell()), new Bidirectional(cell(), cell(), { merge: 'sum' })])
      expect(layer.record(arena, signal, undefined).backward(arena.zeros(1, 2), undefined, true).input).toBe(
        undefined,
      );
  }));

describe('the backward pass of a batch', () => {
  test('adds to the gradients of the parameters', () => {
    for (const layer of [dense(), new Residual(dense())]) {
      layer.forward(x).backward(ones);
      const wanted = parameterGradients(layer);
      clearGradients(layer);
      withArena(backend, (arena) => {
        const batch = layer.recordBatch(arena, 'test', x);
        const dOutput = arena.matrix(2, 2);
        dOutput.write([1, 1, 1, 1]);
        batch.backward(dOutput);
      });
      expect(parameterGradients(layer)).toEqual(wanted);
      expect(wanted.every((value) => value !== 0)).toBe(true);
    }
  });

  test('does not ask for the gradient of the input', () => {
    const asked: boolean[] = [];
    class Watched extends Dense {
      override record(...given: Parameters<Dense['record']>) {
        const trace = super.record(...given);
        return {
          ...trace,
          backward: (...[dOutput, dState, needsInput]: Parameters<typeof trace.backward>) => {
            asked.push(needsInput);
            return trace.backward(dOutput, dState, needsInput);
          },
        };
      }
    }
    withArena(backend, (arena) => {
      const layer = new Watched({ inputSize: 2, outputSize: 2, backend });
      layer.recordBatch(arena, 'test', x).backward(arena.zeros(2, 2));
    });
    expect(asked).toEqual([false]);
  });
});

describe('working memory', () => {
  /** Which of the next elements of the arena the work writes. */
  const written = (arena: Arena, work: () => void) => {
    const next = arena.scope(() => arena.matrix(1, 64));
    next.write(new Array(64).fill(Number.NaN));
    arena.scope(work);
    return [...next.read()].flatMap((value, i) => (Number.isNaN(value) ? [] : [i]));
  };

  test('is written only where it was taken', () =>
    withArena(backend, (arena) => {
      const repeat = new Repeat({ steps: 2, backend });
      const vector = repeat.toSignal(arena, 'test', tensor([[1, 2]]), undefined);
      expect(written(arena, () => repeat.record(arena, vector))).toEqual([0, 1, 2, 3]);

      const embedding = new Embedding({ classes: 4, outputSize: 1, paddingIndex: 0, backend });
      const row = embedding.toSignal(arena, 'test', indices([[3, 0, 2]]), undefined);
      const trace = embedding.record(arena, row);
      const dOutput = arena.zeros(3, 1);
      expect(written(arena, () => trace.backward(dOutput, undefined, false))).toEqual([0, 1, 2]);

      const words = indices([[[1, 2, 3]], [[3, 1, 2]]]);
      const found = distinctSequences('test', 'words', words, [1, 1], 4, true);
      const first = [0, 1, 2, 3, 4, 5];
      expect(written(arena, () => indexSequences(arena, words, found, 4))).toEqual(first);
      const features = tensor([[[[1], [2], [3]]], [[[4], [5], [6]]], [[[7], [8], [9]]]]);
      const steps = allSteps(2, 1, 3, [1, 1]);
      expect(written(arena, () => featureSequences(arena, features, steps))).toEqual(first);
    }));
});

test('a released layer cannot be used', () => {
  for (const release of [(layer: Dense) => layer.release(), (layer: Dense) => layer[Symbol.dispose]()]) {
    const layer = dense();
    layer.infer(x);
    release(layer);
    expect(() => layer.infer(x)).toThrow(
      new Error('Matrix: its memory has been released, expected no use of a model after that'),
    );
  }
});

test('errors name the lengths after their input', () =>
  withArena(backend, (arena) => {
    const lengths =
      (...names: string[]) =>
      () =>
        dense().toSignal(arena, 'test', x, [3], ...names);
    const expected = 'is 3, expected a whole number from 0 to 2';
    expect(lengths()).toThrow(new RangeError(`test: lengths[0] ${expected}`));
    expect(lengths('queries')).toThrow(new RangeError(`test: queriesLengths[0] ${expected}`));
    expect(lengths('queries', 'ends')).toThrow(new RangeError(`test: ends[0] ${expected}`));
  }));

test('a layer accepts 2²⁴ steps of the one before', () => {
  const signal = { kind: 'dense', batch: 2 ** 12, time: 2 ** 12, timed: true, width: 1 } as never;
  expect(new Pooling({ kind: 'mean' }).accept(signal)).toBe(signal);
});

test('a layer that keeps any width says so', () => {
  for (const layer of [
    new Activation({ kind: 'tanh' }),
    new Dropout({ rate: 0.5 }),
    new Pooling({ kind: 'mean' }),
    new Repeat({ steps: 2 }),
  ])
    expect([layer.preservesWidth, layer.inputSize, layer.outputSize]).toEqual([true, undefined, undefined]);
});

test('as many as 2²⁴ classes are accepted', () =>
  expect(new OneHot({ classes: 2 ** 24 }).inputSize).toBe(2 ** 24));
