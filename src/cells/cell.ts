/** The base of all cells: sizes, parameters and their initial values, and single steps. */
import type { Architecture } from '../common/architecture.ts';
import { rangeError, weightShape, wholeNumber } from '../common/errors.ts';
import { type Checks, checkOptions, flag, later, size } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import { Parameter, releaseParameters } from '../matrix/parameter.ts';
import {
  glorotUniform,
  type Initializer,
  initializerOption,
  orthogonal,
  startingValues,
} from '../random/initializers.ts';
import { type Random, randomOption } from '../random/random.ts';
import { denseInput, gradientInput, gradientOutput, output } from '../signal/boundary.ts';
import { type Pass, recordPass } from '../signal/pass.ts';
import { dense, type Signal } from '../signal/signal.ts';
import { type State, type StateSizes, stateInput, stateOutput, zeroState } from '../signal/state.ts';
import { unrollBackward } from '../unroll/backward.ts';
import { unroll } from '../unroll/forward.ts';
import {
  checkRule,
  type GateStarts,
  gateRow,
  type Matrices,
  mapNames,
  type OwnParameter,
  type Rule,
  sizeOf,
  type Unrollable,
} from '../unroll/rule.ts';

/** Options of every cell. */
export interface CellOptions<InputSize extends number = number, HiddenSize extends number = number> {
  /** I, the number of input features. */
  readonly inputSize: InputSize;
  /** H, the number of units. */
  readonly hiddenSize: HiddenSize;
  /** Whether there are biases: default true. */
  readonly bias?: boolean | undefined;
  /** The compute backend: default `float32()`. */
  readonly backend?: Backend | undefined;
  /** Draws the initial weights: default the program's shared generator, seeded with 0. */
  readonly random?: Random | undefined;
  /** Initialises W_ih, gate by gate: default `glorotUniform`. */
  readonly inputInitializer?: Initializer | undefined;
  /** Initialises W_hh, gate by gate: default `orthogonal`. */
  readonly recurrentInitializer?: Initializer | undefined;
  /** Initialises b_ih and b_hh, gate by gate, each as `[hiddenSize, 1]`: default `zeros`. PyTorch's is `uniform()`. */
  readonly biasInitializer?: Initializer | undefined;
}

export const cellChecks: Checks<CellOptions> = {
  inputSize: { required: size },
  hiddenSize: { required: size },
  bias: flag,
  backend: backendOption,
  random: randomOption,
  inputInitializer: initializerOption,
  recurrentInitializer: initializerOption,
  biasInitializer: initializerOption,
};

/** @throws RangeError if an option about biases came without them. */
export function checkBias(where: string, option: string, value: unknown, bias: boolean | undefined): void {
  if (bias === false && value !== undefined)
    throw rangeError(where, option, 'came with bias: false', 'bias: true');
}

/** The state of a cell: each part `[batch, hiddenSize]`, or of the width in `stateSizes`. */
export type CellState<Name extends string> = { readonly [name in Name]: Tensor };

/** Options passed with the input of a step. */
export interface StepOptions<S> {
  /** The initial state, `[batch, hiddenSize]` each, or of the width in `stateSizes`: default zeros. */
  readonly state?: S | undefined;
}

const stepChecks: Checks<StepOptions<State>> = { state: later };

/** The state type of a cell: `{ h, c }` of an LSTM. */
export type StateOf<C> = C extends Cell<infer Name, number, number> ? CellState<Name> : never;

/** How initial weights are drawn, and the option that says so. */
interface Draw {
  readonly option: string;
  readonly initializer: Initializer;
  readonly random: Random | undefined;
}

/**
 * A recurrent cell: a {@link Rule} with parameters. Extend it to define a custom cell.
 *
 * | parameter | shape |
 * | --- | --- |
 * | `weightIh` | `[gates · hiddenSize, inputSize]` |
 * | `weightHh` | `[gates · hiddenSize, hiddenSize]` |
 * | `biasIh`, `biasHh` | `[gates · hiddenSize]` |
 *
 * @example
 * ```ts
 * import { Cell, type CellOptions, float64, type Rule, Sequence, tensor } from 'recurrent-cells';
 * import { add, scale, sub, tanh, tanhBackward } from 'recurrent-cells/matrix';
 * import { checkGradients } from 'recurrent-cells/testing';
 *
 * // h_t = h_{t−1} + α · (tanh(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh) − h_{t−1}), a leaky integrator
 * const leaky = (alpha: number): Rule<'a', 'h', never> => ({
 *   gates: ['a'],
 *   states: ['h'],
 *   kept: [],
 *   separateRecurrent: false,
 *   stages: [
 *     {
 *       gates: ['a'],
 *       from: 'h',
 *       activate({ prev, next, gates: { a } }) {
 *         tanh(a, a);
 *         sub(next.h, a, prev.h);
 *         scale(next.h, next.h, alpha);
 *         add(next.h, next.h, prev.h);
 *       },
 *       activateBackward({ gates: { a } }, d) {
 *         scale(d.prev.h, d.next.h, 1 - alpha);
 *         scale(d.gates.a, d.next.h, alpha);
 *         tanhBackward(d.gates.a, a, d.gates.a);
 *       },
 *     },
 *   ],
 * });
 * class LeakyCell extends Cell<'h'> {
 *   constructor(options: CellOptions) {
 *     super('LeakyCell', leaky(0.1), options);
 *   }
 * }
 *
 * const layer = new Sequence(new LeakyCell({ inputSize: 1, hiddenSize: 2, backend: float64() }));
 * checkGradients(layer, tensor([[[1], [2], [3]]])).worst.error < 1e-6 // → true
 * ```
 */
export abstract class Cell<
  Name extends string = string,
  InputSize extends number = number,
  HiddenSize extends number = number,
  OutputSize extends number = HiddenSize,
> implements Unrollable<Name>
{
  /** The class name, used in errors and saved files. */
  readonly type: string;
  readonly rule: Rule<string, Name, string, string>;
  readonly inputSize: InputSize;
  readonly hiddenSize: HiddenSize;
  readonly backend: Backend;
  readonly weightIh: Parameter;
  readonly weightHh: Parameter;
  readonly biasIh: Parameter | undefined;
  readonly biasHh: Parameter | undefined;
  /** Additional parameters declared by the rule. */
  readonly own: { readonly [name: string]: Parameter };

  /**
   * @param options only the common ones; a cell's additional options must be removed first.
   * @throws RangeError if a size is not a whole number of at least 1, or an initialiser returns the wrong number of values;
   * TypeError if an option is unknown or has the wrong type.
   */
  constructor(
    type: string,
    rule: Rule<string, Name, string, string>,
    options: CellOptions<InputSize, HiddenSize>,
  ) {
    checkRule(type, rule);
    const {
      inputSize,
      hiddenSize,
      backend = float32(),
      random,
      inputInitializer = glorotUniform,
      recurrentInitializer = orthogonal,
      biasInitializer,
      bias = true,
    } = checkOptions(type, options, cellChecks);
    checkBias(type, 'biasInitializer', biasInitializer, bias);
    this.type = type;
    this.rule = rule;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.backend = backend;
    const input = { option: 'inputInitializer', initializer: inputInitializer, random };
    const recurrent = { option: 'recurrentInitializer', initializer: recurrentInitializer, random };
    const biases = biasInitializer && { option: 'biasInitializer', initializer: biasInitializer, random };
    this.weightIh = this.#weight('weightIh', inputSize, input);
    this.weightHh = this.#weight('weightHh', sizeOf(rule, rule.stages[0]!.from, hiddenSize), recurrent);
    this.biasIh = bias ? this.#bias(rule.initialBias ?? {}, biases) : undefined;
    this.biasHh = bias ? this.#bias({}, biases) : undefined;
    const { parameters = {} } = rule;
    this.own = mapNames(Object.keys(parameters), (name) => this.#own(parameters[name]!, recurrent));
  }

  /** The size of the output, the first part of the state: hiddenSize, unless the rule projects it. */
  get outputSize(): OutputSize {
    return sizeOf(this.rule, this.rule.states[0], this.hiddenSize) as OutputSize;
  }

  /** The size of each part of the state. */
  get stateSizes(): StateSizes {
    const { rule, hiddenSize } = this;
    return mapNames(rule.states, (name) => sizeOf(rule, name, hiddenSize));
  }

  /** The parameters by name. */
  parameters(): ReadonlyMap<string, Parameter> {
    const { weightIh, weightHh, biasIh, biasHh, own } = this;
    const named = Object.entries({ weightIh, weightHh, biasIh, biasHh, ...own });
    return new Map(named.filter((entry): entry is [string, Parameter] => entry[1] !== undefined));
  }

  /** The options needed to rebuild this cell, without parameter values. */
  architecture(): Architecture {
    const { type, inputSize, hiddenSize, biasIh } = this;
    return { type, options: { inputSize, hiddenSize, bias: biasIh !== undefined } };
  }

  /** The zero state of a batch. */
  initialState(batch: number): CellState<Name> {
    wholeNumber(`${this.type}.initialState`, 'batch', batch);
    return zeroState(this.backend, this.stateSizes, batch) as CellState<Name>;
  }

  /**
   * One step, recorded for the backward pass: a sequence of length one.
   *
   * @param x `[batch, inputSize]`
   * @throws RangeError or TypeError if the input, the state or an option does not fit.
   */
  forward(x: Tensor, options: StepOptions<CellState<Name>> = {}): Pass<Tensor, Tensor, CellState<Name>> {
    const where = `${this.type}.forward`;
    const { state } = checkOptions(where, options, stepChecks);
    return recordPass(where, this, (arena) => {
      const input = this.#input(arena, where, x);
      const run = unroll(arena, this, input, this.#state(arena, where, 'state', state, input));
      const result = this.#output(run.final, input);
      return {
        output: output(arena, result),
        state: stateOutput(run.final) as CellState<Name>,
        backward: (dOutput, dState) => {
          const back = `${this.type}.backward`;
          const dOut = dOutput && gradientInput(arena, back, result, dOutput);
          const dFinal = this.#state(arena, back, 'dState', dState, input);
          const d = unrollBackward(arena, this, run, { dOutput: dOut, dFinal }, true);
          return {
            input: gradientOutput(arena, input, d.input!),
            state: stateOutput(d.initial) as CellState<Name>,
          };
        },
      };
    });
  }

  /**
   * One step, not recorded.
   *
   * @param x `[batch, inputSize]`
   * @throws RangeError or TypeError if the input, the state or an option does not fit.
   */
  infer(
    x: Tensor,
    options: StepOptions<CellState<Name>> = {},
  ): { readonly output: Tensor; readonly state: CellState<Name> } {
    const where = `${this.type}.infer`;
    const { state } = checkOptions(where, options, stepChecks);
    return withArena(this.backend, (arena) => {
      const input = this.#input(arena, where, x);
      const { final } = unroll(arena, this, input, this.#state(arena, where, 'state', state, input));
      return {
        output: output(arena, this.#output(final, input)),
        state: stateOutput(final) as CellState<Name>,
      };
    });
  }

  /** Releases the cell at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Frees the parameters' memory immediately instead of at garbage collection; later use throws. */
  release(): void {
    releaseParameters(this);
  }

  /** A weight with a block of rows for each gate. */
  #weight(name: string, columns: number, draw: Draw): Parameter {
    const { type, rule, hiddenSize, backend } = this;
    const shape = weightShape(type, name, rule.gates.length * hiddenSize, columns);
    return new Parameter(backend, shape, () => this.#drawn(draw, columns));
  }

  /** A bias: what is drawn, if anything, plus the starting values of gates. */
  #bias(starts: GateStarts<string>, draw: Draw | undefined): Parameter {
    const { rule, hiddenSize, backend } = this;
    return new Parameter(backend, [rule.gates.length * hiddenSize], () => {
      const initial = gateRow(rule.gates, starts, hiddenSize);
      return draw === undefined ? initial : this.#drawn(draw, 1).map((value, i) => value + initial[i]!);
    });
  }

  /** Initial values, drawn gate by gate. */
  #drawn({ option, initializer, random }: Draw, columns: number): Float64Array {
    const { type, rule, hiddenSize } = this;
    const block = hiddenSize * columns;
    const initial = new Float64Array(rule.gates.length * block);
    for (let g = 0; g < rule.gates.length; g++)
      initial.set(startingValues(type, option, initializer, hiddenSize, columns, random), g * block);
    return initial;
  }

  #own(parameter: OwnParameter, { option, initializer, random }: Draw): Parameter {
    const { shape, initial } = parameter(this.hiddenSize, (rows, columns) =>
      startingValues(this.type, option, initializer, rows, columns, random),
    );
    return new Parameter(this.backend, shape, initial);
  }

  #input(arena: Arena, where: string, x: Tensor): Signal {
    return denseInput(
      arena,
      { where, width: this.inputSize, widthName: 'inputSize', timed: false },
      x,
      undefined,
    );
  }

  #state(
    arena: Arena,
    where: string,
    argument: string,
    state: State | undefined,
    { batch }: Signal,
  ): Matrices<Name> | undefined {
    if (state === undefined) return undefined;
    return stateInput(arena, where, argument, state, this.stateSizes, batch) as Matrices<Name>;
  }

  #output(final: Matrices<Name>, input: Signal): Signal {
    return dense(input, final[this.rule.states[0]]);
  }
}
