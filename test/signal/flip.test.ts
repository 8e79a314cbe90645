import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { float32, float64 } from '../../src/index.ts';
import { withArena } from '../../src/matrix/arena.ts';
import { denseInput, indexInput, output } from '../../src/signal/boundary.ts';
import { flip, reversal } from '../../src/signal/flip.ts';
import type { Signal } from '../../src/signal/signal.ts';

const problems = fc
  .record({
    batch: fc.integer({ min: 1, max: 4 }),
    time: fc.integer({ min: 0, max: 6 }),
    oneHot: fc.boolean(),
    backend: fc.constantFrom(float64(), float32()),
  })
  .chain((problem) =>
    fc.record({
      problem: fc.constant(problem),
      lengths: fc.array(fc.integer({ min: 0, max: problem.time }), {
        minLength: problem.batch,
        maxLength: problem.batch,
      }),
    }),
  );

test('reverses each sequence within its length, and twice restores it', () => {
  fc.assert(
    fc.property(problems, ({ problem: { batch, time, oneHot, backend }, lengths }) => {
      withArena(backend, (arena) => {
        const width = 2;
        const expectation = { where: 'test', width, widthName: 'inputSize' };
        const real = {
          data: Float64Array.from({ length: batch * time * width }, (_, i) => i),
          shape: [batch, time, width],
        };
        const index = {
          data: Int32Array.from({ length: batch * time }, (_, i) => i % 2),
          shape: [batch, time],
        };
        const signal: Signal = oneHot
          ? indexInput(arena, expectation, index, lengths)
          : denseInput(arena, expectation, real, lengths);
        const order = reversal(arena, signal);
        const turned = output(arena, flip(arena, signal, order));
        const given = output(arena, signal);
        for (let b = 0; b < batch; b++)
          for (let t = 0; t < time; t++) {
            const row = (of: typeof given, at: number) =>
              Array.from(of.data.subarray((b * time + at) * width, (b * time + at + 1) * width));
            const length = lengths[b]!;
            expect(row(turned, t)).toEqual(t < length ? row(given, length - 1 - t) : [0, 0]);
          }
        expect(output(arena, flip(arena, flip(arena, signal, order), order))).toEqual(given);
      });
    }),
  );
});
