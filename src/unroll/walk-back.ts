/** The time loop of the way back: the gradients of states and gates, one step at a time. */
import type { Arena } from '../matrix/arena.ts';
import type { Factor, Matrix } from '../matrix/matrix.ts';
import { add, addProduct, addRowOf, fill, product } from '../matrix/operations.ts';
import { type Packed, repeated } from '../matrix/packed.ts';
import type { Upstream } from './backward.ts';
import type { Unrollable, Unrolled } from './forward.ts';
import type { StepObserver } from './observe.ts';
import { type Matrices, mapNames, type Stage, type StepGradient, sizeOf } from './rule.ts';
import { copyStates, gatesAt, source, span, stepAt, weightOf } from './windows.ts';

/** A walk backward that is under way. */
export interface WalkBack<State extends string> {
  /** ∂L/∂p of the last block walked, [count·B, G·H] from the top. */
  readonly gates: Matrix;
  /** ∂L/∂q likewise; the same as `gates` where q is not separate. */
  readonly recurrent: Matrix;
  /** The gradient of what each stage's product gave, likewise: columns of `recurrent`, most often. */
  readonly products: readonly Matrix[];
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
  observe: StepObserver | undefined,
): WalkBack<State> {
  const { batch: B, time: T, lengths } = run.input;
  const names = cell.rule.states;
  const { step, advance } = stepAt(cell, run, T - 1);
  const dBlock = blockGradient(arena, cell, B, T, Math.min(block, T));
  const [even, odd] = alternating(arena, cell, B, dBlock);
  const dOut = dOutput?.rowsFrom((T - 1) * B, B);
  let turn = even;
  if (dFinal !== undefined && lengths === undefined) copyStates(names, turn.d.next, dFinal);

  const stepBack = (t: number) => {
    const { d, sources } = turn;
    if (dFinal !== undefined && lengths !== undefined) addEndings(names, d.next, dFinal, lengths, t + 1);
    if (dOut !== undefined) {
      add(d.next[names[0]], d.next[names[0]], dOut);
      dOut.advance(-B);
    }
    observe?.(step, d.next);
    for (let i = 0; i < names.length; i++) fill(d.prev[names[i]!], 0);
    for (let s = sources.length - 1; s >= 0; s--) {
      const { stage, multiply, dProduct, weight } = dBlock.stages[s]!;
      stage.activateBackward(step, d);
      multiply(sources[s]!, dProduct, weight);
      stage.prepareBackward?.(step, d);
    }
    if (cutBefore(t)) for (const name of names) fill(d.prev[name], 0);
    turn = turn === even ? odd : even;
  };

  return {
    gates: dBlock.gates,
    recurrent: dBlock.recurrent,
    products: dBlock.products,
    through(start, count) {
      dBlock.move(count * B);
      for (let t = start + count - 1; t >= start; t--) {
        stepBack(t);
        advance(-B);
        dBlock.move(-B);
      }
    },
    finish(initial) {
      const { next } = turn.d;
      if (dFinal !== undefined && lengths !== undefined) addEndings(names, next, dFinal, lengths, 0);
      copyStates(names, initial, next);
    },
  };
}

/** The gradients of the gates and of other products of one block, and what multiplies them. */
interface BlockGradient<State extends string> {
  readonly gates: Matrix;
  readonly recurrent: Matrix;
  readonly products: readonly Matrix[];
  /** Windows on the step under way; above the block until it begins. */
  readonly step: { readonly gates: Matrices<string>; readonly recurrent: Matrices<string> };
  readonly stages: readonly {
    readonly stage: Stage<string, State, string, string>;
    /** How the product enters the gradient of what it came from. */
    readonly multiply: typeof product;
    readonly dProduct: Matrix;
    readonly weight: Factor | Packed;
  }[];
  /** Moves the windows by some rows. */
  move(rows: number): void;
}

function blockGradient<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  B: number,
  T: number,
  count: number,
): BlockGradient<State> {
  const { rule, hiddenSize: H } = cell;
  const gates = arena.matrix(count * B, rule.gates.length * H);
  const recurrent = rule.separateRecurrent ? arena.matrix(count * B, gates.columns) : gates;
  const dGates = gatesAt(rule, gates, H, B, -1);
  const dRecurrent = recurrent === gates ? dGates : gatesAt(rule, recurrent, H, B, -1);
  const products = rule.stages.map(({ gates, gives }) => {
    if (gives !== undefined) return arena.matrix(count * B, sizeOf(rule, gives.kept, H));
    const { from, to } = span(rule, gates, H);
    return recurrent.columnsFrom(from, to - from);
  });
  const stages = rule.stages.map((stage, s) => ({
    stage,
    // A state's gradient has a part through φ already; that of something kept comes from this product alone.
    multiply: rule.states.includes(stage.from as State) ? addProduct : product,
    dProduct: products[s]!.rowsFrom(-B, B),
    weight: repeated(
      arena,
      weightOf(cell, stage, ({ value }) => value),
      T,
    ),
  }));
  const windows = [
    ...new Set([
      ...Object.values(dGates),
      ...Object.values(dRecurrent),
      ...stages.map((stage) => stage.dProduct),
    ]),
  ];
  return {
    gates,
    recurrent,
    products,
    step: { gates: dGates, recurrent: dRecurrent },
    stages,
    move(rows) {
      for (let i = 0; i < windows.length; i++) windows[i]!.advance(rows);
    },
  };
}

/** What φ′ works on, and what the products with W_hh add to. */
interface Turn<State extends string> {
  readonly d: StepGradient<string, State, string, string>;
  readonly sources: readonly Matrix[];
}

/** Two gradients of states that change places at each step, one after it and one before. */
function alternating<State extends string>(
  arena: Arena,
  { rule, hiddenSize: H, own }: Unrollable<State>,
  B: number,
  { step, stages }: BlockGradient<State>,
): [even: Turn<State>, odd: Turn<State>] {
  const given = new Map(stages.map(({ stage, dProduct }) => [stage.gives?.kept, dProduct]));
  const kept = mapNames(rule.kept, (name) => given.get(name) ?? arena.matrix(B, sizeOf(rule, name, H)));
  const parameters = mapNames(Object.keys(own), (name) => own[name]!.gradient);
  const scratch = arena.matrix(B, H);
  const zeros = (name: State) => arena.zeros(B, sizeOf(rule, name, H));
  const a = mapNames(rule.states, zeros);
  const b = mapNames(rule.states, zeros);
  const turn = (next: Matrices<State>, prev: Matrices<State>): Turn<State> => {
    const d = { next, prev, ...step, kept, parameters, scratch };
    return { d, sources: rule.stages.map((stage) => source(d, stage.from)) };
  };
  return [turn(a, b), turn(b, a)];
}

/** The final state of a sequence is the state after its last step: its gradient enters there. */
function addEndings<State extends string>(
  names: readonly State[],
  d: Matrices<State>,
  dFinal: Matrices<State>,
  lengths: readonly number[],
  length: number,
): void {
  for (const name of names)
    for (let b = 0; b < lengths.length; b++) if (lengths[b] === length) addRowOf(d[name], dFinal[name], b);
}
