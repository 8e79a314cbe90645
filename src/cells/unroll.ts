/**
 * The walk of any cell through time: all products and all memory of a sequence. `unroll-backward.ts` is the way back.
 *
 * What a step computes is the cell's rule; this file only brings it what it needs.
 */
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, addProduct, copy, copyRow, fill, gather } from '../matrix/operations.ts';
import { repeated } from '../matrix/packed.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { linearMap } from '../signal/linear.ts';
import type { Signal } from '../signal/signal.ts';
import type { Matrices, Rule } from './rule.ts';
import { column, record, source, span, stepAt } from './windows.ts';

// The rows of time steps that are projected, or whose gradients are multiplied, at once: as many as a product reads in one
// go, and few enough to be in the cache when the walk comes to them.
const BLOCK_ROWS = 256;

/** How many steps of a batch are a block. */
export function blockSteps(batch: number): number {
  return Math.max(1, Math.ceil(BLOCK_ROWS / batch));
}

/** The parts of a cell that the walk needs. G gates of H units each, I inputs. */
export interface Unrollable<State extends string> {
  readonly rule: Rule<string, State, string>;
  readonly hiddenSize: number;
  /** W_ih [G·H, I] */
  readonly weightIh: Parameter;
  /** W_hh [G·H, H] */
  readonly weightHh: Parameter;
  /** b_ih [G·H] */
  readonly biasIh: Parameter | undefined;
  /** b_hh [G·H] */
  readonly biasHh: Parameter | undefined;
}

/** What a walk leaves behind. */
export interface Unrolled<State extends string> {
  readonly input: Signal;
  /** After φ: what the rule left in the gates. [T·B, G·H] */
  readonly gates: Matrix;
  /** q of all steps, or `gates` where it is not separate. [T·B, G·H] */
  readonly recurrent: Matrix;
  /** s_0 … s_T of each state, zeros beyond each length. [(T+1)·B, H] */
  readonly states: Matrices<State>;
  /** What φ kept. [T·B, H] */
  readonly kept: Matrices<string>;
  /** The state after each sequence's last step. [B, H] */
  readonly final: Matrices<State>;
}

/** Runs a cell over a signal from an initial state, zeros unless given. */
export function unroll<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
  initial: Matrices<State> | undefined,
): Unrolled<State> {
  const { rule, hiddenSize: H } = cell;
  const { batch: B, time: T } = input;
  const width = rule.gates.length * H;

  const gates = arena.matrix(T * B, width);
  const recurrent = rule.separateRecurrent ? arena.matrix(T * B, width) : gates;
  const states = record(rule.states, () => arena.matrix((T + 1) * B, H));
  const kept = record(rule.kept, () => arena.matrix(T * B, H));
  const final = record(rule.states, () => arena.matrix(B, H));
  for (const name of rule.states) {
    const first = states[name].rowsFrom(0, B);
    if (initial === undefined) fill(first, 0);
    else copy(first, initial[name]);
  }
  const run: Unrolled<State> = { input, gates, recurrent, states, kept, final };
  arena.scope(() => {
    walk(arena, cell, run);
    collectFinal(arena, cell, run);
  });
  return run;
}

function walk<State extends string>(arena: Arena, cell: Unrollable<State>, run: Unrolled<State>): void {
  const { batch: B, time: T, lengths } = run.input;
  const { step, advance } = stepAt(cell, run, 0);
  const stages = cell.rule.stages.map((stage) => {
    const { from, to } = span(cell.rule, stage.gates, cell.hiddenSize);
    return {
      stage,
      source: source(step, stage.from),
      recurrent: column(run.recurrent, from, to, B),
      weight: repeated(arena, cell.weightHh.value.rowsFrom(from, to - from).T, T),
    };
  });
  const shortest = lengths === undefined ? T : Math.min(...lengths);
  const project = projection(arena, cell, run);
  const block = blockSteps(B);
  for (let start = 0; start < T; start += block) {
    const end = Math.min(start + block, T);
    project(start, end - start);
    for (let t = start; t < end; t++) {
      for (const { stage, source, recurrent, weight } of stages) {
        addProduct(recurrent, source, weight);
        stage.activate(step);
        recurrent.advance(B);
      }
      if (t >= shortest) clearFinished(cell.rule.states, step.next, lengths!, t);
      advance(B);
    }
  }
}

/** p of some steps, and the bias of q: what does not depend on the past. */
function projection<State extends string>(
  arena: Arena,
  { rule, weightIh, biasIh, biasHh }: Unrollable<State>,
  { input, gates, recurrent }: Unrolled<State>,
): (start: number, count: number) => void {
  const { batch: B, time: T } = input;
  const bias = rule.separateRecurrent ? biasIh?.value : sum(arena, biasIh?.value, biasHh?.value);
  const map = linearMap(arena, input, weightIh.value, bias, Math.ceil(T / blockSteps(B)));
  return (start, count) => {
    map(gates.rowsFrom(start * B, count * B), input, start * B);
    if (!rule.separateRecurrent) return;
    const q = recurrent.rowsFrom(start * B, count * B);
    if (biasHh === undefined) fill(q, 0);
    else copyRow(q, biasHh.value);
  };
}

function sum(arena: Arena, a: Matrix | undefined, b: Matrix | undefined): Matrix | undefined {
  if (a === undefined || b === undefined) return undefined;
  const row = arena.matrix(1, a.columns);
  add(row, a, b);
  return row;
}

/** Zeros the state of every sequence that has ended before step t. */
function clearFinished<State extends string>(
  names: readonly State[],
  next: Matrices<State>,
  lengths: readonly number[],
  t: number,
): void {
  for (const name of names) {
    const { backend, offset, stride, columns } = next[name];
    for (let b = 0; b < lengths.length; b++)
      if (t >= lengths[b]!) backend.kernels.fill(offset + b * stride, stride, 0, 1, columns);
  }
}

/** Slot `length` of each sequence. */
function collectFinal<State extends string>(
  arena: Arena,
  { rule }: Unrollable<State>,
  { input, states, final }: Unrolled<State>,
): void {
  const { batch: B, time: T, lengths } = input;
  if (lengths === undefined) {
    for (const name of rule.states) copy(final[name], states[name].rowsFrom(T * B, B));
    return;
  }
  const slots = arena.matrix(1, B);
  slots.write(lengths.map((length, b) => length * B + b));
  for (const name of rule.states) gather(final[name], states[name], slots);
}
