/** What an optimiser remembers, taken out and put back: what a checkpoint holds beside the weights. */
import { rangeError, show, typeError, wholeNumber } from '../common/errors.ts';
import type { Values } from '../kernels/heap.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { type Optimizer, type Parameters, remember } from './optimizer.ts';

/** What an optimiser remembers of one parameter. */
export interface ParameterState {
  /** How often it has been updated. */
  readonly steps: number;
  /** Running sums by name, such as Adam's `mean` and `square`, each shaped like the parameter. */
  readonly slots: { readonly [name: string]: Values };
}

/** What an optimiser remembers: all that training needs, beside the weights, to go on bit for bit. */
export interface OptimizerState {
  /** The optimiser's class. */
  readonly type: string;
  /** By name; of the parameters that have been updated. */
  readonly parameters: { readonly [name: string]: ParameterState };
}

/**
 * A copy of what an optimiser remembers of these parameters.
 *
 * @example
 * ```ts
 * import { Adam, Dense, optimizerState, restoreOptimizer, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 1, outputSize: 1, bias: false });
 * const adam = new Adam({ learningRate: 0.1 });
 * dense.forward(tensor([[3]])).backward(tensor([[1]]));
 * adam.step(dense.parameters());
 * const kept = optimizerState(adam, dense.parameters());
 * kept.parameters.weight!.steps // → 1
 * // Another optimiser of the same settings goes on where this one stopped.
 * const again = new Adam({ learningRate: 0.1 });
 * restoreOptimizer(again, dense.parameters(), kept);
 * optimizerState(again, dense.parameters()) // → kept
 * ```
 */
export function optimizerState({ type, memories }: Optimizer, parameters: Parameters): OptimizerState {
  const states: Record<string, ParameterState> = {};
  for (const [name, parameter] of parameters) {
    const memory = memories.get(parameter);
    if (memory === undefined) continue;
    const slots = Array.from(memory.slots, ([slot, matrix]) => [slot, matrix.read()] as const);
    states[name] = { steps: memory.steps, slots: Object.fromEntries(slots) };
  }
  return { type, parameters: states };
}

/**
 * Has an optimiser remember `state` of these parameters, and nothing of those that are not in it. Settings are not part of
 * a state: make the optimiser with the same ones.
 *
 * @throws RangeError if the state is another optimiser's, or does not fit the parameters; nothing is changed then.
 *
 * @example
 * ```ts
 * import { Dense, optimizerState, restoreOptimizer, SGD } from 'recurrent-cells';
 *
 * const parameters = new Dense({ inputSize: 2, outputSize: 1 }).parameters();
 * const optimizer = new SGD({ learningRate: 0.1, momentum: 0.9 });
 * const kept = optimizerState(optimizer, parameters);
 * optimizer.step(parameters);
 * restoreOptimizer(optimizer, parameters, kept);
 * optimizerState(optimizer, parameters).parameters // → {}
 * ```
 */
export function restoreOptimizer(optimizer: Optimizer, parameters: Parameters, state: OptimizerState): void {
  if (state.type !== optimizer.type)
    throw rangeError(WHERE, 'state', `is of type ${show(state.type)}`, show(optimizer.type));
  for (const name of Object.keys(state.parameters))
    if (!parameters.has(name))
      throw rangeError(WHERE, 'state', `has ${show(name)}`, 'only names of the parameters given');
  for (const [name, parameter] of parameters) check(optimizer, name, parameter, state.parameters[name]);
  for (const [name, parameter] of parameters) {
    optimizer.memories.delete(parameter);
    const own = state.parameters[name];
    if (own === undefined) continue;
    const memory = remember(optimizer, parameter);
    memory.steps = own.steps;
    for (const [slot, matrix] of memory.slots) matrix.write(own.slots[slot]!);
  }
}

const WHERE = 'restoreOptimizer';

function check(
  { slots }: Optimizer,
  name: string,
  { value, shape }: Parameter,
  own: ParameterState | undefined,
): void {
  if (own === undefined) return;
  wholeNumber(WHERE, `${name}.steps`, own.steps, 0);
  for (const slot of Object.keys(own.slots))
    if (!slots.includes(slot))
      throw rangeError(WHERE, name, `has ${show(slot)}`, `only ${slots.join(', ') || 'steps'}`);
  for (const slot of slots) {
    const values = own.slots[slot];
    const path = `${name}.${slot}`;
    if (values === undefined)
      throw typeError(WHERE, path, 'is missing', `values of shape [${shape.join(', ')}]`);
    if (values.length !== value.rows * value.columns)
      throw rangeError(
        WHERE,
        path,
        `has length ${values.length}`,
        `${value.rows * value.columns} for shape [${shape.join(', ')}]`,
      );
  }
}
