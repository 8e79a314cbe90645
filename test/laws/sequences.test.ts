/** The laws of sequences, for every cell. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { float32, float64, Random, Sequence, type SequenceOptions, type Tensor } from '../../src/index.ts';
import { checkGradients } from '../../src/testing.ts';
import {
  clearGradients,
  cut,
  expectClose,
  expectCloseStates,
  expectCloseValues,
  parameterGradients,
  plus,
  rows,
  statePlus,
  stateRows,
} from './compare.ts';
import { cells, drawn, drawnState, shakeParameters } from './subjects.ts';

/** Sizes that cover zero, one and several of each dimension. */
const problem = fc.record({
  batch: fc.integer({ min: 1, max: 4 }),
  time: fc.integer({ min: 1, max: 6 }),
  inputSize: fc.integer({ min: 1, max: 4 }),
  hiddenSize: fc.integer({ min: 1, max: 5 }),
  bias: fc.boolean(),
  seed: fc.nat(),
});

const runs = (numRuns: number) => ({ numRuns });

describe.each(cells)('%s', (_, makeCell) => {
  /** A sequence of this cell, with parameters and inputs drawn from the seed. */
  function setup(
    {
      batch,
      time,
      seed,
      ...shape
    }: { batch: number; time: number; inputSize: number; hiddenSize: number; bias: boolean; seed: number },
    options: SequenceOptions = {},
    backend = float64(),
  ) {
    const random = new Random(seed);
    const cell = makeCell({ ...shape, backend, random });
    shakeParameters(cell, random);
    const layer = new Sequence(cell, options);
    const x = drawn(random, [batch, time, shape.inputSize]);
    const state = drawnState(random, layer.initialState(batch));
    const width = [batch, ...(options.outputs === 'last' ? [] : [time]), shape.hiddenSize];
    const dOutput = drawn(random, width);
    const dState = drawnState(random, layer.initialState(batch));
    const lengths = Array.from({ length: batch }, () => random.integer(time + 1));
    return { random, cell, layer, x, state, dOutput, dState, lengths };
  }

  test('gradients match central differences in every mode', () => {
    fc.assert(
      fc.property(
        problem,
        fc.constantFrom('all' as const, 'last' as const),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (shape, outputs, reverse, varying, given) => {
          const { layer, x, state, lengths } = setup(shape, { outputs, reverse });
          const { worst } = checkGradients(layer, x, {
            ...(given ? { state } : {}),
            ...(varying ? { lengths } : {}),
            random: new Random(shape.seed),
          });
          expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-6);
        },
      ),
      runs(30),
    );
  });

  test('one step of the cell has gradients that match central differences', () => {
    fc.assert(
      fc.property(problem, (shape) => {
        const { cell, x, state } = setup({ ...shape, time: 1 });
        const step = { data: x.data, shape: [shape.batch, shape.inputSize] };
        const { worst } = checkGradients(cell, step, { state });
        expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-6);
      }),
      runs(15),
    );
  });

  test('the cell, step by step, equals the sequence in forward, infer and backward', () => {
    fc.assert(
      fc.property(problem, (shape) => {
        const { cell, layer, x, state, dOutput, dState } = setup(shape);
        const whole = layer.forward(x, { state });
        const dWhole = whole.backward(dOutput, dState);
        const gradients = parameterGradients(layer);
        clearGradients(layer);
        const step = (of: Tensor, t: number) => {
          const { data, shape } = cut(of, t, t + 1);
          return { data, shape: [shape[0]!, shape[2]!] };
        };
        const passes = [];
        let carried = state;
        for (let t = 0; t < shape.time; t++) {
          const pass = cell.forward(step(x, t), { state: carried });
          expectCloseStates(cell.infer(step(x, t), { state: carried }).state, pass.state);
          expectClose(pass.output, step(whole.output, t));
          passes.push(pass);
          carried = pass.state;
        }
        expectCloseStates(carried, whole.state);
        let d = dState;
        for (let t = shape.time - 1; t >= 0; t--) {
          const back = passes[t]!.backward(step(dOutput, t), d);
          expectClose(back.input, step(dWhole.input, t));
          d = back.state;
        }
        expectCloseStates(d, dWhole.state);
        expectCloseValues(parameterGradients(cell), gradients);
      }),
      runs(15),
    );
  });

  test('a sequence cut anywhere, with the state carried, equals the whole, also with infer', () => {
    fc.assert(
      fc.property(problem, fc.nat(), (shape, at) => {
        const { layer, x, state, dOutput, dState } = setup(shape);
        const middle = at % (shape.time + 1);
        const whole = layer.forward(x, { state });
        const dWhole = whole.backward(dOutput, dState);
        const gradients = parameterGradients(layer);
        clearGradients(layer);

        const first = layer.forward(cut(x, 0, middle), { state });
        const second = layer.forward(cut(x, middle, shape.time), { state: first.state });
        expectClose(first.output, cut(whole.output, 0, middle));
        expectClose(second.output, cut(whole.output, middle, shape.time));
        expectCloseStates(second.state, whole.state);
        const dSecond = second.backward(cut(dOutput, middle, shape.time), dState);
        const dFirst = first.backward(cut(dOutput, 0, middle), dSecond.state);
        expectClose(dFirst.input, cut(dWhole.input, 0, middle));
        expectClose(dSecond.input, cut(dWhole.input, middle, shape.time));
        expectCloseStates(dFirst.state, dWhole.state);
        expectCloseValues(parameterGradients(layer), gradients);

        const inferred = layer.infer(x, { state });
        expectClose(inferred.output, whole.output);
        expectCloseStates(inferred.state, whole.state);
      }),
      runs(20),
    );
  });

  test('many blocks of steps equal two halves in forward, infer and backward', () => {
    // 300 steps of two sequences are three blocks, the last one short; each half is two.
    const shape = { batch: 2, time: 300, inputSize: 2, hiddenSize: 3, bias: true, seed: 7 };
    const { layer, x, state, dOutput, dState } = setup(shape);
    const lengths = [290, 120];
    const whole = layer.forward(x, { state, lengths });
    const inferred = layer.infer(x, { state, lengths });
    expectClose(inferred.output, whole.output);
    expectCloseStates(inferred.state, whole.state);
    const dWhole = whole.backward(dOutput, dState);
    const gradients = parameterGradients(layer);
    clearGradients(layer);

    const first = layer.forward(cut(x, 0, 151), { state, lengths: [151, 120] });
    const second = layer.forward(cut(x, 151, 300), { state: first.state, lengths: [139, 0] });
    const dSecond = second.backward(cut(dOutput, 151, 300), dState);
    const dFirst = first.backward(cut(dOutput, 0, 151), dSecond.state);
    expectClose(dFirst.input, cut(dWhole.input, 0, 151));
    expectClose(dSecond.input, cut(dWhole.input, 151, 300));
    expectCloseStates(dFirst.state, dWhole.state);
    expectCloseValues(parameterGradients(layer), gradients, 1e-11);
  });

  test('a batch gives the results of its rows alone, whatever their lengths', () => {
    fc.assert(
      fc.property(problem, fc.boolean(), (shape, reverse) => {
        const { layer, x, state, dOutput, dState, lengths } = setup(shape, { reverse });
        const whole = layer.forward(x, { state, lengths });
        const dWhole = whole.backward(dOutput, dState);
        const gradients = parameterGradients(layer);
        clearGradients(layer);
        for (let b = 0; b < shape.batch; b++) {
          const length = lengths[b]!;
          const alone = layer.forward(cut(rows(x, b, b + 1), 0, length), {
            state: stateRows(state, b, b + 1),
          });
          const d = alone.backward(cut(rows(dOutput, b, b + 1), 0, length), stateRows(dState, b, b + 1));
          expectClose(cut(rows(whole.output, b, b + 1), 0, length), alone.output);
          expectCloseStates(stateRows(whole.state, b, b + 1), alone.state);
          expectClose(cut(rows(dWhole.input, b, b + 1), 0, length), d.input);
          expectCloseStates(stateRows(dWhole.state, b, b + 1), d.state);
          // Beyond its length, a sequence gives zeros, forward and backward.
          for (const of of [whole.output, dWhole.input])
            expect(cut(rows(of, b, b + 1), length, shape.time).data.every((value) => value === 0)).toBe(true);
        }
        expectCloseValues(parameterGradients(layer), gradients);
      }),
      runs(20),
    );
  });

  test('padding changes nothing, whatever its values', () => {
    fc.assert(
      fc.property(
        problem,
        fc.boolean(),
        fc.constantFrom('all' as const, 'last' as const),
        (shape, reverse, outputs) => {
          const { layer, x, state, dOutput, dState, lengths } = setup(shape, { reverse, outputs });
          const run = (input: Tensor, upstream: Tensor) => {
            clearGradients(layer);
            const pass = layer.forward(input, { state, lengths });
            const d = pass.backward(upstream, dState);
            return [
              pass.output,
              pass.state,
              d.input,
              d.state,
              parameterGradients(layer),
              layer.infer(input, { state, lengths }),
            ];
          };
          const spoil = (of: Tensor): Tensor => {
            const data = of.data.slice();
            const [, , width] = of.shape;
            for (let b = 0; b < shape.batch; b++)
              data.fill(Number.NaN, (b * shape.time + lengths[b]!) * width!, (b + 1) * shape.time * width!);
            return { data, shape: of.shape };
          };
          const spoiled = run(spoil(x), outputs === 'all' ? spoil(dOutput) : dOutput);
          expect(spoiled).toEqual(run(x, dOutput));
        },
      ),
      runs(20),
    );
  });

  test('reverse equals flip, run, flip', () => {
    fc.assert(
      fc.property(problem, (shape) => {
        const { cell, layer, x, state, dOutput, dState, lengths } = setup(shape);
        const flip = (of: Tensor): Tensor => {
          const [, time, width] = of.shape;
          const data = new Float64Array(of.data.length);
          lengths.forEach((length, b) => {
            for (let t = 0; t < length; t++)
              data.set(
                of.data.subarray((b * time! + t) * width!, (b * time! + t + 1) * width!),
                (b * time! + length - 1 - t) * width!,
              );
          });
          return { data, shape: of.shape };
        };
        const reverse = new Sequence(cell, { reverse: true }).forward(x, { state, lengths });
        const forward = layer.forward(flip(x), { state, lengths });
        expectClose(reverse.output, flip(forward.output));
        expectCloseStates(reverse.state, forward.state);
        expectClose(
          reverse.backward(dOutput, dState).input,
          flip(forward.backward(flip(dOutput), dState).input),
        );
      }),
      runs(15),
    );
  });

  test('backward is linear in its argument, and two backwards accumulate twice', () => {
    fc.assert(
      fc.property(problem, (shape) => {
        const { random, layer, x, state, dOutput, dState, lengths } = setup(shape);
        const other = { output: drawn(random, dOutput.shape), state: drawnState(random, dState) };
        const pass = layer.forward(x, { state, lengths });
        const run = (output: Tensor, of: typeof dState) => {
          clearGradients(layer);
          const d = pass.backward(output, of, { retain: true });
          return { d, gradients: parameterGradients(layer) };
        };
        const a = run(dOutput, dState);
        const b = run(other.output, other.state);
        const sum = run(plus(dOutput, other.output, -2), statePlus(dState, other.state, -2));
        expectClose(sum.d.input, plus(a.d.input, b.d.input, -2));
        expectCloseStates(sum.d.state, statePlus(a.d.state, b.d.state, -2));
        expectCloseValues(
          sum.gradients,
          a.gradients.map((value, i) => value - 2 * b.gradients[i]!),
        );
        run(dOutput, dState);
        pass.backward(dOutput, dState);
        expectCloseValues(
          parameterGradients(layer),
          a.gradients.map((value) => 2 * value),
        );
      }),
      runs(15),
    );
  });

  test('the last output is the final state, and their gradients add up', () => {
    fc.assert(
      fc.property(problem, (shape) => {
        const { cell, layer, x, state, dState, lengths } = setup(shape);
        const last = new Sequence(cell, { outputs: 'last' });
        const pass = last.forward(x, { state, lengths });
        const whole = layer.forward(x, { state, lengths });
        expectClose(pass.output, whole.state[cell.rule.states[0]]!);
        expectClose(last.infer(x, { state, lengths }).output, pass.output);
        const zero = layer.initialState(shape.batch);
        const d = pass.backward(dState[cell.rule.states[0]]);
        const dWhole = whole.backward(undefined, {
          ...zero,
          [cell.rule.states[0]]: dState[cell.rule.states[0]]!,
        });
        expectClose(d.input, dWhole.input);
      }),
      runs(10),
    );
  });

  test('a limited history equals pieces of that length with the state carried', () => {
    fc.assert(
      fc.property(problem, fc.integer({ min: 1, max: 4 }), (shape, history) => {
        const { cell, layer, x, state, dOutput } = setup(shape);
        const pass = new Sequence(cell, { history }).forward(x, { state });
        const d = pass.backward(dOutput);
        const gradients = parameterGradients(layer);
        clearGradients(layer);
        let carried = state;
        for (let t = 0; t < shape.time; t += history) {
          const end = Math.min(t + history, shape.time);
          const piece = layer.forward(cut(x, t, end), { state: carried });
          expectClose(cut(d.input, t, end), piece.backward(cut(dOutput, t, end)).input);
          carried = piece.state;
        }
        expectCloseValues(parameterGradients(layer), gradients);
      }),
      runs(15),
    );
  });

  test('recomputed segments give the same bits', () => {
    fc.assert(
      fc.property(
        // Large batches give blocks of one to four steps.
        problem.map((shape) => ({ ...shape, batch: 64 * shape.batch, time: 2 * shape.time - 1 })),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom('all' as const, 'last' as const),
        fc.boolean(),
        fc.constantFrom(float64(), float32()),
        fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
        (shape, recompute, outputs, varying, backend, history) => {
          const { cell, x, state, dOutput, dState, lengths } = setup(shape, { outputs }, backend);
          const run = (options: SequenceOptions) => {
            const layer = new Sequence(cell, { outputs, history, ...options });
            clearGradients(layer);
            const pass = layer.forward(x, { state, ...(varying ? { lengths } : {}) });
            return [pass.output, pass.state, pass.backward(dOutput, dState), parameterGradients(layer)];
          };
          expect(run({ recompute })).toEqual(run({}));
        },
      ),
      runs(20),
    );
  });

  test('float32 matches float64 up to rounding', () => {
    fc.assert(
      fc.property(
        problem.map((shape) => ({
          ...shape,
          hiddenSize: shape.hiddenSize * 5,
          inputSize: shape.inputSize * 3,
        })),
        (shape) => {
          const double = setup(shape);
          const { x, state, dOutput, dState, lengths } = double;
          const rounded = (of: Tensor) => ({
            data: Float64Array.from(of.data, Math.fround),
            shape: of.shape,
          });
          const single = setup(shape, {}, float32());
          [...single.layer.parameters().values()].forEach((parameter, i) => {
            parameter.write([...double.layer.parameters().values()][i]!.read());
          });
          const run = ({ layer }: typeof double) => {
            const pass = layer.forward(rounded(x), { state, lengths });
            const d = pass.backward(rounded(dOutput), dState);
            return { pass, d, gradients: parameterGradients(layer) };
          };
          const [got, want] = [run(single), run(double)];
          // Each element is a sum of at most n terms, T steps deep; a step's derivative amplifies by the weights, which
          // are of the order of one here. 2⁻²⁴ is the rounding error of one operation.
          const n = (shape.inputSize + shape.hiddenSize + 8) * shape.batch;
          const tolerance = 8 * n * shape.time * 2 ** -24;
          expectClose(got.pass.output, want.pass.output, tolerance);
          expectCloseStates(got.pass.state, want.pass.state, tolerance);
          expectClose(got.d.input, want.d.input, tolerance);
          expectCloseStates(got.d.state, want.d.state, tolerance);
          expectCloseValues(got.gradients, want.gradients, tolerance);
        },
      ),
      runs(20),
    );
  });
});
