/**
 * The base of all optimisers: one update per parameter and step, and the state kept for each parameter.
 *
 * It manages the state. The updates are matrix operations.
 */
import { rangeError, show } from '../common/errors.ts';
import { magnitude } from '../common/options.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { scale } from '../matrix/operations.ts';
import { checkParameters, type Parameter } from '../matrix/parameter.ts';
import { Memory, NotFinite, type Remembered, updateWhole } from './memory.ts';
import { groupOf, type ParameterGroup, type SharedOptions } from './settings.ts';
import { checkState, type OptimizerState, type ParameterState } from './state.ts';

/** Parameters by name, as returned by a model's `parameters()`. */
export type Parameters = ReadonlyMap<string, Parameter>;

/** The parameters that are not frozen. */
export function trained(parameters: Parameters): Parameters {
  return new Map(Array.from(parameters).filter(([, { frozen }]) => !frozen));
}

/** The context of one update. */
export interface Update {
  readonly parameter: Parameter;
  /** The gradient to descend: the parameter's gradient, negated if the optimiser maximises. */
  readonly gradient: Matrix;
  /** η for this parameter and step. */
  readonly rate: number;
  /** λ for this parameter. */
  readonly weightDecay: number;
  /** The number of this update of the parameter, from 1. */
  readonly step: number;
  /**
   * The state with this name, initially zeros.
   *
   * @throws RangeError if it is not among the optimiser's `slots`, since it would not be saved.
   */
  slot(name: string): Matrix;
  /** Zeros shaped like the parameter, valid during this update only. */
  zeros(): Matrix;
}

/**
 * An optimiser changes weights by their gradients; it does not clear the gradients.
 *
 * State is kept per parameter, so parameters can be added and removed, and one optimiser can train several models. A custom
 * optimiser implements `update` and lists its state in `slots`; if it keeps anything else, it must also extend `state` and
 * `restore`, or checkpoints will lose it.
 *
 * Adafactor is not included: it keeps a row and a column of each matrix to save memory, which matters for matrices far
 * larger than those of recurrent layers. `Lion` keeps half as much state as Adam.
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
  /** The class name, used in errors and saved states. */
  abstract readonly type: string;
  /** η. It may be changed between steps; `step` can also override it. */
  learningRate: number;
  /** λ */
  readonly weightDecay: number;
  readonly maximize: boolean;
  readonly groups: readonly ParameterGroup[];
  /** The names of the state kept for each parameter. */
  abstract readonly slots: readonly string[];
  readonly #memories: WeakMap<Parameter, Memory> = new WeakMap();

  /** @param options the settings common to all optimisers, already checked with those of the class. */
  constructor(where: string, learningRate: number, options: SharedOptions = {}) {
    const { weightDecay = 0, maximize = false, groups = [] } = options;
    this.learningRate = magnitude(where, 'learningRate', learningRate);
    this.weightDecay = weightDecay;
    this.maximize = maximize;
    this.groups = [...groups];
  }

  /** Updates the value of one parameter. */
  protected abstract update(update: Update): void;

  /**
   * Updates every parameter that is not frozen by its gradient, which is left unchanged. If it throws, no weight and no state
   * has changed.
   *
   * @param learningRate η of this step, such as `optimizer.learningRate * schedule(step)`.
   * @throws RangeError if `learningRate` is not a finite number of at least 0; Error if a gradient, or a weight or state after
   * the update, is not finite.
   */
  step(parameters: Parameters, learningRate: number = this.learningRate): void {
    const where = `${this.type}.step`;
    const rate = magnitude(where, 'learningRate', learningRate);
    checkParameters(where, parameters);
    const all = Array.from(trained(parameters), ([name, parameter]) => {
      return { name, parameter, memory: this.#remember(parameter) };
    });
    const broken = updateWhole(all, () => {
      for (const remembered of all) this.#update(remembered, rate);
    });
    if (broken !== undefined) throw new NotFinite(where, broken, rate);
  }

  #update({ name, parameter, memory }: Remembered, learningRate: number): void {
    const { rateFactor = 1, weightDecay = this.weightDecay } = groupOf(this.groups, name) ?? {};
    const { backend, rows, columns } = parameter.value;
    withArena(backend, (arena) => {
      const slot = (wanted: string) => {
        const found = memory.slots.get(wanted);
        if (found === undefined)
          throw rangeError(
            `${this.type}.update`,
            'slot',
            `is ${show(wanted)}`,
            `one of slots, [${this.slots}]`,
          );
        return found;
      };
      const zeros = () => arena.zeros(rows, columns);
      const gradient = this.maximize ? opposite(arena, parameter.gradient) : parameter.gradient;
      const own = { gradient, rate: rateFactor * learningRate, weightDecay };
      this.update({ parameter, ...own, step: ++memory.steps, slot, zeros });
      parameter.changed();
    });
  }

  /**
   * A copy of the state of these parameters.
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
   * // Another optimiser with the same settings continues from here.
   * const again = new Adam({ learningRate: 0.1 });
   * again.restore(dense.parameters(), kept);
   * again.state(dense.parameters()) // → kept
   * ```
   */
  state(parameters: Parameters): OptimizerState {
    checkParameters(`${this.type}.state`, parameters);
    const states: Record<string, ParameterState> = {};
    for (const [name, parameter] of parameters) {
      const memory = this.#memories.get(parameter);
      if (memory === undefined || memory.steps === 0) continue;
      const slots = Array.from(memory.slots, ([slot, matrix]) => [slot, matrix.read()] as const);
      states[name] = { steps: memory.steps, slots: Object.fromEntries(slots) };
    }
    return { type: this.type, parameters: states };
  }

  /**
   * Replaces the state of these parameters by `state`, and clears it for parameters not in `state`. Settings are not part of a
   * state: create the optimiser with the same ones.
   *
   * @throws RangeError if the state belongs to another class or does not fit the parameters; nothing is changed then.
   *
   * @example
   * ```ts
   * import { Dense, SGD } from 'recurrent-cells';
   *
   * const parameters = new Dense({ inputSize: 2, outputSize: 1 }).parameters();
   * const optimizer = new SGD({ learningRate: 0.1, momentum: 0.9 });
   * const kept = optimizer.state(parameters);
   * optimizer.step(parameters);
   * optimizer.restore(parameters, kept);
   * optimizer.state(parameters).parameters // → {}
   * ```
   */
  restore(parameters: Parameters, state: OptimizerState): void {
    checkParameters(`${this.type}.restore`, parameters);
    checkState(this.type, this.slots, parameters, state);
    for (const [name, parameter] of parameters) {
      this.#memories.delete(parameter);
      const own = state.parameters[name];
      if (own === undefined) continue;
      const memory = this.#remember(parameter);
      memory.steps = own.steps;
      for (const [slot, matrix] of memory.slots) matrix.write(own.slots[slot]!);
    }
  }

  #remember(parameter: Parameter): Memory {
    const memory = this.#memories.get(parameter) ?? new Memory(this.slots, parameter);
    this.#memories.set(parameter, memory);
    return memory;
  }
}

/** −a */
function opposite(arena: Arena, a: Matrix): Matrix {
  const out = arena.matrix(a.rows, a.columns);
  scale(out, a, -1);
  return out;
}

/**
 * Sets the gradients of parameters to zero: call it before each backward pass unless gradients should accumulate.
 *
 * @example
 * ```ts
 * import { clearGradients, Dense, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 1, outputSize: 1 });
 * const weight = dense.parameters().get('weight')!;
 * dense.forward(tensor([[3]])).backward(tensor([[1]]));
 * weight.readGradient()[0] // → 3
 * clearGradients(dense.parameters());
 * weight.readGradient()[0] // → 0
 * ```
 */
export function clearGradients(parameters: Parameters): void {
  checkParameters('clearGradients', parameters);
  for (const parameter of parameters.values()) parameter.clearGradient();
}
