/**
 * The walk of any cell through time: all products and all memory of a sequence. `unroll-backward.ts` is the way back.
 *
 * What a step computes is the cell's rule; this file only brings it what it needs.
 */
import type { Arena } from '../matrix/arena.ts';
import type { Factor, Matrix } from '../matrix/matrix.ts';
import { add, addProduct, copyRow, fill, fillRow, gather, product } from '../matrix/operations.ts';
import { type Packed, repeated } from '../matrix/packed.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { type LinearMap, linearMap } from '../signal/linear.ts';
import type { Signal } from '../signal/signal.ts';
import { type Matrices, mapNames, type Rule, type Stage, sizeOf } from './rule.ts';
import { copyStates, slotOf, source, span, stepAt, weightOf } from './windows.ts';

// The rows of time steps that are projected, or whose gradients are multiplied, at once: as many as a product reads in one
// go, and few enough to be in the cache when the walk comes to them.
const BLOCK_ROWS = 256;

/** How many steps of a batch are a block. */
export function blockSteps(batch: number): number {
  return Math.max(1, Math.ceil(BLOCK_ROWS / batch));
}

/** The parts of a cell that the walk needs. G gates of H units each, I inputs, P units of what W_hh multiplies: H but for projections. */
export interface Unrollable<State extends string> {
  readonly type: string;
  readonly rule: Rule<string, State, string, string>;
  readonly hiddenSize: number;
  /** W_ih [G·H, I] */
  readonly weightIh: Parameter;
  /** W_hh [G·H, P] */
  readonly weightHh: Parameter;
  /** b_ih [G·H] */
  readonly biasIh: Parameter | undefined;
  /** b_hh [G·H] */
  readonly biasHh: Parameter | undefined;
  /** The parameters of the rule's own. */
  readonly own: { readonly [name: string]: Parameter };
}

/** What a walk leaves behind. */
export interface Unrolled<State extends string> {
  readonly input: Signal;
  /** Which step of the sequence the first one is. */
  readonly first: number;
  /** After φ: what the rule left in the gates. [T·B, G·H] */
  readonly gates: Matrix;
  /** q of all steps, or `gates` where it is not separate. [T·B, G·H] */
  readonly recurrent: Matrix;
  /** s_0 … s_T of each state, zeros beyond each length. [(T+1)·B, its size, mostly H] */
  readonly states: Matrices<State>;
  /** What φ kept. [T·B, its size, mostly H] */
  readonly kept: Matrices<string>;
  /** The state after each sequence's last step. [B, its size] */
  readonly final: Matrices<State>;
}

/** A cell's weights as products read them: packed where they serve more than once. */
export interface ReadyWeights {
  /** p ← x·W_ihᵀ + b */
  readonly project: LinearMap;
  /** The transpose of each stage's weight: of its gates' rows of W_hh, most often. */
  readonly recurrent: readonly (Factor | Packed)[];
}

/** Prepares the weights for a walk, or several, over the steps of `input` together. */
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

function sum(arena: Arena, a: Matrix | undefined, b: Matrix | undefined): Matrix | undefined {
  if (a === undefined || b === undefined) return undefined;
  const row = arena.matrix(1, a.columns);
  add(row, a, b);
  return row;
}

/**
 * Runs a cell over a signal from an initial state, zeros unless given.
 *
 * @param weights the cell's, where they are ready from an earlier walk.
 * @param first which step of the sequence the first one is, if it is not the whole.
 */
export function unroll<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
  initial: Matrices<State> | undefined,
  weights?: ReadyWeights,
  first: number = 0,
): Unrolled<State> {
  const { rule, hiddenSize: H } = cell;
  const { batch: B, time: T } = input;
  const width = rule.gates.length * H;

  const gates = arena.matrix(T * B, width);
  const recurrent = rule.separateRecurrent ? arena.matrix(T * B, width) : gates;
  const states = mapNames(rule.states, (name) => arena.matrix((T + 1) * B, sizeOf(rule, name, H)));
  const kept = mapNames(rule.kept, (name) => arena.matrix(T * B, sizeOf(rule, name, H)));
  const final = mapNames(rule.states, (name) => arena.matrix(B, sizeOf(rule, name, H)));
  copyStates(rule.states, slotOf(rule.states, states, 0, B), initial);
  const run: Unrolled<State> = { input, first, gates, recurrent, states, kept, final };
  arena.scope(() => {
    walk(cell, run, weights ?? readyWeights(arena, cell, input));
    collectFinal(arena, cell, run);
  });
  return run;
}

function walk<State extends string>(
  cell: Unrollable<State>,
  run: Unrolled<State>,
  weights: ReadyWeights,
): void {
  const { batch: B, time: T, lengths } = run.input;
  const { step, advance } = stepAt(cell, run, 0);
  const stages = cell.rule.stages.map((stage, s) => {
    return {
      stage,
      source: source(step, stage.from),
      // Gates have p, or the bias of q, already.
      multiply: stage.gives === undefined ? addProduct : product,
      out: given(cell, run, stage).rowsFrom(0, B),
      weight: weights.recurrent[s]!,
    };
  });
  const shortest = lengths === undefined ? T : Math.min(...lengths);
  const block = blockSteps(B);
  for (let start = 0; start < T; start += block) {
    const end = Math.min(start + block, T);
    project(cell, run, weights.project, start, end - start);
    for (let t = start; t < end; t++) {
      for (let s = 0; s < stages.length; s++) {
        const { stage, source, multiply, out, weight } = stages[s]!;
        stage.prepare?.(step);
        multiply(out, source, weight);
        stage.activate(step);
        out.advance(B);
      }
      if (t >= shortest) clearFinished(cell.rule.states, step.next, lengths!, t);
      advance(B);
    }
  }
}

/** What a stage's product gives, at all steps. */
function given<State extends string>(
  { rule, hiddenSize }: Unrollable<State>,
  { recurrent, kept }: Unrolled<State>,
  { gates, gives }: Stage<string, State, string, string>,
): Matrix {
  if (gives !== undefined) return kept[gives.kept]!;
  const { from, to } = span(rule, gates, hiddenSize);
  return recurrent.columnsFrom(from, to - from);
}

/** p of some steps, and the bias of q: what does not depend on the past. */
function project<State extends string>(
  { rule, biasHh }: Unrollable<State>,
  { input, gates, recurrent }: Unrolled<State>,
  map: LinearMap,
  start: number,
  count: number,
): void {
  const rows = (of: Matrix) => of.rowsFrom(start * input.batch, count * input.batch);
  map(rows(gates), input, start * input.batch);
  if (!rule.separateRecurrent) return;
  if (biasHh === undefined) fill(rows(recurrent), 0);
  else copyRow(rows(recurrent), biasHh.value);
}

/** Zeros the state of every sequence that has ended before step t. */
function clearFinished<State extends string>(
  names: readonly State[],
  next: Matrices<State>,
  lengths: readonly number[],
  t: number,
): void {
  for (const name of names) {
    const state = next[name];
    for (let b = 0; b < lengths.length; b++) if (t >= lengths[b]!) fillRow(state, b, 0);
  }
}

/** Slot `length` of each sequence. */
function collectFinal<State extends string>(
  arena: Arena,
  { rule }: Unrollable<State>,
  { input, states, final }: Unrolled<State>,
): void {
  const { batch: B, time: T, lengths } = input;
  const slots = arena.matrix(1, B);
  slots.write(Array.from({ length: B }, (_, b) => (lengths?.[b] ?? T) * B + b));
  for (const name of rule.states) gather(final[name], states[name], slots);
}
