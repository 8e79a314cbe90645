/**
 * The forward pass of any cell through time: the products, with the rule between them.
 *
 *     p_t = x_t · W_ihᵀ + b_ih             one product for a block of steps     (1)
 *     q_t = s_{t−1} · W_hhᵀ + b_hh         one small product a step             (2)
 *     s_t = φ(p_t, q_t, s_{t−1})           pointwise: the cell's rule           (3)
 *
 * If φ needs only the sum, p includes both biases and (2) accumulates into it. A rule with several stages repeats (2) and (3) for each.
 */
import type { Arena } from '../matrix/arena.ts';
import type { Factor, Matrix } from '../matrix/matrix.ts';
import { add, addProduct, copy, copyRow, fill, fillRow, product } from '../matrix/operations.ts';
import { type Packed, repeated } from '../matrix/packed.ts';
import { type LinearMap, linearMap } from '../signal/linear.ts';
import type { Signal } from '../signal/signal.ts';
import type { Matrices, Stage, Unrollable } from './rule.ts';
import { copyStates, newUnrolled, slotOf, source, span, stepAt, type Unrolled, weightOf } from './windows.ts';

// The number of rows per product in (1) and (4): as many as a kernel processes in one go, and few enough to stay in the cache until
// the time loop reads them.
const BLOCK_ROWS = 256;

/** The number of steps in a block. */
export function blockSteps(batch: number): number {
  return Math.max(1, Math.ceil(BLOCK_ROWS / batch));
}

/** A cell's weights prepared for products: packed if they are used more than once. */
export interface ReadyWeights {
  /** p ← x·W_ihᵀ + b */
  readonly project: LinearMap;
  /** The transpose of each stage's weight, usually its gates' rows of W_hh [P, gates·H]. */
  readonly recurrent: readonly (Factor | Packed)[];
}

/** Prepares the weights for the steps of `input`, the whole sequence. */
export function readyWeights<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
): ReadyWeights {
  const { rule, weightIh, biasIh, biasHh } = cell;
  const { batch, time } = input;
  const bias = rule.separateRecurrent ? biasIh?.value : sum(arena, biasIh?.value, biasHh?.value);
  return {
    project: linearMap(arena, input, weightIh.value, bias, Math.ceil(time / blockSteps(batch))),
    recurrent: rule.stages.map((stage) =>
      repeated(arena, weightOf(cell, stage, ({ value }) => value).T, time),
    ),
  };
}

/** b_ih + b_hh [1, G·H] */
function sum(arena: Arena, biasIh: Matrix | undefined, biasHh: Matrix | undefined): Matrix | undefined {
  if (biasIh === undefined || biasHh === undefined) return undefined;
  const row = arena.matrix(1, biasIh.columns);
  add(row, biasIh, biasHh);
  return row;
}

/**
 * Unrolls a cell over a sequence.
 *
 * @param initial s_0, [B, its size] each; default zeros.
 * @param weights the cell's weights, if already prepared.
 * @param first the index of the first step in the whole sequence.
 */
export function unroll<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
  initial: Matrices<State> | undefined,
  weights?: ReadyWeights,
  first: number = 0,
): Unrolled<State> {
  const names = cell.rule.states;
  const run = newUnrolled(arena, cell, input, first);
  copyStates(names, slotOf(names, run.states, 0, input.batch), initial);
  arena.scope(() => stepsForward(cell, run, weights ?? readyWeights(arena, cell, input)));
  copyFinal(names, run);
  return run;
}

function stepsForward<State extends string>(
  cell: Unrollable<State>,
  run: Unrolled<State>,
  weights: ReadyWeights,
): void {
  const { batch: B, time: T, lengths } = run.input;
  const { step, advance } = stepAt(cell, run, 0);
  const stages = cell.rule.stages.map((stage, s) => ({
    stage,
    from: source(step, stage.from),
    // `gates` already hold p, or the bias of q.
    multiply: stage.gives === undefined ? addProduct : product,
    out: productOf(cell, run, stage).rowsFrom(0, B),
    weight: weights.recurrent[s]!,
  }));
  const shortest = lengths?.reduce((least, length) => Math.min(least, length), T) ?? T;
  const block = blockSteps(B);
  for (let start = 0; start < T; start += block) {
    const end = Math.min(start + block, T);
    project(cell, run, weights.project, start, end - start); // (1)
    for (let t = start; t < end; t++) {
      for (let s = 0; s < stages.length; s++) {
        const { stage, from, multiply, out, weight } = stages[s]!;
        stage.prepare?.(step);
        multiply(out, from, weight); // (2)
        stage.activate(step); // (3)
        out.advance(B);
      }
      if (t >= shortest) clearFinished(cell.rule.states, step.next, lengths!, t);
      advance(B);
    }
  }
}

/** The result of a stage's product, at all steps. [T·B, its size] */
function productOf<State extends string>(
  { rule, hiddenSize }: Unrollable<State>,
  { recurrent, kept }: Unrolled<State>,
  { gates, gives }: Stage<string, State, string, string>,
): Matrix {
  if (gives !== undefined) return kept[gives.kept]!;
  const { from, to } = span(rule, gates, hiddenSize);
  return recurrent.columnsFrom(from, to - from);
}

/** (1) for some steps, and the bias of q: everything that does not depend on the past. [count·B, G·H] */
function project<State extends string>(
  { rule, biasHh }: Unrollable<State>,
  { input: { batch: B }, first, gates, recurrent }: Unrolled<State>,
  map: LinearMap,
  start: number,
  count: number,
): void {
  const rows = (of: Matrix) => of.rowsFrom(start * B, count * B);
  map(rows(gates), (first + start) * B);
  if (!rule.separateRecurrent) return;
  if (biasHh === undefined) fill(rows(recurrent), 0);
  else copyRow(rows(recurrent), biasHh.value);
}

/** Zeros the rows of s_t [B, its size] of every sequence that ended before step t. */
function clearFinished<State extends string>(
  names: readonly State[],
  next: Matrices<State>,
  lengths: readonly number[],
  t: number,
): void {
  for (let i = 0; i < names.length; i++) {
    const state = next[names[i]!];
    for (let b = 0; b < lengths.length; b++) if (t >= lengths[b]!) fillRow(state, b, 0);
  }
}

/** Copies each sequence's final state from the slot of its length. */
function copyFinal<State extends string>(
  names: readonly State[],
  { input: { batch: B, time: T, lengths }, states, final }: Unrolled<State>,
): void {
  if (lengths === undefined) copyStates(names, final, slotOf(names, states, T, B));
  else
    for (const name of names)
      lengths.forEach((length, b) => {
        copy(final[name].rowsFrom(b, 1), states[name].rowsFrom(length * B + b, 1));
      });
}
