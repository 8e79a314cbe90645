/** Arbitrary outputs, targets and lengths for losses. */
import { fc } from '@fast-check/vitest';
import { Random } from '../../src/index.ts';
import type { Drawn } from './numerical.ts';

const extent = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  time: fc.integer({ min: 1, max: 4 }),
  width: fc.integer({ min: 1, max: 5 }),
  seed: fc.nat(1e6),
});

function lengthsOf(random: Random, batch: number, time: number): number[] | undefined {
  return random.next() < 0.3 ? undefined : Array.from({ length: batch }, () => random.integer(time + 1));
}

function reals(random: Random, length: number): Float64Array {
  return Float64Array.from({ length }, () => random.uniform(-3, 3));
}

/** Scores `[batch, time, width]` and classes `[batch, time]`, some of them −1. */
export const classDraw: fc.Arbitrary<Drawn & { random: Random }> = extent.map(
  ({ batch, time, width, seed }) => {
    const random = new Random(seed);
    const output = { data: reals(random, batch * time * width), shape: [batch, time, width] };
    const data = Int32Array.from({ length: batch * time }, () => random.integer(width + 1) - 1);
    return {
      output,
      target: { data, shape: [batch, time] },
      lengths: lengthsOf(random, batch, time),
      random,
    };
  },
);

/** Outputs and targets `[batch, time, width]`. */
export const elementDraw: fc.Arbitrary<Drawn & { random: Random }> = extent.map(
  ({ batch, time, width, seed }) => {
    const random = new Random(seed);
    const shape = [batch, time, width];
    const output = { data: reals(random, batch * time * width), shape };
    const target = { data: reals(random, batch * time * width), shape };
    return { output, target, lengths: lengthsOf(random, batch, time), random };
  },
);

/** Outputs `[batch, time, width]`, and targets of that shape from 0 to 1. */
export const shareDraw = elementDraw.map((drawn) => {
  const data = Float64Array.from(drawn.target.data, () => drawn.random.next());
  return { ...drawn, target: { ...drawn.target, data } };
});
