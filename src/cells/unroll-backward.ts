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
import { steps } from '../signal/signal.ts';
import type { Matrices } from './rule.ts';
import { blockSteps, type Unrollable, type Unrolled } from './unroll.ts';
import { walkBack } from './walk-back.ts';
import { record, span } from './windows.ts';

/** The upstream gradients of a walk, and what is wanted of it. */
export interface UnrollBackwardOptions<State extends string> {
  /** ∂L/∂(the first state at every step) [T·B, H], zeros beyond each length; none unless given. */
  readonly dOutput?: Matrix | undefined;
  /** ∂L/∂(the final states) [B, H]; none unless given. */
  readonly dFinal?: Matrices<State> | undefined;
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

/** Takes a walk backward, adding to the gradients of the cell's parameters. */
export function unrollBackward<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  run: Unrolled<State>,
  options: UnrollBackwardOptions<State>,
): UnrolledGradient<State> {
  const { input } = run;
  const { batch: B, time: T, width } = input;
  const block = blockSteps(B);
  const wanted = options.needsInput && input.kind === 'dense';
  const dInput = wanted ? arena.matrix(T * B, width) : undefined;
  const initial = record(cell.rule.states, () => arena.matrix(B, cell.hiddenSize));
  arena.scope(() => {
    const walk = walkBack(arena, cell, run, options, block);
    const weights = weightGradient(arena, cell, run);
    const weightIh = dInput && repeated(arena, cell.weightIh.value, Math.ceil(T / block));
    for (let start = Math.floor((T - 1) / block) * block; start >= 0; start -= block) {
      const count = Math.min(block, T - start);
      walk.through(start, count);
      const dGates = walk.gates.rowsFrom(0, count * B);
      weights.add(start, count, dGates, walk.recurrent.rowsFrom(0, count * B));
      if (dInput !== undefined) product(dInput.rowsFrom(start * B, count * B), dGates, weightIh!);
    }
    weights.finish();
    walk.finish(initial);
  });
  return { input: dInput, initial };
}

/** dW_ih, db_ih, dW_hh and db_hh, collected block by block. */
function weightGradient<State extends string>(
  arena: Arena,
  { rule, hiddenSize, weightIh, biasIh, weightHh, biasHh }: Unrollable<State>,
  { input, states, kept }: Unrolled<State>,
): { add(start: number, count: number, dGates: Matrix, dRecurrent: Matrix): void; finish(): void } {
  const { batch: B } = input;
  const ofInput = linearGradient(arena, input, weightIh, biasIh);
  const stages = rule.stages.map(({ gates, from: name }) => {
    const { from, to } = span(rule, gates, hiddenSize);
    const source = rule.states.includes(name as State) ? states[name as State] : kept[name]!;
    return { from, count: to - from, dWeight: weightHh.gradient.rowsFrom(from, to - from), source };
  });
  return {
    add(start, count, dGates, dRecurrent) {
      ofInput.add(dGates, steps(input, start, count));
      for (const { from, count: columns, dWeight, source } of stages)
        addProduct(dWeight, dRecurrent.columnsFrom(from, columns).T, source.rowsFrom(start * B, count * B));
      if (biasHh !== undefined) addColumnSums(biasHh.gradient, dRecurrent);
    },
    finish: () => ofInput.finish(),
  };
}
