/**
 * Views of one step of a walk: windows that slide over the blocks of all steps, so that a time loop makes none.
 *
 * What runs at every step counts through arrays by index: newer engines create the iterators of for…of.
 */
import type { Matrix } from '../matrix/matrix.ts';
import { copy, fill } from '../matrix/operations.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { Unrollable, Unrolled } from './forward.ts';
import { type Matrices, mapNames, type Rule, type Stage, type Step, type StepGradient } from './rule.ts';

/** The weight of a stage's product, or its gradient: what is multiplied is multiplied by its transpose. */
export function weightOf<State extends string>(
  { rule, hiddenSize, weightHh, own }: Unrollable<State>,
  { gates, gives }: Stage<string, State, string, string>,
  read: (parameter: Parameter) => Matrix,
): Matrix {
  if (gives !== undefined) return read(own[gives.weight]!);
  const { from, to } = span(rule, gates, hiddenSize);
  return read(weightHh).rowsFrom(from, to - from);
}

/** The step at t, and how to move it through time: its matrices are windows that slide over those of the walk. */
export function stepAt<State extends string>(
  { rule, hiddenSize: H, own }: Unrollable<State>,
  { input: { batch: B }, first, gates, recurrent, states, kept }: Unrolled<State>,
  t: number,
): { step: Step<string, State, string, string>; advance: (rows: number) => void } {
  const gateWindows = gatesAt(rule, gates, H, B, t);
  const step: Step<string, State, string, string> & { t: number } = {
    t: first + t,
    prev: mapNames(rule.states, (name) => states[name].rowsFrom(t * B, B)),
    next: mapNames(rule.states, (name) => states[name].rowsFrom((t + 1) * B, B)),
    gates: gateWindows,
    recurrent: recurrent === gates ? gateWindows : gatesAt(rule, recurrent, H, B, t),
    kept: mapNames(rule.kept, (name) => kept[name]!.rowsFrom(t * B, B)),
    parameters: mapNames(Object.keys(own), (name) => {
      const { value } = own[name]!;
      return value.rows === 1 ? value.rowsFrom(0, B, 0) : value;
    }),
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
      for (let i = 0; i < moving.length; i++) moving[i]!.advance(rows);
    },
  };
}

/** The gates of step t. */
export function gatesAt(
  rule: Rule<string, string, string, string>,
  gates: Matrix,
  H: number,
  B: number,
  t: number,
): Matrices<string> {
  const together = rule.together ?? {};
  return mapNames([...rule.gates, ...Object.keys(together)], (name) => {
    const { from, to } = span(rule, together[name] ?? [name], H);
    return column(gates, from, to, B, t);
  });
}

/** Columns `from` to `to` of the rows of step t. */
export function column(of: Matrix, from: number, to: number, B: number, t = 0): Matrix {
  return of.rowsFrom(t * B, B).columnsFrom(from, to - from);
}

/** The columns of some consecutive gates. */
export function span(
  rule: Rule<string, string, string, string>,
  gates: readonly string[],
  H: number,
): { from: number; to: number } {
  const first = rule.gates.indexOf(gates[0]!);
  return { from: first * H, to: (first + gates.length) * H };
}

/** What a stage's product reads, or in a gradient what it adds to. */
export function source(
  of: Pick<
    Step<string, string, string, string> | StepGradient<string, string, string, string>,
    'prev' | 'kept'
  >,
  name: string,
): Matrix {
  return of.prev[name] ?? of.kept[name]!;
}

/** The states of all sequences in slot s of their blocks. */
export function slotOf<State extends string>(
  names: readonly State[],
  blocks: Matrices<State>,
  s: number,
  B: number,
): Matrices<State> {
  return mapNames(names, (name) => blocks[name].rowsFrom(s * B, B));
}

/** out ← a, zeros where there is none. */
export function copyStates<State extends string>(
  names: readonly State[],
  out: Matrices<State>,
  a: Matrices<State> | undefined,
): void {
  for (const name of names) {
    if (a === undefined) fill(out[name], 0);
    else copy(out[name], a[name]);
  }
}
