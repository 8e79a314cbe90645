/** Checks that the time loop allocates nothing, and that training keeps nothing. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { Adam, float32, LSTMCell, meanSquaredError, Random, Sequence } from '../../src/index.ts';
import { withArena } from '../../src/matrix/arena.ts';
import { unrollBackward } from '../../src/unroll/backward.ts';
import { unroll } from '../../src/unroll/forward.ts';
import { type AnyCell, cells, drawn } from '../laws/subjects.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const INPUT = 4;
const HIDDEN = 8;
const BATCH = 2;
const sizes = { inputSize: INPUT, hiddenSize: HIDDEN };
// Bytes per step. One view per step would be 72; the views of a block of 128 steps are 25 if the engine keeps them all.
const MOST = 32;

/** The bytes of JavaScript objects that a forward and backward pass over `time` steps creates, garbage included. */
function created(cell: AnyCell, time: number, lengths: number[] | undefined): number {
  return withArena(cell.backend, (arena) => {
    const values = arena.zeros(time * BATCH, INPUT);
    const dOutput = arena.zeros(time * BATCH, HIDDEN);
    const dFinal = Object.fromEntries(
      Object.entries(cell.stateSizes).map(([name, size]) => [name, arena.zeros(BATCH, size as number)]),
    );
    const signal = {
      kind: 'dense',
      batch: BATCH,
      time,
      timed: true,
      width: INPUT,
      lengths,
      values,
    } as const;
    collect();
    const before = process.memoryUsage().heapUsed;
    const run = unroll(arena, cell, signal, undefined);
    unrollBackward(arena, cell, run, { dOutput, dFinal }, true);
    return process.memoryUsage().heapUsed - before;
  });
}

describe.each(cells)('%s', (_, make) => {
  test.each([
    ['sequences of one length', () => undefined],
    ['sequences of several lengths', (time: number) => [time, Math.floor(time / 2)]],
  ])('1,800 more steps of %s allocate next to nothing', (_, lengths) => {
    const cell = make({ ...sizes, backend: float32(), random: new Random(0) });
    // The engine itself allocates until it has compiled the loop, and occasionally later; so the minimum of many runs counts.
    const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const steps = [200, 2000];
    const more = () => (least[1]! - least[0]!) / (steps[1]! - steps[0]!);
    for (let round = 0; round < 150 && !(round % 30 >= 5 && more() < MOST); round++) {
      // A collection during a short run makes its minimum too small for good.
      if (round % 30 === 0) least.fill(Number.POSITIVE_INFINITY);
      steps.forEach((time, i) => {
        least[i] = Math.min(least[i]!, created(cell, time, lengths(time)));
      });
    }
    expect(more()).toBeLessThan(MOST);
  });
});

test('a thousand training steps use no more memory than ten', () => {
  const backend = float32();
  const layer = new Sequence(new LSTMCell(sizes));
  const optimizer = new Adam();
  const loss = meanSquaredError();
  const inputs = drawn(new Random(1), [2, 5, INPUT]);
  const targets = drawn(new Random(2), [2, 5, HIDDEN]);
  const train = (steps: number) => {
    for (let step = 0; step < steps; step++) {
      const pass = layer.forward(inputs);
      pass.backward(loss.forward(pass.output, targets).backward());
      optimizer.step(layer.parameters());
    }
    collect();
    return { heap: backend.heap.used, objects: process.memoryUsage().heapUsed };
  };
  train(10);
  const few = train(10);
  const many = train(1000);
  expect(many.heap).toBe(few.heap);
  expect(many.objects - few.objects).toBeLessThan(1e6);
});
