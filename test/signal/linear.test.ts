/** Checks that a one-hot input, whose products are gathers, equals its vectors multiplied. */
import * as fc from 'fast-check';
import { test } from 'vitest';
import { float32, float64, Random } from '../../src/index.ts';
import { withArena } from '../../src/matrix/arena.ts';
import { Parameter } from '../../src/matrix/parameter.ts';
import { denseInput, indexInput, output } from '../../src/signal/boundary.ts';
import { linearGradient, linearMap } from '../../src/signal/linear.ts';
import { expectCloseValues } from '../laws/compare.ts';

test('a one-hot input gives the results of its vectors, forward and backward', () => {
  fc.assert(
    fc.property(
      fc.record({
        batch: fc.integer({ min: 1, max: 4 }),
        time: fc.integer({ min: 1, max: 5 }),
        classes: fc.integer({ min: 1, max: 6 }),
        outputs: fc.integer({ min: 1, max: 6 }),
        biased: fc.boolean(),
        blocks: fc.integer({ min: 1, max: 2 }),
        backend: fc.constantFrom(float64(), float32()),
        seed: fc.nat(),
      }),
      ({ batch, time, classes, outputs, biased, blocks, backend, seed }) => {
        const random = new Random(seed);
        const draw = (length: number) => Float64Array.from({ length }, () => random.normal());
        const weight = new Parameter(backend, [outputs, classes], draw(outputs * classes));
        const bias = biased ? new Parameter(backend, [outputs], draw(outputs)) : undefined;
        const indices = {
          data: Int32Array.from({ length: batch * time }, () => random.integer(classes)),
          shape: [batch, time],
        };
        const lengths = Array.from({ length: batch }, () => random.integer(time + 1));
        const upstream = draw(batch * time * outputs);
        const expectation = { where: 'test', width: classes, widthName: 'classes' };
        const run = (oneHot: boolean) =>
          withArena(backend, (arena) => {
            const signal = indexInput(arena, expectation, indices, lengths);
            const input = oneHot ? signal : denseInput(arena, expectation, output(arena, signal), undefined);
            const out = arena.matrix(time * batch, outputs);
            linearMap(arena, input, weight.value, bias?.value, blocks)(out, 0);
            const dOut = arena.matrix(time * batch, outputs);
            // Gradients beyond a length are zero; values there mean nothing.
            for (let t = 0; t < time; t++)
              for (let b = 0; b < batch; b++) {
                const row = t * batch + b;
                const valid = t < lengths[b]!;
                const values = upstream.subarray(row * outputs, (row + 1) * outputs);
                dOut.rowsFrom(row, 1).write(values.map((value) => (valid ? value : 0)));
                if (!valid) out.rowsFrom(row, 1).write(new Float64Array(outputs));
              }
            const parameters = [weight, ...(bias === undefined ? [] : [bias])];
            for (const parameter of parameters) parameter.clearGradient();
            const gradient = linearGradient(arena, input, weight, bias);
            gradient.add(dOut, 0);
            gradient.finish();
            return [out.read(), ...parameters.map((parameter) => parameter.readGradient())];
          });
        const want = run(false);
        const tolerance = backend.dtype === 'float64' ? 1e-13 : 1e-5;
        run(true).forEach((values, i) => {
          expectCloseValues(values, want[i]!, tolerance);
        });
      },
    ),
    { numRuns: 60 },
  );
});
