/**
 * The memory of an unrolled cell, and windows on single steps: views that slide over the blocks of all steps, so that
 * the time loops create none.
 *
 * B sequences of T steps, G gates of H units. Code that runs at every step iterates arrays by index, because newer engines
 * allocate the iterators of for…of.
 */
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { copy, fill } from '../matrix/operations.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { Signal } from '../signal/signal.ts';
import {
  type Matrices,
  mapNames,
  type Rule,
  type Stage,
  type Step,
  type StepGradient,
  sizeOf,
  type Unrollable,
} from './rule.ts';

/** The recorded values of an unrolled cell. */
export interface Unrolled<State extends string> {
  readonly input: Signal;
  /** The index of the first step in the whole sequence. */
  readonly first: number;
  /** p of all steps, overwritten by φ. [T·B, G·H] */
  readonly gates: Matrix;
  /** q of all steps, or `gates` if it is not separate. [T·B, G·H] */
  readonly recurrent: Matrix;
  /** s_0 … s_T of each state, zeros beyond each length. [(T+1)·B, its size, mostly H] */
  readonly states: Matrices<State>;
  /** Values kept by φ. [T·B, its size, mostly H] */
  readonly kept: Matrices<string>;
  /** The state after each sequence's last step. [B, its size] */
  readonly final: Matrices<State>;
}

/** Uninitialised memory for the steps of `input`. */
export function newUnrolled<State extends string>(
  arena: Arena,
  { rule, hiddenSize: H }: Unrollable<State>,
  input: Signal,
  first: number,
): Unrolled<State> {
  const { batch: B, time: T } = input;
  const gates = arena.matrix(T * B, rule.gates.length * H);
  return {
    input,
    first,
    gates,
    recurrent: rule.separateRecurrent ? arena.matrix(T * B, gates.columns) : gates,
    states: mapNames(rule.states, (name) => arena.matrix((T + 1) * B, sizeOf(rule, name, H))),
    kept: mapNames(rule.kept, (name) => arena.matrix(T * B, sizeOf(rule, name, H))),
    final: mapNames(rule.states, (name) => arena.matrix(B, sizeOf(rule, name, H))),
  };
}

/** The step at t, and a function that moves to another: its matrices are windows on those of all steps. */
export function stepAt<State extends string>(
  { rule, hiddenSize: H, own }: Unrollable<State>,
  { input: { batch: B }, first, gates, recurrent, states, kept }: Unrolled<State>,
  t: number,
): { readonly step: Step<string, State, string, string>; advance(rows: number): void } {
  const gateWindows = gatesAt(rule, gates, H, B, t);
  const step: Step<string, State, string, string> & { t: number } = {
    t: first + t,
    prev: slotOf(rule.states, states, t, B),
    next: slotOf(rule.states, states, t + 1, B),
    gates: gateWindows,
    recurrent: recurrent === gates ? gateWindows : gatesAt(rule, recurrent, H, B, t),
    kept: slotOf(rule.kept, kept, t, B),
    parameters: mapNames(Object.keys(own), (name) => {
      const { value } = own[name]!;
      return value.rows === 1 ? value.rowsFrom(0, B, 0) : value;
    }),
  };
  const windows = windowsOf(step.prev, step.next, step.gates, step.recurrent, step.kept);
  return {
    step,
    advance(rows) {
      step.t += rows / B;
      for (let i = 0; i < windows.length; i++) windows[i]!.advance(rows);
    },
  };
}

/** The gradients of some consecutive steps, and windows on one of them. */
export interface BlockGradient<State extends string> {
  /** ∂L/∂p [steps·B, G·H] */
  readonly gates: Matrix;
  /** ∂L/∂q, or `gates` if it is not separate. [steps·B, G·H] */
  readonly recurrent: Matrix;
  /** The gradient of the result of each stage's product, usually columns of `recurrent`. [steps·B, its size] */
  readonly products: readonly Matrix[];
  /** `products` at the current step. [B, its size] */
  readonly productsAt: readonly Matrix[];
  /** The data of φ′ for alternating steps, in which ∂L/∂s_t and ∂L/∂s_{t−1} exchange memory. */
  readonly even: StepGradient<string, State, string, string>;
  readonly odd: StepGradient<string, State, string, string>;
  /** Moves the windows, which start one step above the block. */
  advance(rows: number): void;
}

/** Memory for the gradients of at most `steps` steps; those of the states are zeros. */
export function newBlockGradient<State extends string>(
  arena: Arena,
  { rule, hiddenSize: H, own }: Unrollable<State>,
  B: number,
  steps: number,
): BlockGradient<State> {
  const gates = arena.matrix(steps * B, rule.gates.length * H);
  const recurrent = rule.separateRecurrent ? arena.matrix(steps * B, gates.columns) : gates;
  const products = rule.stages.map(({ gates, gives }) => {
    if (gives !== undefined) return arena.matrix(steps * B, sizeOf(rule, gives.kept, H));
    const { from, to } = span(rule, gates, H);
    return recurrent.columnsFrom(from, to - from);
  });
  const productsAt = products.map((product) => product.rowsFrom(-B, B));
  const gatesAtStep = gatesAt(rule, gates, H, B, -1);
  const recurrentAtStep = recurrent === gates ? gatesAtStep : gatesAt(rule, recurrent, H, B, -1);
  const given = new Map(rule.stages.map(({ gives }, s) => [gives?.kept, productsAt[s]]));
  const zeros = () => mapNames(rule.states, (name) => arena.zeros(B, sizeOf(rule, name, H)));
  const [a, b] = [zeros(), zeros()];
  const shared = {
    gates: gatesAtStep,
    recurrent: recurrentAtStep,
    kept: mapNames(rule.kept, (name) => given.get(name) ?? arena.matrix(B, sizeOf(rule, name, H))),
    parameters: mapNames(Object.keys(own), (name) => own[name]!.gradient),
    scratch: arena.matrix(B, H),
  };
  const windows = windowsOf(gatesAtStep, recurrentAtStep, productsAt);
  return {
    gates,
    recurrent,
    products,
    productsAt,
    even: { next: a, prev: b, ...shared },
    odd: { next: b, prev: a, ...shared },
    advance(rows) {
      for (let i = 0; i < windows.length; i++) windows[i]!.advance(rows);
    },
  };
}

/** The matrices of all groups; a group that is listed twice counts once. */
function windowsOf(...groups: readonly (Matrices<string> | readonly Matrix[])[]): Matrix[] {
  return [...new Set(groups)].flatMap((group) => Object.values<Matrix>(group));
}

/** The gates [B, H] at step t, as windows on all steps [T·B, G·H]. */
function gatesAt(
  rule: Rule<string, string, string, string>,
  gates: Matrix,
  H: number,
  B: number,
  t: number,
): Matrices<string> {
  const together = rule.together ?? {};
  return mapNames([...rule.gates, ...Object.keys(together)], (name) => {
    const { from, to } = span(rule, together[name] ?? [name], H);
    return gates.rowsFrom(t * B, B).columnsFrom(from, to - from);
  });
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

/** The parameter that a stage's product reads. */
export function parameterOf<State extends string>(
  { weightHh, own }: Unrollable<State>,
  { gives }: Stage<string, State, string, string>,
): Parameter {
  return gives === undefined ? weightHh : own[gives.weight]!;
}

/** The weight of a stage's product, or its gradient, usually its gates' rows [gates·H, P]. The product multiplies by its transpose. */
export function weightOf<State extends string>(
  { rule, hiddenSize, weightHh, own }: Unrollable<State>,
  { gates, gives }: Stage<string, State, string, string>,
  read: (parameter: Parameter) => Matrix,
): Matrix {
  if (gives !== undefined) return read(own[gives.weight]!);
  const { from, to } = span(rule, gates, hiddenSize);
  return read(weightHh).rowsFrom(from, to - from);
}

/** The input of a stage's product or, for gradients, the matrix its backward product adds to. [B, its size] */
export function source(
  of: Pick<
    Step<string, string, string, string> | StepGradient<string, string, string, string>,
    'prev' | 'kept'
  >,
  name: string,
): Matrix {
  return of.prev[name] ?? of.kept[name]!;
}

/** The B rows of slot s in blocks of such slots [slots·B, its size]. */
export function slotOf<Name extends string>(
  names: readonly Name[],
  blocks: Matrices<Name>,
  s: number,
  B: number,
): Matrices<Name> {
  return mapNames(names, (name) => blocks[name].rowsFrom(s * B, B));
}

/** out ← a [B, its size], or zeros if undefined. */
export function copyStates<State extends string>(
  names: readonly State[],
  out: Matrices<State>,
  a: Matrices<State> | undefined,
): void {
  if (a === undefined) clearStates(names, out);
  else for (const name of names) copy(out[name], a[name]);
}

/** out ← 0 [B, its size] */
export function clearStates<State extends string>(names: readonly State[], out: Matrices<State>): void {
  for (let i = 0; i < names.length; i++) fill(out[names[i]!], 0);
}
