/**
 * The definition of a cell: its gates, its states, and a pointwise rule φ with its derivative φ′.
 *
 * Every cell has the form
 *
 *     p_t = x_t · W_ihᵀ + b_ih          q_t = s_{t−1} · W_hhᵀ + b_hh          s_t = φ(p_t, q_t, s_{t−1})
 *
 * `forward.ts` and `backward.ts` handle products, memory and time; a rule only combines matrices of [batch, hidden].
 *
 * It is here rather than in `cells/` so that imports go one way: cells import the engine, and the engine knows only rules.
 */
import { rangeError, show, typeError } from '../common/errors.ts';
import {
  type Check,
  type Checks,
  callback,
  checkOptions,
  flag,
  functionsByName,
  record,
  text,
} from '../common/options.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { Parameter } from '../matrix/parameter.ts';

/** A matrix for each name. */
export type Matrices<Name extends string> = { readonly [name in Name]: Matrix };

/** A value for each name. */
export function mapNames<Name extends string, Value>(
  names: readonly Name[],
  make: (name: Name) => Value,
): { [name in Name]: Value } {
  const values = {} as { [name in Name]: Value };
  for (const name of names) values[name] = make(name);
  return values;
}

/** The data of one step for φ: it writes `next`, `gates` and `kept`, and only reads the rest. */
export interface Step<
  Gate extends string,
  State extends string,
  Kept extends string,
  Own extends string = never,
> {
  /** t, counted from 0 in processing order. */
  readonly t: number;
  /** s_{t−1} [B, its size] */
  readonly prev: Matrices<State>;
  /** s_t [B, its size] */
  readonly next: Matrices<State>;
  /** p_t, gate by gate [B, H]; p_t + q_t unless the recurrent part is separate. φ may overwrite it; it is kept for φ′. */
  readonly gates: Matrices<Gate>;
  /** q_t, gate by gate, if the recurrent part is separate; otherwise the same matrices as `gates`. */
  readonly recurrent: Matrices<Gate>;
  /** Values that φ keeps for φ′. [B, its size] */
  readonly kept: Matrices<Kept>;
  /** The rule's additional parameters; a row is repeated for each sequence: [B, its length]. */
  readonly parameters: Matrices<Own>;
}

/** The gradients of a step for φ′, each named after the value it belongs to. */
export interface StepGradient<
  Gate extends string,
  State extends string,
  Kept extends string,
  Own extends string = never,
> {
  /** The total ∂L/∂s_t [B, its size]; φ′ may overwrite it. */
  readonly next: Matrices<State>;
  /** ∂L/∂s_{t−1} [B, its size] through φ only, initially zero. The product with W_hh is added afterwards. */
  readonly prev: Matrices<State>;
  /** ∂L/∂p_t, gate by gate [B, H]: output of φ′. */
  readonly gates: Matrices<Gate>;
  /** ∂L/∂q_t, written by φ′ if the recurrent part is separate; otherwise the same matrices as `gates`. */
  readonly recurrent: Matrices<Gate>;
  /**
   * ∂L/∂kept [B, its size]: complete if a later stage multiplied it; written by φ′ if it is the result of this stage's product;
   * otherwise space for intermediates.
   */
  readonly kept: Matrices<Kept>;
  /** The gradients of the rule's additional parameters, to be added to; those of rows are not repeated: [1, length]. */
  readonly parameters: Matrices<Own>;
  /** Space for one intermediate. [B, H] */
  readonly scratch: Matrix;
}

/** A recurrent product and the part of φ that follows it. Most cells have one stage. */
export interface Stage<
  Gate extends string,
  State extends string,
  Kept extends string,
  Own extends string = never,
> {
  /** The gates whose recurrent part the product gives, consecutive in the rule's order; empty if it gives something else. */
  readonly gates: readonly Gate[];
  /** The left factor of the product with the gates' rows of W_hh: a previous state, or a matrix kept by an earlier stage. */
  readonly from: State | Kept;
  /** If the product gives no gates: its result, and the additional parameter that it multiplies by instead of W_hh. */
  readonly gives?: { readonly kept: Kept; readonly weight: Own } | undefined;
  /** Runs before the product: writes its input, if that is a matrix kept by this stage. */
  prepare?(step: Step<Gate, State, Kept, Own>): void;
  /** φ */
  activate(step: Step<Gate, State, Kept, Own>): void;
  /** φ′: linear in `d.next`. */
  activateBackward(step: Step<Gate, State, Kept, Own>, d: StepGradient<Gate, State, Kept, Own>): void;
  /** The backward pass of `prepare`, once the gradient of the product's input is complete. */
  prepareBackward?(step: Step<Gate, State, Kept, Own>, d: StepGradient<Gate, State, Kept, Own>): void;
}

/**
 * The shape and initial values of a rule's additional parameter: a row that φ reads, or the weight of a product.
 *
 * @param draw returns the initial values of a recurrent weight.
 */
export type OwnParameter = (
  hiddenSize: number,
  draw: (rows: number, columns: number) => Float64Array,
) => OwnStart;

/** The description of a parameter. */
export interface OwnStart {
  readonly shape: readonly number[];
  /** Its values, or a function that returns them. */
  readonly initial: ArrayLike<number> | (() => ArrayLike<number>);
}

/** A row filled with one value, `blocks` times as long as the hidden size. */
export function constantRow(value: number, blocks = 1): OwnParameter {
  return (hiddenSize) => {
    const length = blocks * hiddenSize;
    return { shape: [length], initial: () => new Float64Array(length).fill(value) };
  };
}

/** The initial biases of gates: one for all units of a gate, or one for each; 0 if missing. */
export type GateStarts<Gate extends string> = { readonly [gate in Gate]?: number | Float64Array };

/** The initial values of a row with a block for each gate. */
export function gateRow<Gate extends string>(
  gates: readonly Gate[],
  starts: GateStarts<Gate>,
  hiddenSize: number,
): number[] {
  return gates.flatMap((gate) => {
    const start: number | Float64Array = starts[gate] ?? 0;
    return typeof start === 'number' ? new Array<number>(hiddenSize).fill(start) : [...start];
  });
}

/** The definition of a cell. */
export interface Rule<
  Gate extends string,
  State extends string,
  Kept extends string,
  Own extends string = never,
> {
  /** In the order of their blocks of rows in the weights. */
  readonly gates: readonly Gate[];
  /** The first is the output. */
  readonly states: readonly [State, ...State[]];
  readonly kept: readonly Kept[];
  /** Whether φ needs q_t separately from p_t. */
  readonly separateRecurrent: boolean;
  readonly stages: readonly Stage<Gate, State, Kept, Own>[];
  /** Names for several consecutive gates viewed as one matrix. */
  readonly together?: { readonly [name in Gate]?: readonly Gate[] } | undefined;
  /** The widths of states and kept matrices that differ from H. */
  readonly sizes?:
    | { readonly [name in State | Kept]?: ((hiddenSize: number) => number) | undefined }
    | undefined;
  /** Additional parameters besides the weights and biases of every cell, under the names they are saved by. */
  readonly parameters?: { readonly [name in Own]: OwnParameter } | undefined;
  /**
   * The gates, states and kept matrices that hold the output of σ or tanh after φ, and can therefore saturate.
   */
  readonly squashed?: { readonly [name in Gate | State | Kept]?: 'sigmoid' | 'tanh' } | undefined;
  /** The non-zero initial input biases of gates; what `biasInitializer` draws is added. */
  readonly initialBias?: GateStarts<Gate> | undefined;
}

/** The parts of a cell that the engine uses. G gates of H units each, I inputs, P columns of W_hh: H except with projections. */
export interface Unrollable<State extends string> {
  readonly type: string;
  readonly rule: Rule<string, State, string, string>;
  readonly hiddenSize: number;
  /** W_ih [G·H, I] */
  readonly weightIh: Parameter;
  /** W_hh [G·H, P] */
  readonly weightHh: Parameter;
  /** b_ih [G·H] */
  readonly biasIh: Parameter | undefined;
  /** b_hh [G·H] */
  readonly biasHh: Parameter | undefined;
  /** The rule's additional parameters. */
  readonly own: { readonly [name: string]: Parameter };
}

/** Whether a stage multiplies a state. If not, it multiplies a matrix kept by an earlier stage. */
export function isState<State extends string>(
  { states }: Rule<string, State, string, string>,
  name: string,
): name is State {
  const names: readonly string[] = states;
  return names.includes(name);
}

/** The width of a state or a kept matrix. */
export function sizeOf(
  { sizes }: Rule<string, string, string, string>,
  name: string,
  hiddenSize: number,
): number {
  return sizes?.[name]?.(hiddenSize) ?? hiddenSize;
}

const names: Check<readonly string[]> = (where, argument, value) => {
  if (Array.isArray(value) && Array.from(value).every((name) => typeof name === 'string')) return value;
  throw typeError(where, argument, `is ${show(value)}`, 'an array of names');
};

type AnyStage = Stage<string, string, string>;

const stageChecks: Checks<AnyStage> = {
  gates: { required: names },
  from: { required: text },
  gives: record as Check<NonNullable<AnyStage['gives']>>,
  prepare: callback,
  activate: { required: callback },
  activateBackward: { required: callback },
  prepareBackward: callback,
};

const ruleChecks: Checks<Rule<string, string, string, string>> = {
  gates: { required: names },
  states: { required: names as Check<[string]> },
  kept: { required: names },
  separateRecurrent: { required: flag },
  stages: {
    required(where, argument, value) {
      if (!Array.isArray(value)) throw typeError(where, argument, `is ${show(value)}`, 'an array of stages');
      return Array.from(value, (stage, i) =>
        checkOptions(`${where}.${argument}[${i}]`, stage as AnyStage, stageChecks),
      );
    },
  },
  together: record,
  sizes: functionsByName,
  parameters: functionsByName,
  squashed: record,
  initialBias: record,
};

/**
 * Checks a rule.
 *
 * @throws TypeError for a wrong kind; RangeError unless the stages give each gate its recurrent part once, in order, from known
 * inputs.
 */
export function checkRule(type: string, rule: Rule<string, string, string, string>): void {
  if (typeof type !== 'string') throw typeError('Cell', 'type', `is ${show(type)}`, 'the name of the class');
  const { gates, states, kept, stages } = checkOptions(`${type}: rule`, rule, ruleChecks);
  const given = stages.flatMap((stage) => stage.gates);
  if (given.join() !== gates.join())
    throw rangeError(
      type,
      'rule.stages',
      `gives gates ${show(given.join(', '))}`,
      `${gates.join(', ')}, each once, in order`,
    );
  const known: readonly string[] = [...states, ...kept];
  if (!(0 in states)) throw rangeError(type, 'rule.states', 'is empty', 'at least one, the output');
  const unknown = stages.find(({ from }) => !known.includes(from));
  if (unknown !== undefined)
    throw rangeError(type, 'rule.stages', `multiplies ${show(unknown.from)}`, `one of ${known.join(', ')}`);
}
