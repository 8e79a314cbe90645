/** Records one recurrent layer during the backward pass and summarises its gradient flow. */

import type { Matrix } from '../matrix/matrix.ts';
import type { Signal } from '../signal/signal.ts';
import type { StepObserver } from '../unroll/observe.ts';
import { type Matrices, mapNames, type Unrollable } from '../unroll/rule.ts';
import { span } from '../unroll/windows.ts';
import { norm } from './norm.ts';
import { spectralRadius } from './spectral-radius.ts';

/** How a gradient changes as it flows back through time. */
export type Verdict = 'vanishing' | 'exploding' | 'healthy';

/** The gradient flow of one recurrent layer. */
export interface LayerFlow {
  /** As in the names of the model's parameters: `1`, or `0.reverse` of a bidirectional layer. */
  readonly name: string;
  /** The cell's type, such as `LSTMCell`. */
  readonly cell: string;
  /** ‖∂L/∂h_t‖ over batch and units, for each step in processing order; the last entry is each sequence's own last step. */
  readonly norms: readonly number[];
  /** ‖∂L/∂h‖ at each sequence's first step relative to its last step with a gradient; 0 if no step has one. */
  readonly ratio: number;
  /** The same for every part of the state, including h. Each is that part's gradient alone: ∂L/∂c_t excludes what comes through h_t. */
  readonly states: { readonly [state: string]: Pick<LayerFlow, 'norms' | 'ratio'> };
  /**
   * `vanishing` for a ratio below 10⁻³, `exploding` for one above 10³ or a gradient that is not finite, otherwise `healthy`.
   * For an LSTM, the larger of ∂L/∂h_t and ∂L/∂c_t counts at each step, since the gradient flows through either.
   */
  readonly verdict: Verdict;
  /** The share of values near the ends of σ (outside 0.1 to 0.9) or of tanh (beyond ±0.9), by gate, or by state in a cell without gates. */
  readonly saturated: { readonly [name: string]: number };
  /** The largest |eigenvalue| of each gate's block of W_hh. */
  readonly spectralRadius: { readonly [gate: string]: number };
}

const LEAST_RATIO = 1e-3;
const MOST_RATIO = 1e3;

const isSaturated = {
  sigmoid: (value: number) => value < 0.1 || value > 0.9,
  tanh: (value: number) => Math.abs(value) > 0.9,
};

/** A layer observed during the backward pass. */
export interface WatchedLayer {
  /** The number of steps of the longest sequence. */
  readonly steps: number;
  readonly observe: StepObserver;
  /** Summarises the flow; call it after the backward pass. */
  flow(name: string): LayerFlow;
}

/** Prepares to observe a cell during the backward pass over its input. */
export function watchLayer(cell: Unrollable<string>, { batch, time, lengths }: Signal): WatchedLayer {
  const { states } = cell.rule;
  const ends = lengths ?? new Array<number>(batch).fill(time);
  const counts = countsOf(cell);
  // For each part of the state and each sequence: the norms from first step to last.
  const rows = mapNames(states, () => ends.map((length) => new Float64Array(length)));
  let t = time;
  return {
    steps: ends.reduce((most, length) => Math.max(most, length), 0),
    observe(step, dNext) {
      t--;
      for (const name of states)
        eachRow(dNext[name]!, ends, t, (row, b) => {
          rows[name]![b]![t] = norm(row);
        });
      for (const count of counts)
        eachRow(valuesOf(step, count.name), ends, t, (row) => {
          count.seen += row.length;
          for (const value of row) if (count.isSaturated(value)) count.saturated++;
        });
    },
    flow(name) {
      const flows = mapNames(states, (state) => flowOf(rows[state]!));
      const whole = ends.map((length, b) =>
        Float64Array.from({ length }, (_, t) =>
          states.reduce((most, state) => Math.max(most, rows[state]![b]![t]!), 0),
        ),
      );
      return {
        name,
        cell: cell.type,
        ...flows[states[0]]!,
        states: flows,
        verdict: verdictOf(flowOf(whole)),
        saturated: Object.fromEntries(counts.map(({ name, saturated, seen }) => [name, saturated / seen])),
        spectralRadius: spectralRadii(cell),
      };
    },
  };
}

/** Counters of saturation for everything in a cell that can saturate. */
function countsOf({ rule }: Unrollable<string>) {
  return Object.entries(rule.squashed ?? {}).map(([name, by]) => ({
    name,
    isSaturated: isSaturated[by!],
    saturated: 0,
    seen: 0,
  }));
}

/** Calls `use` with the row of every sequence that has a step t. */
function eachRow(
  of: Matrix,
  ends: readonly number[],
  t: number,
  use: (row: Float32Array | Float64Array, b: number) => void,
): void {
  const values = of.read();
  ends.forEach((length, b) => {
    if (t < length) use(values.subarray(b * of.columns, (b + 1) * of.columns), b);
  });
}

function valuesOf(
  { gates, next, kept }: { gates: Matrices<string>; next: Matrices<string>; kept: Matrices<string> },
  name: string,
): Matrix {
  return gates[name] ?? next[name] ?? kept[name]!;
}

function flowOf(rows: readonly Float64Array[]): Pick<LayerFlow, 'norms' | 'ratio'> {
  return { norms: alignedNorms(rows), ratio: firstToLast(rows) };
}

/** Norms over all sequences, aligned at their last steps. */
function alignedNorms(rows: readonly Float64Array[]): number[] {
  const time = rows.reduce((most, row) => Math.max(most, row.length), 0);
  return Array.from({ length: time }, (_, t) =>
    norm(rows.map((row) => row[row.length - time + t]).filter((value) => value !== undefined)),
  );
}

function firstToLast(rows: readonly Float64Array[]): number {
  const first = norm(rows.map((row) => row[0] ?? 0));
  const last = norm(rows.map((row) => row.findLast((value) => value !== 0) ?? 0));
  return last === 0 ? 0 : first / last;
}

function verdictOf({ norms, ratio }: Pick<LayerFlow, 'norms' | 'ratio'>): Verdict {
  if (!norms.every(Number.isFinite) || ratio > MOST_RATIO) return 'exploding';
  return ratio < LEAST_RATIO ? 'vanishing' : 'healthy';
}

/** The spectral radius of each gate whose block of W_hh is square. */
function spectralRadii({ rule, hiddenSize, weightHh }: Unrollable<string>): { [gate: string]: number } {
  const { value } = weightHh;
  if (value.columns !== hiddenSize || value.rows !== rule.gates.length * hiddenSize) return {};
  return Object.fromEntries(
    rule.gates.map((gate) => {
      const { from, to } = span(rule, [gate], hiddenSize);
      return [gate, spectralRadius(value.rowsFrom(from, to - from).read(), hiddenSize)];
    }),
  );
}
