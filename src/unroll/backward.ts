/**
 * The backward pass of any cell through time: the equations of `forward.ts` in reverse.
 *
 *     ds_t += dh_t                          ∂L/∂(output of step t)                          (1)
 *     dp_t, dq_t, ds_{t−1} ← φ′(ds_t)       pointwise: the cell's rule                      (2)
 *     ds_{t−1} += dq_t · W_hh               one small product a step                        (3)
 *     dW_ih += dPᵀ·X      db_ih += Σ dP     one product, or sum, for a block of steps       (4)
 *     dW_hh += dQᵀ·S₋₁    db_hh += Σ dQ
 *     dX ← dP·W_ih
 *
 * It works block by block, from the last to the first, so dP and dQ need memory for only one block.
 */
import type { Arena } from '../matrix/arena.ts';
import type { Factor, Matrix } from '../matrix/matrix.ts';
import { add, addColumnSums, addProduct, addRowOf, product } from '../matrix/operations.ts';
import { type Packed, repeated } from '../matrix/packed.ts';
import { linearGradient } from '../signal/linear.ts';
import type { Signal } from '../signal/signal.ts';
import { blockSteps } from './forward.ts';
import { type StepObserver, stepObserver } from './observe.ts';
import {
  isState,
  type Matrices,
  mapNames,
  type Stage,
  type Step,
  type StepGradient,
  sizeOf,
  type Unrollable,
} from './rule.ts';
import {
  type BlockGradient,
  clearStates,
  copyStates,
  newBlockGradient,
  parameterOf,
  source,
  stepAt,
  type Unrolled,
  weightOf,
} from './windows.ts';

/** The upstream gradients of an unrolled cell. */
export interface Upstream<State extends string> {
  /** ∂L/∂(the first state at every step) [T·B, H], zeros beyond each length; undefined if the loss does not depend on it. */
  readonly dOutput?: Matrix | undefined;
  /** ∂L/∂(the final states) [B, its size]; undefined if the loss does not depend on them. */
  readonly dFinal?: Matrices<State> | undefined;
}

/** The gradients of an unrolled cell's inputs. */
export interface UnrolledGradient<State extends string> {
  /** ∂L/∂x [T·B, I]; undefined if not needed, or x is one-hot. */
  readonly input: Matrix | undefined;
  /** ∂L/∂s_0 [B, its size] */
  readonly initial: Matrices<State>;
}

/** Runs the backward pass of an unrolled cell, and adds to the gradients of its parameters. */
export function unrollBackward<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  run: Unrolled<State>,
  upstream: Upstream<State>,
  needsInput: boolean,
  history?: number,
): UnrolledGradient<State> {
  const gradient = newGradient(arena, cell, run.input, needsInput);
  arena.scope(() => {
    const shared = beginBackward(arena, cell, run.input, history);
    stepsBackward(arena, cell, run, upstream, shared, gradient);
    shared.parameters.finish();
  });
  return gradient;
}

/** Memory for the input gradients of a cell unrolled over `input`. */
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

/** Shared by all segments of a sequence. */
export interface SharedBackward<State extends string> {
  /** No gradient flows from step k·history to the one before it. */
  readonly history: number;
  readonly parameters: ParameterGradients<State>;
  readonly observe: StepObserver | undefined;
}

export function beginBackward<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
  history: number = Number.POSITIVE_INFINITY,
): SharedBackward<State> {
  const parameters = parameterGradients(arena, cell, input);
  return { history, parameters, observe: stepObserver(arena, cell, input) };
}

/** Runs the backward pass through the steps of `run`, all or a segment of them, and writes `gradient`. */
export function stepsBackward<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  run: Unrolled<State>,
  { dOutput, dFinal }: Upstream<State>,
  { history, parameters, observe }: SharedBackward<State>,
  gradient: UnrolledGradient<State>,
): void {
  const { batch: B, time: T, lengths } = run.input;
  const names = cell.rule.states;
  const length = blockSteps(B);
  const { step, advance } = stepAt(cell, run, T - 1);
  const block = newBlockGradient(arena, cell, B, Math.min(length, T));
  const stages = stagesBackward(arena, cell, block, T);
  const weightIh = gradient.input && repeated(arena, cell.weightIh.value, Math.ceil(T / length));
  const dOut = dOutput?.rowsFrom((T - 1) * B, B);
  let [d, before] = [block.even, block.odd];
  if (dFinal !== undefined && lengths === undefined) copyStates(names, d.next, dFinal);

  for (let start = Math.floor((T - 1) / length) * length; start >= 0; start -= length) {
    const count = Math.min(length, T - start);
    block.advance(count * B);
    for (let t = start + count - 1; t >= start; t--) {
      if (dFinal !== undefined && lengths !== undefined) addEndings(names, d.next, dFinal, lengths, t + 1);
      if (dOut !== undefined) {
        add(d.next[names[0]], d.next[names[0]], dOut); // (1)
        dOut.advance(-B);
      }
      observe?.(step, d.next);
      clearStates(names, d.prev);
      stepBackward(stages, step, d);
      if (step.t > 0 && step.t % history === 0) clearStates(names, d.prev);
      const done = d;
      d = before;
      before = done;
      advance(-B);
      block.advance(-B);
    }
    parameters.add(run, block, start, count); // (4)
    if (gradient.input !== undefined)
      product(gradient.input.rowsFrom(start * B, count * B), block.gates.rowsFrom(0, count * B), weightIh!);
  }
  if (dFinal !== undefined && lengths !== undefined) addEndings(names, d.next, dFinal, lengths, 0);
  copyStates(names, gradient.initial, d.next);
}

/** A stage, and the product (3) that follows it. */
interface StageBackward<State extends string> {
  readonly stage: Stage<string, State, string, string>;
  /** += or ←: a state also has a gradient through φ; a kept matrix gets its gradient from this product only. */
  readonly multiply: (out: Matrix, left: Matrix, right: Factor | Packed) => void;
  readonly dProduct: Matrix;
  readonly weight: Factor | Packed;
}

/** One step, from its last stage to its first. */
function stepBackward<State extends string>(
  stages: readonly StageBackward<State>[],
  step: Step<string, State, string, string>,
  d: StepGradient<string, State, string, string>,
): void {
  for (let s = stages.length - 1; s >= 0; s--) {
    const { stage, multiply, dProduct, weight } = stages[s]!;
    stage.activateBackward(step, d); // (2)
    multiply(source(d, stage.from), dProduct, weight); // (3)
    stage.prepareBackward?.(step, d);
  }
}

function stagesBackward<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  { productsAt }: BlockGradient<State>,
  T: number,
): StageBackward<State>[] {
  const { rule } = cell;
  return rule.stages.map((stage, s) => ({
    stage,
    multiply: isState(rule, stage.from) ? addProduct : product,
    dProduct: productsAt[s]!,
    weight: repeated(
      arena,
      weightOf(cell, stage, ({ value }) => value),
      T,
    ),
  }));
}

/** Adds the gradient of the final states of sequences of `length`: dState += dFinal, [B, its size] each, row by row. */
function addEndings<State extends string>(
  names: readonly State[],
  dState: Matrices<State>,
  dFinal: Matrices<State>,
  lengths: readonly number[],
  length: number,
): void {
  for (let i = 0; i < names.length; i++) {
    const d = dState[names[i]!];
    for (let b = 0; b < lengths.length; b++) if (lengths[b] === length) addRowOf(d, dFinal[names[i]!], b);
  }
}

/** (4): the gradients of biases and of the factors of products, accumulated block by block. */
export interface ParameterGradients<State extends string> {
  /** Adds the gradients for the `count` steps from `start`, whose gate gradients are at the top of `block`. */
  add(run: Unrolled<State>, block: BlockGradient<State>, start: number, count: number): void;
  /** Must be called after the last block. */
  finish(): void;
}

function parameterGradients<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
): ParameterGradients<State> {
  const { rule, weightIh, biasIh, biasHh } = cell;
  const ofInput = linearGradient(arena, input, weightIh, biasIh);
  const dWeights = rule.stages.map((stage) =>
    parameterOf(cell, stage).frozen ? undefined : weightOf(cell, stage, ({ gradient }) => gradient),
  );
  return {
    add({ input: { batch: B }, first, states, kept }, { gates, recurrent, products }, start, count) {
      const top = (of: Matrix) => of.rowsFrom(0, count * B);
      ofInput.add(top(gates), (first + start) * B);
      rule.stages.forEach(({ from }, s) => {
        const of = isState(rule, from) ? states[from] : kept[from]!;
        const dWeight = dWeights[s];
        if (dWeight !== undefined)
          addProduct(dWeight, top(products[s]!).T, of.rowsFrom(start * B, count * B));
      });
      if (biasHh !== undefined && !biasHh.frozen) addColumnSums(biasHh.gradient, top(recurrent));
    },
    finish: () => ofInput.finish(),
  };
}
