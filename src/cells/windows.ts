/**
 * Views of one step of a walk: windows that slide over the blocks of all steps, so that a time loop makes none.
 */
import type { Matrix } from '../matrix/matrix.ts';
import type { Matrices, Rule, Step, StepGradient } from './rule.ts';
import type { Unrollable, Unrolled } from './unroll.ts';

/** The step at t, and how to move it through time: its matrices are windows that slide over those of the walk. */
export function stepAt<State extends string>(
  { rule, hiddenSize: H }: Unrollable<State>,
  { input: { batch: B }, first, gates, recurrent, states, kept }: Unrolled<State>,
  t: number,
): { step: Step<string, State, string>; advance: (rows: number) => void } {
  const gateWindows = gatesAt(rule, gates, H, B, t);
  const step: Step<string, State, string> & { t: number } = {
    t: first + t,
    prev: record(rule.states, (name) => states[name].rowsFrom(t * B, B)),
    next: record(rule.states, (name) => states[name].rowsFrom((t + 1) * B, B)),
    gates: gateWindows,
    recurrent: recurrent === gates ? gateWindows : gatesAt(rule, recurrent, H, B, t),
    kept: record(rule.kept, (name) => kept[name]!.rowsFrom(t * B, B)),
  };
  const windows = new Set<Matrix>(
    [step.prev, step.next, step.gates, step.recurrent, step.kept].flatMap((part) =>
      Object.values<Matrix>(part),
    ),
  );
  const moving = [...windows];
  return {
    step,
    advance(rows) {
      step.t += rows / B;
      for (const window of moving) window.advance(rows);
    },
  };
}

/** The gates of step t. */
export function gatesAt(
  rule: Rule<string, string, string>,
  gates: Matrix,
  H: number,
  B: number,
  t: number,
): Matrices<string> {
  return record(rule.gates, (_, g) => column(gates, g * H, (g + 1) * H, B, t));
}

/** Columns `from` to `to` of the rows of step t. */
export function column(of: Matrix, from: number, to: number, B: number, t = 0): Matrix {
  return of.rowsFrom(t * B, B).columnsFrom(from, to - from);
}

/** The columns of some consecutive gates. */
export function span(
  rule: Rule<string, string, string>,
  gates: readonly string[],
  H: number,
): { from: number; to: number } {
  const first = rule.gates.indexOf(gates[0]!);
  return { from: first * H, to: (first + gates.length) * H };
}

/** What a stage's product reads, or in a gradient what it adds to. */
export function source(
  of: Pick<Step<string, string, string> | StepGradient<string, string, string>, 'prev' | 'kept'>,
  name: string,
): Matrix {
  return of.prev[name] ?? of.kept[name]!;
}

/** A value for each name. */
export function record<Name extends string, Value>(
  names: readonly Name[],
  make: (name: Name, at: number) => Value,
): { [name in Name]: Value } {
  return Object.fromEntries(names.map((name, at) => [name, make(name, at)])) as { [name in Name]: Value };
}
