/**
 * What every optimiser is: one update a parameter and step, and what it remembers of each parameter in between.
 *
 * Answers for memory; saving it is `state.ts`. The updates themselves are operations on matrices.
 */
import { type Arena, withArena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { ownedMatrix } from '../matrix/owned.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { magnitude } from './settings.ts';

/** Parameters by name, as a model's `parameters()` gives them. */
export type Parameters = ReadonlyMap<string, Parameter>;

/** What an update works with. */
export interface Update {
  readonly parameter: Parameter;
  readonly rate: number;
  /** Which update of this parameter it is, from 1. */
  readonly step: number;
  /** The memory of that name: zeros at first, and at every step if it is not among the optimiser's slots. */
  slot(name: string): Matrix;
}

/**
 * What is remembered of one parameter.
 *
 * @internal
 */
export class Memory {
  steps = 0;
  readonly slots: Map<string, Matrix> = new Map();

  constructor(names: readonly string[], { value }: Parameter) {
    for (const name of names)
      this.slots.set(name, ownedMatrix(this, value.backend, value.rows, value.columns));
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
 * const before = dense.weight.read()[0];
 * adam.step(dense.parameters());
 * dense.weight.read()[0] !== before // → true
 * ```
 */
export abstract class Optimizer {
  /** The class's name, in errors and saved states. */
  abstract readonly type: string;
  /** η. It may be changed between steps; a step may also be given another. */
  learningRate: number;
  /** The names of what is remembered of each parameter. */
  abstract readonly slots: readonly string[];
  /** @internal */
  readonly memories: WeakMap<Parameter, Memory> = new WeakMap();

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
        const memory = this.memories.get(parameter) ?? remember(this, parameter);
        const slot = (name: string) => memory.slots.get(name) ?? scratch(arena, parameter);
        this.update({ parameter, rate, step: ++memory.steps, slot });
        parameter.changed();
      });
  }
}

/** A new memory of a parameter, in place of what there was. */
export function remember(optimizer: Optimizer, parameter: Parameter): Memory {
  const memory = new Memory(optimizer.slots, parameter);
  optimizer.memories.set(parameter, memory);
  return memory;
}

function scratch(arena: Arena, { value }: Parameter): Matrix {
  return arena.zeros(value.rows, value.columns);
}
