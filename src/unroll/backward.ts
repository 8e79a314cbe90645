/**
 * The walk of any cell back through time, after `unroll.ts`: its equations read upwards.
 *
 * It goes block by block, from the last to the first: the steps of a block one at a time, then one product each for the
 * gradients of the weights and of the input. So the gradients of the gates need the memory of one block only.
 */
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { addColumnSums, addProduct, product } from '../matrix/operations.ts';
import { repeated } from '../matrix/packed.ts';
import { linearGradient } from '../signal/linear.ts';
import type { Signal } from '../signal/signal.ts';
import { blockSteps, type Unrollable, type Unrolled } from './forward.ts';
import type { StepObserver } from './observe.ts';
import { type Matrices, mapNames, sizeOf } from './rule.ts';
import { type WalkBack, walkBack } from './walk-back.ts';
import { weightOf } from './windows.ts';

/** The upstream gradients of a walk. */
export interface Upstream<State extends string> {
  /** ∂L/∂(the first state at every step) [T·B, H], zeros beyond each length; none unless given. */
  readonly dOutput: Matrix | undefined;
  /** ∂L/∂(the final states) [B, H]; none unless given. */
  readonly dFinal: Matrices<State> | undefined;
}

/** What is wanted of a walk backward. */
export interface UnrollBackwardOptions<State extends string> extends Upstream<State> {
  /** Where given, no gradient passes between steps k·history − 1 and k·history. */
  readonly history?: number | undefined;
  /** Whether the gradient of the input is wanted. */
  readonly needsInput: boolean;
}

/** The gradients of what went into a walk. */
export interface UnrolledGradient<State extends string> {
  /** ∂L/∂x [T·B, I]; undefined where it is not wanted, or x is one-hot. */
  readonly input: Matrix | undefined;
  /** ∂L/∂s_0 [B, H] */
  readonly initial: Matrices<State>;
}

/** Space for the gradients of a walk over `input`. */
export function newGradient<State extends string>(
  arena: Arena,
  { rule, hiddenSize }: Unrollable<State>,
  { kind, batch, time, width }: Signal,
  needsInput: boolean,
): UnrolledGradient<State> {
  return {
    input: needsInput && kind === 'dense' ? arena.matrix(time * batch, width) : undefined,
    initial: mapNames(rule.states, (name) => arena.matrix(batch, sizeOf(rule, name, hiddenSize))),
  };
}

/** Tells before which steps the history is cut. */
export function cutter(
  history: number = Number.POSITIVE_INFINITY,
  firstStep: number,
): (t: number) => boolean {
  return (t) => t + firstStep > 0 && (t + firstStep) % history === 0;
}

/** Goes back through a walk, block by block, and fills in its gradient. */
export function walkBackThrough<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  run: Unrolled<State>,
  upstream: Upstream<State>,
  cutBefore: (t: number) => boolean,
  weights: WeightGradient<State>,
  gradient: UnrolledGradient<State>,
  observe: StepObserver | undefined,
): void {
  const { batch: B, time: T } = run.input;
  const block = blockSteps(B);
  const walk = walkBack(arena, cell, run, upstream, cutBefore, block, observe);
  const weightIh = gradient.input && repeated(arena, cell.weightIh.value, Math.ceil(T / block));
  for (let start = Math.floor((T - 1) / block) * block; start >= 0; start -= block) {
    const count = Math.min(block, T - start);
    walk.through(start, count);
    weights.add(run, start, count, walk);
    if (gradient.input !== undefined)
      product(gradient.input.rowsFrom(start * B, count * B), walk.gates.rowsFrom(0, count * B), weightIh!);
  }
  walk.finish(gradient.initial);
}

/** The gradients of biases and of what products multiply by, collected block by block. */
export interface WeightGradient<State extends string> {
  /** Adds those of the `count` steps from `start`, that `walk` has just been through. */
  add(run: Unrolled<State>, start: number, count: number, walk: WalkBack<State>): void;
  /** To be called after the last block. */
  finish(): void;
}

export function weightGradient<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
): WeightGradient<State> {
  const { rule, weightIh, biasIh, biasHh } = cell;
  const ofInput = linearGradient(arena, input, weightIh, biasIh);
  const dWeights = rule.stages.map((stage) => weightOf(cell, stage, ({ gradient }) => gradient));
  return {
    add({ input, states, kept }, start, count, walk) {
      const { batch: B } = input;
      const done = (of: Matrix) => of.rowsFrom(0, count * B);
      ofInput.add(done(walk.gates), input, start * B);
      rule.stages.forEach(({ from }, s) => {
        const of = rule.states.includes(from as State) ? states[from as State] : kept[from]!;
        addProduct(dWeights[s]!, done(walk.products[s]!).T, of.rowsFrom(start * B, count * B));
      });
      if (biasHh !== undefined) addColumnSums(biasHh.gradient, done(walk.recurrent));
    },
    finish: () => ofInput.finish(),
  };
}
