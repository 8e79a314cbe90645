/** The laws of noise in sequences, for every cell. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  float32,
  float64,
  Noise,
  type NoiseOptions,
  Random,
  Sequence,
  type SequenceOptions,
  type Tensor,
} from '../../src/index.ts';
import { checkGradients } from '../../src/testing.ts';
import {
  clearGradients,
  cut,
  expectClose,
  expectCloseStates,
  expectCloseValues,
  parameterGradients,
} from './compare.ts';
import { cells, drawn, drawnState, shakeParameters } from './subjects.ts';

const problem = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  time: fc.integer({ min: 1, max: 6 }),
  inputSize: fc.integer({ min: 1, max: 3 }),
  hiddenSize: fc.integer({ min: 1, max: 5 }),
  bias: fc.boolean(),
  seed: fc.nat(),
});

const noises = fc.constantFrom<NoiseOptions>(
  { recurrentDropout: 0.4 },
  { zoneout: 0.4 },
  { zoneout: { h: 0.6 } },
  { recurrentDropout: 0.3, zoneout: 0.3 },
);

describe.each(cells)('%s', (_, makeCell) => {
  function setup(
    {
      batch,
      time,
      seed,
      ...shape
    }: { batch: number; time: number; inputSize: number; hiddenSize: number; bias: boolean; seed: number },
    rates: NoiseOptions,
    options: SequenceOptions = {},
    backend = float64(),
  ) {
    const random = new Random(seed);
    const cell = makeCell({ ...shape, backend, random });
    shakeParameters(cell, random);
    const noise = new Noise({ ...rates, random: random.fork() });
    const start = noise.random.state;
    const noisy = { ...options, noise };
    const layer = new Sequence(cell, noisy);
    const x = drawn(random, [batch, time, shape.inputSize]);
    const state = drawnState(random, layer.initialState(batch));
    const dState = drawnState(random, layer.initialState(batch));
    const dOutput = drawn(random, [batch, ...(options.outputs === 'last' ? [] : [time]), layer.outputSize]);
    const lengths = Array.from({ length: batch }, () => random.integer(time + 1));
    /** Makes every forward draw the same masks. */
    const repeat = () => {
      noise.random.state = start;
    };
    return { random, cell, layer, noise, noisy, x, state, dOutput, dState, lengths, repeat };
  }

  test('gradients match central differences in every mode', () => {
    fc.assert(
      fc.property(
        problem,
        noises,
        fc.constantFrom('all' as const, 'last' as const),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom(undefined, 1),
        (shape, rates, outputs, reverse, varying, recompute) => {
          const { layer, x, state, lengths, repeat } = setup(shape, rates, {
            outputs,
            reverse,
            recompute,
          });
          const { worst } = checkGradients(layer, x, {
            before: repeat,
            state,
            ...(varying ? { lengths } : {}),
            random: new Random(shape.seed),
          });
          expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-6);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('recomputed segments give the same bits', () => {
    fc.assert(
      fc.property(
        // Large batches give blocks of one to four steps.
        problem.map((shape) => ({ ...shape, batch: 64 * shape.batch, time: 2 * shape.time - 1 })),
        noises,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom('all' as const, 'last' as const),
        fc.boolean(),
        fc.constantFrom(float64(), float32()),
        fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
        (shape, rates, recompute, outputs, reverse, backend, history) => {
          const { cell, noisy, x, state, dOutput, dState, lengths, repeat } = setup(
            shape,
            rates,
            { outputs, reverse, history },
            backend,
          );
          const run = (more: SequenceOptions) => {
            const layer = new Sequence(cell, { ...noisy, ...more });
            clearGradients(layer);
            repeat();
            const pass = layer.forward(x, { state, lengths });
            const first = pass.backward(dOutput, dState, { retain: true });
            const gradients = parameterGradients(layer);
            expect(pass.backward(dOutput, dState)).toEqual(first);
            return [pass.output, pass.state, first, gradients];
          };
          expect(run({ recompute })).toEqual(run({}));
        },
      ),
      { numRuns: 15 },
    );
  });

  test('a rate of 0 gives the same bits as no noise', () => {
    fc.assert(
      fc.property(problem, (shape) => {
        const { cell, layer, noise, x, state, dOutput, dState, lengths } = setup(shape, {
          recurrentDropout: 0,
          zoneout: { h: 0 },
        });
        const start = noise.random.state;
        const run = (of: typeof layer) => {
          clearGradients(of);
          const pass = of.forward(x, { state, lengths });
          const infer = of.infer(x, { state, lengths });
          return [pass.output, pass.state, pass.backward(dOutput, dState), parameterGradients(of), infer];
        };
        expect(run(layer)).toEqual(run(new Sequence(cell)));
        expect(noise.random.state).toEqual(start);
      }),
      { numRuns: 10 },
    );
  });

  test('padding changes nothing, whatever its values and length', () => {
    fc.assert(
      fc.property(problem, noises, fc.boolean(), (shape, rates, reverse) => {
        const { layer, x, state, dOutput, dState, lengths, repeat } = setup(shape, rates, { reverse });
        const longest = Math.max(...lengths);
        const run = (input: Tensor, upstream: Tensor) => {
          clearGradients(layer);
          repeat();
          const pass = layer.forward(input, { state, lengths });
          const d = pass.backward(upstream, dState);
          return {
            output: cut(pass.output, 0, longest),
            input: cut(d.input, 0, longest),
            state: pass.state,
            dState: d.state,
            gradients: parameterGradients(layer),
          };
        };
        const spoilt = { data: x.data.slice(), shape: x.shape };
        lengths.forEach((length, b) => {
          spoilt.data.fill(
            Number.NaN,
            (b * shape.time + length) * shape.inputSize,
            (b + 1) * shape.time * shape.inputSize,
          );
        });
        const want = run(x, dOutput);
        expect(run(spoilt, dOutput)).toEqual(want);
        const short = run(cut(x, 0, longest), cut(dOutput, 0, longest));
        expectClose(short.output, want.output);
        expectClose(short.input, want.input);
        expectCloseStates(short.state, want.state);
        expectCloseStates(short.dState, want.dState);
        expectCloseValues(short.gradients, want.gradients);
      }),
      { numRuns: 15 },
    );
  });

  test('a sequence cut anywhere, with state and recurrent mask carried, equals the whole', () => {
    fc.assert(
      fc.property(problem, fc.nat(), (shape, at) => {
        const { layer, x, state, dOutput, dState, repeat } = setup(shape, { recurrentDropout: 0.5 });
        const middle = at % (shape.time + 1);
        const forward = (of: Tensor, from: typeof state) => {
          repeat();
          return layer.forward(of, { state: from });
        };
        const whole = forward(x, state);
        const dWhole = whole.backward(dOutput, dState);
        const first = forward(cut(x, 0, middle), state);
        const second = forward(cut(x, middle, shape.time), first.state);
        expectClose(first.output, cut(whole.output, 0, middle));
        expectClose(second.output, cut(whole.output, middle, shape.time));
        expectCloseStates(second.state, whole.state);
        const dSecond = second.backward(cut(dOutput, middle, shape.time), dState);
        const dFirst = first.backward(cut(dOutput, 0, middle), dSecond.state);
        expectClose(dFirst.input, cut(dWhole.input, 0, middle));
        expectCloseStates(dFirst.state, dWhole.state);
      }),
      { numRuns: 15 },
    );
  });

  test('infer drops and draws nothing, and mixes each state in expectation', () => {
    fc.assert(
      fc.property(problem, (shape) => {
        const { cell, layer, noise, x, state } = setup(shape, {
          recurrentDropout: 0.5,
          zoneout: { h: 0.25 },
        });
        const start = noise.random.state;
        const { output, state: final } = layer.infer(x, { state });
        expect(noise.random.state).toEqual(start);
        let carried = state;
        for (let t = 0; t < shape.time; t++) {
          const { data } = cut(x, t, t + 1);
          const { state: next } = cell.infer(
            { data, shape: [shape.batch, shape.inputSize] },
            { state: carried },
          );
          const { h: before } = carried;
          const h = next.h!.data.map((value, i) => 0.25 * before!.data[i]! + 0.75 * value);
          carried = { ...next, h: { data: h, shape: before!.shape } };
          expectCloseValues(cut(output, t, t + 1).data, h);
        }
        expectCloseStates(final, carried);
      }),
      { numRuns: 15 },
    );
  });

  test('a zoned-out unit keeps its value, and every other takes the cell’s', () => {
    const shape = { batch: 20, time: 1, inputSize: 2, hiddenSize: 50, bias: true, seed: 3 };
    const { cell, layer, x, state } = setup(shape, { zoneout: 0.3 });
    const alone = cell.infer({ data: x.data, shape: [20, 2] }, { state }).state;
    const { state: next } = layer.forward(x, { state });
    const zones = cell.rule.states.map((name) => {
      const zone = Array.from(next[name]!.data, (value, i) => value === state[name]!.data[i]);
      next[name]!.data.forEach((value, i) => {
        if (!zone[i]) expect(value).toBeCloseTo(alone[name]!.data[i]!, 12);
      });
      const kept = zone.filter(Boolean).length;
      expect(Math.abs(kept - 300)).toBeLessThanOrEqual(5 * Math.sqrt(1000 * 0.3 * 0.7));
      return zone.join();
    });
    expect(new Set(zones).size).toBe(zones.length);
  });

  test('zoning out everything keeps the initial state, and only h keeps h', () => {
    const shape = { batch: 2, time: 4, inputSize: 2, hiddenSize: 3, bias: true, seed: 5 };
    for (const zoneout of [1, { h: 1 }]) {
      const { layer, x, state } = setup(shape, { zoneout });
      const pass = layer.forward(x, { state });
      expect(pass.state.h).toEqual(state.h);
      expect(layer.infer(x, { state }).state.h).toEqual(state.h);
      if (zoneout === 1) expect(pass.state).toEqual(state);
      else if ('c' in state) expect(pass.state.c).not.toEqual(state.c);
    }
  });
});
