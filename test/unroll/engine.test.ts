/** The engine alone: its promises besides the values and gradients, which the laws check. */
import { describe, expect, test } from 'vitest';
import { Cell, float64, LSTMCell, ProjectedLSTMCell, Random, type Rule } from '../../src/index.ts';
import { type Arena, withArena } from '../../src/matrix/arena.ts';
import { fill, tanh, tanhBackward } from '../../src/matrix/operations.ts';
import type { OneHotSignal, Signal } from '../../src/signal/signal.ts';
import { unrollBackward } from '../../src/unroll/backward.ts';
import { blockSteps, unroll } from '../../src/unroll/forward.ts';
import { observed } from '../../src/unroll/observe.ts';
import { gateRow } from '../../src/unroll/rule.ts';
import { inferSegments, traceSegments, traceWhole } from '../../src/unroll/segments.ts';

const backend = float64();

/** Sequences of real features, [B, T, I]. */
function features(arena: Arena, batch: number, time: number, width: number, lengths?: number[]): Signal {
  const values = arena.matrix(time * batch, width);
  const random = new Random(2);
  values.write(Array.from({ length: time * batch * width }, () => random.normal()));
  return { kind: 'dense', batch, time, timed: true, width, lengths, values };
}

/** A matrix of ones. */
function ones(arena: Arena, rows: number, columns: number) {
  const matrix = arena.matrix(rows, columns);
  matrix.write(new Float64Array(rows * columns).fill(1));
  return matrix;
}

const lstm = () => new LSTMCell({ inputSize: 3, hiddenSize: 2, random: new Random(1), backend });

/** h_t = tanh(p_t + q_t), and a list of the steps for which φ was called. */
class Watched extends Cell<'h'> {
  readonly steps: number[] = [];
  readonly rows: number[] = [];

  constructor(inputSize = 3) {
    const steps: number[] = [];
    const rows: number[] = [];
    const rule: Rule<'h', 'h', never, 'row' | 'table'> = {
      gates: ['h'],
      states: ['h'],
      kept: [],
      separateRecurrent: false,
      parameters: {
        row: () => ({ shape: [2], initial: [1, 2] }),
        table: () => ({ shape: [3, 2], initial: [1, 2, 3, 4, 5, 6] }),
      },
      stages: [
        {
          gates: ['h'],
          from: 'h',
          activate({ t, next, gates, parameters }) {
            steps.push(t);
            rows.push(parameters.row.rows, parameters.table.rows);
            tanh(next.h, gates.h);
          },
          activateBackward: ({ next }, d) => tanhBackward(d.gates.h, d.next.h, next.h),
        },
      ],
    };
    super('Watched', rule, { inputSize, hiddenSize: 2, random: new Random(1), backend });
    this.steps = steps;
    this.rows = rows;
  }
}

test('a block has as many steps as fill 256 rows', () => {
  expect([1, 3, 100, 255, 256, 1000].map(blockSteps)).toEqual([256, 86, 3, 2, 1, 1]);
});

test('initial biases are one for all units of a gate, or one for each', () => {
  expect(gateRow(['i', 'f', 'o'], { f: new Float64Array([3, 4]), o: 5 }, 2)).toEqual([0, 0, 3, 4, 5, 5]);
});

test('a parameter that is a row is repeated for each sequence; a table is not', () => {
  withArena(backend, (arena) => {
    const cell = new Watched();
    unroll(arena, cell, features(arena, 5, 1, 3), undefined);
    expect(cell.rows).toEqual([5, 3]);
  });
});

describe('lengths', () => {
  test('all states are zero beyond the end of their sequence, and nowhere else', () => {
    withArena(backend, (arena) => {
      const lengths = [2, 3, 4, 1];
      const { states } = unroll(arena, lstm(), features(arena, 4, 4, 3, lengths), undefined);
      for (const matrix of [states.h, states.c])
        for (let t = 1; t <= 4; t++)
          expect(
            lengths.map((_, b) =>
              matrix
                .rowsFrom(t * 4 + b, 1)
                .read()
                .every((value) => value === 0),
            ),
          ).toEqual(lengths.map((length) => t > length));
    });
  });
});

describe('the gradient of the input', () => {
  const gradient = (arena: Arena, input: Signal, needed: boolean) => {
    const cell = lstm();
    const run = unroll(arena, cell, input, undefined);
    const { batch, time } = input;
    return unrollBackward(arena, cell, run, { dOutput: ones(arena, time * batch, 2) }, needed).input;
  };

  test('is computed if it is needed', () => {
    withArena(backend, (arena) => {
      const input = features(arena, 2, 2, 3);
      expect(gradient(arena, input, true)!.read()).toHaveLength(12);
      expect(gradient(arena, input, false)).toBeUndefined();
    });
  });

  test('does not exist for classes', () => {
    withArena(backend, (arena) => {
      const indices = arena.matrix(1, 2);
      indices.write([0, 2]);
      const input: OneHotSignal = {
        kind: 'oneHot',
        batch: 1,
        time: 2,
        timed: true,
        width: 3,
        lengths: undefined,
        indices,
      };
      expect(gradient(arena, input, true)).toBeUndefined();
    });
  });
});

test.each(['weightHh', 'weightHr'] as const)('a frozen %s alone gets no gradient', (name) => {
  withArena(backend, (arena) => {
    const cell = new ProjectedLSTMCell({
      inputSize: 3,
      hiddenSize: 4,
      projectionSize: 2,
      random: new Random(1),
      backend,
    });
    const parameters = cell.parameters();
    parameters.get(name)!.frozen = true;
    const run = unroll(arena, cell, features(arena, 2, 3, 3), undefined);
    unrollBackward(arena, cell, run, { dOutput: ones(arena, 6, 2) }, false);
    const zero = [...parameters].filter(([, { gradient }]) => gradient.read().every((value) => value === 0));
    expect(zero.map(([key]) => key)).toEqual([name]);
  });
});

test('only the backward passes during an observation are observed', () => {
  withArena(backend, (arena) => {
    const cell = lstm();
    const input = features(arena, 1, 3, 3);
    const seen: number[] = [];
    const backward = () => unrollBackward(arena, cell, unroll(arena, cell, input, undefined), {}, false);
    observed(
      arena,
      () =>
        ({ t }) =>
          void seen.push(t),
      backward,
    );
    expect(seen).toEqual([2, 1, 0]);
    backward();
    expect(seen).toHaveLength(3);
  });
});

describe('segments', () => {
  // 128 sequences: a block is two steps.
  const B = 128;

  test('are recomputed from the last to the first, in blocks of at least the steps requested', () => {
    withArena(backend, (arena) => {
      const cell = new Watched();
      const trace = traceSegments(arena, cell, features(arena, B, 5, 3), undefined, 1, false);
      expect(cell.steps.splice(0)).toEqual([0, 1, 2, 3, 4]);
      trace.backward({ dFinal: { h: ones(arena, B, 2) } }, false);
      expect(cell.steps).toEqual([4, 2, 3, 0, 1]);
    });
  });

  test.each([4, 5])('give the same as a whole pass over %i steps', (time) => {
    withArena(backend, (arena) => {
      const input = features(arena, B, time, 3);
      const results = [
        traceWhole(arena, lstm(), input, undefined),
        traceSegments(arena, lstm(), input, undefined, 2, true),
        inferSegments(arena, lstm(), input, undefined, true),
      ].map(({ outputs, final }) => [outputs!.read(), final.h.read(), final.c.read()]);
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    });
  });

  test('without steps, the gradient of the final state is that of the initial one', () => {
    withArena(backend, (arena) => {
      const trace = traceSegments(arena, lstm(), features(arena, 2, 0, 3), undefined, 1, false);
      const dFinal = { h: ones(arena, 2, 2), c: ones(arena, 2, 2) };
      // The memory that the gradient is written to.
      arena.scope(() => fill(arena.matrix(100, 1), 7));
      const { initial } = trace.backward({ dFinal }, false);
      expect([...initial.h.read(), ...initial.c.read()]).toEqual(new Array(8).fill(1));
    });
  });
});
