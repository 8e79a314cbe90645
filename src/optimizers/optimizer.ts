/**
 * What every optimiser is: one update a parameter and step, and what it remembers of each parameter in between.
 *
 * Answers for memory, saving and restoring. The updates themselves are kernels.
 */
import { rangeError, show, typeError, wholeNumber } from '../errors.ts';
import type { Values } from '../kernels/heap.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { fill } from '../matrix/operations.ts';
import { ownedMatrix } from '../matrix/owned.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { magnitude } from './settings.ts';

/** Parameters by name, as a model's `parameters()` gives them. */
export type Parameters = ReadonlyMap<string, Parameter>;

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

/** What an update works with. */
export interface Update {
  readonly parameter: Parameter;
  readonly rate: number;
  /** Which update of this parameter it is, from 1. */
  readonly step: number;
  /** Where the memory of that name is: zeros at first, and at every step if it is not among the optimiser's slots. */
  slot(name: string): number;
}

class Memory {
  steps = 0;
  readonly slots = new Map<string, Matrix>();

  constructor(names: readonly string[], { value }: Parameter) {
    for (const name of names) {
      const slot = ownedMatrix(this, value.backend, value.rows, value.columns);
      fill(slot, 0);
      this.slots.set(name, slot);
    }
  }
}

/**
 * An optimiser: changes weights by their gradients, and clears no gradient.
 *
 * What it remembers belongs to each parameter, so parameters may come and go, and one optimiser may train several models.
 *
 * @example
 * ```ts
 * import { Adam, Dense, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 1, outputSize: 1, bias: false });
 * const adam = new Adam({ learningRate: 0.1 });
 * dense.forward(tensor([[3]])).backward(tensor([[1]]));
 * adam.step(dense.parameters());
 * const kept = adam.state(dense.parameters());
 * kept.parameters.weight!.steps // → 1
 * // Another optimiser of the same settings goes on where this one stopped.
 * const again = new Adam({ learningRate: 0.1 });
 * again.restore(dense.parameters(), kept);
 * again.state(dense.parameters()) // → kept
 * ```
 */
export abstract class Optimizer {
  /** The class's name, in errors and saved states. */
  abstract readonly type: string;
  /** η. It may be changed between steps; a step may also be given another. */
  learningRate: number;
  /** The names of what is remembered of each parameter. */
  protected abstract readonly slots: readonly string[];
  readonly #memories = new WeakMap<Parameter, Memory>();

  constructor(where: string, learningRate: number) {
    this.learningRate = magnitude(where, 'learningRate', learningRate);
  }

  /** Updates the value of one parameter. */
  protected abstract update(update: Update): void;

  /**
   * Updates every parameter by its gradient, which stays as it is.
   *
   * @param learningRate η of this step, such as `optimizer.learningRate * schedule(step)`.
   * @throws RangeError if `learningRate` is not a finite number of at least 0.
   */
  step(parameters: Parameters, learningRate: number = this.learningRate): void {
    const rate = magnitude(`${this.type}.step`, 'learningRate', learningRate);
    for (const parameter of parameters.values())
      withArena(parameter.value.backend, (arena) => {
        const memory = this.#memories.get(parameter) ?? this.#remember(parameter);
        const slot = (name: string) => (memory.slots.get(name) ?? scratch(arena, parameter)).offset;
        this.update({ parameter, rate, step: ++memory.steps, slot });
        parameter.changed();
      });
  }

  /** A copy of what is remembered of these parameters. */
  state(parameters: Parameters): OptimizerState {
    const states: Record<string, ParameterState> = {};
    for (const [name, parameter] of parameters) {
      const memory = this.#memories.get(parameter);
      if (memory === undefined) continue;
      const slots = Array.from(memory.slots, ([slot, matrix]) => [slot, matrix.read()] as const);
      states[name] = { steps: memory.steps, slots: Object.fromEntries(slots) };
    }
    return { type: this.type, parameters: states };
  }

  /**
   * Remembers `state` of these parameters, and nothing of those that are not in it. Settings are not part of a state:
   * make the optimiser with the same ones.
   *
   * @throws RangeError if the state is another optimiser's, or does not fit the parameters; nothing is changed then.
   */
  restore(parameters: Parameters, state: OptimizerState): void {
    const where = `${this.type}.restore`;
    if (state.type !== this.type)
      throw rangeError(where, 'state', `is of type ${show(state.type)}`, show(this.type));
    for (const name of Object.keys(state.parameters))
      if (!parameters.has(name))
        throw rangeError(where, 'state', `has ${show(name)}`, 'only names of the parameters given');
    for (const [name, parameter] of parameters) this.#check(where, name, parameter, state.parameters[name]);
    for (const [name, parameter] of parameters) {
      this.#memories.delete(parameter);
      const own = state.parameters[name];
      if (own === undefined) continue;
      const memory = this.#remember(parameter);
      memory.steps = own.steps;
      for (const [slot, matrix] of memory.slots) matrix.write(own.slots[slot]!);
    }
  }

  #check(where: string, name: string, { value, shape }: Parameter, own: ParameterState | undefined): void {
    if (own === undefined) return;
    wholeNumber(where, `${name}.steps`, own.steps, 0);
    for (const slot of Object.keys(own.slots))
      if (!this.slots.includes(slot))
        throw rangeError(where, name, `has ${show(slot)}`, `only ${this.slots.join(', ') || 'steps'}`);
    for (const slot of this.slots) {
      const values = own.slots[slot];
      const path = `${name}.${slot}`;
      if (values === undefined)
        throw typeError(where, path, 'is missing', `values of shape [${shape.join(', ')}]`);
      if (values.length !== value.rows * value.columns)
        throw rangeError(
          where,
          path,
          `has length ${values.length}`,
          `${value.rows * value.columns} for shape [${shape.join(', ')}]`,
        );
    }
  }

  #remember(parameter: Parameter): Memory {
    const memory = new Memory(this.slots, parameter);
    this.#memories.set(parameter, memory);
    return memory;
  }
}

function scratch(arena: Arena, { value }: Parameter): Matrix {
  return arena.zeros(value.rows, value.columns);
}
