/** The walk of any cell back through time, after `unroll.ts`: its equations read upwards. */
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, addColumnSums, addProduct, copy, fill, product } from '../matrix/operations.ts';
import { repeated } from '../matrix/packed.ts';
import { linearBackward } from '../signal/linear.ts';
import type { Matrices } from './rule.ts';
import type { Unrollable, Unrolled } from './unroll.ts';
import { column, gatesAt, record, source, span, stepAt } from './windows.ts';

/** Gradients of a walk. */
export interface UnrolledGradient<State extends string> {
  /** ∂L/∂p of all steps, for the gradient of the input. [T·B, G·H] */
  readonly gates: Matrix;
  /** ∂L/∂s_0 [B, H] */
  readonly initial: Matrices<State>;
}

/**
 * Takes a walk backward, adding to the gradients of the cell's parameters.
 *
 * @param dOutput ∂L/∂(the first state at every step) [T·B, H], zeros beyond each length.
 * @param dFinal ∂L/∂(the final states) [B, H].
 * @param history where given, no gradient passes between steps k·history − 1 and k·history.
 */
export function unrollBackward<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  run: Unrolled<State>,
  dOutput: Matrix | undefined,
  dFinal: Matrices<State> | undefined,
  history: number = Number.POSITIVE_INFINITY,
): UnrolledGradient<State> {
  const { rule, hiddenSize: H } = cell;
  const { batch: B, time: T } = run.input;
  const width = rule.gates.length * H;
  const dGates = arena.matrix(T * B, width);
  const dInitial = record(rule.states, () => arena.matrix(B, H));
  arena.scope(() => {
    const dRecurrent = rule.separateRecurrent ? arena.matrix(T * B, width) : dGates;
    walkBackward(arena, cell, run, dGates, dRecurrent, dOutput, dFinal, dInitial, history);
    accumulate(arena, cell, run, dGates, dRecurrent);
  });
  return { gates: dGates, initial: dInitial };
}

function walkBackward<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  run: Unrolled<State>,
  dGates: Matrix,
  dRecurrent: Matrix,
  dOutput: Matrix | undefined,
  dFinal: Matrices<State> | undefined,
  dInitial: Matrices<State>,
  history: number,
): void {
  const { rule, hiddenSize: H } = cell;
  const { batch: B, time: T, lengths } = run.input;
  const { step, advance } = stepAt(cell, run, T - 1);
  const gates = gatesAt(rule, dGates, H, B, T - 1);
  const recurrent = dRecurrent === dGates ? gates : gatesAt(rule, dRecurrent, H, B, T - 1);
  const kept = record(rule.kept, () => arena.matrix(B, H));
  const scratch = arena.matrix(B, H);
  const states = [0, 1].map(() => record(rule.states, () => arena.zeros(B, H)));
  // Two gradients that see the same step and exchange next and prev.
  const [even, odd] = [0, 1].map((turn) => {
    const d = { next: states[turn]!, prev: states[1 - turn]!, gates, recurrent, kept, scratch };
    return { d, sources: rule.stages.map((stage) => source(d, stage.from)) };
  });
  const stages = rule.stages.map((stage) => {
    const { from, to } = span(rule, stage.gates, H);
    return {
      stage,
      // A state's gradient has a part through φ already; that of something kept comes from this product alone.
      multiply: rule.states.includes(stage.from as State) ? addProduct : product,
      dRecurrent: column(dRecurrent, from, to, B, T - 1),
      weight: repeated(arena, cell.weightHh.value.rowsFrom(from, to - from), T),
    };
  });
  const dOut = dOutput?.rowsFrom((T - 1) * B, B);
  const output = rule.states[0];

  let current = even!;
  if (lengths === undefined && dFinal !== undefined) copyStates(rule.states, current.d.next, dFinal);
  for (let t = T - 1; t >= 0; t--) {
    const { d, sources } = current;
    if (lengths !== undefined && dFinal !== undefined) addEnding(rule.states, d.next, dFinal, lengths, t + 1);
    if (dOut !== undefined) {
      add(d.next[output], d.next[output], dOut);
      dOut.advance(-B);
    }
    for (const name of rule.states) fill(d.prev[name], 0);
    for (let s = stages.length - 1; s >= 0; s--) {
      const { stage, multiply, dRecurrent, weight } = stages[s]!;
      stage.activateBackward(step, d);
      multiply(sources[s]!, dRecurrent, weight);
      dRecurrent.advance(-B);
    }
    if (t % history === 0 && t > 0) for (const name of rule.states) fill(d.prev[name], 0);
    advance(-B);
    for (const name of rule.gates) gates[name]!.advance(-B);
    if (recurrent !== gates) for (const name of rule.gates) recurrent[name]!.advance(-B);
    current = current === even ? odd! : even!;
  }
  copyStates(rule.states, dInitial, current.d.next);
  if (lengths !== undefined && dFinal !== undefined) addEnding(rule.states, dInitial, dFinal, lengths, 0);
}

/** Adds the final gradient of the sequences of that length: their state after it is the final one. */
function addEnding<State extends string>(
  names: readonly State[],
  d: Matrices<State>,
  dFinal: Matrices<State>,
  lengths: readonly number[],
  length: number,
): void {
  for (let b = 0; b < lengths.length; b++)
    if (lengths[b] === length)
      for (const name of names) {
        const row = d[name].rowsFrom(b, 1);
        add(row, row, dFinal[name].rowsFrom(b, 1));
      }
}

/** dW_hh, db_hh, dW_ih and db_ih: one product or sum each over all steps. */
function accumulate<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  run: Unrolled<State>,
  dGates: Matrix,
  dRecurrent: Matrix,
): void {
  const { rule, hiddenSize: H } = cell;
  const rows = dGates.rows;
  for (const stage of rule.stages) {
    const { from, to } = span(rule, stage.gates, H);
    const all = rule.states.includes(stage.from as State)
      ? run.states[stage.from as State]
      : run.kept[stage.from]!;
    addProduct(
      cell.weightHh.gradient.rowsFrom(from, to - from),
      dRecurrent.columnsFrom(from, to - from).T,
      all.rowsFrom(0, rows),
    );
  }
  if (cell.biasHh !== undefined) addColumnSums(cell.biasHh.gradient, dRecurrent);
  linearBackward(arena, dGates, run.input, cell.weightIh, cell.biasIh);
}

function copyStates<State extends string>(
  names: readonly State[],
  out: Matrices<State>,
  a: Matrices<State>,
): void {
  for (const name of names) copy(out[name], a[name]);
}
