/** The time loop of the way back: the gradients of states and gates, one step at a time. */
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, addProduct, copy, fill, product } from '../matrix/operations.ts';
import { repeated } from '../matrix/packed.ts';
import type { Matrices } from './rule.ts';
import type { Unrollable, Unrolled } from './unroll.ts';
import type { Upstream } from './unroll-backward.ts';
import { column, gatesAt, record, source, span, stepAt } from './windows.ts';

/** A walk backward that is under way. */
export interface WalkBack<State extends string> {
  /** ∂L/∂p of the last block walked, [count·B, G·H] from the top. */
  readonly gates: Matrix;
  /** ∂L/∂q likewise; the same as `gates` where q is not separate. */
  readonly recurrent: Matrix;
  /** Walks the `count` steps from `start`; to be called for the last block first, and so on. */
  through(start: number, count: number): void;
  /** Writes ∂L/∂s_0, after the first block. */
  finish(initial: Matrices<State>): void;
}

/**
 * Prepares the walk back, in blocks of at most `block` steps.
 *
 * @param cutBefore whether no gradient passes from a step to the one before it.
 */
export function walkBack<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  run: Unrolled<State>,
  { dOutput, dFinal }: Upstream<State>,
  cutBefore: (t: number) => boolean,
  block: number,
): WalkBack<State> {
  const { rule, hiddenSize: H } = cell;
  const { batch: B, time: T, lengths } = run.input;
  const names = rule.states;
  const { step, advance } = stepAt(cell, run, T - 1);
  const dOut = dOutput?.rowsFrom((T - 1) * B, B);

  // Of a block only, and so moved back to its end when one begins.
  const rows = Math.min(block, T) * B;
  const gates = arena.matrix(rows, rule.gates.length * H);
  const recurrent = rule.separateRecurrent ? arena.matrix(rows, gates.columns) : gates;
  const dGates = gatesAt(rule, gates, H, B, -1);
  const dRecurrent = recurrent === gates ? dGates : gatesAt(rule, recurrent, H, B, -1);
  const stages = rule.stages.map((stage) => {
    const { from, to } = span(rule, stage.gates, H);
    return {
      stage,
      // A state's gradient has a part through φ already; that of something kept comes from this product alone.
      multiply: names.includes(stage.from as State) ? addProduct : product,
      dRecurrent: column(recurrent, from, to, B, -1),
      weight: repeated(arena, cell.weightHh.value.rowsFrom(from, to - from), T),
    };
  });
  const windows = new Set<Matrix>([
    ...Object.values(dGates),
    ...Object.values(dRecurrent),
    ...stages.map((stage) => stage.dRecurrent),
  ]);
  const moveInBlock = (by: number) => {
    for (const window of windows) window.advance(by);
  };

  // Two gradients of states that change places at each step, one after it and one before.
  const kept = record(rule.kept, () => arena.matrix(B, H));
  const scratch = arena.matrix(B, H);
  const [a, b] = [0, 1].map(() => record(names, () => arena.zeros(B, H))) as [
    Matrices<State>,
    Matrices<State>,
  ];
  const turns = [
    { next: a, prev: b },
    { next: b, prev: a },
  ].map((states) => {
    const d = { ...states, gates: dGates, recurrent: dRecurrent, kept, scratch };
    return { d, sources: rule.stages.map((stage) => source(d, stage.from)) };
  });
  let turn = turns[0]!;
  if (dFinal !== undefined && lengths === undefined) for (const name of names) copy(a[name], dFinal[name]);

  /** The final state of a sequence is the state after its last step: its gradient enters there. */
  const addEndings = (d: Matrices<State>, length: number) => {
    if (dFinal === undefined || lengths === undefined) return;
    for (let i = 0; i < B; i++)
      if (lengths[i] === length)
        for (const name of names) {
          const row = d[name].rowsFrom(i, 1);
          add(row, row, dFinal[name].rowsFrom(i, 1));
        }
  };

  const stepBack = (t: number) => {
    const { d, sources } = turn;
    addEndings(d.next, t + 1);
    if (dOut !== undefined) {
      add(d.next[names[0]], d.next[names[0]], dOut);
      dOut.advance(-B);
    }
    for (const name of names) fill(d.prev[name], 0);
    for (let s = stages.length - 1; s >= 0; s--) {
      const { stage, multiply, dRecurrent, weight } = stages[s]!;
      stage.activateBackward(step, d);
      multiply(sources[s]!, dRecurrent, weight);
    }
    if (cutBefore(t)) for (const name of names) fill(d.prev[name], 0);
    turn = turn === turns[0] ? turns[1]! : turns[0]!;
  };

  return {
    gates,
    recurrent,
    through(start, count) {
      moveInBlock(count * B);
      for (let t = start + count - 1; t >= start; t--) {
        stepBack(t);
        advance(-B);
        moveInBlock(-B);
      }
    },
    finish(initial) {
      addEndings(turn.d.next, 0);
      for (const name of names) copy(initial[name], turn.d.next[name]);
    },
  };
}
